package money

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Amount is a payable amount: exact, in one currency, with that currency's
// decimals. The zero value has no currency and means "absent"; `omitzero`
// drops it from JSON and keeps 0.00 CNY.
//
// Compare with [Amount.Cmp] or [Amount.Equal]; == does not compile, because it
// would compare addresses.
type Amount struct {
	_     [0]func()
	value value
}

// Parse reads an amount such as "232.00" or "-5". It takes no exponent, plus,
// space, separator or leading zero, and no more decimals than the currency
// has, not even zeros; "-0" is zero. For numbers as gateways print them, see
// [ParseWire].
func Parse(text string, c Currency) (Amount, error) {
	places, _ := c.Decimals()
	return asAmount(parse(text, c, places))
}

// MustParse is [Parse] for tests and constants. It panics.
func MustParse(text string, c Currency) Amount {
	return must(Parse(text, c))
}

// ParseText reads what [Amount.String] prints: "232.00 CNY". The empty text is
// an error here, because a person who gives an amount means one.
func ParseText(text string) (Amount, error) {
	number, c, err := splitText(text)
	if err != nil {
		return Amount{}, err
	}
	return Parse(number, c)
}

// FromMinor makes an amount of whole minor units: fen for CNY, yen for JPY.
func FromMinor(minor int64, c Currency) (Amount, error) {
	places, err := c.places()
	if err != nil {
		return Amount{}, err
	}
	return asAmount(newValue(decimal.New(minor, -int32(places)), c, places))
}

// FromFen makes an amount of whole fen: 896 is 8.96 CNY.
func FromFen(fen int64) Amount {
	return must(FromMinor(fen, CNY))
}

// FromYuan reads yuan as gateways print them: [ParseWire] in CNY.
func FromYuan(text string) (Amount, error) {
	return ParseWire(text, CNY)
}

// Currency is "" when the amount is absent.
func (a Amount) Currency() Currency { return a.value.currency }

// Decimal is the number alone, always with the currency's decimals: "232.00".
// It is "" when the amount is absent.
func (a Amount) Decimal() string { return a.value.decimal() }

// String is "232.00 CNY", or "" when the amount is absent.
func (a Amount) String() string { return a.value.text() }

// IsSet tells 0.00 CNY from the absent amount. There is no IsZero on purpose:
// encoding/json would call it for `omitzero` and drop 0.00 CNY.
func (a Amount) IsSet() bool { return a.value.isSet() }

// Sign is -1, 0 or 1; 0 also when the amount is absent.
func (a Amount) Sign() int { return a.value.number.Sign() }

// Minor is the amount in whole minor units. An absent amount is [ErrCurrency],
// one that does not fit is [ErrRange].
func (a Amount) Minor() (int64, error) {
	if err := a.value.required(); err != nil {
		return 0, err
	}
	minor := a.value.number.Coefficient()
	if !minor.IsInt64() {
		return 0, fmt.Errorf("%w: %s in minor units does not fit 64 bits, use Decimal", ErrRange, a)
	}
	return minor.Int64(), nil
}

// Cmp is -1, 0 or 1. Another currency is [ErrCurrencyMismatch], an absent
// amount is [ErrCurrency].
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.value.sameCurrency(b.value); err != nil {
		return 0, err
	}
	return a.value.number.Cmp(b.value.number), nil
}

// Equal is true for the same currency and number, and for two absent amounts.
func (a Amount) Equal(b Amount) bool { return a.value.equal(b.value) }

func asAmount(v value, err error) (Amount, error) {
	if err != nil {
		return Amount{}, err
	}
	return Amount{value: v}, nil
}

func must[T any](t T, err error) T {
	if err != nil {
		panic(err)
	}
	return t
}
