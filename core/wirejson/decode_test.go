package wirejson

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeRefusesWhatTheStandardDecoderTakes(t *testing.T) {
	rows := []struct{ rule, data, wantIn string }{
		{"duplicate key", `{"a":1,"a":2}`, "a: a key that is there twice"},
		{"keys equal under case folding", `{"id":1,"ID":2}`, "ID: a key that is there twice"},
		{"keys equal under Unicode folding", `{"k":1,"` + "\u212a" + `":2}`, "?: a key that is there twice"},
		{"escaped duplicate key", `{"a":1,"\u0061":2}`, "twice"},
		{"duplicate key below", `{"x":[{"a":1},{"b":1,"b":2}]}`, "x[1].b: a key"},
		{"trailing bytes", `{} x`, "not one JSON value"},
		{"a second value", `{} {}`, "not one JSON value"},
		{"nothing", ``, "not one JSON value"},
		{"trap 40: raw line break in a string", "{\"a\":\"1,\n2\"}", "not one JSON value"},
		{"trap 132: no JSON at all", `{"data":{...}..}`, "not one JSON value"},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "invalid UTF-8"},
		{"65 levels", strings.Repeat("[", 65) + strings.Repeat("]", 65), "more than 64 levels"},
		{"string over 64 KiB", `"` + strings.Repeat("x", maxString+1) + `"`, "a string over"},
		{"key over 64 KiB", `{"` + strings.Repeat("x", maxString+1) + `":1}`, "a string over"},
		{"array over 10,000", "[" + strings.Repeat("1,", maxElements) + "1]", "an array over"},
		{"F9: number bomb", "[" + strings.Repeat("9", 1_000_000) + "]", "a number over"},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			var into any
			err := Decode([]byte(row.data), &into)
			if err == nil || !strings.Contains(err.Error(), row.wantIn) {
				t.Errorf("Decode = %v, want an error with %q", err, row.wantIn)
			}
		})
	}
}

func TestDecodeTakesWhatIsJustWithinTheCaps(t *testing.T) {
	for rule, data := range map[string]string{
		"64 levels":               strings.Repeat("[", 64) + strings.Repeat("]", 64),
		"64 KiB string":           `"` + strings.Repeat("x", maxString) + `"`,
		"10,000 elements":         "[" + strings.Repeat("1,", maxElements-1) + "1]",
		"more than 10,000 keys":   manyKeys(maxElements + 1),
		"same key at two levels":  `{"data":{"data":{"data":1}}}`,
		"same key in two objects": `[{"a":1},{"a":2}]`,
		"text equal to its key":   `{"a":"a","b":"a"}`,
		"white space around":      " {} \n",
	} {
		var into any
		if err := Decode([]byte(data), &into); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":1`, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestTrap3UntypedNumbersKeepTheirDigits(t *testing.T) {
	var into map[string]any
	if err := Decode([]byte(`{"id":2257164624870311973,"list":[600126245031041190]}`), &into); err != nil {
		t.Fatal(err)
	}
	back, _ := json.Marshal(into)
	if want := `{"id":2257164624870311973,"list":[600126245031041190]}`; string(back) != want {
		t.Errorf("after a round trip %s, want %s", back, want)
	}
}

func TestErrorsNameThePlaceAndHoldNoValue(t *testing.T) {
	type inner struct {
		ID     ID                      `json:"id"`
		Count  Int                     `json:"count"`
		Plain  int64                   `json:"plain"`
		Tagged int64                   `json:"tagged,string"`
		Own    own                     `json:"own"`
		Deep   Embedded[map[string]ID] `json:"deep"`
	}
	type outer struct {
		Data  Embedded[inner] `json:"data"`
		Items List[inner]     `json:"items"`
	}
	const secret = "SecretStreet-13800138000"
	rows := []struct{ data, wantIn string }{
		{`{"data":{"id":true}}`, "data.id: bool where ID"},
		{`{"data":{"id":1.380013800013}}`, "data.id: a number that is no exact integer"},
		{`{"data":{"count":"` + secret + `"}}`, "data.count: a string that is no whole number"},
		{`{"data":{"plain":"` + secret + `"}}`, "data.plain: string where int64"},
		{`{"data":{"plain":13800138000.5}}`, "data.plain: number where int64"},
		{`{"data":{"tagged":"` + secret + `"}}`, ""},
		{`{"data":{"own":"` + secret + `"}}`, ""},
		{`{"items":[{"id":[]}]}`, "items.id: array where ID"},
		{`{"data":"` + secret + `"}`, "data: a string without an object"},
		{`{"data":"{\"id\":[\"` + secret + `\"]}"}`, "data.id: array where ID"},
		{`{"data":"{\"id\":1,\"id\":\"` + secret + `\"}"}`, "data.id: a string (it holds: a key that is there twice)"},
		{`{"data":{"deep":"{\"` + secret + `\":1,\"` + secret + `\":1}"}}`, "data.deep.?"},
		{`{"` + secret + `":1,"` + secret + `":2}`, "?: a key"},
		{`{"13800138000":1,"13800138000":2}`, "?: a key"},
	}
	for _, row := range rows {
		var into outer
		err := Decode([]byte(row.data), &into)
		if err == nil || !strings.Contains(err.Error(), row.wantIn) {
			t.Errorf("Decode(%s) = %v, want %q", row.data, err, row.wantIn)
			continue
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "1380013800") {
			t.Errorf("Decode(%s) repeats a value: %v", row.data, err)
		}
	}
}

// own is a type of an author whose error says too much.
type own struct{}

func (*own) UnmarshalJSON(data []byte) error { return fmt.Errorf("cannot read %s", data) }

// samples are the payloads that the gateways' pages print.
func samples(t testing.TB) map[string][]byte {
	found := map[string][]byte{}
	for _, pattern := range []string{"*/*.json", "*/*/*.json"} {
		names, err := filepath.Glob(filepath.Join("../../testdata/wire", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = data
		}
	}
	if len(found) < 5 {
		t.Fatalf("%d samples in testdata/wire, want at least 5", len(found))
	}
	return found
}

func TestDecodeTakesEverySample(t *testing.T) {
	for name, data := range samples(t) {
		var into any
		if err := Decode(data, &into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTrap40TheOriginalSampleIsNoJSON(t *testing.T) {
	data, err := os.ReadFile("../../testdata/wire/1688/pandapon/price_modify.callback.original.txt")
	if err != nil {
		t.Fatal(err)
	}
	var into any
	if err := Decode(data, &into); err == nil {
		t.Error("Decode took raw line breaks inside a string; the file must be kept byte for byte")
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	f.Add([]byte(`{"a":"{\"a\":[1,2]}","b":[{"id":9007199254740993}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var into any
		if Decode(data, &into) != nil {
			return
		}
		once, err := json.Marshal(into)
		if err != nil {
			t.Fatalf("a decoded value cannot be written: %v", err)
		}
		var again any
		if err := unmarshal(once, &again); err != nil || !reflect.DeepEqual(into, again) {
			t.Errorf("not the same after a round trip: %v, %v, %v", into, again, err)
		}
	})
}
