package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func aliAddress() obj {
	return obj{
		"fullName": "zhang", "mobile": "18600888861", "phone": "18600888861", "postCode": "100000",
		"cityText": "杭州市", "provinceText": "浙江省", "areaText": "西湖区", "townText": "转塘", "address": "xxxxxxx",
	}
}

func v1Cargo(offer int64, spec string, quantity int) obj {
	return obj{"offerId": offer, "specId": spec, "quantity": quantity}
}

var (
	shortsV1 = v1Cargo(706627393257, "b1f7eb839828d3781406f0a1074de3c9", 3)
	cameraV2 = obj{
		"offerMapId": "DPUnltuJWnOM-Gsg24_8wA", "specId": "05c58ea07c78470131be60b47068329c", "quantity": 1,
		"sellerOpenId": "BBBhWsUyJ9jS2iI0O2lf3GTXg",
	}
)

func aliBody(cargo ...obj) obj {
	return obj{"flow": "general", "message": "tag-1", "addressParam": aliAddress(), "cargoParamList": cargo}
}

func (b *bench) aliOrder() string {
	b.t.Helper()
	data := b.ppData(http.MethodPost, "/alibaba/order/create", aliBody(shortsV1))
	return at(b.t, data, "result", "orderId").(string)
}

func (b *bench) aliDetail(id string) obj {
	b.t.Helper()
	return b.ppData(http.MethodPost, "/alibaba/order/detail", obj{"webSite": "1688", "orderId": id}).(obj)
}

func TestPreloadedOrdersAreTheSeedFieldForField(t *testing.T) {
	for _, seed := range []uint64{0, 7} {
		b := newBench(t, Options{Preload1688: true, Seed: seed})
		requirePreloaded(t, b)
	}
	b := newBench(t, Options{Preload1688: true})
	require.Equal(t, "2542285634921880794", b.aliOrder(), "ids go on after the preloaded ones")
}

func requirePreloaded(t *testing.T, b *bench) {
	t.Helper()
	got := b.pp(http.MethodPost, "/v2/alibaba/order/page", obj{"pageNum": 1, "pageSize": 2})
	want := parse(t, testdata(t, "order-page-1688.json"))
	require.Equal(t, at(t, want, "data", "data"), at(t, got, "data", "data"))
	require.Equal(t, names(want), names(got))
	require.Equal(t, names(want["data"]), names(got["data"]))
	require.Len(t, at(t, got, "data", "data", 0), 44)
	require.Empty(t, b.Effects())
}

func TestAliCreateV1AnswersTheUpstreamResult(t *testing.T) {
	b := newBench(t, Options{})
	data := b.ppData(http.MethodPost, "/alibaba/order/create", aliBody(shortsV1))
	require.Equal(t, "2542285634920880794", at(t, data, "result", "orderId"))
	require.EqualValues(t, "23200", at(t, data, "result", "totalSuccessAmount"))
	require.EqualValues(t, "700", at(t, data, "result", "postFee"))
	require.Empty(t, at(t, data, "result", "orderList"))
	require.Nil(t, at(t, data, "result", "failedOfferList"))

	row := at(t, b.ppData(http.MethodPost, "/alibaba/order/page", obj{}), "data", 0)
	require.Equal(t, "tag-1", at(t, row, "message"))
	require.JSONEq(t, `[{"specId":"b1f7eb839828d3781406f0a1074de3c9","quantity":3,"offerId":"0TKFRHPSMug9XFLmzNmVXw","sellerOpenId":"BBBsYj57TvauuzYy0AH4tDVCQ"}]`,
		at(t, row, "cargoParamList").(string))
	require.Equal(t, "tag-1", b.Effects()[0].Number)
}

