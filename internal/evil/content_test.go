package evil

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// amounts are texts that are no amount of the contract.
var amounts = []struct{ name, amount, currency string }{
	{"NaN", "NaN", "CNY"}, {"Inf", "Inf", "CNY"}, {"1e999", "1e999", "CNY"}, {"fullwidth digits", "１２", "CNY"},
	{"30 decimals", "1." + strings.Repeat("0", 30), "CNY"}, {"no amount", "", "CNY"}, {"no currency", price, ""},
	{"a currency that does not exist", price, "\x1b[2J\u202e"}, {"100,000 digits", strings.Repeat("9", 100_000), "CNY"},
}

// readRows are lies in the answers to reads: an error, or a value that does no harm.
func readRows() []row {
	bad := func(call string) []string { return []string{"open: ok", call + ": bad_answer not_done"} }
	fine := func(call string) []string { return []string{"open: ok", call + ": ok"} }
	get := func(members ...[]byte) answers { return answers{"GetOrder": answer(order(members...))} }
	rows := []row{
		{name: "read: minus zero", answers: get(totals("-0", "CNY")), want: fine("get"), says: []string{`"payable":{"amount":"0.00","currency":"CNY"}`}},
		{name: "read: another order", answers: answers{"GetOrder": answer(message(1, reference(2, "4712")))}, want: bad("get")},
		{name: "read: no id", answers: answers{"GetOrder": answer(message(1, number(6, 1)))}, want: bad("get")},
		{name: "read: an id with a line's end", answers: answers{"GetOrder": answer(message(1, reference(2, asked+"\n")))}, want: bad("get")},
		{name: "read: an id of 1 MB", answers: answers{"GetOrder": answer(message(1, reference(2, strings.Repeat("4", 1<<20))))}, want: bad("get")},
		{name: "read: an answer without members", answers: answers{"GetOrder": answer(nil)}, want: bad("get")},
		{name: "read: an answer of another message", answers: answers{"GetOrder": answer(message(77, text(1, "x")))}, want: bad("get")},
		{name: "read: bytes that are no text", answers: get(text(7, "\xff\xfe")), want: bad("get")},
		{name: "read: texts that move a terminal", answers: get(text(7, "a\x1b[2J\u202eb\n\u2066c\u009b"), text(12, "s\a"), text(5, "m\x7f"),
			orderLine(text(5, "n\x1b"), message(12, text(1, "k\x1b"), text(2, "v\u202e")), message(13, text(1, "\x1b"), text(2, "p\u202e")))), want: fine("get"), says: []string{"a[2Jb c"}},
		{name: "read: states that do not exist", answers: get(number(6, never), orderLine(number(10, -5))), want: fine("get"), says: []string{`"status":"unknown"`}},
		{name: "read: a quantity below zero", answers: get(orderLine(number(6, -1))), want: bad("get")},
		{name: "read: times without end", answers: get(message(10, number(1, 1<<62), number(2, -1<<62))), want: fine("get")},
		{name: "read: 100,000 lines", answers: answers{"GetOrder": answer(message(1, reference(2, asked), empties(8, 100_000)))}, want: bad("get")},
		{name: "read: 100,000 parcels", answers: answers{"Track": answer(message(1, empties(2, 100_000)))}, want: bad("track")},
		{name: "read: 2,000 attributes", answers: get(orderLine(attributes(2_000))), want: bad("get")},
		{name: "read: siblings in siblings", answers: get(message(16, reference(2, "2"), message(16, reference(2, "3")))), want: fine("get")},
		{name: "read: messages 500 deep", answers: answers{"GetOrder": lazily(func() []byte { return nested(500) })}, want: bad("get")},
		{name: "read: raw that is not JSON", answers: get(text(17, "{")), want: bad("get")},
		{name: "read: an error that says done", answers: answers{"GetOrder": answer(verdict(7, 2))}, want: []string{"open: ok", "get: refused not_done"}},
		{name: "read: an error of unknown numbers", answers: answers{"GetOrder": answer(verdict(never, never))}, want: []string{"open: ok", "get: internal not_done"}},
		{name: "read: an error that is a trap for a terminal", answers: answers{"GetOrder": answer(verdict(7, 1, text(3, "\x1b[2J"), text(4, "f\u202e"), text(5, secret+"\x1b[2J"), text(6, secret),
			text(7, "\a"+secret), text(8, secret), text(9, "d\x1b"+secret)))}, want: []string{"open: ok", "get: refused not_done"}, says: []string{"[redacted]"}},
		{name: "read: a secret as the id", answers: answers{"GetOrder": answer(message(1, reference(2, secret)))}, want: bad("get")},
		{name: "read: an error of 8 MiB", answers: answers{"GetOrder": lazily(func() []byte {
			return verdict(7, 1, text(5, strings.Repeat("x", 4<<20)), text(7, strings.Repeat("y", 3<<20)))
		})},
			want: bad("get"), times: 3},
		{name: "read: an error of 1 MiB", answers: answers{"GetOrder": lazily(func() []byte {
			return verdict(7, 1, text(5, strings.Repeat("x", 1<<20)), text(7, strings.Repeat("y", 1<<20)))
		})},
			want: []string{"open: ok", "get: refused not_done"}},
		{name: "read: lies about what it can do", answers: answers{"Describe": answer(description(capability("pay", never), capability("\x1b[2J", 1), capability("refund", -1), number(6, never), number(7, -1),
			number(8, -1), message(9, text(1, "o\x1b"), text(2, "\u202e")), capability("create_order", 1, message(4, number(1, never), number(2, -1)))))}, want: fine("describe"),
			says: []string{`"pay":{"support":"unsupported"`, `"refund":{"support":"unsupported"`}},
		{name: "read: no description", answers: answers{"Describe": answer(nil)}, want: bad("describe")},
		{name: "read: 100,000 operations", answers: answers{"Describe": lazily(func() []byte { return description(operations(100_000)) })}, want: bad("describe")},
		{name: "read: the refund of another order", answers: answers{"GetRefund": answer(message(1, text(1, "r1"), reference(3, "9")))}, want: bad("refund?")},
		{name: "read: another refund", answers: answers{"GetRefund": answer(message(1, text(1, "r2"), reference(3, asked)))}, want: bad("refund?")},
		{name: "read: tracking of another order", answers: answers{"Track": answer(message(1, reference(1, "9")))}, want: bad("track")},
		{name: "list: the same page for ever", answers: answers{"ListOrders": answer(page("a", "1"), page("a", "2"), page("a", "3"))}, want: bad("pages")},
		{name: "list: two pages for ever", answers: answers{"ListOrders": pagesFor(func(i int) []byte { return page(fmt.Sprint(i%2), "1") })}, want: bad("pages")},
		{name: "list: a thousand pages for ever", answers: answers{"ListOrders": pagesFor(func(i int) []byte { return page(fmt.Sprint(i%1000), "1") })}, want: bad("pages")},
		{name: "list: the end before the last page", answers: answers{"ListOrders": answer(page("a", "1"))}, want: bad("pages")},
		{name: "list: the same id twice", answers: answers{"ListOrders": answer(page("", "1", "1"))}, want: bad("list")},
		{name: "list: an order without an id", answers: answers{"ListOrders": answer(page("", "1", ""))}, want: bad("list")},
		{name: "list: a cursor that is a trap", answers: answers{"ListOrders": answer(page("\x1b[2J", "1"))}, want: bad("list")},
		{name: "list: 1,001 orders in a page", answers: answers{"ListOrders": answer(message(1, empties(1, 1001)))}, want: bad("list")},
	}
	for _, a := range amounts {
		rows = append(rows, row{name: "read: " + a.name, answers: get(totals(a.amount, a.currency)), want: bad("get"), says: []string{"payable"}})
	}
	return inGroup("read", rows, nil)
}

