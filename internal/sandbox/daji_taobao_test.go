package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var dajiHome = obj{"country": "中国", "state": "上海", "city": "上海市", "district": "普陀区", "address": "网商路699号",
	"zip": "200333", "name": "张三", "phone": "18888888888", "mobile_phone": "18888888888"}

// dajiPurchase is the documented example, with prices that add up.
func dajiPurchase(number string) obj {
	return obj{
		"thirdOrderId": number, "purchase_amount": 4440, "seller_order_number": "", "order_source": "lazada",
		"order_line_list": `[{"itemId":2048153758314474,"orderLineNo":"1","quantity":"3","price":1480,"currency":"CNY","skuId":3357413213162}]`,
		"receiver":        dajiHome, "warehouse_address_info": dajiHome, "channel_order_type": "PANAMA",
		"support_partial_success": false, "need_supply_chain_service": false, "need_sys_retry": false,
	}
}

const (
	dajiCreatePath = "/taobao/purchase/order/create"
	dajiQueryPath  = "/taobao/purchase/order/query"
	dajiPayPath    = "/taobao/purchase/order/batch/pay"
	dajiCancelPath = "/taobao/purchase/order/asyn/cancel"
)

func (b *bench) dajiBuy(number string) json.Number {
	b.t.Helper()
	return at(b.t, b.dajiData(dajiCreatePath, dajiPurchase(number)), "order_list", 0, "purchase_id").(json.Number)
}

func (b *bench) dajiStatus(id json.Number) any {
	b.t.Helper()
	return at(b.t, b.dajiData(dajiQueryPath, obj{"purchase_ids": []json.Number{id}}), "purchase_orders", 0, "status")
}

func TestDajisaasTaobaoLife(t *testing.T) {
	b := newBench(t, Options{})
	id := b.dajiBuy("A")
	require.Equal(t, num(200049919063), id, "the documents' example")
	require.Equal(t, "BULIDING", b.dajiStatus(id))
	require.Equal(t, "WAIT_BUYER_P", b.dajiStatus(id))
	paid := b.dajiData(dajiPayPath, obj{"purchaseOrderIdList": []json.Number{id}})
	require.Equal(t, []any{id}, at(t, paid, "will_pay_purchase_order_ids"))
	require.Equal(t, "WAIT_BUYER_P", b.dajiStatus(id), "accepted is not paid")
	require.Equal(t, "WAIT_SELLER_SEND_GOODS", b.dajiStatus(id))
	require.NoError(t, b.Ship(id.String()))
	row := at(t, b.dajiData(dajiQueryPath, obj{"outer_purchase_id": "A"}), "purchase_orders", 0)
	require.Equal(t, "WAIT_BUYER_CONFIRM_GOODS", at(t, row, "status"))
	require.NotEmpty(t, at(t, row, "sub_purchase_orders", 0, "logistic_orders", 0, "logistic_number"))
	require.Equal(t, "4440", at(t, row, "pay_amount"), "text, in fen")
	require.Equal(t, []string{"create", "pay"}, kinds(b.Effects()))
	require.EqualValues(t, 4440, b.Effects()[1].AmountFen)
}

func TestDajisaasTaobaoDoesNotDeduplicate(t *testing.T) {
	b := newBench(t, Options{})
	require.NotEqual(t, b.dajiBuy("same"), b.dajiBuy("same"))
	require.Len(t, at(t, b.dajiData(dajiQueryPath, obj{"outer_purchase_id": "same"}), "purchase_orders"), 2)
	require.Empty(t, at(t, b.dajiData(dajiQueryPath, obj{"outer_purchase_id": "other"}), "purchase_orders"))
	require.Len(t, at(t, b.dajiData(dajiQueryPath, obj{"page_no": 2, "page_size": 1}), "purchase_orders"), 1)
	require.Empty(t, at(t, b.dajiData(dajiQueryPath, obj{"page_no": 3, "page_size": 1}), "purchase_orders"))
}

