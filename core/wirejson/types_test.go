package wirejson

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core/money"
)

// asJSON decodes one value and gives it back as JSON, or "error".
func asJSON[T any](data string) string {
	var into T
	if Decode([]byte(data), &into) != nil {
		return "error"
	}
	back, err := json.Marshal(into)
	if err != nil {
		return "not sent: " + err.Error()
	}
	return string(back)
}

func TestScalars(t *testing.T) {
	rows := []struct {
		rule string
		got  func(string) string
		data string
		want string
	}{
		{"trap 1: id as number", asJSON[ID], `2257164624870311973`, `"2257164624870311973"`},
		{"trap 7: id as string", asJSON[ID], `"2257164624870311973"`, `"2257164624870311973"`},
		{"trap 8: id null", asJSON[ID], `null`, `""`},
		{"trap 15: encrypted id", asJSON[ID], `"0TKFRHPSMug9XFLmzNmVXw"`, `"0TKFRHPSMug9XFLmzNmVXw"`},
		{"trap 20: refund id", asJSON[ID], `"TQ7257793022991577"`, `"TQ7257793022991577"`},
		{"id with an exponent", asJSON[ID], `2.05e18`, `error`},
		{"id with a fraction", asJSON[ID], `1.0`, `error`},
		{"id over int64", asJSON[ID], `12345678901234567890`, `error`},
		{"id as bool", asJSON[ID], `true`, `error`},
		{"id as object", asJSON[ID], `{}`, `error`},
		{"id over 256 bytes", asJSON[ID], `"` + strings.Repeat("7", 257) + `"`, `error`},

		{"trap 5: id sent as number", asJSON[IntID], `"2542285634920880794"`, `2542285634920880794`},
		{"trap 6: id read as number", asJSON[IntID], `2542285634920880794`, `2542285634920880794`},

		{"trap 24: text as number", asJSON[Text], `94`, `"94"`},
		{"text as bool", asJSON[Text], `true`, `"true"`},
		{"text null", asJSON[Text], `null`, `""`},
		{"trap 26: text as object", asJSON[Text], `{}`, `error`},

		{"trap 24: int as text", asJSON[Int], `"200"`, `200`},
		{"int as number", asJSON[Int], `1`, `1`},
		{"int whole with a point", asJSON[Int], `3.0`, `3`},
		{"int text with a point", asJSON[Int], `"3.00"`, `3`},
		{"int from Java", asJSON[Int], `1E+3`, `1000`},
		{"int zero from Java", asJSON[Int], `0E-10`, `0`},
		{"int negative", asJSON[Int], `-17`, `-17`},
		{"int largest", asJSON[Int], `9223372036854775807`, `9223372036854775807`},
		{"int too large", asJSON[Int], `9223372036854775808`, `error`},
		{"int fraction", asJSON[Int], `3.5`, `error`},
		{"int tiny fraction", asJSON[Int], `1E-19`, `error`},
		{"int word", asJSON[Int], `"many"`, `error`},
		{"int bool", asJSON[Int], `true`, `error`},
		{"int empty", asJSON[Int], `""`, `null`},
		{"int null", asJSON[Int], `null`, `null`},

		{"bool", asJSON[Bool], `true`, `true`},
		{"bool text", asJSON[Bool], `"false"`, `false`},
		{"bool null", asJSON[Bool], `null`, `null`},
		{"bool number", asJSON[Bool], `1`, `error`},

		{"number keeps its token", asJSON[Number], `8.960`, `"8.960"`},
		{"number text", asJSON[Number], `"140.0"`, `"140.0"`},
		{"number null", asJSON[Number], `null`, `""`},
		{"number bool", asJSON[Number], `true`, `error`},
		{"number object", asJSON[Number], `{}`, `error`},

		{"trap 31: list", asJSON[List[Text]], `["a","b"]`, `["a","b"]`},
		{"trap 31: list as its only object", asJSON[List[map[string]Int]], `{"a":1}`, `[{"a":1}]`},
		{"list null", asJSON[List[Text]], `null`, `null`},
		{"list as string", asJSON[List[Text]], `"a"`, `error`},

		{"trap 23: object", asJSON[Embedded[map[string]ID]], `{"id":9007199254740993}`, `{"id":"9007199254740993"}`},
		{"trap 23: object in a string", asJSON[Embedded[map[string]ID]], `"{\"id\":9007199254740993}"`, `{"id":"9007199254740993"}`},
		{"trap 38: array in a string", asJSON[Embedded[List[Int]]], `" [1, 2]"`, `[1,2]`},
		{"embedded null", asJSON[Embedded[List[Int]]], `null`, `null`},
		{"embedded empty", asJSON[Embedded[List[Int]]], `""`, `null`},
		{"only one level", asJSON[Embedded[List[Int]]], `"\"[1]\""`, `error`},
		{"F11 inside a string", asJSON[Embedded[map[string]Int]], `"{\"a\":1,\"A\":2}"`, `error`},
		{"trailing bytes inside a string", asJSON[Embedded[map[string]Int]], `"{} x"`, `error`},
		{"trap 28: another shape", asJSON[Embedded[map[string]Int]], `true`, `error`},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			if got := row.got(row.data); got != row.want {
				t.Errorf("%s became %s, want %s", row.data, got, row.want)
			}
		})
	}
}

