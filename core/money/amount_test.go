package money_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core/money"
)

func TestParsePrintsTheCurrencysDecimals(t *testing.T) {
	for _, tt := range []struct {
		text     string
		currency money.Currency
		want     string
	}{
		{"232.00", "CNY", "232.00 CNY"},
		{"232", "CNY", "232.00 CNY"},
		{"8.9", "CNY", "8.90 CNY"},
		{"0", "CNY", "0.00 CNY"},
		{"-0", "CNY", "0.00 CNY"},
		{"-0.00", "CNY", "0.00 CNY"},
		{"-0.05", "CNY", "-0.05 CNY"},
		{"100", "JPY", "100 JPY"},
		{"1.005", "KWD", "1.005 KWD"},
		{"1", "CLF", "1.0000 CLF"},
		{strings.Repeat("9", 36) + ".99", "CNY", strings.Repeat("9", 36) + ".99 CNY"},
	} {
		got, err := money.Parse(tt.text, tt.currency)
		require.NoError(t, err, tt.text)
		assert.Equal(t, tt.want, got.String(), "Parse(%q, %s)", tt.text, tt.currency)
	}
}

// hostile is refused by every parser of this package, in either grammar.
var hostile = []struct {
	text string
	want error
}{
	{"", money.ErrSyntax},
	{"-", money.ErrSyntax},
	{"--1", money.ErrSyntax},
	{"+1", money.ErrSyntax},
	{"1.", money.ErrSyntax},
	{".5", money.ErrSyntax},
	{".", money.ErrSyntax},
	{"1.2.3", money.ErrSyntax},
	{"1,000", money.ErrSyntax},
	{"1_000", money.ErrSyntax},
	{"1 000", money.ErrSyntax},
	{" 1", money.ErrSyntax},
	{"1 ", money.ErrSyntax},
	{"1\n", money.ErrSyntax},
	{"1\x00", money.ErrSyntax},
	{"NaN", money.ErrSyntax},
	{"Infinity", money.ErrSyntax},
	{"-Inf", money.ErrSyntax},
	{"null", money.ErrSyntax},
	{"0x10", money.ErrSyntax},
	{"¥1", money.ErrSyntax},
	{"１２", money.ErrSyntax},
	{"٣", money.ErrSyntax},
	{"\u22121", money.ErrSyntax},
	{"\xff", money.ErrSyntax},
	{strings.Repeat("9", 39), money.ErrRange},
	{strings.Repeat("9", 37), money.ErrRange},
	{"0." + strings.Repeat("0", 38), money.ErrRange},
	{strings.Repeat("1", 65), money.ErrRange},
	{strings.Repeat("x", 65), money.ErrRange}, // the length is looked at before the letters
	{strings.Repeat("9", 10<<20), money.ErrRange},
	{"0." + strings.Repeat("0", 10<<20), money.ErrRange},
	{"8.961", money.ErrPrecision},
	{"0.035", money.ErrPrecision},
}

func TestParseRefusesWhatIsNotInTheGrammar(t *testing.T) {
	onlyAmount := []struct {
		text string
		want error
	}{
		{"01", money.ErrSyntax},
		{"00", money.ErrSyntax},
		{"-01", money.ErrSyntax},
		{"00.5", money.ErrSyntax},
		{"1e3", money.ErrSyntax},
		{"1E+3", money.ErrSyntax},
		{"0E-10", money.ErrSyntax},
		{"1e1000000000", money.ErrSyntax},
		{"1.000", money.ErrPrecision}, // zeros too: the caller's idea of the unit may be wrong
	}
	for _, tt := range append(onlyAmount, hostile...) {
		got, err := money.Parse(tt.text, money.CNY)
		assert.ErrorIs(t, err, tt.want, "Parse(%.40q)", tt.text)
		assert.False(t, got.IsSet(), "a refused text must give the absent amount")
		assert.ErrorContains(t, err, fmt.Sprintf("%q", tt.text[:min(len(tt.text), 64)]), "refused on the text, which the error quotes")
		assert.Less(t, len(err.Error()), 500, "an error must not carry long input")
	}
}

func TestParseRefusesDecimalsThatTheCurrencyLacks(t *testing.T) {
	_, err := money.Parse("1.0", money.JPY)
	assert.ErrorIs(t, err, money.ErrPrecision)
	_, err = money.Parse("1.0001", "KWD")
	assert.ErrorIs(t, err, money.ErrPrecision)
}

