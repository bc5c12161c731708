package corner

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

var errOtherOrder = errors.New("it holds another order than the one asked for")

// GetOrder reads one order afresh.
func (a *Adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	path, err := pathOf(r.Order, "")
	if err != nil {
		return core.Order{}, err
	}
	var answer orderAnswer
	c := call{op: core.OpGetOrder, path: path}
	if err := a.call(ctx, c, &answer); err != nil {
		return core.Order{}, err
	}
	order, err := answer.Order.core()
	if err == nil && order.ID != r.Order.ID {
		err = errOtherOrder
	}
	if err != nil {
		return core.Order{}, c.bad(err)
	}
	return order, nil
}

// ListOrders reads one page. The shop can narrow it by our number alone: other filters are Unsupported,
// because a list that holds more than was asked for proves nothing.
func (a *Adapter) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if r.ID != "" || r.Status != core.StatusUnknown || !r.CreatedFrom.IsZero() || !r.CreatedTo.IsZero() {
		return core.OrderPage{}, core.NotOffered(core.OpListOrders, "the shop lists all orders, or those of one ref")
	}
	query := url.Values{}
	for name, value := range map[string]string{"ref": string(r.Ref), "after": r.Cursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if r.PageSize > 0 {
		query.Set("limit", strconv.Itoa(r.PageSize))
	}
	var answer struct {
		Orders []*order      `json:"orders"`
		Next   wirejson.Text `json:"next"`
	}
	c := call{op: core.OpListOrders, path: "/orders", query: query}
	if err := a.call(ctx, c, &answer); err != nil {
		return core.OrderPage{}, err
	}
	if answer.Orders == nil { // silence is no proof that there is no order
		return core.OrderPage{}, c.bad(errors.New("it has no list"))
	}
	page := core.OrderPage{Next: string(answer.Next)}
	for _, one := range answer.Orders {
		order, err := one.core()
		if err != nil {
			return core.OrderPage{}, c.bad(err)
		}
		page.Orders = append(page.Orders, order)
	}
	return page, nil
}

// Track reads the parcel number out of the order.
func (a *Adapter) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: r.Order})
	if err != nil {
		return core.Tracking{}, err
	}
	return core.Tracking{Order: r.Order, Parcels: order.Parcels, Note: "the shop gives the parcel's number only"}, nil
}
