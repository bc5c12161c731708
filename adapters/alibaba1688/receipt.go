package alibaba1688

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

type confirmBody struct {
	OrderID       wirejson.IntID   `json:"orderId"`
	OrderEntryIDs []wirejson.IntID `json:"orderEntryIds,omitempty"`
}

// ConfirmReceipt tells 1688 that goods came, which releases the money to the seller and cannot be
// undone. Without lines the sub-orders are left out, which means the whole order (UPSTREAM). A
// cancelled or failed call may have happened; an answer with code 200 may hold a failure.
func (a *Adapter) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Receipt{}, err
	}
	entries, err := lineNumbers(r.Lines)
	if err != nil {
		return core.Receipt{}, err
	}
	var v verdict
	reply, err := a.call(ctx, gateway.Call{Endpoint: epConfirm, Attempt: &r.Attempt,
		Body: confirmBody{id, entries}}, core.OpConfirmReceipt, &v)
	switch {
	case err != nil:
		return core.Receipt{}, err
	case v.failed():
		return core.Receipt{}, a.refusedInside(core.OpConfirmReceipt, true, v, reply)
	case !v.Success.Set:
		return core.Receipt{}, badAnswer(core.OpConfirmReceipt, true, reply, errNoVerdict)
	}
	return core.Receipt{Order: r.Order}, nil
}