func TestConstructorsRefuseUnknownCurrencies(t *testing.T) {
	for _, c := range []money.Currency{"", "cny", "ZZZ"} {
		_, err := money.Parse("1", c)
		assert.ErrorIs(t, err, money.ErrCurrency)
		_, err = money.ParseWire("1", c)
		assert.ErrorIs(t, err, money.ErrCurrency)
		_, err = money.FromMinor(1, c)
		assert.ErrorIs(t, err, money.ErrCurrency)
		_, err = money.ParseUnit("1", c)
		assert.ErrorIs(t, err, money.ErrCurrency)
		_, err = money.ParseUnitWire("1", c)
		assert.ErrorIs(t, err, money.ErrCurrency)
		_, err = money.Sum(c)
		assert.ErrorIs(t, err, money.ErrCurrency)
	}
}

func TestYuanBecomeFenExactly(t *testing.T) {
	for yuan, want := range map[string]int64{
		"8.96": 896, "8.960": 896, "0.01": 1, "-0.05": -5, "1E+3": 100000, "0E-10": 0,
		"92233720368547758.07": math.MaxInt64, "-92233720368547758.08": math.MinInt64,
	} {
		amount, err := money.FromYuan(yuan)
		require.NoError(t, err, yuan)
		got, err := amount.Minor()
		require.NoError(t, err, yuan)
		assert.Equal(t, want, got, "%s yuan in fen", yuan)
		assert.True(t, money.FromFen(want).Equal(amount), "FromFen(%d)", want)
	}
}

func TestMinorRefusesWhatDoesNotFit(t *testing.T) {
	_, err := money.MustParse("92233720368547758.08", money.CNY).Minor()
	assert.ErrorIs(t, err, money.ErrRange)
	_, err = money.Amount{}.Minor()
	assert.ErrorIs(t, err, money.ErrCurrency)
}

func TestParseTextNeedsOneNumberAndOneCurrency(t *testing.T) {
	got, err := money.ParseText("232.00 CNY")
	require.NoError(t, err)
	assert.Equal(t, money.FromFen(23200), got)

	for text, want := range map[string]error{
		"":                                 money.ErrSyntax,
		"232.00":                           money.ErrSyntax,
		"CNY":                              money.ErrSyntax,
		" CNY":                             money.ErrSyntax,
		"232.00 ":                          money.ErrCurrency,
		"232.00 cny":                       money.ErrCurrency,
		"232.00  CNY":                      money.ErrCurrency,
		"232.00 CNY ":                      money.ErrCurrency,
		"232.00\tCNY":                      money.ErrSyntax,
		"CNY 232.00":                       money.ErrCurrency,
		"1.000 CNY":                        money.ErrPrecision,
		"1e3 CNY":                          money.ErrSyntax,
		strings.Repeat("9", 10<<20):        money.ErrRange,
		"1 " + strings.Repeat("C", 10<<20): money.ErrRange,
	} {
		_, err := money.ParseText(text)
		assert.ErrorIs(t, err, want, "ParseText(%.40q)", text)
	}
}

func TestTheZeroAmountIsAbsentAndNotZeroYuan(t *testing.T) {
	var absent money.Amount
	assert.False(t, absent.IsSet())
	assert.Empty(t, absent.String())
	assert.Empty(t, absent.Decimal())
	assert.Empty(t, absent.Currency())
	assert.Zero(t, absent.Sign())
	assert.True(t, absent.Equal(money.Amount{}))
	assert.True(t, money.FromFen(0).IsSet())
	assert.False(t, absent.Equal(money.FromFen(0)))
}

func TestEqualAmountsAreEqualInMemoryHoweverTheyWereMade(t *testing.T) {
	sum, err := money.FromFen(150).Add(money.FromFen(-150))
	require.NoError(t, err)
	product, err := money.FromFen(896).Mul(0)
	require.NoError(t, err)
	rounded, err := money.MustParseUnit("0.001", money.CNY).Total(1, money.HalfUp)
	require.NoError(t, err)
	cut, err := money.MustParseUnit("0.00000001", money.CNY).Total(3, money.Down)
	require.NoError(t, err)
	for _, zero := range []money.Amount{sum, product, rounded, cut, money.MustParse("-0", money.CNY)} {
		assert.Equal(t, money.FromFen(0), zero, "reflect.DeepEqual must see one zero")
	}
	assert.Equal(t, money.FromFen(23200), money.MustParse("232", money.CNY))
	assert.Equal(t, money.UnitFromFen(800), money.MustParseUnit("8.00000000", money.CNY))
}

func TestMustParsePanics(t *testing.T) {
	assert.Panics(t, func() { money.MustParse("1e3", money.CNY) })
	assert.Panics(t, func() { money.MustParseUnit("1e3", money.CNY) })
}
