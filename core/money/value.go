package money

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// value is what an Amount and a UnitPrice have in common: a number held with
// exactly the decimals that it prints, so that equal values are equal in
// memory too, and tests may compare the structs which hold them.
type value struct {
	number   decimal.Decimal
	currency Currency
}

// parse reads the grammar `amount` with at most limit decimals. Everything is
// checked on the text; the decimal is made last.
func parse(text string, c Currency, limit int) (value, error) {
	places, err := c.places()
	if err != nil {
		return value{}, err
	}
	n, err := scanAmount(text)
	if err != nil {
		return value{}, err
	}
	if len(n.fraction) > limit {
		return value{}, fmt.Errorf("%w: %s has %d decimals, %s takes at most %d here", ErrPrecision, quote(text), len(n.fraction), c, limit)
	}
	n.fraction = dropZeros(n.fraction, places)
	places = max(places, len(n.fraction))
	if len(n.whole)+places > maxDigits {
		return value{}, tooManyDigits(text)
	}
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		return value{}, fmt.Errorf("%w: %s: %w", ErrSyntax, quote(text), err)
	}
	return newValue(d, c, places)
}

// newValue puts a number that has at most the given decimals into its one
// form, and bounds it. Every value is made here.
func newValue(d decimal.Decimal, c Currency, places int) (value, error) {
	d = d.RoundDown(int32(places))
	if digits := d.NumDigits(); digits > maxDigits {
		return value{}, fmt.Errorf("%w: the result has %d digits, at most %d are kept", ErrRange, digits, maxDigits)
	}
	return value{d, c}, nil
}

func (v value) isSet() bool { return v.currency != "" }

// required refuses the absent value where a number is needed.
func (v value) required() error {
	if !v.isSet() {
		return fmt.Errorf("%w: the amount is absent", ErrCurrency)
	}
	return nil
}

// decimals is the number of decimals that v is held with and prints.
func (v value) decimals() int32 { return -v.number.Exponent() }

func (v value) decimal() string {
	if !v.isSet() {
		return ""
	}
	return v.number.StringFixed(v.decimals())
}

func (v value) text() string {
	if !v.isSet() {
		return ""
	}
	return v.decimal() + " " + string(v.currency)
}

func (v value) equal(w value) bool {
	return v.currency == w.currency && v.number.Equal(w.number)
}

// sameCurrency refuses to mix currencies.
func (v value) sameCurrency(w value) error {
	if err := v.required(); err != nil {
		return err
	}
	if err := w.required(); err != nil {
		return err
	}
	if v.currency != w.currency {
		return fmt.Errorf("%w: %s and %s, convert one of them first", ErrCurrencyMismatch, v.text(), w.text())
	}
	return nil
}
