package dajisaas

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestTaobaoQuote(t *testing.T) {
	quote := func(data string) (core.Quote, error) {
		a, _ := answeringTaobao(t, map[string]canned{pathRender: ok(data)})
		return a.Quote(t.Context(), core.QuoteRequest{Lines: goods().Lines, Address: home})
	}
	for _, row := range []struct{ rule, data, payable, shipping, problem string }{
		{"trap 29: data.result.data, in fen", `{"result":{"data":{"totalRealPayPrice":{"amount":1260,"currency":"CNY"},"mainlandShippingFee":{"amount":0,"currency":"CNY"},"orderFee":{"amount":1480,"currency":"CNY"}}}}`, "12.60 CNY", "0.00 CNY", ""},
		{"trap 34: an amount that is null is absent, not zero", `{"result":{"data":{"totalRealPayPrice":{"amount":1260},"mainlandShippingFee":null}}}`, "12.60 CNY", "", ""},
		{"trap 24: an amount in text", `{"result":{"data":{"totalRealPayPrice":{"amount":"1260"}}}}`, "12.60 CNY", "", ""},
		{"trap 38: JSON in text", `{"result":"{\"data\":{\"totalRealPayPrice\":{\"amount\":1}}}"}`, "0.01 CNY", "", ""},
		{"trap 51: a failure inside", `{"result":{"success":false,"errorCode":"E1","errorMsg":"无库存","data":{"totalRealPayPrice":{"amount":1}}}}`, "", "", "E1, 无库存"},
		{"trap 51: a failure outside", `{"success":false,"code":"E2","message":"x"}`, "", "", "E2, x"},
	} {
		got, err := quote(row.data)
		require.NoError(t, err, row.rule)
		var problem string
		if got.Problem != nil {
			got.Problem.RequestID = ""
			problem = got.Problem.String()
		}
		require.Equal(t, []string{row.payable, row.shipping, row.problem}, []string{got.Totals.Payable.String(), got.Totals.Shipping.String(), problem}, row.rule)
		require.Empty(t, got.Lines, row.rule)
	}
	for rule, data := range map[string]string{
		"trap 28: data of another shape": `true`,
		"no preview":                     `{"result":{}}`,
		"no data":                        `null`,
		"a sum in yuan":                  `{"result":{"data":{"totalRealPayPrice":{"amount":12.60}}}}`,
		"trap 80: another currency":      `{"result":{"data":{"totalRealPayPrice":{"amount":1260,"currency":"USD"}}}}`,
		"a fee that is none":             `{"result":{"data":{"totalRealPayPrice":{"amount":1260},"mainlandShippingFee":{"amount":"free"}}}}`,
	} {
		_, err := quote(data)
		require.Error(t, err, rule)
		requireError(t, err, core.BadAnswer, core.NotDone)
	}
}

const purchasedOne = `{"purchase_id":200049919063,"supplier_nick":"店","estimate_amount":4440,"order_line_list":[{"item_id":"2048153758314474","order_line_no":"1","quantity":3,"sub_purchase_order_id":200049919064,"sku_id":"3357413213162"}]}`

