package adaptertest

import (
	"fmt"
	"slices"

	"github.com/sampan-go/sampan/core"
)

// linesOf gives the lines of an order and of its siblings.
func linesOf(o core.Order) []core.Line {
	lines := slices.Clone(o.Lines)
	for _, sibling := range o.Siblings {
		lines = append(lines, linesOf(sibling)...)
	}
	return lines
}

// pieces counts the goods of lines by the name that both sides know: variants have one id
// everywhere, products may have another in the answer.
func pieces(asked []core.OrderLine, got []core.Line) (want, have map[string]int64) {
	bySKU := !slices.ContainsFunc(asked, func(l core.OrderLine) bool { return l.SKUID == "" }) &&
		!slices.ContainsFunc(got, func(l core.Line) bool { return l.SKUID == "" })
	bySpec := !slices.ContainsFunc(asked, func(l core.OrderLine) bool { return l.SpecID == "" }) &&
		!slices.ContainsFunc(got, func(l core.Line) bool { return l.SpecID == "" })
	name := func(product core.ProductID, sku core.SKUID, spec core.SpecID) string {
		switch {
		case bySKU:
			return "sku " + string(sku)
		case bySpec:
			return "spec " + string(spec)
		}
		return "product " + string(product)
	}
	want, have = map[string]int64{}, map[string]int64{}
	for _, l := range asked {
		want[name(l.ProductID, l.SKUID, l.SpecID)] += l.Quantity
	}
	for _, l := range got {
		have[name(l.ProductID, l.SKUID, l.SpecID)] += l.Quantity
	}
	return want, have
}

// checkLines holds an order's lines, where it gives any, against what was asked for.
func (p *probe) checkLines(asked []core.OrderLine, o core.Order) {
	p.Helper()
	got := linesOf(o)
	if len(got) == 0 {
		return
	}
	want, have := pieces(asked, got)
	p.check(fmt.Sprint(want) == fmt.Sprint(have), have, want,
		"give each line's product, variant and pieces as the gateway has them; leave Lines out where it does not say")
}
