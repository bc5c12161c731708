package evil

import (
	"math"
	"net/http"
	"os"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of the contract, by hand: a stranger need not keep to any generated code. The numbers
// are those of plugin/proto/sampan/v1/adapter.proto.

func text(field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), s)
}

func number(field protowire.Number, n int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), uint64(n))
}

func message(field protowire.Number, parts ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), slices.Concat(parts...))
}

// reference is an OrderRef as the field of another message.
func reference(field protowire.Number, id string) []byte { return message(field, text(1, id)) }

func amount(field protowire.Number, number, currency string) []byte {
	return message(field, text(1, number), text(2, currency))
}

// The order that everything is about, and what it costs.
const (
	asked = "4711"
	price = "232.00"
)

// order is the answer of CreateOrder and GetOrder: an order with further members.
func order(members ...[]byte) []byte {
	return message(1, append([][]byte{reference(2, asked)}, members...)...)
}

// totals are an order's, with what there is to pay.
func totals(payable, currency string) []byte { return message(9, amount(4, payable, currency)) }

// orderLine is one line of an order.
func orderLine(members ...[]byte) []byte { return message(8, members...) }

// payment is the answer of Pay.
func payment(members ...[]byte) []byte { return message(1, members...) }

// page is one message of ListOrders, with the ids of its orders.
func page(next string, ids ...string) []byte {
	var members [][]byte
	for _, id := range ids {
		members = append(members, message(1, reference(2, id)))
	}
	return message(1, append(members, text(2, next))...)
}

// verdict is an adapter's own error, which every answer has as field 2.
func verdict(code, outcome int64, members ...[]byte) []byte {
	return message(2, append([][]byte{number(1, code), number(2, outcome)}, members...)...)
}

func description(members ...[]byte) []byte {
	all := [][]byte{text(1, "evil"), text(2, "1"), text(3, "1688"), text(4, "evil")}
	return message(1, append(all, members...)...)
}

// capability is one entry of Description.operations.
func capability(operation string, support int64, members ...[]byte) []byte {
	return message(5, text(1, operation), message(2, append([][]byte{number(1, support)}, members...)...))
}

// honest are the answers of an adapter without a fault.
var honest = answers{
	"Configure":      answer(nil),
	"Describe":       answer(description(capability("pay", 1), capability("create_order", 1), capability("get_order", 1))),
	"CreateOrder":    answer(order(number(6, 1), totals(price, "CNY"))),
	"GetOrder":       answer(order(number(6, 1), totals(price, "CNY"))),
	"ListOrders":     answer(page("", asked)),
	"Pay":            answer(payment(reference(1, asked), number(2, 1), amount(3, price, "CNY"))),
	"Track":          answer(message(1, reference(1, asked))),
	"Refund":         answer(message(1, text(1, "r1"), reference(3, asked), number(5, 1))),
	"GetRefund":      answer(message(1, text(1, "r1"), reference(3, asked), number(5, 1))),
	"CancelOrder":    answer(message(1, reference(1, asked), number(2, 1))),
	"Quote":          answer(message(1, message(2, amount(4, price, "CNY")))),
	"ConfirmReceipt": answer(message(1, reference(1, asked))),
	"ProveFence":     answer(message(1, text(1, "https://gateway"))),
	"Check":          answer(number(1, 1)),
	"Shutdown":       func(http.ResponseWriter, *http.Request) { os.Exit(0) },
}

// honestly finds an honest answer when it is asked for: a row cannot name the table that names it.
func honestly(method string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { honest[method](w, r) }
}

// never is a number that no enum has.
const never = math.MaxInt32