func TestTaobaoCreateAnswers(t *testing.T) {
	create := func(answer canned) (core.Order, error) {
		a, s := answeringTaobao(t, map[string]canned{pathPurchase: answer})
		order, err := a.CreateOrder(t.Context(), goods())
		require.Len(t, s.requests(), 1, "a write is sent once")
		return order, err
	}
	got, err := create(ok(`{"success":true,"outer_purchase_id":"T20240708002","order_list":[` + purchasedOne + `]}`))
	require.NoError(t, err)
	require.Equal(t, core.Order{Ref: "T20240708002", OrderRef: taobaoOrder(), Market: core.Taobao, Status: core.AwaitingPayment, Seller: core.Seller{Name: "店"},
		Lines: []core.Line{{ID: "200049919064", ProductID: "2048153758314474", SKUID: "3357413213162", Quantity: 3}}, Siblings: []core.Order{}}, got,
		"trap 80: an estimate is no price")

	second := strings.Replace(purchasedOne, "200049919063", "9007199254740993", 1)
	got, err = create(ok(`{"success":"true","order_list":[` + purchasedOne + `,` + second + `]}`))
	require.NoError(t, err)
	require.Len(t, got.Siblings, 1, "trap 59: one create can give several purchase ids")
	require.Equal(t, core.OrderID("9007199254740993"), got.Siblings[0].ID, "trap 3: exact")

	for _, row := range []struct {
		rule    string
		answer  canned
		code    core.Code
		outcome core.Outcome
		detail  string
	}{
		{"traps 51, 54: an inner failure, under its own names", ok(`{"success":false,"error_code":"E1","error_message":"x","order_list":[` + purchasedOne + `]}`), core.Refused, core.InDoubt, "the answer names the order 200049919063"},
		{"trap 59: no order", ok(`{"success":true,"order_list":[]}`), core.BadAnswer, core.InDoubt, "under the ref T20240708002"},
		{"an order without an id", ok(`{"success":true,"order_list":[{"purchase_id":null}]}`), core.BadAnswer, core.InDoubt, "under the ref"},
		{"another number", ok(`{"success":true,"outer_purchase_id":"T2","order_list":[` + purchasedOne + `]}`), core.BadAnswer, core.InDoubt, "200049919063"},
		{"trap 28: data of another shape", ok(`[]`), core.BadAnswer, core.InDoubt, ""},
		{"no data", ok(`null`), core.BadAnswer, core.InDoubt, ""},
		{"trap 53 C: a refusal", refused(1009, "x", "1"), core.Refused, core.NotDone, ""},
		{"trap 57: the application is not activated", canned{Status: 400, Body: `{"detail":"请创建应用，再联系平台进行激活"}`}, core.Denied, core.NotDone, ""},
	} {
		_, err := create(row.answer)
		e := requireError(t, err, row.code, row.outcome)
		require.Contains(t, strings.Join(e.Detail, "; "), row.detail, row.rule)
	}
}

