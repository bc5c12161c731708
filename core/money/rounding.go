package money

import "github.com/shopspring/decimal"

// Rounding says how a total with too many decimals becomes payable.
type Rounding uint8

const (
	// Exact refuses to round: a digit that would be lost is an error.
	Exact Rounding = iota
	// HalfUp rounds to the nearest minor unit, a half away from zero.
	HalfUp
	// Up rounds away from zero.
	Up
	// Down rounds towards zero.
	Down
)

// rounders has a row for each Rounding. Exact cuts like Down; its caller
// then refuses if that changed the number.
var rounders = map[Rounding]func(d decimal.Decimal, places int32) decimal.Decimal{
	Exact:  decimal.Decimal.RoundDown,
	HalfUp: decimal.Decimal.Round,
	Up:     decimal.Decimal.RoundUp,
	Down:   decimal.Decimal.RoundDown,
}
