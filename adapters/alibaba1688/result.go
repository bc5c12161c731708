package alibaba1688

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// createAnswer is 1688's own result of a create (UPSTREAM), which the list keeps as orderJson.
type createAnswer struct {
	verdict
	Result wirejson.Embedded[createResult] `json:"result"`
}

// createResult has orderId and amounts empty where 1688 made several orders of the request.
type createResult struct {
	verdict
	OrderID               wirejson.ID                 `json:"orderId"`
	TotalSuccessAmountFen wirejson.Number             `json:"totalSuccessAmount"`
	PostFeeFen            wirejson.Number             `json:"postFee"`
	OrderList             wirejson.List[createdOrder] `json:"orderList"`
	FailedOfferList       wirejson.List[failedOffer]  `json:"failedOfferList"`
}

type createdOrder struct {
	verdict
	OrderID wirejson.ID `json:"orderId"`
	// OrderAmmountFen is spelt so on the wire.
	OrderAmmountFen wirejson.Number `json:"orderAmmount"`
	PostFeeFen      wirejson.Number `json:"postFee"`
}

type failedOffer struct {
	verdict
	OfferID wirejson.ID `json:"offerId"`
	SpecID  wirejson.ID `json:"specId"`
}

// fromResult checks every flag before it believes an id. A refusal beside an order id contradicts
// itself and is never certain.
func (a *Adapter) fromResult(r core.CreateOrderRequest, data []byte, reply gateway.Reply) ([]core.Order, error) {
	var answer createAnswer
	if err := wirejson.Decode(data, &answer); err != nil {
		return nil, err
	}
	result := answer.Result.Value
	made := result.made()
	if v, failed := answer.failure(); failed {
		e := a.refusedInside(core.OpCreateOrder, true, v, reply)
		if len(made) > 0 {
			e.Outcome = core.InDoubt
		}
		return nil, withMade(e, made)
	}
	orders, err := result.orders(made)
	if err == nil && len(result.FailedOfferList) > 0 {
		orders[0].Lines, err = linesWithProblems(r, result.FailedOfferList, reply)
	}
	if err != nil {
		return nil, withMade(badAnswer(core.OpCreateOrder, true, reply, err), made)
	}
	return orders, nil
}

// failure is the refusal that the answer holds at either level, with the code of the level that has
// one.
func (c createAnswer) failure() (verdict, bool) {
	inner := c.Result.Value.verdict
	if !c.failed() && !inner.failed() {
		return verdict{}, false
	}
	if inner.code() == "" {
		return c.verdict, true
	}
	return inner, true
}

// made are the ids of all orders that the result names, the main one first.
func (c createResult) made() []wirejson.ID {
	var ids []wirejson.ID
	for _, id := range append([]wirejson.ID{c.OrderID}, c.listedIDs()...) {
		if id != "" && (len(ids) == 0 || id != c.OrderID) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c createResult) listedIDs() []wirejson.ID {
	var ids []wirejson.ID
	for _, one := range c.OrderList {
		ids = append(ids, one.OrderID)
	}
	return ids
}

// orders gives every order with its own amounts. A part that failed has no lines by which to name
// it, so nobody could tell what is missing: that is an error.
func (c createResult) orders(made []wirejson.ID) ([]core.Order, error) {
	if len(made) == 0 {
		return nil, errors.New("it names no order")
	}
	parts := map[wirejson.ID]createdOrder{}
	for i, one := range c.OrderList {
		if _, twice := parts[one.OrderID]; twice || one.OrderID == "" || one.failed() {
			return nil, fmt.Errorf("orderList[%d] failed, has no id or comes twice, while other orders were made", i)
		}
		parts[one.OrderID] = one
	}
	if len(c.OrderList) == 0 {
		parts[c.OrderID] = createdOrder{OrderAmmountFen: c.TotalSuccessAmountFen, PostFeeFen: c.PostFeeFen}
	}
	orders := make([]core.Order, 0, len(made))
	for _, id := range made {
		order, err := parts[id].order(id)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, nil
}

func (c createdOrder) order(id wirejson.ID) (core.Order, error) {
	order := newOrder(id)
	var err error
	if order.Totals.Payable, err = c.OrderAmmountFen.Fen(); err != nil {
		return order, fmt.Errorf("the order's amount: %w", err)
	}
	if order.Totals.Shipping, err = c.PostFeeFen.Fen(); err != nil {
		return order, fmt.Errorf("postFee: %w", err)
	}
	return order, nil
}

// linesWithProblems are the lines that were asked for, with what 1688 said against those that it
// left out. The rest was taken: the result says so by not naming them.
func linesWithProblems(r core.CreateOrderRequest, failed []failedOffer, reply gateway.Reply) ([]core.Line, error) {
	lines := make([]core.Line, 0, len(r.Lines))
	for _, asked := range r.Lines {
		lines = append(lines, core.Line{ProductID: asked.ProductID, SKUID: asked.SKUID, SpecID: asked.SpecID, Quantity: asked.Quantity})
	}
	for i, one := range failed {
		problem := one.said(reply.RequestID)
		problem.Message = withoutAddress(problem.Message, r.Address)
		if !one.mark(lines, problem) {
			return nil, fmt.Errorf("failedOfferList[%d] is none of the lines that were asked for", i)
		}
	}
	taken := func(l core.Line) bool { return l.Problem == nil }
	if !slices.ContainsFunc(lines, taken) {
		return nil, errors.New("it names an order and says that every line failed")
	}
	return lines, nil
}

// mark puts the problem on the lines of this offer, and says whether there is one. The variant
// decides where it is named: offers have two kinds of ids.
func (f failedOffer) mark(lines []core.Line, problem core.GatewayError) (found bool) {
	for i := range lines {
		same := f.SpecID != "" && string(f.SpecID) == string(lines[i].SpecID) ||
			f.SpecID == "" && f.OfferID != "" && string(f.OfferID) == string(lines[i].ProductID)
		if same {
			lines[i].Problem = &problem
			found = true
		}
	}
	return found
}

// withMade tells a person which orders the answer named.
func withMade(e *core.Error, made []wirejson.ID) *core.Error {
	if len(made) == 0 {
		return e
	}
	ids := make([]string, 0, len(made))
	for _, id := range made {
		ids = append(ids, cut(wirejson.Clean(string(id)), 32))
	}
	e.Detail = append(e.Detail, "the answer names these orders: "+strings.Join(ids, ", "))
	return e
}
