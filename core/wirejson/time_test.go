package wirejson

import (
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	rows := []struct {
		trap, text string
		want       int64 // Unix milliseconds; 0 is an error
	}{
		{"81 ISO", "2025-04-24T17:17:43.000+08:00", 1745486263000},
		{"81 ISO in UTC", "2024-08-14T07:10:38.000+00:00", 1723619438000},
		{"81 ISO with Z", "2024-08-14T07:10:38Z", 1723619438000},
		{"81 offset without a colon", "2024-08-14T07:10:38.000+0000", 1723619438000},
		{"81 compact -0700", "20170913231916000-0700", 1505369956000},
		{"81 compact +0800", "20180206152758000+0800", 1517902078000},
		{"81 milliseconds", "1667193198819", 1667193198819},
		{"82 stray blanks", "2018-02-07 15: 27: 58", 1517988478000},
		{"83 no zone", "2023-10-18 18:11:08", 1697623868000},
		{"83 no zone, early", "2002-07-21 12:14:43", 1027224883000},
		{"84 a real -0700", "20170913231727000-0700", 1505369847000},
		{"85 filter's form", "20250702211113000+0800", 1751461873000},
		{"86 seconds", "1754342534", 1754342534000},
		{"86 milliseconds", "1779263269913", 1779263269913},
		{"87 dummy", "121312131313", 0},
		{"87 dummy", "3323232", 0},
		{"a word", "tomorrow", 0},
		{"nothing", "", 0},
		{"13th month", "2024-13-01 00:00:00", 0},
		{"MySQL's zero", "0000-00-00 00:00:00", 0},
		{"year 10000 in UTC", "9999-12-31T23:59:59-08:00", 0},
		{"year before 1 in UTC", "0001-01-01 00:00:00", 0},
		{"long", strings.Repeat("1", 65), 0},
	}
	for _, row := range rows {
		t.Run("trap "+row.trap, func(t *testing.T) {
			got, err := ParseTime(row.text, nil)
			if (err != nil) != (row.want == 0) {
				t.Fatalf("ParseTime(%q) = %v, %v", row.text, got, err)
			}
			if err == nil && (got.UnixMilli() != row.want || got.Location() != time.UTC) {
				t.Errorf("ParseTime(%q) = %d in %v, want %d in UTC", row.text, got.UnixMilli(), got.Location(), row.want)
			}
		})
	}
}

func TestTrap83TheZoneIsTheCallers(t *testing.T) {
	got, err := ParseTime("2023-10-18 18:11:08", time.UTC)
	if want := time.Date(2023, 10, 18, 18, 11, 8, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestATimeNeverFailsTheObjectAroundIt(t *testing.T) {
	rows := []struct{ rule, data, wantTime, wantRaw string }{
		{"text", `"2024-08-14T07:10:38.000+00:00"`, "2024-08-14T07:10:38Z", ""},
		{"trap 81: number", `1667193198819`, "2022-10-31T05:13:18.819Z", ""},
		{"trap 81: digits in text", `"1702890004504"`, "2023-12-18T09:00:04.504Z", ""},
		{"trap 34: null", `null`, "", ""},
		{"empty", `""`, "", ""},
		{"trap 87: dummy", `3323232`, "", "3323232"},
		{"word", `"soon\u001b"`, "", "soon"},
		{"long", `"` + strings.Repeat("日", 40) + `"`, "", strings.Repeat("日", 10)},
		{"trap 45: a Java bean", `{"mutable":true}`, "", "object"},
		{"number with an exponent", `1.6E12`, "", "1.6E12"},
	}
	for _, row := range rows {
		var into struct{ At Time }
		if err := Decode([]byte(`{"At":`+row.data+`}`), &into); err != nil {
			t.Errorf("%s: %v", row.rule, err)
			continue
		}
		got := ""
		if !into.At.IsZero() {
			got = into.At.Format(time.RFC3339Nano)
		}
		if got != row.wantTime || into.At.Raw != row.wantRaw {
			t.Errorf("%s: got %q raw %q, want %q raw %q", row.rule, got, into.At.Raw, row.wantTime, row.wantRaw)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2025-04-24T17:17:43.000+08:00", "20170913231916000-0700", "2018-02-07 15: 27: 58",
		"2023-10-18 18:11:08", "1754342534", "1779263269913", "3323232", "9999-12-31T23:59:59-08:00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTime(text, nil)
		if err != nil {
			return
		}
		if got.Location() != time.UTC {
			t.Fatalf("ParseTime(%q) is not in UTC", text)
		}
		again, err := ParseTime(got.Format(time.RFC3339Nano), nil)
		if err != nil || !again.Equal(got) {
			t.Errorf("ParseTime(%q) = %v, which reads back as %v, %v", text, got, again, err)
		}
	})
}
