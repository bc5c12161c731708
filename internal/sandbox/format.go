package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// beijing is the zone of all zoneless times. Fiction: no page states it; it is
// INFERRED from the examples.
var beijing = time.FixedZone("+08:00", 8*60*60)

// plainTime is "yyyy-MM-dd HH:mm:ss".
func plainTime(t time.Time) string { return t.In(beijing).Format(time.DateTime) }

// isoUTC is the time of trade objects: 2024-08-14T07:31:24.000+00:00.
func isoUTC(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

// isoBeijing is the time of the PandaPon 1688 list: 2025-04-24T17:17:43.000+08:00.
func isoBeijing(t time.Time) string { return t.In(beijing).Format("2006-01-02T15:04:05.000-07:00") }

// orNull writes a time that may not have come yet.
func orNull(t time.Time, format func(time.Time) string) any {
	if t.IsZero() {
		return nil
	}
	return format(t)
}

// textOrNull writes a text that may be absent.
func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// parseCompactTime reads yyyyMMddHHmmssSSS±hhmm, the filter format of dajisaas.
func parseCompactTime(s string) (time.Time, error) {
	if len(s) != 22 {
		return time.Time{}, errors.New("time must look like 20250702211113000+0800")
	}
	return time.Parse("20060102150405.000-0700", s[:14]+"."+s[14:])
}

// yuan writes fen as a decimal JSON number without needless zeros: 1196 is
// 11.96, 180 is 1.8, 300 is 3.
func yuan(fen int64) json.Number {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	text := strconv.FormatInt(fen/100, 10)
	if cents := fen % 100; cents != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%02d", cents), "0")
	}
	return json.Number(sign + text)
}