// writeRows are lies in the answers to writes. What cannot be believed may have happened.
func writeRows() []row {
	doubt := func(call string) []string { return []string{"open: ok", call + ": bad_answer in_doubt"} }
	pay := func(members ...[]byte) answers { return answers{"Pay": answer(payment(members...))} }
	rows := []row{
		{name: "write: done, and no id", answers: answers{"CreateOrder": answer(message(1, number(6, 1)))}, want: doubt("create")},
		{name: "write: a sibling without an id", answers: answers{"CreateOrder": answer(order(message(16, number(6, 1))))}, want: doubt("create")},
		{name: "write: the same id for two orders", answers: answers{"CreateOrder": answer(order(message(16, reference(2, asked))))}, want: doubt("create")},
		{name: "write: an id that is a trap", answers: answers{"CreateOrder": answer(message(1, reference(2, "1\u202e")))}, want: doubt("create")},
		{name: "write: the order of another ref", answers: answers{"CreateOrder": answer(order(text(1, "po-of-another")))}, want: doubt("create")},
		{name: "write: 100,000 lines", answers: answers{"CreateOrder": answer(message(1, reference(2, asked), empties(8, 100_000)))}, want: doubt("create")},
		{name: "write: an answer without members", answers: answers{"CreateOrder": answer(nil), "Pay": answer(nil), "Refund": answer(nil), "CancelOrder": answer(nil), "ConfirmReceipt": answer(nil)},
			want: []string{"open: ok", "create: bad_answer in_doubt", "pay: bad_answer in_doubt", "refund: bad_answer in_doubt", "cancel: bad_answer in_doubt", "confirm: bad_answer in_doubt"}},
		{name: "write: another order", answers: answers{"Pay": answer(payment(reference(1, "9"), number(2, 1))), "Refund": answer(message(1, text(1, "r"), reference(3, "9"))),
			"CancelOrder": answer(message(1, reference(1, "9"))), "ConfirmReceipt": answer(message(1, reference(1, "9")))},
			want: []string{"open: ok", "pay: bad_answer in_doubt", "refund: bad_answer in_doubt", "cancel: bad_answer in_doubt", "confirm: bad_answer in_doubt"}},
		{name: "write: done, and no refund's id", answers: answers{"Refund": answer(message(1, reference(3, asked)))}, want: doubt("refund")},
		{name: "write: the refund of another ref", answers: answers{"Refund": answer(message(1, text(1, "r1"), text(2, "re-of-another"), reference(3, asked)))}, want: doubt("refund")},
		{name: "write: paid in another currency", answers: pay(number(2, 1), amount(3, price, "USD")), want: doubt("pay")},
		{name: "write: a payment below zero", answers: pay(number(2, 1), amount(3, "-232.00", "CNY")), want: doubt("pay")},
		{name: "write: a state that does not exist", answers: pay(number(2, never)), want: []string{"open: ok", "pay: ok"}, says: []string{`"state":"unknown"`}},
		{name: "write: a page to act on that is a trap", answers: pay(number(2, 3), text(4, "https://x/\x1b[2J")), want: doubt("pay")},
		{name: "write: an error that says done", answers: answers{"Pay": answer(verdict(7, 2))}, want: []string{"open: ok", "pay: refused in_doubt"}},
		{name: "write: an error of unknown numbers", answers: answers{"Pay": answer(verdict(never, never))}, want: []string{"open: ok", "pay: internal in_doubt"}},
		{name: "write: an error that wants a person", answers: answers{"Pay": answer(verdict(12, 0))}, want: []string{"open: ok", "pay: internal in_doubt"}},
		{name: "write: refused, as an honest adapter says it", answers: answers{"Pay": answer(verdict(7, 1)), "CreateOrder": answer(verdict(9, 1))},
			want: []string{"open: ok", "pay: refused not_done", "create: unavailable not_done"}},
		{name: "write: lines that nobody asked for", answers: answers{"CreateOrder": answer(order(orderLine(text(2, "2"), number(6, 1))))}, want: doubt("buyer.create")},
		{name: "write: more pieces than were asked for", answers: answers{"CreateOrder": answer(order(orderLine(text(2, "1"), number(6, 9))))}, want: doubt("buyer.create")},
		{name: "write: an instruction for another amount", answers: pay(number(2, 2), amount(3, "2.00", "CNY")), want: doubt("buyer.pay")},
		{name: "write: settled, and the order is read as unpaid", answers: pay(number(2, 1)), want: []string{"open: ok", "buyer.pay: ok"}, says: []string{`"state":"accepted"`}},
		{name: "write: refused, and the order cannot be read", answers: answers{"Pay": answer(verdict(7, 1)), "GetOrder": once("GetOrder", silent)}, config: impatient,
			want: []string{"open: ok", "buyer.pay: bad_answer in_doubt"}},
		{name: "write: a result and an error", answers: answers{"Pay": answer(append(payment(number(2, 1)), verdict(7, 1)...))}, want: doubt("pay")},
		{name: "write: an error and a result", answers: answers{"Pay": answer(append(verdict(7, 1), payment(number(2, 1))...))}, want: doubt("pay")},
	}
	for _, a := range amounts {
		rows = append(rows, row{name: "write: " + a.name, answers: pay(number(2, 1), amount(3, a.amount, a.currency)), want: doubt("pay"), says: []string{"amount"}})
	}
	return inGroup("write", rows, nil)
}

// pagesFor sends pages for ever.
func pagesFor(next func(int) []byte) http.HandlerFunc { return flooding(next) }

// nested is an order in an order in an order.
func nested(depth int) []byte {
	inner := reference(2, asked)
	for range depth {
		inner = append(reference(2, asked), message(16, inner)...)
	}
	return message(1, inner)
}

// once is the honest answer the first time, and another one from then on.
func once(method string, then http.HandlerFunc) http.HandlerFunc {
	var calls atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 1 {
			then(w, r)
			return
		}
		honestly(method)(w, r)
	}
}

func attributes(n int) []byte {
	var all []byte
	for i := range n {
		all = append(all, message(12, text(1, fmt.Sprint(i)), text(2, "x"))...)
	}
	return all
}

func operations(n int) []byte {
	var all []byte
	for i := range n {
		all = append(all, capability(fmt.Sprint(i), 1)...)
	}
	return all
}