func TestIntIDIsSentOnlyAsAnExactInteger(t *testing.T) {
	for _, id := range []IntID{"", "0TKFRHPSMug9XFLmzNmVXw", "1e3", "007", "-5", "+5", "9223372036854775808"} {
		if sent, err := json.Marshal(id); err == nil {
			t.Errorf("IntID %q was sent as %s, want an error", id, sent)
		}
	}
}

func TestAnAbsentMemberIsNotNullIsNotZero(t *testing.T) {
	var into struct{ A, B, C Int }
	if err := Decode([]byte(`{"B":null,"C":0}`), &into); err != nil {
		t.Fatal(err)
	}
	if into.A.Set || into.B.Set || !into.C.Set {
		t.Errorf("got %+v, want only C set", into)
	}
}

func TestNumberTakesTheUnitFromTheCaller(t *testing.T) {
	amount := func(a money.Amount, err error) string { return shownAmount(a.String(), err) }
	price := func(p money.UnitPrice, err error) string { return shownAmount(p.String(), err) }
	rows := []struct{ trap, got, want string }{
		{"66 yuan with decimals", amount(Number("11.96").Yuan()), "11.96 CNY"},
		{"66 yuan that looks like fen", amount(Number("19").Yuan()), "19.00 CNY"},
		{"66 fen", amount(Number("22500").Fen()), "225.00 CNY"},
		{"66 fen with a point", amount(Number("225.00").Fen()), "syntax"},
		{"fen with an exponent", amount(Number("1E+3").Fen()), "syntax"},
		{"fen with a leading zero", amount(Number("0100").Fen()), "syntax"},
		{"fen over int64", amount(Number("9223372036854775808").Fen()), "syntax"},
		{"72 negative fen", amount(Number("-3989").Fen()), "-39.89 CNY"},
		{"74 exact", amount(Number("8.96").Yuan()), "8.96 CNY"},
		{"76 uneven decimals", amount(Number("140.0").Yuan()), "140.00 CNY"},
		{"yuan from Java", amount(Number("1E+3").Yuan()), "1000.00 CNY"},
		{"part of a fen", amount(Number("0.035").Yuan()), "precision"},
		{"unit price in parts of a fen", price(Number("0.035").UnitYuan()), "0.035 CNY"},
		{"unit price in fen", price(Number("7500").UnitFen()), "75.00 CNY"},
		{"34 absent", amount(Number("").Yuan()), ""},
		{"34 absent price", price(Number("").UnitFen()), ""},
		{"49 text", amount(Number("{price=53.00}").Yuan()), "syntax"},
		{"F9 bomb", amount(Number("1e1000000000").Yuan()), "range"},
	}
	for _, row := range rows {
		if row.got != row.want {
			t.Errorf("trap %s: got %q, want %q", row.trap, row.got, row.want)
		}
	}
}

func shownAmount(text string, err error) string {
	for name, kind := range map[string]error{"syntax": money.ErrSyntax, "precision": money.ErrPrecision, "range": money.ErrRange} {
		if errors.Is(err, kind) {
			return name
		}
	}
	if err != nil {
		return err.Error()
	}
	return text
}

func TestNumberErrorsDoNotRepeatTheText(t *testing.T) {
	_, err := Number("SecretStreet 7").Yuan()
	if err == nil || strings.Contains(err.Error(), "SecretStreet") {
		t.Errorf("got %v, want an error without the text", err)
	}
}

func TestClean(t *testing.T) {
	rows := []struct{ rule, in, want string }{
		{"control", "a\x1b[31mb\x00\u0085", "a[31mb"},
		{"line breaks", "a\r\nb\tc\u2028d", "a  b c d"},
		{"bidi", "a\u202eb\u2066c\u200f\u061cd", "abcd"},
		{"UTF-8", "a\xffb", "a\uFFFDb"},
		{"Chinese stays", "颜色（白）", "颜色（白）"},
	}
	for _, row := range rows {
		if got := Clean(row.in); got != row.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", row.rule, row.in, got, row.want)
		}
	}
}

func TestTrap41CleanURL(t *testing.T) {
	const want = "https://cbu01.alicdn.com/img/a b.jpg"
	for _, in := range []string{"https: //cbu01.alicdn.com/img/a b.jpg", " https:  //cbu01.alicdn.com/img/a b.jpg\n", want} {
		if got := CleanURL(in); got != want {
			t.Errorf("CleanURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzID(f *testing.F) {
	for _, seed := range []string{`2257164624870311973`, `"TQ7257793022991577"`, `null`, `2.05e18`, `-0`, `""`, `true`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		var id ID
		if Decode([]byte(data), &id) != nil {
			return
		}
		data = strings.TrimSpace(data)
		if kindOf([]byte(data)) == "number" && string(id) != data {
			t.Errorf("the number %s became the id %q", data, id)
		}
		sent, err := json.Marshal(IntID(id))
		if err == nil && string(sent) != string(id) {
			t.Errorf("the id %q is sent as %s", id, sent)
		}
	})
}