func TestAliCreateSplitsAboveFiftyLines(t *testing.T) {
	b := newBench(t, Options{})
	cargo := make([]obj, 51)
	for i := range cargo {
		cargo[i] = shortsV1
	}
	data := b.ppData(http.MethodPost, "/alibaba/order/create", aliBody(cargo...))
	require.Nil(t, at(t, data, "result", "orderId"))
	require.Nil(t, at(t, data, "result", "totalSuccessAmount"))
	require.Len(t, at(t, data, "result", "orderList"), 2)
	require.EqualValues(t, "23200", at(t, data, "result", "orderList", 1, "orderAmmount"))
	require.Len(t, b.Effects(), 2)
	b.ppCode(CodeTooManySKUs, http.MethodPost, "/alibaba/order/create", aliBody(append(append([]obj{}, cargo...), cargo...)...))
}

func TestAliCreateRefusalsAndFailedOffers(t *testing.T) {
	b := newBench(t, Options{})
	unknown := v1Cargo(1, "x", 1)
	b.ppCode(CodeUnknownGoods, http.MethodPost, "/alibaba/order/create", aliBody(unknown))
	b.ppCode(CodeBadRequest, http.MethodPost, "/alibaba/order/create", aliBody(cameraV2))
	other := v1Cargo(743470146022, "05c58ea07c78470131be60b47068329c", 1)
	b.ppCode(CodeSeveralSellers, http.MethodPost, "/alibaba/order/create", aliBody(shortsV1, other))
	require.Empty(t, b.Effects())
	data := b.ppData(http.MethodPost, "/alibaba/order/create", aliBody(shortsV1, unknown))
	require.Equal(t, true, at(t, data, "success"))
	require.Len(t, at(t, data, "result", "failedOfferList"), 1)
}

func TestAliBatchCreateV2AnswersTradesInYuan(t *testing.T) {
	b := newBench(t, Options{})
	data := b.ppData(http.MethodPost, "/v2/alibaba/order/batch/create", aliBody(cameraV2, shortsV1))
	require.Len(t, data, 2, "one order per seller")
	require.EqualValues(t, "594.05", at(t, data, 0, "baseInfo", "totalAmount"))
	require.EqualValues(t, "569.05", at(t, data, 0, "productItems", 0, "itemAmount"))
	require.EqualValues(t, "599", at(t, data, 0, "productItems", 0, "price"))
	require.EqualValues(t, "743470146022", at(t, data, 0, "productItems", 0, "productID"))
	require.EqualValues(t, "232", at(t, data, 1, "baseInfo", "totalAmount"))
}

func TestAliPreviewMixesUnits(t *testing.T) {
	b := newBench(t, Options{})
	for path, cargo := range map[string]obj{
		"/alibaba/order/create/preview":    v1Cargo(743470146022, "05c58ea07c78470131be60b47068329c", 1),
		"/v2/alibaba/order/create/preview": cameraV2,
	} {
		first := at(t, b.ppData(http.MethodPost, path, aliBody(cargo)), "orderPreviewResuslt", 0)
		require.Len(t, first, 14)
		require.EqualValues(t, "59405", at(t, first, "sumPayment"), "fen")
		require.EqualValues(t, "569.05", at(t, first, "cargoList", 0, "amount"), "yuan")
		require.EqualValues(t, "2995", at(t, first, "cargoList", 0, "cargoPromotionList", 0, "discountFee"), "fen")
	}
	require.Empty(t, b.Orders())
}