func TestTaobaoOrderIsRead(t *testing.T) {
	sub := func(id, status string) map[string]any {
		return map[string]any{"sub_purchase_order_id": id, "purchase_order_outer_id": "3682557363260579405", "item_id": "1", "sku_id": id, "quantity": "3", "status": status}
	}
	shipped := sub("7", "WAIT_BUYER_CONFIRM_GOODS")
	shipped["logistic_orders"] = []any{map[string]any{"logistic_company_name": "顺丰速运", "logistic_number": "SF1"}, map[string]any{"logistic_company_name": "顺丰速运", "logistic_number": nil}, map[string]any{"logistic_number": " "}}
	alsoShipped := sub("8", "WAIT_BUYER_CONFIRM_GOODS")
	alsoShipped["logistic_orders"] = []any{map[string]any{"logistic_number": "SF1"}}
	refunded := sub("9", "TRADE_CLOSED")
	refunded["refund_id"], refunded["refund_status"], refunded["error_code"] = 110002685755, 5, "OUT"
	for _, row := range []struct {
		rule    string
		members map[string]any
		want    func(*testing.T, core.Order)
	}{
		{"unpaid", nil, func(t *testing.T, o core.Order) {
			require.Equal(t, []any{taobaoOrder(), core.Ref("T20240708002"), core.AwaitingPayment, "44.40 CNY", "0.00 CNY", core.Taobao},
				[]any{o.OrderRef, o.Ref, o.Status, o.Totals.Payable.String(), o.Totals.Shipping.String(), o.Market})
			require.Equal(t, time.UnixMilli(1723623607256).UTC(), o.Times.Created)
			require.True(t, o.Times.Paid.IsZero())
		}},
		{"trap 34: what is null is absent", map[string]any{"purchase_amount": nil, "domestic_post_fee": nil, "created_time": nil, "sub_purchase_orders": nil}, func(t *testing.T, o core.Order) {
			require.False(t, o.Totals.Payable.IsSet())
			require.False(t, o.Totals.Shipping.IsSet())
		}},
		{"trap 98: a word that is misspelt", map[string]any{"status": "BULIDING"}, is(core.AwaitingPayment)},
		{"trap 98: and spelt", map[string]any{"status": "BUILDING"}, is(core.AwaitingPayment)},
		{"trap 98: WAIT_BUYER_PAY", map[string]any{"status": "WAIT_BUYER_PAY"}, is(core.AwaitingPayment)},
		{"paid", map[string]any{"status": "WAIT_SELLER_SEND_GOODS", "pay_time": "1723623607256", "pay_amount": "4440"}, func(t *testing.T, o core.Order) {
			require.Equal(t, core.Paid, o.Status)
			require.False(t, o.Times.Paid.IsZero(), "trap 81: a time in text")
		}},
		{"trap 89: a time of payment is no payment", map[string]any{"pay_time": "1723623607256"}, is(core.AwaitingPayment)},
		{"shipped", map[string]any{"status": "WAIT_BUYER_CONFIRM_GOODS"}, is(core.Shipped)},
		{"closed", map[string]any{"status": "TRADE_CLOSED"}, is(core.Closed)},
		{"trap 97: no word for finished is known", map[string]any{"status": "TRADE_FINISHED"}, func(t *testing.T, o core.Order) {
			require.Equal(t, core.StatusUnknown, o.Status)
			require.Equal(t, "TRADE_FINISHED", o.UpstreamStatus)
		}},
		{"trap 95: a number", map[string]any{"status": 10}, is(core.StatusUnknown)},
		{"trap 92: lines that differ", map[string]any{"status": "WAIT_SELLER_SEND_GOODS", "sub_purchase_orders": []any{shipped, sub("8", "WAIT_SELLER_SEND_GOODS")}}, is(core.PartlyShipped)},
		{"parcels, with the lines in them", map[string]any{"status": "WAIT_BUYER_CONFIRM_GOODS", "sub_purchase_orders": []any{shipped, alsoShipped}}, func(t *testing.T, o core.Order) {
			require.Equal(t, []core.Parcel{{Carrier: "顺丰速运", Number: "SF1", Lines: []core.LineID{"7", "8"}}, {Carrier: "顺丰速运", Lines: []core.LineID{"7"}}, {Lines: []core.LineID{"7"}}}, o.Parcels)
			require.Equal(t, []string{"3682557363260579405"}, o.MarketplaceIDs)
			require.EqualValues(t, 3, o.Lines[0].Quantity, "trap 24: a quantity in text")
		}},
		{"traps 20, 91: a refund of which the number's meaning is unknown", map[string]any{"sub_purchase_orders": []any{refunded}}, func(t *testing.T, o core.Order) {
			require.Equal(t, []core.Refund{{ID: "110002685755", Order: taobaoOrder(), UpstreamStatus: "5", Lines: []core.RefundLine{{ID: "9"}}}}, o.Refunds)
			require.Equal(t, &core.GatewayError{Code: "OUT"}, o.Lines[0].Problem, "trap 52")
		}},
		{"trap 3: an id beyond 2^53", map[string]any{"outer_purchase_id": 9007199254740993}, func(t *testing.T, o core.Order) { require.Equal(t, core.Ref("9007199254740993"), o.Ref) }},
		{"trap 64: members that nobody knows", map[string]any{"cost": []any{1}}, is(core.AwaitingPayment)},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, _ := answeringTaobao(t, map[string]canned{pathQuery: purchases(purchaseRow(t, row.members))})
			got, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: taobaoOrder()})
			require.NoError(t, err)
			row.want(t, got)
		})
	}
}

