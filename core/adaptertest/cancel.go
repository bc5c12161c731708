package adaptertest

import "github.com/sampan-go/sampan/core"

var cancelRules = []rule{
	{name: "it says how far the cancellation is", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		order := p.created()
		cancellation, err := p.cancel(p.Context(), core.CancelOrderRequest{Order: order.OrderRef, Attempt: p.attempt()})
		p.noError(err, "CancelOrder")
		p.check(cancellation.State != core.CancelUnknown, cancellation.State, "done or accepted", "an answer that does not say is an error in doubt")
	}},
	{name: "a cancelled order is seen as cancelled", needs: []core.Operation{core.OpCreateOrder, core.OpGetOrder}, check: func(p *probe) {
		order := p.created()
		_, err := p.cancel(p.Context(), core.CancelOrderRequest{Order: order.OrderRef, Attempt: p.attempt()})
		p.noError(err, "CancelOrder")
		p.h.settle(p.TB, order.ID)
		read := p.fresh(order)
		p.check(read.Status == core.Cancelled || read.Status == core.Closed, read.Status, core.Cancelled, "map the gateway's word for an order that ended unpaid")
	}},
}
