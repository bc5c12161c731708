package money_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sampan-go/sampan/core/money"
)

func TestCurrencyDecimalsFollowISO4217(t *testing.T) {
	for code, want := range map[money.Currency]int{
		"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "GBP": 2, "TWD": 2, "MOP": 2, "HUF": 2, "IDR": 2, "XCG": 2,
		"JPY": 0, "KRW": 0, "VND": 0, "ISK": 0, "CLP": 0, "UGX": 0, "XOF": 0,
		"KWD": 3, "BHD": 3, "TND": 3, "IQD": 3,
		"CLF": 4, "UYW": 4,
	} {
		got, ok := code.Decimals()
		assert.True(t, ok, "%s must be in the table", code)
		assert.Equal(t, want, got, "decimals of %s", code)
	}
}

func TestParseCurrencyRefusesUnknownCodesAndNamesThem(t *testing.T) {
	for _, text := range []string{"", "cny", "RMB", "CNY ", " CNY", "¥", "XXX", "XAU", "DEM", strings.Repeat("C", 1<<20)} {
		_, err := money.ParseCurrency(text)
		assert.ErrorIs(t, err, money.ErrCurrency, "%.20q", text)
		assert.Less(t, len(err.Error()), 300, "an error must not carry long input")
	}
	_, err := money.ParseCurrency("RMB")
	assert.ErrorContains(t, err, `"RMB"`)

	c, err := money.ParseCurrency("CNY")
	assert.NoError(t, err)
	assert.Equal(t, money.CNY, c)
}