func is(want core.Status) func(*testing.T, core.Order) {
	return func(t *testing.T, o core.Order) { require.Equal(t, want.String(), o.Status.String()) }
}

func TestTaobaoReadThatProvesNothing(t *testing.T) {
	one := purchaseRow(t, nil)
	for _, row := range []struct {
		rule   string
		answer canned
		get    core.Code
		list   core.Code
	}{
		{"no such order", purchases(), core.NotFound, 0},
		{"a list that is null", ok(`{"purchase_orders":null}`), core.NotFound, 0},
		{"trap 38: a list in text", ok(`{"purchase_orders":"[]"}`), core.NotFound, 0},
		{"no list", ok(`{"results_total":0}`), core.BadAnswer, core.BadAnswer},
		{"no data", ok(`null`), core.BadAnswer, core.BadAnswer},
		{"a failure inside", ok(`{"success":false,"purchase_orders":[]}`), core.Refused, core.Refused},
		{"another order", purchases(purchaseRow(t, map[string]any{"purchase_id": 1})), core.BadAnswer, 0},
		{"several orders", purchases(one, one), core.BadAnswer, 0},
		{"an order without an id", purchases(purchaseRow(t, map[string]any{"purchase_id": nil})), core.BadAnswer, core.BadAnswer},
		{"an amount that is none", purchases(purchaseRow(t, map[string]any{"purchase_amount": "a lot"})), core.BadAnswer, core.BadAnswer},
		{"trap 66: an amount in yuan", purchases(purchaseRow(t, map[string]any{"purchase_amount": 44.5})), core.BadAnswer, core.BadAnswer},
		{"a hole", purchases(`7`), core.BadAnswer, core.BadAnswer},
		{"trap 56: a page", canned{Body: "<html>"}, core.BadAnswer, core.BadAnswer},
	} {
		a, _ := answeringTaobao(t, map[string]canned{pathQuery: row.answer})
		_, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: taobaoOrder()})
		require.Error(t, err, row.rule)
		requireError(t, err, row.get, core.NotDone)
		_, err = a.ListOrders(t.Context(), core.ListOrdersRequest{})
		if row.list == 0 {
			require.NoError(t, err, row.rule)
			continue
		}
		require.Error(t, err, row.rule)
		requireError(t, err, row.list, core.NotDone)
	}
}

func TestTaobaoListHoldsEveryFilter(t *testing.T) {
	mine, other := purchaseRow(t, nil), purchaseRow(t, map[string]any{"purchase_id": 1, "outer_purchase_id": "T2", "status": "TRADE_CLOSED"})
	for _, row := range []struct {
		rule string
		r    core.ListOrdersRequest
		ids  []core.OrderID
		next string
	}{
		{"trap 119: a short page is the last", core.ListOrdersRequest{PageSize: 3}, []core.OrderID{purchaseID, "1"}, ""},
		{"a full page has a next", core.ListOrdersRequest{PageSize: 2, Cursor: "4"}, []core.OrderID{purchaseID, "1"}, "5"},
		{"a filter that the gateway passed over", core.ListOrdersRequest{Ref: "T2"}, []core.OrderID{"1"}, ""},
		{"a status", core.ListOrdersRequest{Status: core.AwaitingPayment}, []core.OrderID{purchaseID}, ""},
		{"a time", core.ListOrdersRequest{CreatedFrom: time.UnixMilli(1723623607257)}, nil, ""},
	} {
		a, _ := answeringTaobao(t, map[string]canned{pathQuery: purchases(mine, other)})
		got, err := a.ListOrders(t.Context(), row.r)
		require.NoError(t, err, row.rule)
		var ids []core.OrderID
		for _, o := range got.Orders {
			ids = append(ids, o.ID)
		}
		require.Equal(t, row.ids, ids, row.rule)
		require.Equal(t, row.next, got.Next, row.rule)
	}
}

