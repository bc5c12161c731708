package money_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core/money"
)

func TestJSONForm(t *testing.T) {
	got, err := json.Marshal([]any{
		money.FromFen(23200), money.Amount{}, money.MustParseUnit("0.035", money.CNY), money.UnitPrice{},
	})
	require.NoError(t, err)
	assert.Equal(t, `[{"amount":"232.00","currency":"CNY"},null,{"amount":"0.035","currency":"CNY"},null]`, string(got))
}

func TestOmitzeroKeepsZeroYuanAndDropsTheAbsentAmount(t *testing.T) {
	type totals struct {
		Goods    money.Amount    `json:"goods,omitzero"`
		Shipping money.Amount    `json:"shipping,omitzero"`
		Price    money.UnitPrice `json:"price,omitzero"`
		Gone     money.UnitPrice `json:"gone,omitzero"`
	}
	got, err := json.Marshal(totals{Goods: money.FromFen(0), Price: money.UnitFromFen(0)})
	require.NoError(t, err)
	assert.Equal(t, `{"goods":{"amount":"0.00","currency":"CNY"},"price":{"amount":"0.00","currency":"CNY"}}`, string(got))
}

func TestUnmarshalJSONTakesSpaceOrderAndEscapes(t *testing.T) {
	for _, text := range []string{
		`{"amount":"232.00","currency":"CNY"}`,
		` { "currency" : "CNY" ,` + "\n" + ` "amount" : "232" } `,
		`{"amount":"\u0032\u0033\u0032","currency":"CNY"}`,
	} {
		var got money.Amount
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, money.FromFen(23200), got, text)
	}
}

func TestUnmarshalJSONOfNullIsAbsent(t *testing.T) {
	amount, price := money.FromFen(1), money.UnitFromFen(1)
	require.NoError(t, json.Unmarshal([]byte("null"), &amount))
	require.NoError(t, json.Unmarshal([]byte("null"), &price))
	assert.False(t, amount.IsSet())
	assert.False(t, price.IsSet())
}

func TestUnmarshalJSONIsStrict(t *testing.T) {
	for text, want := range map[string]error{
		``:                                   money.ErrSyntax,
		`{`:                                  money.ErrSyntax,
		`{}`:                                 money.ErrSyntax,
		`[]`:                                 money.ErrSyntax,
		`232.00`:                             money.ErrSyntax,
		`"232.00"`:                           money.ErrSyntax,
		`true`:                               money.ErrSyntax,
		`{"amount":232.00,"currency":"CNY"}`: money.ErrSyntax,
		`{"amount":1e1000000000,"currency":"CNY"}`:                         money.ErrSyntax,
		`{"amount":null,"currency":"CNY"}`:                                 money.ErrSyntax,
		`{"amount":["1"],"currency":"CNY"}`:                                money.ErrSyntax,
		`{"amount":{"amount":"1"},"currency":"CNY"}`:                       money.ErrSyntax,
		`{"amount":"232.00"}`:                                              money.ErrSyntax,
		`{"currency":"CNY"}`:                                               money.ErrSyntax,
		`{"amount":"1","currency":"CNY","unit":"fen"}`:                     money.ErrSyntax,
		`{"Amount":"1","currency":"CNY"}`:                                  money.ErrSyntax,
		`{"amount":"1","amount":"2","currency":"CNY"}`:                     money.ErrSyntax,
		`{"amount":"1","currency":"CNY"}{}`:                                money.ErrSyntax,
		`{"amount":"1","currency":"CNY"} x`:                                money.ErrSyntax,
		`{"amount":"1","currency":"CNY",}`:                                 money.ErrSyntax,
		`{"amount","1","currency","CNY"}`:                                  money.ErrSyntax,
		"{\"amount\":\"1\xff\",\"currency\":\"CNY\"}":                      money.ErrSyntax,
		`{"amount":"1e3","currency":"CNY"}`:                                money.ErrSyntax,
		`{"amount":"1.000000001","currency":"CNY"}`:                        money.ErrPrecision,
		`{"amount":"1","currency":""}`:                                     money.ErrCurrency,
		`{"amount":"1","currency":"cny"}`:                                  money.ErrCurrency,
		`{"amount":"` + strings.Repeat("9", 1000) + `","currency":"CNY"}`:  money.ErrRange,
		`{"amount":"1","currency":"CNY"` + strings.Repeat(" ", 1024) + `}`: money.ErrRange,
	} {
		// The methods are called directly: json.Unmarshal would refuse some of it before them.
		amount, price := money.FromFen(7), money.UnitFromFen(7)
		assert.ErrorIs(t, amount.UnmarshalJSON([]byte(text)), want, "Amount from %.60s", text)
		assert.ErrorIs(t, price.UnmarshalJSON([]byte(text)), want, "UnitPrice from %.60s", text)
		assert.Equal(t, money.FromFen(7), amount, "an error must leave the amount as it was")
		assert.Equal(t, money.UnitFromFen(7), price, "an error must leave the price as it was")
	}
}

func TestAnAmountNeverReadsAUnitPrice(t *testing.T) {
	data, err := json.Marshal(money.MustParseUnit("0.035", money.CNY))
	require.NoError(t, err)
	var amount money.Amount
	assert.ErrorIs(t, json.Unmarshal(data, &amount), money.ErrPrecision)
	assert.ErrorIs(t, amount.UnmarshalText([]byte("0.035 CNY")), money.ErrPrecision)
}

func TestTextForm(t *testing.T) {
	for _, into := range []interface {
		encoding.TextUnmarshaler
		encoding.TextMarshaler
	}{new(money.Amount), new(money.UnitPrice)} {
		for _, text := range []string{"232.00 CNY", "-0.05 CNY", "7 JPY", ""} {
			require.NoError(t, into.UnmarshalText([]byte(text)), text)
			got, err := into.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, text, string(got))
		}
		assert.ErrorIs(t, into.UnmarshalText([]byte("232.00")), money.ErrSyntax)
		assert.ErrorIs(t, into.UnmarshalText([]byte("232.00 RMB")), money.ErrCurrency)
	}
}

func TestTheDecimalsOwnEntriesAreUnreachable(t *testing.T) {
	for _, v := range []any{new(money.Amount), new(money.UnitPrice)} {
		_, scans := v.(sql.Scanner)
		_, values := v.(driver.Valuer)
		_, binary := v.(encoding.BinaryUnmarshaler)
		_, hasIsZero := v.(interface{ IsZero() bool })
		assert.False(t, scans || values || binary, "%T must not show the decimal's SQL and binary forms", v)
		assert.False(t, hasIsZero, "%T must not have IsZero: omitzero would drop 0.00 CNY", v)
	}
}
