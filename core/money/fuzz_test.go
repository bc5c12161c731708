package money_test

import (
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core/money"
)

// The two grammars once more, written differently from the code.
var (
	amountGrammar = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	wireGrammar   = regexp.MustCompile(`^(-?)0*([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,2}))?$`)
)

var seeds = []string{
	"232.00", "-8.96", "0", "-0", "01", "1.", ".5", "+1", "1,000", "1.000", "NaN", "Infinity", "１２", "1e3",
	"1E+3", "0E-10", "1e1000000000", "0.0000896e5", "1000000000000000000E-18", "9e18", "",
	strings.Repeat("9", 36) + ".99", strings.Repeat("9", 39), strings.Repeat("0", 64), strings.Repeat("7", 65),
}

func FuzzParse(f *testing.F) {
	for _, text := range seeds {
		f.Add(text, "CNY")
		f.Add(text, "JPY")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		c := money.Currency(code)
		a, err := money.Parse(text, c)
		if err != nil {
			checkRefusal(t, err, a)
			return
		}
		if !amountGrammar.MatchString(text) {
			t.Fatalf("%q is not in the grammar, got %s", text, a)
		}
		if rational(a.Decimal()).Cmp(rational(text)) != 0 {
			t.Fatalf("%q became %s: the value must not change", text, a)
		}
		if back, err := money.ParseText(a.String()); err != nil || !back.Equal(a) {
			t.Fatalf("%s reads back as %s (%v)", a, back, err)
		}
	})
}

func FuzzParseWire(f *testing.F) {
	for _, text := range seeds {
		f.Add(text, "CNY")
		f.Add(text, "KWD")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		checkWire(t, text, money.Currency(code))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkWire compares ParseWire with exact rational arithmetic: what it reads
// has the same value, and what it refuses with ErrPrecision has a digit below
// the minor unit.
func checkWire(t failer, text string, c money.Currency) {
	t.Helper()
	a, err := money.ParseWire(text, c)
	if err != nil {
		checkRefusal(t, err, a)
	}
	if errors.Is(err, money.ErrSyntax) && wireGrammar.MatchString(text) {
		t.Fatalf("%q is in the grammar: %v", text, err)
	}
	if err != nil && !errors.Is(err, money.ErrPrecision) {
		return
	}
	if !wireGrammar.MatchString(text) {
		t.Fatalf("%q is not in the grammar, got %q (%v)", text, a, err)
	}
	want := rational(text)
	if err == nil && rational(a.Decimal()).Cmp(want) != 0 {
		t.Fatalf("%q became %s: the value must not change", text, a)
	}
	if whole := new(big.Rat).Quo(want, minorUnit(c)).IsInt(); whole != (err == nil) {
		t.Fatalf("%q in %s gives %q (%v): only digits below the minor unit are refused", text, c, a, err)
	}
}

func checkRefusal(t failer, err error, a money.Amount) {
	t.Helper()
	known := []error{money.ErrSyntax, money.ErrCurrency, money.ErrPrecision, money.ErrRange}
	if !slices.ContainsFunc(known, func(target error) bool { return errors.Is(err, target) }) {
		t.Fatalf("%v wraps none of the package's errors", err)
	}
	if a.IsSet() {
		t.Fatalf("%s came with the error %v", a, err)
	}
	if len(err.Error()) > 600 {
		t.Fatalf("an error of %d bytes carries its input", len(err.Error()))
	}
}
