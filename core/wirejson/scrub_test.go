package wirejson

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestScrubKeepsDigitsAndLosesPeople(t *testing.T) {
	got := Scrub([]byte(`{"id":2257164624870311973,"Mobile":"13912345678","nested":[{"toFullName":"张三","area":"普陀区"}],` +
		`"json":"{\"phone\":\"13912345678\",\"sku\":1}","zip":null,"note":"{broken & <b>"}`))
	require.JSONEq(t, `{"id":2257164624870311973,"Mobile":"[redacted]","nested":[{"toFullName":"[redacted]","area":"普陀区"}],`+
		`"json":{"phone":"[redacted]","sku":1},"zip":null,"note":"{broken & <b>"}`, string(got))
	require.Contains(t, string(got), "2257164624870311973")
	require.Nil(t, Scrub([]byte(`{`)))
}

func TestCleanIsQuickOnlyWhereNothingIsToClean(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		for _, text := range []string{"a" + string(r) + "b", string(r)} {
			if clean(text) && strings.Map(cleanRune, text) != text {
				t.Fatalf("%U is passed over", r)
			}
		}
	}
	if clean("a\xffb") || !clean("中文 件 (S)") {
		t.Error("clean takes broken UTF-8, or nothing")
	}
}
