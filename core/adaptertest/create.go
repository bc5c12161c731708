package adaptertest

import (
	"fmt"
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
	{name: "a ref of 32 characters comes back whole", check: checkLongRef},
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

// longest is how many characters the numbers have at most that core.Buyer gives to adapters as refs;
// see core.Number.
const longest = 32

// longRef is new, and has every kind of character that such a number may have.
func longRef() core.Ref {
	return core.Ref(string(newRef()) + "-Zz09-ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:longest]
}

// checkLongRef follows a ref to the gateway and back. A lost purchase is found by it alone.
func checkLongRef(p *probe) {
	r := p.order()
	r.Ref = longRef()
	order, err := p.create(p.Context(), r)
	p.noError(err, "CreateOrder")
	const do = "send all 32 characters of [0-9A-Za-z-] in their case; where the gateway takes less, keep the ref in no order that is read"
	p.check(order.Ref == r.Ref, order.Ref, r.Ref, do)
	if read := p.fresh(order); read.Ref != "" {
		p.check(read.Ref == r.Ref, "GetOrder: "+read.Ref, r.Ref, do)
	}
	if p.d.Check(core.OpListOrders) != nil {
		return
	}
	page, err := p.list(p.Context(), core.ListOrdersRequest{Ref: r.Ref})
	if err != nil {
		return // whether that is allowed is a rule of the list
	}
	p.check(len(page.Orders) == 1 && page.Orders[0].ID == order.ID, fmt.Sprintf("%d orders by ref", len(page.Orders)), "the one just made", do)
	for _, listed := range page.Orders {
		p.check(listed.Ref == r.Ref, "ListOrders: "+listed.Ref, r.Ref, do)
	}
}
