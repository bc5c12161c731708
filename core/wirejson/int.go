package wirejson

import (
	"errors"
	"strconv"
	"strings"
)

// Int is a whole number that gateways send as a number or as text. Set is false for null and "".
type Int struct {
	N   int64
	Set bool
}

// UnmarshalJSON takes 3, "3", 3.0 and 3E+2, and refuses 3.5.
func (i *Int) UnmarshalJSON(data []byte) error {
	if kindOf(data) == "bool" {
		return mismatch[Int]("bool")
	}
	text, err := readText[Int](data)
	if err != nil {
		return err
	}
	*i = Int{}
	if text == "" {
		return nil
	}
	n, err := ParseInt(text)
	if err != nil {
		return mismatch[Int]("a " + kindOf(data) + " that is no whole number")
	}
	*i = Int{N: n, Set: true}
	return nil
}

// MarshalJSON writes the number, or null.
func (i Int) MarshalJSON() ([]byte, error) {
	if !i.Set {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, i.N, 10), nil
}

// errInt does not repeat the text: it may be anything.
var errInt = errors.New("wirejson: not a whole number that an int64 holds")

// ParseInt reads a whole number as gateways print it: 3, 3.00 and Java's 3E+2 are whole, 3.5 is an
// error. The point is moved in the text, so that no float is made.
func ParseInt(text string) (int64, error) {
	if len(text) > maxNumber {
		return 0, errInt
	}
	unsigned, negative := strings.CutPrefix(text, "-")
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(unsigned), "e")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !isDigits(whole) || hasPoint && !isDigits(fraction) {
		return 0, errInt
	}
	move, err := strconv.Atoi(exponent)
	if hasExponent && err != nil || move < -maxDigits || move > maxDigits {
		return 0, errInt
	}
	digits, ok := movePoint(whole, fraction, move)
	if !ok {
		return 0, errInt
	}
	return parseSigned(digits, negative)
}

func parseSigned(digits string, negative bool) (int64, error) {
	if negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, errInt
	}
	return n, nil
}

// movePoint is false if digits other than 0 stay behind the point.
func movePoint(whole, fraction string, move int) (string, bool) {
	digits := whole + fraction
	point := len(whole) + move
	if point < 0 {
		return "0", strings.Trim(digits, "0") == ""
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	return "0" + digits[:point], strings.Trim(digits[point:], "0") == ""
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
