package alibaba1688

import (
	"bytes"
	"context"
	"errors"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// cancelBody takes the order id as an integer, unlike the detail.
type cancelBody struct {
	WebSite      string         `json:"webSite"`
	OrderID      wirejson.IntID `json:"orderId"`
	CancelReason string         `json:"cancelReason"`
	Remark       string         `json:"remark,omitempty"`
}

// cancelReason is the first of UPSTREAM's words (buyerCancel, sellerGoodsLack, other); the caller's
// own text goes into remark.
const cancelReason = "buyerCancel"

var errNoVerdict = errors.New("it does not say whether it was done")

// CancelOrder cancels an unpaid order, at once. A cancelled or failed call may have happened.
func (a *Adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Cancellation{}, err
	}
	reply, err := a.gateway.Call(ctx, gateway.Call{Endpoint: epCancel, Attempt: &r.Attempt,
		Body: cancelBody{webSite, id, cancelReason, r.Reason}})
	if err != nil {
		return core.Cancellation{}, err
	}
	v, err := cancelVerdict(reply.Data)
	switch {
	case err != nil:
		return core.Cancellation{}, badAnswer(core.OpCancelOrder, true, reply, err)
	case v.failed():
		return core.Cancellation{}, a.refusedInside(core.OpCancelOrder, true, v, reply)
	}
	return core.Cancellation{Order: r.Order, State: core.CancelDone}, nil
}

// cancelVerdict reads the documented boolean, or UPSTREAM's object with a success flag. The {} of
// placeholder examples says nothing.
func cancelVerdict(data []byte) (verdict, error) {
	var v verdict
	var err error
	if bytes.HasPrefix(data, []byte("{")) {
		err = wirejson.Decode(data, &v)
	} else if data != nil {
		err = wirejson.Decode(data, &v.Success)
	}
	if err == nil && !v.Success.Set {
		err = errNoVerdict
	}
	return v, err
}