// What the answer says of this order decides, whatever it says of others.
func TestTaobaoPay(t *testing.T) {
	for _, row := range []struct {
		rule   string
		answer canned
		state  core.PaymentState
		code   core.Code
		out    core.Outcome
	}{
		{"trap 60: will pay is accepted, never settled", ok(`{"success":true,"will_pay_purchase_order_ids":[200049919063]}`), core.Accepted, 0, core.Done},
		{"trap 5: ids in text", ok(`{"success":"true","will_pay_purchase_order_ids":["200049919063"],"pay_failed_results":[]}`), core.Accepted, 0, core.Done},
		{"others that fail are others", ok(`{"will_pay_purchase_order_ids":[200049919063],"pay_failure_purchase_order_ids":[1],"pay_failed_results":[{"purchase_order_id":1,"reason":"x"}]}`), core.Accepted, 0, core.Done},
		{"others that will be paid are others", ok(`{"success":true,"will_pay_purchase_order_ids":[1]}`), 0, core.BadAnswer, core.InDoubt},
		{"trap 52: it will not", ok(`{"success":true,"pay_failure_purchase_order_ids":["200049919063"]}`), 0, core.Refused, core.InDoubt},
		{"and why, in one shape", ok(`{"pay_failed_results":[{"purchase_order_id":"200049919063","reason":"余额不足"}]}`), 0, core.Refused, core.InDoubt},
		{"and why, in the other", ok(`{"pay_failed_results":[{"gspOrderId":"G1","errorCode":"E","errorMessage":"余额不足"}]}`), 0, core.Refused, core.InDoubt},
		{"both", ok(`{"will_pay_purchase_order_ids":[200049919063],"pay_failure_purchase_order_ids":[200049919063]}`), 0, core.BadAnswer, core.InDoubt},
		{"trap 51: a failure of the whole", ok(`{"success":false,"message":"x"}`), 0, core.Refused, core.InDoubt},
		{"a failure of the whole that will pay", ok(`{"success":false,"will_pay_purchase_order_ids":[200049919063]}`), 0, core.BadAnswer, core.InDoubt},
		{"trap 61: nothing said", ok(`{"success":true,"will_pay_purchase_order_ids":null,"pay_failed_results":null}`), 0, core.BadAnswer, core.InDoubt},
		{"no data", ok(`null`), 0, core.BadAnswer, core.InDoubt},
		{"trap 28: another shape", ok(`true`), 0, core.BadAnswer, core.InDoubt},
		{"a refusal at the door", canned{Status: 400, Body: `{"detail":"x"}`}, 0, core.Refused, core.NotDone},
	} {
		a, s := answeringTaobao(t, map[string]canned{pathBatchPay: row.answer})
		got, err := a.Pay(t.Context(), core.PayRequest{Order: taobaoOrder(), Expect: cny("44.40"), Attempt: attempt()})
		require.Len(t, s.requests(), 1, row.rule)
		if row.out == core.Done {
			require.NoError(t, err, row.rule)
			require.Equal(t, core.Payment{Order: taobaoOrder(), State: row.state}, got, row.rule)
			continue
		}
		require.Error(t, err, row.rule)
		requireError(t, err, row.code, row.out)
	}
	for status, want := range map[string]core.Outcome{"WAIT_BUYER_P": core.NotDone, "WAIT_SELLER_SEND_GOODS": core.InDoubt} {
		a, _ := answeringTaobao(t, map[string]canned{pathBatchPay: refused(1009, "x", "1"), pathQuery: purchases(purchaseRow(t, map[string]any{"status": status}))})
		_, err := a.Pay(t.Context(), core.PayRequest{Order: taobaoOrder(), Expect: cny("44.40"), Attempt: attempt()})
		requireError(t, err, core.Refused, want)
	}
}

