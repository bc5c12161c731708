package alibaba1688

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

var known = map[string]any{"refusal_codes": []string{"4003"}}

// TestPayAnswers: only one clear word counts (6, 61, 62, 111).
func TestPayAnswers(t *testing.T) {
	const cashier = "https://trade.1688.com/order/cashier.htm?orderId=2542285634920880794"
	for data, want := range map[string]core.Payment{
		`{"orderId":"2542285634920880794","protocolPaySuccess":true,"payUrl":null,"cantPayOrderList":null}`: {State: core.Settled, UpstreamStatus: "protocolPaySuccess=true"},
		`{"orderId":2542285634920880794,"protocolPaySuccess":"true","payUrl":"","cantPayOrderList":[]}`:     {State: core.Settled, UpstreamStatus: "protocolPaySuccess=true"},
		`{"protocolPaySuccess":false,"payUrl":"` + cashier + `"}`:                                           {State: core.ActionRequired, ActionURL: cashier, UpstreamStatus: "protocolPaySuccess=false"},
		`{"payUrl":"https: //trade.1688.com/x"}`:                                                            {State: core.ActionRequired, ActionURL: "https://trade.1688.com/x", UpstreamStatus: "protocolPaySuccess=false"},
		`{"protocolPaySuccess":false,"cantPayOrderList":[2542285634920880794]}`:                             {State: core.PaymentRefused, UpstreamStatus: "cantPayOrderList"},
		`{"protocolPaySuccess":false,"cantPayOrderList":["2542285634920880794"]}`:                           {State: core.PaymentRefused, UpstreamStatus: "cantPayOrderList"},
		`{"protocolPaySuccess":false,"cantPayOrderList":[2542285634920880600]}`:                             {State: core.PaymentUnknown, UpstreamStatus: "cantPayOrderList"},
		`{"protocolPaySuccess":false}`:                                                                      {State: core.PaymentUnknown, UpstreamStatus: "protocolPaySuccess=false"},
		`{"orderId":null,"protocolPaySuccess":null,"payUrl":null,"cantPayOrderList":null}`:                  {State: core.PaymentUnknown, UpstreamStatus: "nothing said"},
		`{}`:   {State: core.PaymentUnknown, UpstreamStatus: "nothing said"},
		`null`: {State: core.PaymentUnknown, UpstreamStatus: "nothing said"},
	} {
		got, err := payWith(t, ok(data))
		require.NoError(t, err, data)
		want.Order = ref
		require.Equal(t, want, got, data)
	}
}

func payWith(t *testing.T, answer string) (core.Payment, error) {
	a, _ := answering(t, "/alibaba/order/pay/url", answer, known)
	return a.Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00"), Attempt: attempt()})
}

// TestPayInDoubt: a contradiction is never resolved by a guess, and no error shows the page (138).
func TestPayInDoubt(t *testing.T) {
	for answer, code := range map[string]core.Code{
		ok(`{"protocolPaySuccess":true,"payUrl":"https://trade.1688.com/secret"}`):                core.BadAnswer,
		ok(`{"protocolPaySuccess":true,"cantPayOrderList":[2542285634920880794]}`):                core.BadAnswer,
		ok(`{"payUrl":"https://trade.1688.com/secret","cantPayOrderList":[2542285634920880794]}`): core.BadAnswer,
		ok(`{"orderId":"1","protocolPaySuccess":true}`):                                           core.BadAnswer,
		ok(`{"payUrl":"javascript:secret"}`):                                                      core.BadAnswer,
		ok(`{"payUrl":"http://trade.1688.com/secret"}`):                                           core.BadAnswer,
		ok(`{"payUrl":"https://trade.1688.com@secret.example/"}`):                                 core.BadAnswer,
		ok(`{"cantPayOrderList":[2.5e18]}`):                                                       core.BadAnswer,
		ok(`true`):                                                                                core.BadAnswer,
		"":                                                                                        core.BadAnswer,
		refusal("51005", "状态不允许"):                                                                 core.Refused,
	} {
		_, err := payWith(t, answer)
		requireError(t, err, code, core.InDoubt)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := payWith(t, refusal("4003", "no"))
	requireError(t, err, core.Refused, core.NotDone)
}

// TestCancelAnswers: only a true is done (28, 50).
func TestCancelAnswers(t *testing.T) {
	cancel := func(answer string) (core.Cancellation, error) {
		a, _ := answering(t, "/alibaba/order/cancel", answer, known)
		return a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: attempt()})
	}
	for _, data := range []string{`true`, `{"success":true}`} {
		got, err := cancel(ok(data))
		require.NoError(t, err)
		require.Equal(t, core.Cancellation{Order: ref, State: core.CancelDone}, got)
	}
	for _, data := range []string{`{}`, `null`, `[]`, `1`, `"成功"`, `{"success":null}`} {
		_, err := cancel(ok(data))
		requireError(t, err, core.BadAnswer, core.InDoubt)
	}
	for _, data := range []string{`false`, `{"success":false,"errorCode":"x"}`} {
		_, err := cancel(ok(data))
		requireError(t, err, core.Refused, core.InDoubt)
	}
	_, err := cancel(ok(`{"success":false,"errorCode":"4003"}`))
	requireError(t, err, core.Refused, core.NotDone)
}

