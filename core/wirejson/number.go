package wirejson

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/sampan-go/sampan/core/money"
)

// Number is an amount of money as text, from a JSON number (its token) or string. null is "".
//
// It has no unit: one gateway sends the same order in fen in one call and in yuan in another, and
// both with and without a decimal point. The caller chooses the unit by the operation, with one of
// the methods; nothing is guessed from the digits. "" is the absent amount and no error.
type Number string

// UnmarshalJSON refuses bools, objects and arrays. Text that is no amount is taken here and refused
// by the methods, so that an odd member which nobody reads does no harm.
func (n *Number) UnmarshalJSON(data []byte) error {
	if kindOf(data) == "bool" {
		return mismatch[Number]("bool")
	}
	text, err := readText[Number](data)
	if err == nil {
		*n = Number(text)
	}
	return err
}

// Yuan reads the number as yuan, at most two decimals that are not 0.
func (n Number) Yuan() (money.Amount, error) {
	return read(n, money.FromYuan)
}

// Fen reads the number as whole fen. A decimal point or an exponent is an error: the member may be
// in yuan.
func (n Number) Fen() (money.Amount, error) {
	return read(n, inFen(money.FromFen))
}

// UnitYuan reads the number as a price in yuan for one piece.
func (n Number) UnitYuan() (money.UnitPrice, error) {
	return read(n, func(text string) (money.UnitPrice, error) { return money.ParseUnitWire(text, money.CNY) })
}

// UnitFen reads the number as a price in whole fen for one piece.
func (n Number) UnitFen() (money.UnitPrice, error) {
	return read(n, inFen(money.UnitFromFen))
}

func read[T any](n Number, parse func(string) (T, error)) (T, error) {
	var absent T
	if n == "" {
		return absent, nil
	}
	value, err := parse(string(n))
	if err != nil {
		return absent, silent(n, err)
	}
	return value, nil
}

func inFen[T any](from func(int64) T) func(string) (T, error) {
	return func(text string) (T, error) {
		fen, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(fen, 10) != text {
			var none T
			return none, money.ErrSyntax
		}
		return from(fen), nil
	}
}

// silent keeps the kind of a money error and drops the text that it quotes.
func silent(n Number, err error) error {
	for _, kind := range []error{money.ErrSyntax, money.ErrPrecision, money.ErrRange, money.ErrCurrency} {
		if errors.Is(err, kind) {
			return fmt.Errorf("wirejson: an amount of %d bytes: %w", len(n), kind)
		}
	}
	return fmt.Errorf("wirejson: an amount of %d bytes: %w", len(n), money.ErrSyntax)
}
