package dajisaas

import (
	"cmp"
	"context"

	"github.com/sampan-go/sampan/core"
)

// cancelBody names the order orderId, as the example, the curl and the English page do; the Chinese
// table says tradeID (trap 108).
type cancelBody struct {
	WebSite      string `json:"webSite"`
	OrderID      string `json:"orderId"`
	CancelReason string `json:"cancelReason"`
	Remark       string `json:"remark"`
}

const buyerCancel = "buyerCancel"

// CancelOrder cancels an unpaid order. A cancelled or failed call may have happened.
func (a *Adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	id, err := a.orderNumber(r.Order)
	if err != nil {
		return core.Cancellation{}, err
	}
	got, err := a.call(ctx, call{op: core.OpCancelOrder, body: a.market.cancelBody(id, r.Reason), attempt: &r.Attempt})
	if err != nil {
		return core.Cancellation{}, err
	}
	state, err := a.market.cancelled(got)
	if err != nil {
		return core.Cancellation{}, err
	}
	return core.Cancellation{Order: r.Order, State: state}, nil
}

// cancelBody has a remark, which is required: without a reason it repeats the word for one.
func (alibaba) cancelBody(id, reason string) any {
	return cancelBody{WebSite: webSite, OrderID: id, CancelReason: buyerCancel, Remark: cmp.Or(reason, buyerCancel)}
}

func (alibaba) cancelled(got answer) (core.CancelState, error) {
	var v verdict
	if err := got.into(&v); err != nil {
		return core.CancelUnknown, err
	}
	switch {
	case v.failed():
		return core.CancelUnknown, got.failed(v)
	case !v.Success.Set:
		return core.CancelUnknown, got.bad(errNoVerdict)
	}
	return core.CancelDone, nil
}
