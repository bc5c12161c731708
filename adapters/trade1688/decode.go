package trade1688

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// What one message may hold.
const (
	maxOrders = 1000
	maxLines  = 500
)

// Decode reads one trade object, or a JSON string that holds one (a callback's messageBody comes in
// both forms). The error is a [core.BadAnswer]: the JSON is broken, it is no trade object, its id is
// missing, or an amount cannot be read exactly. Unknown words, unknown and missing members, times in
// no known form and sums that do not add up are no errors.
func Decode(data []byte) (core.Order, error) {
	var wire wirejson.Embedded[trade]
	if err := wirejson.Decode(data, &wire); err != nil {
		return core.Order{}, badAnswer("the trade object", err)
	}
	order, err := wire.Value.order()
	if err != nil {
		return core.Order{}, badAnswer("the trade object", err)
	}
	return order, nil
}

// OrderID reads the id of a trade object, or of a JSON string that holds one, whatever the rest of it is.
func OrderID(data []byte) (core.OrderID, error) {
	var wire wirejson.Embedded[struct {
		BaseInfo struct {
			IDOfStr  wirejson.Text `json:"idOfStr"`
			IDNumber wirejson.Text `json:"id"`
		} `json:"baseInfo"`
	}]
	if err := wirejson.Decode(data, &wire); err != nil {
		return "", badAnswer("the trade object", err)
	}
	base := wire.Value.BaseInfo
	return baseInfo{IDOfStr: base.IDOfStr, IDNumber: base.IDNumber}.orderID()
}

// DecodeList reads an array of trade objects, in their order; null is none. One that cannot be read
// fails all: a list with a hole would pass for proof that an order does not exist.
func DecodeList(data []byte) ([]core.Order, error) {
	var wire wirejson.List[wirejson.Embedded[trade]]
	if err := wirejson.Decode(data, &wire); err != nil {
		return nil, badAnswer("the list of trade objects", err)
	}
	if len(wire) > maxOrders {
		return nil, badAnswer("the list of trade objects", fmt.Errorf("over %d orders", maxOrders))
	}
	orders := make([]core.Order, 0, len(wire))
	for i, one := range wire {
		order, err := one.Value.order()
		if err != nil {
			return nil, badAnswer(fmt.Sprintf("trade object %d of the list", i), err)
		}
		orders = append(orders, order)
	}
	return orders, nil
}

// badAnswer leaves the outcome in doubt: whoever knows that the call was a read says so.
func badAnswer(what string, err error) error {
	return &core.Error{Code: core.BadAnswer, Message: fmt.Sprintf("%s cannot be read: %v", what, err), Err: err}
}
