package taobao

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// CancelOrder implements core.Canceller. Provisional. Upstream cancels asynchronously, so success
// is CancelAccepted: read the order to see the end.
func (a *Adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	body := struct {
		OrderID string `json:"orderId"`
		Reason  string `json:"cancelReason,omitempty"`
	}{string(r.Order.ID), r.Reason}
	answer, err := a.instruct(ctx, core.OpCancelOrder, gateway.Call{Endpoint: epCancel, Body: body, Attempt: &r.Attempt})
	if err != nil {
		return core.Cancellation{}, err
	}
	cancellation := core.Cancellation{Order: r.Order}
	if answer.accepted {
		cancellation.State = core.CancelAccepted
	}
	return cancellation, nil
}
