package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const receiverJSON = `{"zip":"11111","country":"中国","address":"测试地址","city":"杭州市","phone":"","mobile_phone":"15068763421","district":"余杭区","name":"a测试aa","state":"浙江省"}`

func taobaoBody(number, lines string, budgetFen int64) obj {
	return obj{
		"purchaseAmount": budgetFen, "receiver": receiverJSON, "orderLineList": lines,
		"orderSource": "lazada", "sellerOrderNumber": number,
	}
}

const taobaoOneLine = `[{"itemId":"2048153758314474","orderLineNo":"1","quantity":"2","price":"1480","currency":"CNY","skuId":"3357413213162"}]`

func (b *bench) taobaoOrder() (id, sub, purchaseSub string) {
	b.t.Helper()
	data := b.ppData(http.MethodPost, "/open/order", taobaoBody("N-1", taobaoOneLine, 2960))
	return at(b.t, data, "id").(string), at(b.t, data, "subOrderVOS", 0, "subOrderId").(string),
		at(b.t, data, "subOrderVOS", 0, "taobaoSubPurchaseId").(string)
}

func (b *bench) taobaoStatus(id string) json.Number {
	b.t.Helper()
	return at(b.t, b.ppData(http.MethodGet, "/open/order/detail/get?orderId="+id, nil), "status").(json.Number)
}

func TestTaobaoCreateAnswersAsTheSeed(t *testing.T) {
	b := newBench(t, Options{})
	got := b.pp(http.MethodPost, "/open/order", testdata(t, "create-order-taobao-request.json"))
	want := parse(t, testdata(t, "create-order-taobao-answer.json"))

	require.Equal(t, names(want), names(got))
	require.Equal(t, names(want["data"]), names(got["data"]))
	require.Equal(t, want["developId"], got["developId"])
	for _, member := range []string{"id", "orderNo"} {
		require.Equal(t, at(t, want, "data", member), at(t, got, "data", member))
	}
	require.Equal(t, "2026-05-20 15:40:00", at(t, got, "data", "createTime"), "Beijing time")

	require.Len(t, at(t, got, "data", "subOrderVOS"), 2)
	sub := at(t, got, "data", "subOrderVOS", 0).(obj)
	wantSub := at(t, want, "data", "subOrderVOS", 0).(obj)
	// the seed's answer does not belong to its request
	wantSub["itemId"], wantSub["skuId"], wantSub["quantity"] = "600126245031041190", "5016042822039", json.Number("200")
	require.Equal(t, wantSub, sub)
	require.Equal(t, "200027842449", at(t, got, "data", "subOrderVOS", 1, "taobaoSubPurchaseId"))
}

func TestTaobaoLineFailuresComeWithCode200(t *testing.T) {
	b := newBench(t, Options{})
	lines := `[{"itemId":"2048153758314474","quantity":"1","price":"1480","skuId":"3357413213162"},
		{"itemId":"2048153758314474","quantity":"1","price":"1","skuId":"9"},{"itemId":"8","quantity":"1","price":"1","skuId":"9"}]`
	data := b.ppData(http.MethodPost, "/open/order", taobaoBody("", lines, 1482))
	require.Nil(t, at(t, data, "subOrderVOS", 0, "errorCode"))
	require.Equal(t, "SKU_NOT_FOUND", at(t, data, "subOrderVOS", 1, "errorCode"))
	require.Equal(t, "ITEM_NOT_FOUND", at(t, data, "subOrderVOS", 2, "errorCode"))
	require.Nil(t, at(t, data, "subOrderVOS", 2, "taobaoSubPurchaseId"))
	require.Len(t, b.Effects(), 1)
	require.EqualValues(t, 1480, b.Effects()[0].AmountFen)

	data = b.ppData(http.MethodPost, "/open/order", taobaoBody("", `[{"itemId":"8","quantity":"1","price":"1","skuId":"9"}]`, 1))
	require.Equal(t, "ITEM_NOT_FOUND", at(t, data, "subOrderVOS", 0, "errorCode"))
	require.Len(t, b.Effects(), 1, "nothing was bought")
}