// TestConfirmAnswers: code 200 may hold a failure (51); requestId and developId may be null (8, 21).
func TestConfirmAnswers(t *testing.T) {
	confirm := func(answer string) error {
		a, _ := answering(t, "/alibaba/order/receivegoods", answer, known)
		_, err := a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref, Attempt: attempt()})
		return err
	}
	require.NoError(t, confirm(`{"requestId":null,"code":200,"developId":null,"msg":"成功","data":{"success":true,"errorInfo":"","errorCode":""}}`))
	requireError(t, confirm(ok(`{"success":false,"errorInfo":"order does not exist","errorCode":"4003"}`)), core.Refused, core.NotDone)
	requireError(t, confirm(ok(`{"success":false,"errorInfo":"x","errorCode":"1"}`)), core.Refused, core.InDoubt)
	for _, data := range []string{`{}`, `null`, `true`, `{"success":1}`} {
		requireError(t, confirm(ok(data)), core.BadAnswer, core.InDoubt)
	}
}

// TestRefundAnswers: without an id it was probably made.
func TestRefundAnswers(t *testing.T) {
	refund := func(answer string) (core.Refund, error) {
		a, _ := answering(t, "/alibaba/refund/detail/create", answer, known)
		return a.Refund(t.Context(), refundRequest())
	}
	got, err := refund(ok(`{"refundId":"TQ7257793022991577"}`))
	require.NoError(t, err)
	r := refundRequest()
	require.Equal(t, core.Refund{ID: "TQ7257793022991577", Ref: r.Ref, Order: ref, Kind: r.Kind, State: core.RefundRequested,
		Amount: r.Amount, Shipping: r.Shipping, Lines: r.Lines, Reason: r.Reason}, got)
	for _, data := range []string{`{}`, `null`, `{"refundId":null}`, `"TQ1"`, `true`} {
		_, err := refund(ok(data))
		requireError(t, err, core.BadAnswer, core.InDoubt)
	}
	_, err = refund(ok(`{"success":false,"errorCode":"4003"}`))
	requireError(t, err, core.Refused, core.NotDone)
	_, err = refund(ok(`{"success":false,"errorCode":"4003","refundId":"TQ1"}`))
	requireError(t, err, core.Refused, core.InDoubt)
}

