package money_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core/money"
)

func TestCurrenciesDoNotMix(t *testing.T) {
	yuan, dollar, absent := money.FromFen(100), money.MustParse("1.00", money.USD), money.Amount{}
	for _, tt := range []struct {
		a, b money.Amount
		want error
	}{
		{yuan, dollar, money.ErrCurrencyMismatch},
		{yuan, absent, money.ErrCurrency},
		{absent, yuan, money.ErrCurrency},
		{absent, absent, money.ErrCurrency},
	} {
		_, err := tt.a.Cmp(tt.b)
		assert.ErrorIs(t, err, tt.want, "Cmp")
		_, err = tt.a.Add(tt.b)
		assert.ErrorIs(t, err, tt.want, "Add")
		_, err = tt.a.Sub(tt.b)
		assert.ErrorIs(t, err, tt.want, "Sub")
		_, err = money.Sum(money.CNY, tt.a, tt.b)
		assert.ErrorIs(t, err, tt.want, "Sum")
	}
	assert.False(t, yuan.Equal(dollar))
	_, err := absent.Mul(2)
	assert.ErrorIs(t, err, money.ErrCurrency)
	_, err = absent.Split(2)
	assert.ErrorIs(t, err, money.ErrCurrency)
}

func TestCmpOrdersByValue(t *testing.T) {
	low, high := money.MustParse("8.96", money.CNY), money.MustParse("10", money.CNY)
	for _, tt := range []struct {
		a, b money.Amount
		want int
	}{{low, high, -1}, {high, low, 1}, {low, low, 0}} {
		got, err := tt.a.Cmp(tt.b)
		require.NoError(t, err)
		assert.Equal(t, tt.want, got, "%s against %s", tt.a, tt.b)
	}
}

func TestResultsAreBoundedAgain(t *testing.T) {
	largest := money.MustParse(strings.Repeat("9", 36)+".99", money.CNY)
	_, err := largest.Add(money.FromFen(1))
	assert.ErrorIs(t, err, money.ErrRange, "Add")
	_, err = largest.Mul(math.MaxInt64)
	assert.ErrorIs(t, err, money.ErrRange, "Mul")
	negative, err := largest.Mul(-1)
	require.NoError(t, err)
	_, err = negative.Sub(money.FromFen(1))
	assert.ErrorIs(t, err, money.ErrRange, "Sub")
	_, err = money.Sum(money.CNY, largest, largest)
	assert.ErrorIs(t, err, money.ErrRange, "Sum")
	_, err = money.MustParseUnit(strings.Repeat("9", 36), money.CNY).Total(math.MaxInt64, money.Exact)
	assert.ErrorIs(t, err, money.ErrRange, "Total")
}

func TestSumOfNothingIsZeroInTheCurrency(t *testing.T) {
	got, err := money.Sum(money.CNY)
	require.NoError(t, err)
	assert.Equal(t, "0.00 CNY", got.String())
}

func TestSplitGivesTheRemainderToTheFirstParts(t *testing.T) {
	for _, tt := range []struct {
		amount money.Amount
		parts  int
		want   string
	}{
		{money.FromFen(1000), 3, "3.34 3.33 3.33"},
		{money.FromFen(-1000), 3, "-3.34 -3.33 -3.33"},
		{money.FromFen(2), 4, "0.01 0.01 0.00 0.00"},
		{money.FromFen(0), 2, "0.00 0.00"},
		{money.FromFen(896), 1, "8.96"},
		{money.MustParse("5", money.JPY), 2, "3 2"},
	} {
		shares, err := tt.amount.Split(tt.parts)
		require.NoError(t, err)
		var got []string
		for _, share := range shares {
			got = append(got, share.Decimal())
		}
		assert.Equal(t, tt.want, strings.Join(got, " "), "%s in %d parts", tt.amount, tt.parts)
	}
}

func TestSplitRefusesSenselessCounts(t *testing.T) {
	for _, parts := range []int{0, -1, math.MinInt, 10_001, math.MaxInt} {
		_, err := money.FromFen(1).Split(parts)
		assert.ErrorIs(t, err, money.ErrRange, "%d parts", parts)
	}
}
