package alibaba1688

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/adapters/trade1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// detailBody takes the order id as text, unlike cancel and confirm.
type detailBody struct {
	WebSite string `json:"webSite"`
	OrderID string `json:"orderId"`
}

var errOtherOrder = errors.New("it is about another order than the one asked for")

// GetOrder reads one order as 1688 has it, in yuan. PandaPon documents no code for an order that it
// does not know, so such an order is Refused and not NotFound, unless the order list (SEED) says
// that the account has no order of that id.
func (a *Adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Order{}, err
	}
	var data json.RawMessage
	reply, err := a.call(ctx, gateway.Call{Endpoint: epDetail, Body: detailBody{webSite, string(id)}}, core.OpGetOrder, &data)
	if errors.Is(err, core.Refused) {
		return core.Order{}, a.notFound(ctx, r, err)
	}
	if err != nil {
		return core.Order{}, err
	}
	order, err := trade1688.Decode(orNull(data))
	if err == nil && order.ID != r.Order.ID {
		err = errOtherOrder
	}
	if err != nil {
		return core.Order{}, badAnswer(core.OpGetOrder, false, reply, err)
	}
	order.Handle = r.Order.Handle
	if r.Raw {
		order.Raw = wirejson.Scrub(data)
	}
	return order, nil
}

// orNull keeps absent data readable: as no order.
func orNull(data json.RawMessage) json.RawMessage {
	if len(data) == 0 {
		return json.RawMessage("null")
	}
	return data
}

// notFound is the detail's refusal, or NotFound where a list by the same id is empty.
func (a *Adapter) notFound(ctx context.Context, r core.GetOrderRequest, refusal error) error {
	page, err := a.ListOrders(ctx, core.ListOrdersRequest{ID: r.Order.ID, PageSize: 1})
	if err != nil || len(page.Orders) > 0 || page.Total > 0 || page.Next != "" {
		return refusal
	}
	e := &core.Error{Code: core.NotFound, Outcome: core.NotDone, Op: core.OpGetOrder, Err: refusal,
		Message: "PandaPon refuses the detail, and its order list has no order with this id"}
	if said, ok := errors.AsType[*core.Error](refusal); ok {
		e.Gateway = said.Gateway
	}
	return e
}
