package money

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// maxUnitDecimals is how many decimals a unit price may have.
const maxUnitDecimals = 8

// UnitPrice is the price of one piece. It may have more decimals than its
// currency, up to 8, so it cannot be paid: [UnitPrice.Total] makes an [Amount]
// of it. The zero value has no currency and means "absent".
type UnitPrice struct {
	_     [0]func()
	value value
}

// ParseUnit reads a price by the grammar of [Parse], with up to 8 decimals.
func ParseUnit(text string, c Currency) (UnitPrice, error) {
	return asUnit(parse(text, c, maxUnitDecimals))
}

// MustParseUnit is [ParseUnit] for tests and constants. It panics.
func MustParseUnit(text string, c Currency) UnitPrice {
	return must(ParseUnit(text, c))
}

// ParseUnitText reads what [UnitPrice.String] prints: "0.035 CNY".
func ParseUnitText(text string) (UnitPrice, error) {
	number, c, err := splitText(text)
	if err != nil {
		return UnitPrice{}, err
	}
	return ParseUnit(number, c)
}

// ParseUnitWire reads a price as gateways print it, by the rules of
// [ParseWire], with up to 8 decimals.
func ParseUnitWire(text string, c Currency) (UnitPrice, error) {
	plain, err := plainText(text, maxUnitDecimals)
	if err != nil {
		return UnitPrice{}, err
	}
	return ParseUnit(plain, c)
}

// UnitFromFen makes a price of whole fen.
func UnitFromFen(fen int64) UnitPrice {
	return UnitPrice{value: FromFen(fen).value}
}

// Currency is "" when the price is absent.
func (p UnitPrice) Currency() Currency { return p.value.currency }

// Decimal is the number alone, with the currency's decimals and more when
// needed: "8.00", "0.035". It is "" when the price is absent.
func (p UnitPrice) Decimal() string { return p.value.decimal() }

// String is "0.035 CNY", or "" when the price is absent.
func (p UnitPrice) String() string { return p.value.text() }

// IsSet tells a price of zero from the absent price.
func (p UnitPrice) IsSet() bool { return p.value.isSet() }

// Sign is -1, 0 or 1; 0 also when the price is absent.
func (p UnitPrice) Sign() int { return p.value.number.Sign() }

// Equal is true for the same currency and number, and for two absent prices.
func (p UnitPrice) Equal(q UnitPrice) bool { return p.value.equal(q.value) }

// Total is the payable amount for a quantity: the one door from unit prices
// to amounts. It multiplies first and rounds once. A digit that [Exact] would
// lose is [ErrPrecision], a negative quantity or unknown rounding is
// [ErrRange], an absent price [ErrCurrency].
func (p UnitPrice) Total(quantity int64, r Rounding) (Amount, error) {
	places, err := p.value.currency.places()
	if err != nil {
		return Amount{}, err
	}
	if quantity < 0 {
		return Amount{}, fmt.Errorf("%w: the quantity is %d, it cannot be negative", ErrRange, quantity)
	}
	round, ok := rounders[r]
	if !ok {
		return Amount{}, fmt.Errorf("%w: unknown rounding %d, use Exact, HalfUp, Up or Down", ErrRange, r)
	}
	exact := p.value.number.Mul(decimal.NewFromInt(quantity))
	rounded := round(exact, int32(places))
	if r == Exact && !rounded.Equal(exact) {
		return Amount{}, fmt.Errorf("%w: %d times %s is %s, %s has %d: say how to round",
			ErrPrecision, quantity, p, exact, p.value.currency, places)
	}
	return asAmount(newValue(rounded, p.value.currency, places))
}

// Fen is the price in whole fen, for gateways that take nothing else. Another
// currency is [ErrCurrencyMismatch], a part of a fen [ErrPrecision], an absent
// price [ErrCurrency].
func (p UnitPrice) Fen() (int64, error) {
	if err := p.value.required(); err != nil {
		return 0, err
	}
	if p.value.currency != CNY {
		return 0, fmt.Errorf("%w: %s has no fen, only CNY has", ErrCurrencyMismatch, p)
	}
	amount, err := p.Total(1, Exact)
	if err != nil {
		return 0, fmt.Errorf("%w: %s is not a whole number of fen", ErrPrecision, p)
	}
	return amount.Minor()
}

func asUnit(v value, err error) (UnitPrice, error) {
	if err != nil {
		return UnitPrice{}, err
	}
	return UnitPrice{value: v}, nil
}