func TestAliLife(t *testing.T) {
	b := newBench(t, Options{})
	id := b.aliOrder()
	detail := b.aliDetail(id)
	require.Equal(t, "waitbuyerpay", at(t, detail, "baseInfo", "status"))
	require.Equal(t, json.Number(id), at(t, detail, "baseInfo", "id"), "the exact integer")
	require.Nil(t, at(t, detail, "nativeLogistics", "logisticsItems"))
	require.Nil(t, at(t, detail, "baseInfo", "outOrderId"), "PandaPon has none")

	pay := b.ppData(http.MethodGet, "/alibaba/order/pay/url?orderId="+id, nil)
	require.Equal(t, obj{"orderId": id, "protocolPaySuccess": true, "payUrl": nil, "cantPayOrderList": nil}, pay)
	b.ppCode(CodeWrongState, http.MethodGet, "/v2/alibaba/order/pay/url?orderId="+id, nil)
	row := at(t, b.ppData(http.MethodPost, "/v2/alibaba/order/page", obj{"tbOrderId": id}), "data", 0)
	require.EqualValues(t, "2", at(t, row, "payStatus"))
	require.Equal(t, "2026-05-20T15:40:00.000+08:00", at(t, row, "orderDetailInfoVOS", 0, "payTime"))

	require.NoError(t, b.Ship(id))
	require.NoError(t, b.Scan(id, "已揽收", "杭州市"))
	require.NoError(t, b.Deliver(id))
	item := at(t, b.aliDetail(id), "nativeLogistics", "logisticsItems", 0)
	trace := at(t, b.ppData(http.MethodGet, "/alibaba/order/logistics/trace?orderId="+id, nil), "result", 0)
	require.Equal(t, at(t, item, "logisticsBillNo"), at(t, trace, "logisticsBillNo"))
	require.Len(t, at(t, trace, "logisticsSteps"), 2)
	require.Equal(t, "SIGN", at(t, trace, "traceNodeList", 1, "action"))

	confirm := obj{"orderId": json.Number(id), "orderEntryIds": []json.Number{json.Number(id)}}
	answer := b.pp(http.MethodPost, "/alibaba/order/receivegoods", confirm)
	require.Nil(t, answer["requestId"], "null, as in the example")
	require.Equal(t, obj{"success": true, "errorInfo": "", "errorCode": ""}, answer["data"])
	require.Equal(t, "success", at(t, b.aliDetail(id), "baseInfo", "status"))
	answer = b.pp(http.MethodPost, "/alibaba/order/receivegoods", confirm)
	require.EqualValues(t, "200", answer["code"], "an inner failure comes with code 200")
	require.Equal(t, false, at(t, answer, "data", "success"))
	require.Equal(t, []string{"create", "pay", "confirm"}, kinds(b.Effects()))
}

func TestAliPayModes(t *testing.T) {
	for mode, want := range map[string]obj{
		PayURL:    {"protocolPaySuccess": false, "payUrl": "https://trade.1688.com/order/cashier.htm?orderId=2542285634920880794", "cantPayOrderList": nil, "orderId": "2542285634920880794"},
		PayRefuse: {"protocolPaySuccess": false, "payUrl": nil, "cantPayOrderList": []any{json.Number("2542285634920880794")}, "orderId": "2542285634920880794"},
		PayNull:   {"protocolPaySuccess": nil, "payUrl": nil, "cantPayOrderList": nil, "orderId": nil},
	} {
		b := newBench(t, Options{})
		id := b.aliOrder()
		require.NoError(t, b.SetPayMode(mode))
		require.Equal(t, want, b.ppData(http.MethodGet, "/alibaba/order/pay/url?orderId="+id, nil))
		require.Equal(t, []string{"create"}, kinds(b.Effects()), mode)
		require.NoError(t, b.PayAtCashier(id))
		require.Equal(t, []string{"create", "pay"}, kinds(b.Effects()), mode)
	}
	require.Error(t, New(Options{}).SetPayMode("x"))
}

func TestAliCancelTakesAnIntegerAndDetailAText(t *testing.T) {
	b := newBench(t, Options{})
	id := b.aliOrder()
	b.ppCode(CodeBadRequest, http.MethodPost, "/v2/alibaba/order/cancel", obj{"webSite": "1688", "orderId": id})
	b.ppCode(CodeBadRequest, http.MethodPost, "/alibaba/order/detail", obj{"webSite": "1688", "orderId": json.Number(id)})
	b.ppCode(CodeUnknownOrder, http.MethodPost, "/v2/alibaba/order/cancel", obj{"webSite": "1688", "orderId": json.Number("2542285634920880600")})
	body := obj{"webSite": "1688", "orderId": json.Number(id), "cancelReason": "不想要了"}
	require.Equal(t, true, b.ppData(http.MethodPost, "/v2/alibaba/order/cancel", body))
	b.ppCode(CodeWrongState, http.MethodPost, "/alibaba/order/cancel", body)
	require.Equal(t, "cancel", at(t, b.aliDetail(id), "baseInfo", "status"))
	require.Equal(t, []string{"create", "cancel"}, kinds(b.Effects()))
}

