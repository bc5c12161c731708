package adaptertest

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
)

var payRules = []rule{
	{name: "it says how far the payment is", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		r := p.payment(p.created())
		payment, err := p.pay(p.Context(), r)
		p.noError(err, "Pay")
		p.check(payment.State != core.PaymentUnknown, payment.State, "settled, accepted, action_required or refused", "an answer that does not say is an error in doubt")
		p.check(payment.State != core.ActionRequired || payment.ActionURL != "", "action_required without a page", "Payment.ActionURL", "give the page that a person must open")
		p.check(!payment.Amount.IsSet() || payment.Amount.Equal(r.Expect), payment.Amount, r.Expect, "give the amount only where the gateway says it, in its unit")
	}},
	{name: "an order that the gateway settled is seen as paid", needs: []core.Operation{core.OpCreateOrder, core.OpGetOrder}, check: func(p *probe) {
		order := p.paid()
		p.check(order.Status.IsPaid(), fmt.Sprintf("%s (%s)", order.Status, order.UpstreamStatus), "paid or later",
			"map the gateway's word for a paid order; let Harness.Settle finish what the gateway accepted")
	}},
	{name: "settled means that the order is paid at once", needs: []core.Operation{core.OpCreateOrder, core.OpGetOrder}, check: func(p *probe) {
		order := p.created()
		payment, err := p.pay(p.Context(), p.payment(order))
		p.noError(err, "Pay")
		if payment.State == core.Settled {
			read := p.fresh(order)
			p.check(read.Status.IsPaid(), fmt.Sprintf("settled, and the order is %s", read.Status), "paid", "answer Accepted where the gateway only took the instruction")
		}
	}},
	{name: "it pays once and nothing but this order", needs: []core.Operation{core.OpCreateOrder, core.OpGetOrder}, check: func(p *probe) {
		other := p.created()
		p.paid()
		read := p.fresh(other)
		p.check(!read.Status.IsPaid(), "another order is "+read.Status.String(), core.AwaitingPayment, "name one order in the gateway's pay call")
	}},
}
