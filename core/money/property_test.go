package money_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core/money"
)

var (
	currencies = rapid.SampledFrom([]money.Currency{"CNY", "USD", "JPY", "KWD", "CLF"})
	wireTexts  = rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,10})?([eE][+-]?[0-9]{1,2})?`)
	unitTexts  = rapid.StringMatching(`-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,8})?`)
)

// amounts has all lengths up to 38 digits, not only what fits an int64.
func amounts(c money.Currency) *rapid.Generator[money.Amount] {
	decimals, _ := c.Decimals()
	return rapid.Custom(func(t *rapid.T) money.Amount {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,32})`).Draw(t, "whole")
		if decimals > 0 {
			text += "." + rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), decimals, decimals, -1).Draw(t, "fraction")
		}
		return money.MustParse(text, c)
	})
}

func drawAmount(t *rapid.T) money.Amount {
	return amounts(currencies.Draw(t, "currency")).Draw(t, "amount")
}

func TestEveryFormOfAnAmountReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAmount(t)
		same := func(form string, got money.Amount, err error) {
			if err != nil || !got.Equal(a) || got.String() != a.String() {
				t.Fatalf("%s: got %s (%v), want %s: every form reads back exactly", form, got, err, a)
			}
		}
		got, err := money.Parse(a.Decimal(), a.Currency())
		same("Decimal", got, err)
		got, err = money.ParseText(a.String())
		same("String", got, err)
		got, err = money.ParseWire(a.Decimal(), a.Currency())
		same("wire", got, err)
		data, err := json.Marshal(a)
		if err == nil {
			err = json.Unmarshal(data, &got)
		}
		same("JSON", got, err)
		data, err = a.MarshalText()
		if err == nil {
			err = got.UnmarshalText(data)
		}
		same("text", got, err)
	})
}

func TestEveryFormOfAUnitPriceReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := money.MustParseUnit(unitTexts.Draw(t, "price"), currencies.Draw(t, "currency"))
		got, err := money.ParseUnitText(p.String())
		if err != nil || !got.Equal(p) {
			t.Fatalf("text: got %s (%v), want %s", got, err, p)
		}
		data, err := json.Marshal(p)
		if err == nil {
			err = json.Unmarshal(data, &got)
		}
		if err != nil || !got.Equal(p) {
			t.Fatalf("JSON: got %s (%v), want %s", got, err, p)
		}
	})
}

func TestMinorUnitsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64().Draw(t, "minor")
		a, err := money.FromMinor(minor, currencies.Draw(t, "currency"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.Minor()
		if err != nil || got != minor {
			t.Fatalf("got %d (%v), want %d", got, err, minor)
		}
	})
}

func TestSharesSumBackAndDifferByOneUnitAtMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAmount(t)
		shares, err := a.Split(rapid.IntRange(1, 50).Draw(t, "parts"))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := money.Sum(a.Currency(), shares...)
		if err != nil || !sum.Equal(a) {
			t.Fatalf("shares sum to %s (%v), want %s", sum, err, a)
		}
		spread, err := shares[0].Sub(shares[len(shares)-1])
		if err != nil {
			t.Fatal(err)
		}
		if units, err := spread.Minor(); err != nil || units < -1 || units > 1 {
			t.Fatalf("shares differ by %d minor units (%v), want at most 1", units, err)
		}
	})
}

func TestSubUndoesAddAndMulIsRepeatedAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAmount(t)
		b := amounts(a.Currency()).Draw(t, "b")
		sum, err := a.Add(b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := sum.Sub(b)
		if err != nil || !back.Equal(a) {
			t.Fatalf("a + b - b is %s (%v), want %s", back, err, a)
		}
		double, err := a.Add(a)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := a.Mul(2); err != nil || !twice.Equal(double) {
			t.Fatalf("a * 2 is %s (%v), want %s", twice, err, double)
		}
	})
}

func TestParseWireAgreesWithExactRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkWire(t, wireTexts.Draw(t, "text"), currencies.Draw(t, "currency"))
	})
}

func TestTotalAgreesWithExactRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := money.MustParseUnit(unitTexts.Draw(t, "price"), currencies.Draw(t, "currency"))
		quantity := rapid.Int64Range(0, 1_000_000).Draw(t, "quantity")
		want := new(big.Rat).Mul(rational(p.Decimal()), new(big.Rat).SetInt64(quantity))
		unit := minorUnit(p.Currency())
		half := new(big.Rat).Quo(unit, big.NewRat(2, 1))
		for r, limit := range map[money.Rounding]*big.Rat{money.HalfUp: half, money.Up: unit, money.Down: unit} {
			total, err := p.Total(quantity, r)
			if err != nil {
				t.Fatal(err)
			}
			got := rational(total.Decimal())
			off := new(big.Rat).Sub(got, want)
			if off.Abs(off).Cmp(limit) > 0 {
				t.Fatalf("rounding %d: %s is further than %s from %s", r, total, limit, want)
			}
			grown := new(big.Rat).Abs(got).Cmp(new(big.Rat).Abs(want))
			if r == money.Up && grown < 0 || r == money.Down && grown > 0 {
				t.Fatalf("rounding %d: %s is on the wrong side of %s", r, total, want)
			}
		}
		exact, err := p.Total(quantity, money.Exact)
		if whole := new(big.Rat).Quo(want, unit).IsInt(); whole != (err == nil) {
			t.Fatalf("Exact gives %s (%v) for %s", exact, err, want)
		}
	})
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return r
}

func minorUnit(c money.Currency) *big.Rat {
	decimals, _ := c.Decimals()
	return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
}