func TestAliRefund(t *testing.T) {
	b := newBench(t, Options{})
	id := b.aliOrder()
	body := obj{
		"orderId": json.Number(id), "orderEntryIds": []json.Number{json.Number(id)}, "disputeRequest": "refund",
		"applyPayment": 22500, "applyCarriage": 700, "applyReasonId": 1, "description": "不想要了",
		"goodsStatus": "refundWaitSellerSend", "vouchers": nil, "orderEntryCountList": nil,
	}
	b.ppCode(CodeWrongState, http.MethodPost, "/alibaba/refund/detail/create", body)
	b.ppData(http.MethodGet, "/alibaba/order/pay/url?orderId="+id, nil)
	body["applyCarriage"] = 701
	b.ppCode(CodeRefundTooMuch, http.MethodPost, "/alibaba/refund/detail/create", body)
	body["applyCarriage"] = 700
	refundID := at(t, b.ppData(http.MethodPost, "/v2/alibaba/refund/detail/create", body), "refundId").(string)
	require.Equal(t, "TQ7257793022991577", refundID)
	b.ppCode(CodeRefundTooMuch, http.MethodPost, "/alibaba/refund/detail/create", body)

	detail := b.aliDetail(id)
	require.Equal(t, "waitselleragree", at(t, detail, "baseInfo", "refundStatus"))
	require.Equal(t, "WAIT_SELLER_AGREE", at(t, detail, "productItems", 0, "refundStatus"))
	require.NoError(t, b.SettleRefund(id))
	for _, info := range []any{
		b.ppData(http.MethodPost, "/alibaba/refund/info", obj{"refundId": refundID}),
		b.ppData(http.MethodPost, "/alibaba/refund/info?refundId="+refundID, nil),
	} {
		require.Equal(t, "refundsuccess", at(t, info, "status"))
		require.EqualValues(t, "22500", at(t, info, "refundPayment"))
		require.EqualValues(t, "1", at(t, info, "goodsStatus"), "an integer here")
	}
	require.Equal(t, "terminated", at(t, b.aliDetail(id), "baseInfo", "status"))
	require.EqualValues(t, 23200, b.Effects()[2].AmountFen)
}

func TestSetTotalSpreadsExactly(t *testing.T) {
	b := newBench(t, Options{})
	data := b.ppData(http.MethodPost, "/alibaba/order/create", aliBody(shortsV1, shortsV1, shortsV1))
	id := at(t, data, "result", "orderId").(string)
	require.NoError(t, b.SetTotal(id, 10700))
	detail := b.aliDetail(id)
	require.EqualValues(t, "107", at(t, detail, "baseInfo", "totalAmount"))
	require.EqualValues(t, "7", at(t, detail, "baseInfo", "shippingFee"))
	require.EqualValues(t, "33.34", at(t, detail, "productItems", 2, "itemAmount"))
	require.NotEqual(t, id, at(t, detail, "productItems", 0, "subItemIDString"), "lines of their own")
	b.ppData(http.MethodGet, "/alibaba/order/pay/url?orderId="+id, nil)
	require.Error(t, b.SetTotal(id, 1))
}

func TestAliPageFilters(t *testing.T) {
	b := newBench(t, Options{Preload1688: true})
	total := func(filter obj) any {
		return at(t, b.ppData(http.MethodPost, "/v2/alibaba/order/page", filter), "total")
	}
	require.EqualValues(t, "2", total(obj{}))
	require.EqualValues(t, "1", total(obj{"orderNo": "1232386407805223845"}))
	require.EqualValues(t, "2", total(obj{"orderStatus": 1, "userIdList": []string{"2219093763101"}}))
	require.EqualValues(t, "0", total(obj{"userIdList": []string{"1"}}))
	require.EqualValues(t, "1", total(obj{"orderTimeBegin": "2025-04-24 00:00:00"}))
	b.ppCode(CodeBadRequest, http.MethodPost, "/v2/alibaba/order/page", obj{"orderTimeBegin": obj{"mutable": true}})
}