// TestRefundChecksBeforeSending: what 1688 would refuse leaves no doubt behind (27, 121).
func TestRefundChecksBeforeSending(t *testing.T) {
	s := newStub(t, nil)
	a := newAdapter(t, s.URL, nil)
	for _, row := range []struct {
		say    string
		change func(*core.RefundRequest)
	}{
		{"kind", func(r *core.RefundRequest) { r.Kind = core.NoRefund }},
		{"goods", func(r *core.RefundRequest) { r.Goods = core.GoodsUnknown }},
		{"received", func(r *core.RefundRequest) { r.Goods = core.GoodsNotShipped }},
		{"lines", func(r *core.RefundRequest) { r.Lines = nil }},
		{"lines[0].id", func(r *core.RefundRequest) { r.Lines[0].ID = "x" }},
		{"lines[1].quantity", func(r *core.RefundRequest) { r.Lines[1].Quantity = -1 }},
		{"whose path PandaPon does not document", func(r *core.RefundRequest) { r.ReasonID = "" }},
		{"reason_id", func(r *core.RefundRequest) { r.ReasonID = "1.5" }},
		{"2 to 150", func(r *core.RefundRequest) { r.Reason = "x" }},
		{"2 to 150", func(r *core.RefundRequest) { r.Reason = strings.Repeat("不", 151) }},
		{"evidence", func(r *core.RefundRequest) { r.Evidence = make([]string, 6) }},
		{"order.id", func(r *core.RefundRequest) { r.Order.ID = "x" }},
	} {
		r := refundRequest()
		row.change(&r)
		_, err := a.Refund(t.Context(), r)
		requireError(t, err, core.InvalidInput, core.NotDone)
		require.Contains(t, err.Error(), row.say)
	}
	require.Empty(t, s.requests())
}

// TestGoodsStatusWords: the request has words where the answer has integers (27).
func TestGoodsStatusWords(t *testing.T) {
	for goods, word := range map[core.GoodsState]string{core.GoodsNotShipped: "refundWaitSellerSend",
		core.GoodsNotReceived: "refundWaitBuyerReceive", core.GoodsReceived: "refundBuyerReceived"} {
		r := refundRequest()
		r.Kind, r.Goods = core.RefundOnly, goods
		body, err := refundBodyOf(r)
		require.NoError(t, err)
		require.Equal(t, word, body.GoodsStatus)
		require.Equal(t, "refund", body.DisputeRequest)
	}
}

// TestRefundInfo: fen, words in any case (90), integers where the request had words (27).
func TestRefundInfo(t *testing.T) {
	const id = "TQ7257793022991577"
	read := func(answer string) (core.Refund, error) {
		a, _ := answering(t, "/alibaba/refund/info", answer, nil)
		return a.GetRefund(t.Context(), core.GetRefundRequest{ID: id})
	}
	got, err := read(ok(`{"id":7257793022991577,"refundId":"TQ7257793022991577","orderId":2542285634920880794,"status":"WAIT_SELLER_AGREE",
		"applyPayment":22500,"applyCarriage":700,"refundPayment":0,"refundCarriage":0,"goodsStatus":1,"disputeRequest":1,"onlyRefund":true,"refundGoods":false,
		"applyReason":"不想要了","gmtApply":"2026-05-20 15:40:00","orderEntryIdList":[2542285634920880794],"createBy":null}`))
	require.NoError(t, err)
	require.Equal(t, core.Refund{ID: id, Order: ref, Kind: core.RefundOnly, State: core.RefundRequested, UpstreamStatus: "WAIT_SELLER_AGREE",
		Amount: cny("225.00"), Shipping: cny("7.00"), Reason: "不想要了", Lines: []core.RefundLine{{ID: orderID}},
		Created: time.Date(2026, 5, 20, 7, 40, 0, 0, time.UTC)}, got)

	for word, state := range map[string]core.RefundState{"refundsuccess": core.RefundPaid, "REFUND_CLOSED": core.RefundClosed,
		"refundclose": core.RefundClosed, "waitbuyersend": core.RefundAwaitingReturn, "new_word": core.RefundUnknown} {
		got, err := read(ok(`{"refundId":"TQ7257793022991577","status":"` + word + `","applyPayment":22500,"refundPayment":22000}`))
		require.NoError(t, err)
		require.Equal(t, state, got.State, word)
		require.Equal(t, state == core.RefundPaid, got.Amount.Equal(cny("220.00")), "what came counts once it came")
	}
	for _, data := range []string{`null`, `{}`, `true`, `{"refundId":"TQ1","status":"refundsuccess"}`, `{"refundId":"TQ7257793022991577","applyPayment":1.5}`} {
		_, err := read(ok(data))
		requireError(t, err, core.BadAnswer, core.NotDone)
	}
	a, _ := answering(t, "/alibaba/refund/info", ok(`{"refundId":"TQ7257793022991577","orderId":7}`), nil)
	_, err = a.GetRefund(t.Context(), core.GetRefundRequest{ID: id, Order: ref})
	requireError(t, err, core.BadAnswer, core.NotDone)
}
