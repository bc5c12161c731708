package money

import (
	"fmt"
	"strconv"
	"strings"
)

// maxExponent bounds the exponent and the scale (decimals after the point was
// moved) of a number from a gateway.
const maxExponent = 18

// ParseWire reads a number as gateways print it. It is for adapters only, and
// only for a field whose unit is the currency's main unit (yuan).
//
// Gateways written in Java print 1E+3 and 0E-10, so leading zeros and an
// exponent within 18 are taken. Zeros beyond the currency's decimals are
// dropped; any other digit there is [ErrPrecision]: nothing is rounded.
func ParseWire(text string, c Currency) (Amount, error) {
	places, err := c.places()
	if err != nil {
		return Amount{}, err
	}
	plain, err := plainText(text, places)
	if err != nil {
		return Amount{}, err
	}
	return Parse(plain, c)
}

// plainText rewrites the grammar `wire` in the grammar `amount`, by moving the
// point in the text, and drops zeros beyond keep decimals:
//
//	[ "-" ] 1*DIGIT [ "." 1*DIGIT ] [ ( "e" / "E" ) [ "+" / "-" ] 1*2DIGIT ]
func plainText(text string, keep int) (string, error) {
	n, rest, err := scanNumber(text)
	if err != nil {
		return "", err
	}
	exponent, err := scanExponent(rest, text)
	if err != nil {
		return "", err
	}
	if scale := len(n.fraction) - exponent; scale > maxExponent {
		return "", fmt.Errorf("%w: %s has %d decimals, at most %d are read", ErrRange, quote(text), scale, maxExponent)
	}
	n = n.movePoint(exponent)
	n.fraction = dropZeros(n.fraction, keep)
	return n.String(), nil
}

// scanExponent reads all of rest as an exponent, or as none; text is for the error.
func scanExponent(rest, text string) (int, error) {
	if rest == "" {
		return 0, nil
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return 0, syntaxError(text)
	}
	rest, negative := strings.CutPrefix(rest[1:], "-")
	if !negative {
		rest = strings.TrimPrefix(rest, "+")
	}
	digits, rest := cutDigits(rest)
	if digits == "" || rest != "" {
		return 0, syntaxError(text)
	}
	exponent, err := strconv.Atoi(digits)
	if len(digits) > 2 || err != nil || exponent > maxExponent {
		return 0, fmt.Errorf("%w: %s, the exponent must be two digits within +-%d", ErrRange, quote(text), maxExponent)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, nil
}

// movePoint multiplies by a power of ten, and drops leading zeros.
func (n number) movePoint(exponent int) number {
	digits := n.whole + n.fraction
	point := len(n.whole) + exponent
	if point < 1 {
		digits = strings.Repeat("0", 1-point) + digits
		point = 1
	}
	if missing := point - len(digits); missing > 0 {
		digits += strings.Repeat("0", missing)
	}
	n.whole = strings.TrimLeft(digits[:point], "0")
	if n.whole == "" {
		n.whole = "0"
	}
	n.fraction = digits[point:]
	return n
}