func TestTaobaoCreateRefusals(t *testing.T) {
	b := newBench(t, Options{})
	b.ppCode(CodeBudget, http.MethodPost, "/open/order", taobaoBody("", taobaoOneLine, 2959))
	unquoted := `[{"itemId":2048153758314474,"quantity":2,"price":1480,"skuId":3357413213162}]`
	b.ppCode(CodeBadRequest, http.MethodPost, "/open/order", taobaoBody("", unquoted, 2960))
	body := taobaoBody("", taobaoOneLine, 2960)
	body["receiver"] = obj{"name": "an object, not a text"}
	b.ppCode(CodeBadRequest, http.MethodPost, "/open/order", body)
	b.ppCode(CodeBadRequest, http.MethodPost, "/open/order", "not json")
	require.Empty(t, b.Effects())
}

func TestTaobaoLife(t *testing.T) {
	b := newBench(t, Options{})
	id, sub, purchaseSub := b.taobaoOrder()
	require.EqualValues(t, "12", b.taobaoStatus(id), "being created at the first read")
	require.EqualValues(t, "0", b.taobaoStatus(id))
	require.NoError(t, b.SetTotal(id, 2900))

	require.Equal(t, obj{"success": true}, b.ppData(http.MethodPost, "/open/order/pay", obj{"orderId": id}))
	b.ppCode(CodeWrongState, http.MethodPost, "/open/order/pay", obj{"orderId": id})
	require.False(t, b.Orders()[0].Paid, "accepted is not paid")
	require.EqualValues(t, "5", b.taobaoStatus(id))
	require.EqualValues(t, "10", b.taobaoStatus(id))
	require.True(t, b.Orders()[0].Paid)
	b.ppCode(CodeWrongState, http.MethodPost, "/open/order/cancel", obj{"orderId": id})

	path := "/open/order/logistics/detail/get?subPurchaseOrderId=" + purchaseSub
	require.Empty(t, at(t, b.ppData(http.MethodGet, path, nil), "pnmLogisticsDetails"))
	require.NoError(t, b.Ship(id))
	require.NoError(t, b.Scan(id, "已揽收", "杭州市"))
	b.clock.add(time.Hour)
	require.NoError(t, b.Deliver(id))
	require.Error(t, b.Deliver(id))
	require.EqualValues(t, "11", b.taobaoStatus(id))
	parcel := at(t, b.ppData(http.MethodGet, path, nil), "pnmLogisticsDetails", 0)
	require.Equal(t, "已签收", at(t, parcel, "logisticsTraces", 0, "standerdDesc"), "newest first")
	require.Equal(t, "2026-05-20 15:40:00", at(t, parcel, "logisticsTraces", 1, "time"))
	require.Equal(t, "2", at(t, parcel, "logisticsGoods", 0, "quantity"), "a text")

	claim := obj{"subOrderId": sub, "refundType": 1, "goodsStatus": 2, "reasonId": 1, "refundFee": 2900, "refundDesc": "坏了"}
	refundID := at(t, b.ppData(http.MethodPost, "/open/order/refund/submit", claim), "refundId").(string)
	require.Equal(t, "110002685755", refundID)
	b.ppCode(CodeRefundTooMuch, http.MethodPost, "/open/order/refund/submit", claim)
	requireTaobaoRefund(t, b, refundID, "1")
	require.NoError(t, b.SettleRefund(id))
	requireTaobaoRefund(t, b, refundID, "5")
	require.EqualValues(t, "4", b.taobaoStatus(id), "refunded in full")
	list := func(body obj) any { return b.ppData(http.MethodPost, "/open/order/refund/queryList", body) }
	require.Equal(t, refundID, at(t, list(obj{"pageNo": 1, "pageSize": 1}), "data", 0, "refundId"))
	require.Equal(t, []any{}, at(t, list(obj{"pageNo": 2, "pageSize": 1}), "data"))
	require.Equal(t, num(0), at(t, list(obj{"pageNo": 1, "pageSize": 1, "refundStatus": 1}), "total"))
	b.ppCode(CodeBadRequest, http.MethodPost, "/open/order/refund/queryList", obj{"pageNo": 1})
	require.Equal(t, []string{"create", "pay", "refund"}, kinds(b.Effects()))
	require.EqualValues(t, 2900, b.Effects()[1].AmountFen)
}

