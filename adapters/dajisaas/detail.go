package dajisaas

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/adapters/trade1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// detailBody takes the id as text; the receipt takes it as a number (trap 5).
type detailBody struct {
	WebSite string `json:"webSite"`
	OrderID string `json:"orderId"`
}

// GetOrder reads one order afresh. Amounts are in yuan. That dajisaas says NotFound with the code
// that it documents for the receipt (4003) is INFERRED.
func (a *Adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Order{}, err
	}
	got, err := a.call(ctx, call{op: core.OpGetOrder, body: detailBody{WebSite: webSite, OrderID: id}})
	if err != nil {
		return core.Order{}, err
	}
	if got.data == nil {
		return core.Order{}, got.bad(errNoData)
	}
	order, err := orderOf(got.data, r.Raw)
	if err != nil {
		return core.Order{}, got.bad(err)
	}
	if order.ID != r.Order.ID {
		return core.Order{}, got.bad(errOtherOrder)
	}
	return order, nil
}

var errOtherOrder = errors.New("it holds another order than the one asked for")

// orderOf reads one trade object of detail or list, which have the same shape. Its error is only the
// reason: what it means depends on the call.
func orderOf(trade json.RawMessage, raw bool) (core.Order, error) {
	order, err := trade1688.Decode(trade)
	if err != nil {
		return core.Order{}, fmt.Errorf("the trade object: %w", cmp.Or(errors.Unwrap(err), err))
	}
	if raw {
		order.Raw = wirejson.Scrub(trade)
	}
	return order, nil
}
