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

// CancelOrder cancels an unpaid order. A cancelled or failed call may have happened. The remark is
// required, so without a reason it repeats the word for one.
func (a *Adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Cancellation{}, err
	}
	body := cancelBody{WebSite: webSite, OrderID: id, CancelReason: buyerCancel, Remark: cmp.Or(r.Reason, buyerCancel)}
	got, err := a.call(ctx, call{op: core.OpCancelOrder, body: body, attempt: &r.Attempt})
	if err != nil {
		return core.Cancellation{}, err
	}
	var v verdict
	if err := got.into(&v); err != nil {
		return core.Cancellation{}, err
	}
	switch {
	case v.failed():
		return core.Cancellation{}, got.failed(v)
	case !v.Success.Set:
		return core.Cancellation{}, got.bad(errNoVerdict)
	}
	return core.Cancellation{Order: r.Order, State: core.CancelDone}, nil
}
