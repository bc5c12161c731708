package adaptertest

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
)

var refundNeeds = []core.Operation{core.OpCreateOrder, core.OpPay}

var refundRules = []rule{
	{name: "it gives an id and asks for no more than was asked", needs: refundNeeds, check: func(p *probe) {
		r := p.refundRequest(p.paid())
		refund, err := p.refund(p.Context(), r)
		p.noError(err, "Refund")
		p.check(refund.ID != "", "a refund without an id", "Refund.ID", "give the gateway's id of the refund; without it nobody can follow it")
		p.check(!refund.Amount.IsSet() || refund.Amount.Equal(r.Amount), refund.Amount, r.Amount, "send the amount of the request, in the gateway's unit")
		p.check(refund.Ref == "" || refund.Ref == r.Ref, refund.Ref, r.Ref, "give the request's ref")
	}},
}

var getRefundRules = []rule{
	{name: "a refund is read by the id that Refund gave", needs: append([]core.Operation{core.OpRefund}, refundNeeds...), check: func(p *probe) {
		r := p.refundRequest(p.paid())
		made, err := p.refund(p.Context(), r)
		p.noError(err, "Refund")
		read, err := p.getRefund(p.Context(), r.Order, made.ID)
		p.noError(err, "GetRefund")
		p.check(read.ID == made.ID, "refund "+string(read.ID), "refund "+string(made.ID), "give the id that was asked for")
		p.check(!read.Amount.IsSet() || read.Amount.Equal(r.Amount), read.Amount, r.Amount, "check the unit (fen or yuan)")
	}},
	{name: "a refund that the gateway does not know is an error", check: func(p *probe) {
		refund, err := p.getRefund(p.Context(), p.foreign(), "999999999999999999")
		p.check(err != nil, fmt.Sprintf("refund %q in state %s", refund.ID, refund.State), core.NotFound, "an empty answer is NotFound, not an empty refund")
	}},
}

// refundRequest asks for everything back that was paid.
func (p *probe) refundRequest(paid core.Order) core.RefundRequest {
	p.Helper()
	r := core.RefundRequest{Ref: newRef(), Order: paid.OrderRef, Kind: core.RefundOnly, Amount: p.payable(paid),
		Goods: core.GoodsNotShipped, Reason: "adaptertest", Attempt: p.attempt()}
	for _, line := range paid.Lines {
		if line.ID != "" {
			r.Lines = append(r.Lines, core.RefundLine{ID: line.ID})
		}
	}
	if p.h.Refund != nil {
		r = p.h.Refund(paid, r)
	}
	return r
}
