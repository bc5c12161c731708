package money

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// maxParts keeps a wrong count from becoming a huge allocation.
const maxParts = 10_000

// Add is a + b. Another currency is [ErrCurrencyMismatch], an absent amount
// [ErrCurrency], a sum of more than 38 digits [ErrRange].
func (a Amount) Add(b Amount) (Amount, error) {
	return a.combine(b, decimal.Decimal.Add)
}

// Sub is a - b, with the errors of [Amount.Add].
func (a Amount) Sub(b Amount) (Amount, error) {
	return a.combine(b, decimal.Decimal.Sub)
}

func (a Amount) combine(b Amount, op func(x, y decimal.Decimal) decimal.Decimal) (Amount, error) {
	if err := a.value.sameCurrency(b.value); err != nil {
		return Amount{}, err
	}
	return a.with(op(a.value.number, b.value.number))
}

// Mul is a * n. There is no division: see [Amount.Split].
func (a Amount) Mul(n int64) (Amount, error) {
	if err := a.value.required(); err != nil {
		return Amount{}, err
	}
	return a.with(a.value.number.Mul(decimal.NewFromInt(n)))
}

// Sum adds amounts of one currency; of none it is zero. The currency is asked
// for so that the sum of no lines has one too.
func Sum(c Currency, amounts ...Amount) (Amount, error) {
	total, err := FromMinor(0, c)
	if err != nil {
		return Amount{}, err
	}
	for i, amount := range amounts {
		if total, err = total.Add(amount); err != nil {
			return Amount{}, fmt.Errorf("amount %d of the sum: %w", i+1, err)
		}
	}
	return total, nil
}

// Split shares the amount among parts that sum exactly back to it and differ
// by at most one minor unit; the first parts take the remainder.
func (a Amount) Split(parts int) ([]Amount, error) {
	if err := a.value.required(); err != nil {
		return nil, err
	}
	if parts < 1 || parts > maxParts {
		return nil, fmt.Errorf("%w: %d parts, ask for 1 to %d", ErrRange, parts, maxParts)
	}
	remainder := new(big.Int)
	small, _ := new(big.Int).QuoRem(a.value.number.Coefficient(), big.NewInt(int64(parts)), remainder)
	large := new(big.Int).Add(small, big.NewInt(int64(remainder.Sign())))
	largeParts := int(remainder.Abs(remainder).Int64())

	shares := make([]Amount, parts)
	for i := range shares {
		minor := small
		if i < largeParts {
			minor = large
		}
		share, err := a.with(decimal.NewFromBigInt(minor, a.value.number.Exponent()))
		if err != nil {
			return nil, err
		}
		shares[i] = share
	}
	return shares, nil
}

// with is another number in the currency and with the decimals of a.
func (a Amount) with(d decimal.Decimal) (Amount, error) {
	return asAmount(newValue(d, a.value.currency, int(a.value.decimals())))
}
