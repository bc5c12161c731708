package adaptertest

import (
	"reflect"

	"github.com/sampan-go/sampan/core"
)

var createRules = []rule{
	{name: "it gives an id and the market", check: func(p *probe) {
		order := p.created()
		p.check(order.Market == p.d.Market, order.Market, p.d.Market, "set Order.Market as in Describe")
	}},
	{name: "two purchases are two orders", check: func(p *probe) {
		first, second := p.created(), p.created()
		p.check(first.ID != second.ID, "twice the id "+string(first.ID), "two ids", "give the id of the order that this call made")
	}},
	{name: "the ref is kept", check: func(p *probe) {
		r := p.order()
		order, err := p.create(p.Context(), r)
		p.noError(err, "CreateOrder")
		p.check(order.Ref == r.Ref, order.Ref, r.Ref, "set Order.Ref from the request, also where the gateway does not keep it")
	}},
	{name: "the lines are those asked for", check: func(p *probe) {
		r := p.order()
		order, err := p.create(p.Context(), r)
		p.noError(err, "CreateOrder")
		p.checkLines(r.Lines, order)
		p.checkLines(r.Lines, p.fresh(order))
	}},
	{name: "money is exact or absent, never invented", check: func(p *probe) {
		payable := p.created().Totals.Payable
		if payable.IsSet() && p.h.Payable.IsSet() {
			p.check(payable.Equal(p.h.Payable), payable, p.h.Payable, "leave a total out that the answer does not give; check the unit (fen or yuan)")
		}
	}},
	{name: "a new order is not paid", check: func(p *probe) {
		order := p.created()
		p.check(order.Status == core.AwaitingPayment || order.Status == core.StatusUnknown, order.Status, core.AwaitingPayment,
			"create must not pay; a status that is not known is StatusUnknown")
	}},
	{name: "the caller's request is not changed", check: func(p *probe) {
		r, copied := p.order(), p.h.Order()
		copied.Ref, copied.Attempt = r.Ref, r.Attempt
		_, err := p.create(p.Context(), r)
		p.noError(err, "CreateOrder")
		p.check(reflect.DeepEqual(r.Lines, copied.Lines) && reflect.DeepEqual(r.Options, copied.Options), r, copied, "copy slices and maps before you change them")
	}},
}
