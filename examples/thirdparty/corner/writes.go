package corner

import (
	"context"
	"fmt"

	"github.com/sampan-go/sampan/core"
)

type createBody struct {
	Ref   string       `json:"ref"`
	Name  string       `json:"name"`
	Phone string       `json:"phone"`
	Place string       `json:"place"`
	Note  string       `json:"note,omitempty"`
	Lines []createLine `json:"lines"`
}

type createLine struct {
	Product string `json:"product"`
	Pieces  int64  `json:"pieces"`
}

// CreateOrder buys. A cancelled or failed call may have happened; the list finds the order by its ref.
func (a *Adapter) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	if len(r.Lines) == 0 {
		return core.Order{}, core.Invalid("lines", "are missing; name at least one product")
	}
	body := createBody{Ref: string(r.Ref), Name: r.Address.Name, Phone: r.Address.Mobile, Note: r.Message,
		Place: r.Address.Street + ", " + r.Address.City}
	for i, l := range r.Lines {
		if l.ProductID == "" || l.Quantity < 1 {
			return core.Order{}, core.Invalid(fmt.Sprintf("lines[%d]", i), "needs a product_id and at least one piece")
		}
		body.Lines = append(body.Lines, createLine{string(l.ProductID), l.Quantity})
	}
	return a.write(ctx, call{op: core.OpCreateOrder, path: "/orders", body: body, attempt: &r.Attempt},
		func(o core.Order) bool { return o.Ref == r.Ref })
}

// Pay pays one order out of the account's balance. A cancelled or failed call may have happened. The shop
// takes the amount, and refuses another than the order's.
func (a *Adapter) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	path, err := pathOf(r.Order, "/payment")
	if err != nil {
		return core.Payment{}, err
	}
	fen, err := r.Expect.Minor()
	if err != nil {
		return core.Payment{}, core.Invalid("expect", "is missing or has no fen: %v", err)
	}
	order, err := a.write(ctx, call{op: core.OpPay, path: path, body: map[string]int64{"total_fen": fen}, attempt: &r.Attempt},
		func(o core.Order) bool { return o.ID == r.Order.ID && o.Status.IsPaid() })
	if err != nil {
		return core.Payment{}, err
	}
	return core.Payment{Order: r.Order, State: core.Settled, Amount: order.Totals.Payable, Paid: order.Times.Paid, UpstreamStatus: order.UpstreamStatus}, nil
}

// CancelOrder cancels an unpaid order. A cancelled or failed call may have happened.
func (a *Adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	path, err := pathOf(r.Order, "/cancellation")
	if err != nil {
		return core.Cancellation{}, err
	}
	_, err = a.write(ctx, call{op: core.OpCancelOrder, path: path, body: map[string]string{"reason": r.Reason}, attempt: &r.Attempt},
		func(o core.Order) bool { return o.ID == r.Order.ID && o.Status == core.Cancelled })
	if err != nil {
		return core.Cancellation{}, err
	}
	return core.Cancellation{Order: r.Order, State: core.CancelDone}, nil
}

// write makes one write and believes its answer only where says finds in it what was asked for.
func (a *Adapter) write(ctx context.Context, c call, says func(core.Order) bool) (core.Order, error) {
	var answer orderAnswer
	if err := a.call(ctx, c, &answer); err != nil {
		return core.Order{}, err
	}
	order, err := answer.Order.core()
	if err == nil && !says(order) {
		err = fmt.Errorf("it does not say that it was done: order %s is %q", order.ID, order.UpstreamStatus)
	}
	if err != nil {
		return core.Order{}, c.bad(err)
	}
	return order, nil
}
