package money_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core/money"
)

func TestParseWireReadsNumbersAsGatewaysPrintThem(t *testing.T) {
	for text, want := range map[string]string{
		"232":                                   "232.00",
		"232.0":                                 "232.00",
		"232.000000":                            "232.00",
		"1E+3":                                  "1000.00",
		"1e3":                                   "1000.00",
		"1E03":                                  "1000.00",
		"0E-10":                                 "0.00",
		"-0E+18":                                "0.00",
		"0E+18":                                 "0.00",
		"8.96E0":                                "8.96",
		"8.96E-0":                               "8.96",
		"896e-2":                                "8.96",
		"5E-2":                                  "0.05",
		"-5E-2":                                 "-0.05",
		"0.0000896e5":                           "8.96",
		"007.50":                                "7.50",
		"1000000000000000000E-18":               "1.00",
		"1E+18":                                 "1000000000000000000.00",
		"0." + strings.Repeat("0", 18):          "0.00",
		strings.Repeat("0", 36) + "89e-1":       "8.90",
		"0." + strings.Repeat("0", 36) + "E+18": "0.00",
	} {
		got, err := money.ParseWire(text, money.CNY)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.Decimal(), "ParseWire(%q)", text)
	}
}

func TestParseWireRefusesWhatItCannotReadExactly(t *testing.T) {
	onlyWire := []struct {
		text string
		want error
	}{
		{"1e", money.ErrSyntax},
		{"1e+", money.ErrSyntax},
		{"1e-+3", money.ErrSyntax},
		{"1e+-3", money.ErrSyntax},
		{"e3", money.ErrSyntax},
		{"1e3.0", money.ErrSyntax},
		{"1e3 ", money.ErrSyntax},
		{"1ee3", money.ErrSyntax},
		{"1x3", money.ErrSyntax},
		{"1e３", money.ErrSyntax},
		{"1e1000000000", money.ErrRange},
		{"1e-1000000000", money.ErrRange},
		{"1e" + strings.Repeat("9", 62), money.ErrRange},
		{"1e" + strings.Repeat("9", 10<<20), money.ErrRange},
		{"0e19", money.ErrRange},
		{"0e-19", money.ErrRange},
		{"0e001", money.ErrRange},
		{"0.0e-18", money.ErrRange},
		{"0." + strings.Repeat("0", 19), money.ErrRange},
		{strings.Repeat("9", 19) + "e18", money.ErrRange},
		{"8.965E0", money.ErrPrecision},
		{"1E-3", money.ErrPrecision},
	}
	for _, tt := range append(onlyWire, hostile...) {
		got, err := money.ParseWire(tt.text, money.CNY)
		assert.ErrorIs(t, err, tt.want, "ParseWire(%.40q)", tt.text)
		assert.False(t, got.IsSet(), "a refused text must give the absent amount")
	}
}

func TestParseUnitWireKeepsEightDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"3.5E-2":        "0.035",
		"0.0350000000":  "0.035",
		"8":             "8.00",
		"1E-8":          "0.00000001",
		"0.12345678000": "0.12345678",
	} {
		got, err := money.ParseUnitWire(text, money.CNY)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.Decimal(), "ParseUnitWire(%q)", text)
	}
	_, err := money.ParseUnitWire("1E-9", money.CNY)
	assert.ErrorIs(t, err, money.ErrPrecision)
	_, err = money.ParseUnitWire("1e1000000000", money.CNY)
	assert.ErrorIs(t, err, money.ErrRange)
}
