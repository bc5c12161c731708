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

// GetOrder reads one order afresh. That dajisaas says NotFound with the code that it documents for the
// receipt (4003) is INFERRED.
func (a *Adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	id, err := a.orderNumber(r.Order)
	if err != nil {
		return core.Order{}, err
	}
	got, err := a.call(ctx, call{op: core.OpGetOrder, body: a.market.detailBody(id)})
	if err != nil {
		return core.Order{}, err
	}
	row, err := a.market.detail(got)
	if err != nil {
		return core.Order{}, err
	}
	order, err := a.order(row, r.Raw)
	if err != nil {
		return core.Order{}, got.bad(err)
	}
	if order.ID != r.Order.ID {
		return core.Order{}, got.bad(errOtherOrder)
	}
	return order, nil
}

var errOtherOrder = errors.New("it holds another order than the one asked for")

// order reads one object of detail or list, which have the same shape.
func (a *Adapter) order(row json.RawMessage, raw bool) (core.Order, error) {
	order, err := a.market.order(row)
	if err == nil && raw {
		order.Raw = wirejson.Scrub(row)
	}
	return order, err
}

func (alibaba) detailBody(id string) any { return detailBody{WebSite: webSite, OrderID: id} }

func (alibaba) detail(got answer) (json.RawMessage, error) {
	if got.data == nil {
		return nil, got.bad(errNoData)
	}
	return got.data, nil
}

// order reads a trade object. Amounts are in yuan.
func (alibaba) order(trade json.RawMessage) (core.Order, error) {
	order, err := trade1688.Decode(trade)
	if err != nil {
		return core.Order{}, fmt.Errorf("the trade object: %w", cmp.Or(errors.Unwrap(err), err))
	}
	return order, nil
}
