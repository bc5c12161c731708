package money_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core/money"
)

func TestUnitPricePrintsMoreDecimalsOnlyWhenNeeded(t *testing.T) {
	for text, want := range map[string]string{
		"8":          "8.00 CNY",
		"8.960":      "8.96 CNY",
		"0.035":      "0.035 CNY",
		"0.03500000": "0.035 CNY",
		"0.00000001": "0.00000001 CNY",
		"-0":         "0.00 CNY",
	} {
		got, err := money.ParseUnit(text, money.CNY)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.String(), "ParseUnit(%q)", text)
	}
}

func TestParseUnitKeepsTheGrammarOfAmounts(t *testing.T) {
	for text, want := range map[string]error{
		"0.000000001": money.ErrPrecision,
		"0.000000000": money.ErrPrecision,
		"1e3":         money.ErrSyntax,
		"01":          money.ErrSyntax,
		"+1":          money.ErrSyntax,
		"１":           money.ErrSyntax,
	} {
		_, err := money.ParseUnit(text, money.CNY)
		assert.ErrorIs(t, err, want, "ParseUnit(%q)", text)
	}
}

func TestTotalRoundsOnceAndOnlyAsItIsTold(t *testing.T) {
	const refused = "refused"
	for _, tt := range []struct {
		price                   string
		quantity                int64
		exact, halfUp, up, down string
	}{
		{"0.035", 1000, "35.00", "35.00", "35.00", "35.00"},
		{"0.035", 1, refused, "0.04", "0.04", "0.03"},
		{"0.035", 3, refused, "0.11", "0.11", "0.10"},
		{"0.034", 1, refused, "0.03", "0.04", "0.03"},
		{"-0.035", 1, refused, "-0.04", "-0.04", "-0.03"},
		{"-0.034", 1, refused, "-0.03", "-0.04", "-0.03"},
		{"0.00000001", 1, refused, "0.00", "0.01", "0.00"},
		{"8.96", 2, "17.92", "17.92", "17.92", "17.92"},
		{"8.96", 0, "0.00", "0.00", "0.00", "0.00"},
	} {
		price := money.MustParseUnit(tt.price, money.CNY)
		for r, want := range map[money.Rounding]string{
			money.Exact: tt.exact, money.HalfUp: tt.halfUp, money.Up: tt.up, money.Down: tt.down,
		} {
			got, err := price.Total(tt.quantity, r)
			if want == refused {
				assert.ErrorIs(t, err, money.ErrPrecision)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, want, got.Decimal(), "%d times %s, rounding %d", tt.quantity, price, r)
		}
	}
}

func TestTotalRefusesSenselessArguments(t *testing.T) {
	price := money.UnitFromFen(100)
	_, err := price.Total(-1, money.Exact)
	assert.ErrorIs(t, err, money.ErrRange)
	_, err = price.Total(1, money.Down+1)
	assert.ErrorIs(t, err, money.ErrRange)
	_, err = money.UnitPrice{}.Total(1, money.Exact)
	assert.ErrorIs(t, err, money.ErrCurrency)
}

func TestTheZeroRoundingIsExact(t *testing.T) {
	var r money.Rounding
	_, err := money.MustParseUnit("0.035", money.CNY).Total(1, r)
	assert.ErrorIs(t, err, money.ErrPrecision)
}

func TestFenOfAPriceAreWholeOrRefused(t *testing.T) {
	got, err := money.MustParseUnit("8.96", money.CNY).Fen()
	require.NoError(t, err)
	assert.Equal(t, int64(896), got)

	_, err = money.MustParseUnit("0.035", money.CNY).Fen()
	assert.ErrorIs(t, err, money.ErrPrecision)
	assert.ErrorContains(t, err, "0.035 CNY is not a whole number of fen")
	_, err = money.MustParseUnit("1", money.USD).Fen()
	assert.ErrorIs(t, err, money.ErrCurrencyMismatch)
	_, err = money.UnitPrice{}.Fen()
	assert.ErrorIs(t, err, money.ErrCurrency)
	_, err = money.MustParseUnit("92233720368547758.08", money.CNY).Fen()
	assert.ErrorIs(t, err, money.ErrRange)
}

func TestTheZeroUnitPriceIsAbsent(t *testing.T) {
	var absent money.UnitPrice
	assert.False(t, absent.IsSet())
	assert.Empty(t, absent.String())
	assert.Empty(t, absent.Decimal())
	assert.Empty(t, absent.Currency())
	assert.Zero(t, absent.Sign())
	assert.True(t, absent.Equal(money.UnitPrice{}))
	assert.False(t, absent.Equal(money.UnitFromFen(0)))
}