func requireTaobaoRefund(t *testing.T, b *bench, id string, status json.Number) {
	t.Helper()
	answer := b.pp(http.MethodGet, "/open/order/refund/query?refundId="+id, nil)
	require.Nil(t, answer["requestId"], "null, as in the example")
	require.Equal(t, status, at(t, answer, "data", "refundOrderAggregate", "refundOrder", "refundStatus"))
	require.EqualValues(t, "2900", at(t, answer, "data", "refundOrderAggregate", "refundOrder", "refundFee"))
}

func TestTaobaoCancelIsAsynchronous(t *testing.T) {
	b := newBench(t, Options{})
	id, _, _ := b.taobaoOrder()
	require.Equal(t, obj{"success": true}, b.ppData(http.MethodPost, "/open/order/cancel", obj{"orderId": id, "cancelReason": "不要了"}))
	require.EqualValues(t, "0", b.taobaoStatus(id))
	require.EqualValues(t, "4", b.taobaoStatus(id))
	b.ppCode(CodeWrongState, http.MethodPost, "/open/order/pay", obj{"orderId": id})
	require.Equal(t, []string{"create", "cancel"}, kinds(b.Effects()))
}

func TestTaobaoPendingEndsAfterTwoSecondsOrATick(t *testing.T) {
	b := newBench(t, Options{})
	id, _, _ := b.taobaoOrder()
	b.ppData(http.MethodPost, "/open/order/pay", obj{"orderId": id})
	b.clock.add(2 * time.Second)
	require.EqualValues(t, "10", b.taobaoStatus(id))

	id2, _, _ := b.taobaoOrder()
	b.ppData(http.MethodPost, "/open/order/pay", obj{"orderId": id2})
	b.Tick()
	require.EqualValues(t, "10", b.taobaoStatus(id2))
}

func TestTaobaoPage(t *testing.T) {
	b := newBench(t, Options{})
	for _, number := range []string{"A", "B", "A"} {
		b.ppData(http.MethodPost, "/open/order", taobaoBody(number, taobaoOneLine, 2960))
	}
	page := b.ppData(http.MethodGet, "/open/order/page?pageNo=1&pageSize=2", nil)
	require.EqualValues(t, "3", at(t, page, "total"))
	require.Len(t, at(t, page, "data"), 2)
	require.Equal(t, b.Orders()[2].ID, at(t, page, "data", 0, "id"), "newest first")
	require.EqualValues(t, "2960", at(t, page, "data", 0, "subOrderVOS", 0, "purchaseAmount"))
	page = b.ppData(http.MethodGet, "/open/order/page?sellerOrderNumber=A", nil)
	require.EqualValues(t, "2", at(t, page, "total"))
	page = b.ppData(http.MethodGet, "/open/order/page?pageNo=9&pageSize=2", nil)
	require.Empty(t, at(t, page, "data"))
	b.ppCode(CodeBadRequest, http.MethodGet, "/open/order/page?pageSize=101", nil)
}

func TestTaobaoUnknownOrders(t *testing.T) {
	b := newBench(t, Options{})
	b.ppCode(CodeUnknownOrder, http.MethodGet, "/open/order/detail/get?orderId=1", nil)
	b.ppCode(CodeUnknownOrder, http.MethodGet, "/open/order/logistics/detail/get", nil)
	b.ppCode(CodeUnknownRefund, http.MethodGet, "/open/order/refund/query?refundId=1", nil)
	require.ErrorIs(t, b.Ship("1"), errUnknownOrder)
}
