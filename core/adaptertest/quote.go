package adaptertest

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
)

var quoteRules = []rule{
	{name: "it has no effect", check: func(p *probe) {
		before := p.mark()
		_, err := p.quote(p.Context(), p.order())
		p.noError(err, "Quote")
		p.check(p.since(before).effects == 0, fmt.Sprintf("%d effects", p.since(before).effects), "0 effects", "use the gateway's preview, never its create")
	}},
	{name: "its price is the price", check: func(p *probe) {
		quote, err := p.quote(p.Context(), p.order())
		p.noError(err, "Quote")
		if payable := quote.Totals.Payable; payable.IsSet() && p.h.Payable.IsSet() {
			p.check(payable.Equal(p.h.Payable), payable, p.h.Payable, "check the unit (fen or yuan) and whether freight is in it; leave a total out that is not known")
		}
	}},
	{name: "the order that follows costs what was quoted", needs: []core.Operation{core.OpCreateOrder, core.OpGetOrder}, check: func(p *probe) {
		quote, err := p.quote(p.Context(), p.order())
		p.noError(err, "Quote")
		payable := p.fresh(p.created()).Totals.Payable
		if quote.Totals.Payable.IsSet() && payable.IsSet() {
			p.check(payable.Equal(quote.Totals.Payable), "order "+payable.String(), "quote "+quote.Totals.Payable.String(), "read both in the unit that the gateway documents")
		}
	}},
}
