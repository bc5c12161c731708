package adaptertest

import (
	"errors"

	"github.com/sampan-go/sampan/core"
)

var getRules = []rule{
	{name: "an order is read by the reference that create gave", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		made := p.created()
		read, err := p.get(p.Context(), made.OrderRef)
		p.noError(err, "GetOrder")
		p.check(read.ID == made.ID, "order "+string(read.ID), "order "+string(made.ID), "Buyer takes another id for a wrong answer; give the id that was asked for")
		p.check(read.Status == core.AwaitingPayment, read.Status, core.AwaitingPayment, "map the gateway's word for an unpaid order")
	}},
	{name: "it costs what it costs", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		payable := p.fresh(p.created()).Totals.Payable
		if payable.IsSet() && p.h.Payable.IsSet() {
			p.check(payable.Equal(p.h.Payable), payable, p.h.Payable, "check the unit (fen or yuan); leave a total out that the answer does not give")
		}
	}},
	{name: "an order that the gateway does not know is an error", check: func(p *probe) {
		order, err := p.get(p.Context(), p.foreign())
		p.must(err != nil, "order "+string(order.ID), core.NotFound, "an empty answer is NotFound, not an empty order")
		p.check(errors.Is(err, core.NotFound) || refusedInWords(err), outcome(err), "NotFound; or Refused with the gateway's own code where its word for it is not documented",
			"answer NotFound, and fill in Error.Gateway")
	}},
}

// refusedInWords allows for gateways whose table of codes is not public.
func refusedInWords(err error) bool {
	e, ok := errors.AsType[*core.Error](err)
	return ok && e.Code == core.Refused && e.Gateway != core.GatewayError{}
}
