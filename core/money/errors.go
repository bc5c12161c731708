package money

import (
	"errors"
	"fmt"
)

// Every error of this package wraps one of these, for errors.Is.
var (
	// ErrSyntax: the text is not in the grammar.
	ErrSyntax = errors.New("money: not written as this package reads it")
	// ErrCurrency: the currency is unknown, or there is none (an absent amount).
	ErrCurrency = errors.New("money: unknown or missing currency")
	// ErrPrecision: there are more decimals than allowed, and nobody said how to round.
	ErrPrecision = errors.New("money: too many decimals")
	// ErrRange: too long, too many digits, or too large for the asked type.
	ErrRange = errors.New("money: out of range")
	// ErrCurrencyMismatch: two currencies met in one operation, or another one was needed.
	ErrCurrencyMismatch = errors.New("money: different currencies")
)

const maxQuoted = 64

// quote makes foreign text safe to print: short, and with control and
// bidirectional characters escaped.
func quote(text string) string {
	if len(text) <= maxQuoted {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%q... (%d bytes)", text[:maxQuoted], len(text))
}
