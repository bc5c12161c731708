package alibaba1688

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/adapters/trade1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// created reads the answer to a create. The batch create's is documented (trade objects), v1's is
// not, so each of the four shapes that are likely is read, and anything else leaves the order in
// doubt: it was probably made.
func (a *Adapter) created(r core.CreateOrderRequest, reply gateway.Reply) (core.Order, error) {
	orders, err := a.createdOrders(r, reply)
	if err != nil {
		if e, ok := errors.AsType[*core.Error](err); ok && e.Op != "" {
			return core.Order{}, err
		}
		return core.Order{}, badAnswer(core.OpCreateOrder, true, reply, err)
	}
	for i := range orders {
		orders[i].Ref = r.Ref
		if !isNumber(string(orders[i].ID)) {
			return core.Order{}, badAnswer(core.OpCreateOrder, true, reply, errors.New("an order in it has no id of 1688"))
		}
	}
	order := orders[0]
	order.Siblings = orders[1:]
	if len(order.Siblings) == 0 {
		order.Siblings = nil
	}
	return order, nil
}

var errShape = errors.New("it is neither an order id, nor 1688's result of a create, nor an order")

// createdOrders gives at least one order or an error.
func (a *Adapter) createdOrders(r core.CreateOrderRequest, reply gateway.Reply) ([]core.Order, error) {
	data, err := unwrapText(reply.Data)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	switch data[0] {
	case '[':
		return ordersOf(data)
	case '{':
		return a.fromObject(r, data, reply)
	}
	return fromID(data)
}

// unwrapText gives the JSON that a string holds, one level deep, and other data as it is.
func unwrapText(data []byte) ([]byte, error) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '"' {
		return data, nil
	}
	var text wirejson.Text
	if err := wirejson.Decode(data, &text); err != nil {
		return nil, err
	}
	if inner := strings.TrimSpace(string(text)); strings.HasPrefix(inner, "{") || strings.HasPrefix(inner, "[") {
		return []byte(inner), nil
	}
	return data, nil
}

// minIDDigits keeps a bare 1, a count or a code, from passing for an order id; the shortest one seen
// has 17 digits.
const minIDDigits = 12

func fromID(data []byte) ([]core.Order, error) {
	var id wirejson.ID
	if err := wirejson.Decode(data, &id); err != nil || len(id) < minIDDigits || !isNumber(string(id)) {
		return nil, errShape
	}
	return []core.Order{newOrder(id)}, nil
}

// newOrder is an order of which the answer gives only the id: a create makes unpaid orders.
func newOrder(id wirejson.ID) core.Order {
	return core.Order{OrderRef: core.OrderRef{ID: core.OrderID(id)}, MarketplaceIDs: []string{string(id)},
		Market: core.Alibaba1688, Status: core.AwaitingPayment}
}

// shape holds the members by which the shapes are told apart.
type shape struct {
	BaseInfo  json.RawMessage `json:"baseInfo"`
	TBOrderID wirejson.ID     `json:"tbOrderId"`
	Success   wirejson.Bool   `json:"success"`
	Result    json.RawMessage `json:"result"`
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func (a *Adapter) fromObject(r core.CreateOrderRequest, data []byte, reply gateway.Reply) ([]core.Order, error) {
	var s shape
	if err := wirejson.Decode(data, &s); err != nil {
		return nil, err
	}
	if isNull(s.BaseInfo) && s.TBOrderID == "" && (s.Success.Set || !isNull(s.Result)) {
		return a.fromResult(r, data, reply)
	}
	return ordersOf(data)
}

// ordersOf reads orders in either of their shapes, trade objects in yuan or list rows in fen. The
// members decide which, never the form of the numbers.
func ordersOf(data []byte) ([]core.Order, error) {
	var shapes wirejson.List[shape]
	if err := wirejson.Decode(data, &shapes); err != nil {
		return nil, err
	}
	if len(shapes) == 0 {
		return nil, errors.New("it holds no order")
	}
	trades, rows := 0, 0
	for _, s := range shapes {
		switch {
		case !isNull(s.BaseInfo):
			trades++
		case s.TBOrderID != "":
			rows++
		}
	}
	switch len(shapes) {
	case trades:
		return trade1688.DecodeList(data)
	case rows:
		return rowsOf(data)
	}
	return nil, errShape
}

func rowsOf(data []byte) ([]core.Order, error) {
	var rows wirejson.List[wirejson.Part]
	if err := wirejson.Decode(data, &rows); err != nil {
		return nil, err
	}
	orders := make([]core.Order, 0, len(rows))
	for i, one := range rows {
		order, err := decodeRow(one, false)
		if err != nil {
			return nil, fmt.Errorf("order %d: %w", i, err)
		}
		orders = append(orders, order)
	}
	return orders, nil
}