func TestTaobaoCancelAnswers(t *testing.T) {
	for _, row := range []struct {
		rule   string
		answer canned
		code   core.Code
		out    core.Outcome
	}{
		{"traps 55, 60, 65: the documents' example", ok(`{"code":"0","success":true,"requestId":"r","errorCode":null,"TraceId":"x","errorMsg":null}`), 0, core.Done},
		{"trap 55: the code as a number", ok(`{"code":0,"success":true}`), 0, core.Done},
		{"trap 55: a code against its flag", ok(`{"code":"200","success":true}`), core.BadAnswer, core.InDoubt},
		{"trap 51: an inner failure", ok(`{"code":"1","success":false,"errorMsg":"不能取消"}`), core.Refused, core.InDoubt},
		{"nothing said", ok(`{"code":"0"}`), core.BadAnswer, core.InDoubt},
		{"a refusal", refused(1009, "x", "4002"), core.Refused, core.NotDone},
	} {
		a, s := answeringTaobao(t, map[string]canned{pathAsyn: row.answer})
		got, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: taobaoOrder(), Attempt: attempt()})
		require.Len(t, s.requests(), 1, row.rule)
		if row.out == core.Done {
			require.NoError(t, err, row.rule)
			require.Equal(t, core.Cancellation{Order: taobaoOrder(), State: core.CancelAccepted}, got, row.rule)
			continue
		}
		require.Error(t, err, row.rule)
		requireError(t, err, row.code, row.out)
	}
}

func FuzzTaobaoAnswers(f *testing.F) {
	f.Add([]byte(`{"success":true,"outer_purchase_id":"T20240708002","order_list":[` + purchasedOne + `]}`))
	f.Add([]byte(`{"purchase_orders":[{"purchase_id":200049919063,"status":"WAIT_BUYER_P","purchase_amount":4440,"sub_purchase_orders":[{"refund_id":1,"logistic_orders":[{"logistic_number":"SF1"}]}]}]}`))
	f.Add([]byte(`{"result":{"data":{"totalRealPayPrice":{"amount":1260,"currency":"CNY"}}}}`))
	f.Add([]byte(`{"success":"true","will_pay_purchase_order_ids":["200049919063"],"pay_failed_results":[{"gspOrderId":"G"}]}`))
	f.Add([]byte(`{"code":"0","success":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		at := attempt()
		read := answer{call: call{op: core.OpGetOrder}, data: data}
		write := answer{call: call{op: core.OpPay, attempt: &at}, data: data}
		m := taobao{}
		if rows, err := m.rows(read); err == nil {
			for _, row := range rows {
				if o, err := m.order(row); err == nil && o.ID == "" {
					t.Errorf("an order has an id: %s", row)
				}
			}
		} else if core.OutcomeOf(err) != core.NotDone {
			t.Errorf("a read that failed is not_done: got %v", err)
		}
		if q, err := m.quote(core.QuoteRequest{}, read); err == nil && q.Problem == nil && !q.Totals.Payable.IsSet() {
			t.Error("a quote has a price or a problem")
		}
		if o, err := m.created(goods(), write); err == nil && !isNumber(string(o.ID)) {
			t.Errorf("an order has an id: %+v", o)
		} else if err != nil && core.OutcomeOf(err) != core.InDoubt {
			t.Errorf("a write that was answered is in doubt: got %v", err)
		}
		p, err := m.paid(core.PayRequest{Order: taobaoOrder()}, write, nil)
		if err == nil && p.State != core.Accepted || err != nil && core.OutcomeOf(err) != core.InDoubt {
			t.Errorf("a payment is accepted or in doubt: got %v, %v", p.State, err)
		}
		s, err := m.cancelled(write)
		if err == nil && s != core.CancelAccepted || err != nil && core.OutcomeOf(err) != core.InDoubt {
			t.Errorf("a cancellation is accepted or in doubt: got %v, %v", s, err)
		}
	})
}