func TestDajisaasTaobaoCancelFollowsLater(t *testing.T) {
	b := newBench(t, Options{})
	id := b.dajiBuy("A")
	body := obj{"purchase_id": id.String(), "sub_purchase_orderId_list": []string{}, "cancel_reason": "buyerCancel", "cancel_remark": "x"}
	answer := b.daji(dajiCancelPath, body)
	require.Equal(t, "0", at(t, answer, "data", "code"), "text, as documented")
	require.NotEqual(t, at(t, answer, "data", "TraceId"), answer["traceId"], "two trace ids")
	require.Equal(t, "WAIT_BUYER_P", b.dajiStatus(id))
	require.Equal(t, "TRADE_CLOSED", b.dajiStatus(id))
	require.Equal(t, "4002", at(t, b.daji(dajiCancelPath, body), "data", "result", "errorCode"))

	other := b.dajiBuy("B")
	b.dajiData(dajiCancelPath, obj{"purchase_id": other.String(), "sub_purchase_orderId_list": []string{}, "cancel_reason": "x", "cancel_remark": "x"})
	b.clock.add(time.Minute)
	require.Equal(t, "TRADE_CLOSED", b.dajiStatus(other), "without being read, too")
}

func TestDajisaasTaobaoBatchIsJudgedPerOrder(t *testing.T) {
	b := newBench(t, Options{})
	good, paid := b.dajiBuy("A"), b.dajiBuy("B")
	b.dajiData(dajiPayPath, obj{"purchaseOrderIdList": []json.Number{paid}})
	b.Tick()
	said := b.dajiData(dajiPayPath, obj{"purchaseOrderIdList": []json.Number{good, paid, "7"}})
	require.Equal(t, false, at(t, said, "success"))
	require.Equal(t, []any{good}, at(t, said, "will_pay_purchase_order_ids"))
	require.Equal(t, []any{paid.String(), "7"}, at(t, said, "pay_failure_purchase_order_ids"))
	require.Equal(t, "7", at(t, said, "pay_failed_results", 1, "purchase_order_id"))
	require.Len(t, b.Effects(), 4, "two orders, each paid once")

	for _, ids := range [][]int{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
		require.EqualValues(t, "1009", b.daji(dajiPayPath, obj{"purchaseOrderIdList": ids})["code"])
	}
	require.EqualValues(t, "1009", b.daji(dajiPayPath, obj{"purchaseOrderIdList": []string{good.String()}})["code"], "ids are numbers")
	require.NoError(t, b.SetPayMode(PayNull))
	require.Nil(t, b.dajiData(dajiPayPath, obj{"purchaseOrderIdList": []int{1}}))
}

func TestDajisaasTaobaoPreview(t *testing.T) {
	b := newBench(t, Options{})
	data := b.dajiData("/taobao/purchase/order/render", obj{"need_supplychain_service": false, "receiver_address": dajiHome, "warehouse_address": dajiHome,
		"render_item_List": `[{"itemId":2048153758314474,"quantity":"1","skuId":3357413213162}]`})
	require.Equal(t, obj{"amount": num(1480), "currency": "CNY"}, at(t, data, "result", "data", "totalRealPayPrice"))
	require.Empty(t, b.Orders())

	q := url.Values{"appKey": {DefaultAppKey}, "item_id": {dajiPublicItem}}
	q.Set("sign", dajisaasSign(q, DefaultAppSecret))
	w := b.send(httptest.NewRequest(http.MethodGet, "/dajisaas/taobao/product/get?"+q.Encode(), nil))
	require.Equal(t, "2048153758314474", at(t, parse(t, w.Body.Bytes()), "data", "mpId"))
}

func TestDajisaasTaobaoCreateRefusals(t *testing.T) {
	line := func(text string) func(obj) { return func(m obj) { m["order_line_list"] = text } }
	for name, v := range map[string]struct {
		spoil func(obj)
		code  string
	}{
		"no number":         {func(m obj) { delete(m, "thirdOrderId") }, "4001"},
		"no seller number":  {func(m obj) { delete(m, "seller_order_number") }, "4001"},
		"no amount":         {func(m obj) { delete(m, "purchase_amount") }, "4001"},
		"no mobile":         {func(m obj) { m["receiver"] = obj{"name": "张三"} }, "4001"},
		"lines no text":     {func(m obj) { m["order_line_list"] = []obj{} }, "4001"},
		"no lines":          {line(`[]`), "4001"},
		"quantity a number": {line(`[{"itemId":1,"quantity":1,"skuId":1}]`), "4001"},
		"id a text":         {line(`[{"itemId":"1","quantity":"1","skuId":1}]`), "4001"},
		"unknown goods":     {line(`[{"itemId":1,"quantity":"1","skuId":1}]`), "4004"},
		"too little money":  {func(m obj) { m["purchase_amount"] = 4439 }, "4007"},
	} {
		b := newBench(t, Options{})
		body := dajiPurchase("A")
		v.spoil(body)
		require.Equal(t, v.code, at(t, b.daji(dajiCreatePath, body), "data", "result", "errorCode"), name)
		require.Empty(t, b.Effects(), name)
	}
}
