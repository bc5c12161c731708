package wire

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Caps of the contract.
const (
	maxOrders = 1_000
	maxLines  = 500
	// maxEntries is for every other list: no gateway has so many, and one message has room for millions.
	maxEntries = 1_000
	maxID      = 512
)

// decoder reads a message and keeps the first thing that is wrong with it.
type decoder struct{ err error }

func (d *decoder) fail(field, format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(field+": "+format, args...)
	}
}

func (d *decoder) amount(field string, m *pb.Money) money.Amount {
	if m == nil {
		return money.Amount{}
	}
	a, err := money.Parse(m.GetAmount(), money.Currency(m.GetCurrency()))
	if err != nil {
		d.fail(field, "%w", err)
	}
	return a
}

func (d *decoder) unitPrice(field string, m *pb.Money) money.UnitPrice {
	if m == nil {
		return money.UnitPrice{}
	}
	p, err := money.ParseUnit(m.GetAmount(), money.Currency(m.GetCurrency()))
	if err != nil {
		d.fail(field, "%w", err)
	}
	return p
}

// id is kept byte for byte or refused: a cleaned id would name another thing.
func (d *decoder) id(field, id string) string {
	switch {
	case len(id) > maxID:
		d.fail(field, "has %d bytes, at most %d are taken", len(id), maxID)
	case !utf8.ValidString(id) || strings.ContainsFunc(id, forbidden):
		d.fail(field, "holds a control character or is not UTF-8")
	default:
		return id
	}
	return ""
}

// handle is an adapter's own text; it comes back unchanged, so it is held to an id's rules with
// more room.
func (d *decoder) handle(field, handle string) string {
	if len(handle) > 64<<10 || !utf8.ValidString(handle) || strings.ContainsFunc(handle, forbidden) {
		d.fail(field, "is over 64 KiB, holds a control character or is not UTF-8")
		return ""
	}
	return handle
}

// Text makes a stranger's text fit for a terminal: one line, no control or bidirectional characters.
func Text(s string) string { return text(s) }

// text is for eyes.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.ContainsFunc(s, forbidden) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case forbidden(r):
			return -1
		}
		return r
	}, s)
}

// forbidden characters move a terminal's cursor or turn the direction of its text.
func forbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// quantity is a number of pieces.
func (d *decoder) quantity(field string, n int64) int64 {
	if n < 0 {
		d.fail(field, "is negative")
	}
	return n
}

func moneyOf(a money.Amount) *pb.Money {
	if !a.IsSet() {
		return nil
	}
	return &pb.Money{Amount: a.Decimal(), Currency: string(a.Currency())}
}

func unitMoneyOf(p money.UnitPrice) *pb.Money {
	if !p.IsSet() {
		return nil
	}
	return &pb.Money{Amount: p.Decimal(), Currency: string(p.Currency())}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeOf reads a time; one that has no year of four digits is not known, for it has no JSON form.
func timeOf(ms int64) time.Time {
	t := time.UnixMilli(ms).UTC()
	if ms == 0 || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// int32Of keeps a number that the contract has room for, and else the nearest.
func int32Of(n int) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }

// known keeps an enum value of an answer. One that this side does not know is the zero value, which is
// the harmless one.
func known[E ~uint8, P ~int32](value P, last E) E {
	if value < 0 || value > P(last) {
		return 0
	}
	return E(value)
}

// asked keeps an enum value of a request. One that this side does not know is refused: as the zero
// value it would ask for something else.
func asked[E ~uint8, P ~int32](d *decoder, field string, value P, last E) E {
	if (value < 0 || value > P(last)) && d.err == nil {
		d.err = &core.Error{Code: core.Unsupported, Outcome: core.NotDone, Field: field,
			Message: fmt.Sprintf("the host asks for %d here, a word of a newer contract than this adapter's; nothing was sent; upgrade the adapter", value)}
	}
	return known(value, last)
}

// entries refuses a list that is too long; what is refused is not read.
func entries[A any](d *decoder, field string, in []A) []A {
	if len(in) > maxEntries {
		d.fail(field, "has %d entries, at most %d are taken", len(in), maxEntries)
		return nil
	}
	return in
}

func each[A, B any](in []A, convert func(A) B) []B {
	if in == nil {
		return nil
	}
	out := make([]B, len(in))
	for i := range in {
		out[i] = convert(in[i])
	}
	return out
}

// table copies a table of texts; nil stays nil.
func (d *decoder) table(field string, in map[string]string) map[string]string {
	if in == nil {
		return nil
	}
	if len(in) > maxEntries {
		d.fail(field, "has %d entries, at most %d are taken", len(in), maxEntries)
		return nil
	}
	out := make(map[string]string, len(in))
	for key, value := range in {
		out[text(key)] = text(value)
	}
	return out
}
