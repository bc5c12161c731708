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

// dajiBody is the documented example: text and district code contradict.
func dajiBody(number string) obj {
	return obj{
		"thirdOrderId": number, "flow": "general", "message": "备注信息测试", "isvBizType": "cross",
		"addressParam": obj{
			"fullName": "张三", "mobile": "18888888888", "phone": "18888888888", "postCode": "000000",
			"cityText": "杭州市", "provinceText": "浙江省", "areaText": "滨江区", "townText": "长河镇",
			"address": "网商路699号", "districtCode": "310107",
		},
		"cargoParamList": []obj{v1Cargo(623686863670, "53a1eff0fa008b2b9f32a120b0a050f2", 5)},
	}
}

func (b *bench) dajiOrder(number string) string {
	b.t.Helper()
	return at(b.t, b.dajiData("/alibaba/trade/createCrossOrder", dajiBody(number)), "orderId").(string)
}

func (b *bench) dajiDetail(id string) obj {
	b.t.Helper()
	return b.dajiData("/alibaba/trade/get/buyerView", obj{"webSite": "1688", "orderId": id}).(obj)
}

func TestDajisaasFirstOrderIsTheSeed(t *testing.T) {
	b := newBench(t, Options{})
	created := b.dajiData("/alibaba/trade/createCrossOrder", dajiBody("T20240708002"))
	require.Equal(t, "2257164624870311973", at(t, created, "orderId"))
	require.EqualValues(t, "1196", at(t, created, "totalSuccessAmount"), "fen")
	cancelled := b.dajiData("/alibaba/trade/cancel", obj{
		"webSite": "1688", "orderId": "2257164624870311973", "cancelReason": "buyerCancel", "remark": "取消订单备注",
	})
	require.Equal(t, obj{"success": true, "errorCode": nil, "errorMessage": nil}, cancelled)

	got := b.daji("/alibaba/trade/get/buyerView", obj{"webSite": "1688", "orderId": "2257164624870311973"})
	want := parse(t, testdata(t, "buyer-view-dajisaas.json"))
	require.Equal(t, names(want), names(got))
	asInSeed(want)
	asInSeed(got)
	require.Equal(t, want["data"], got["data"])
}

// asInSeed takes out what must differ: times, and the ids that the document's
// own printing rounded. The seed's receiver line has a placeholder for the town.
func asInSeed(answer obj) {
	data := answer["data"].(obj)
	base := data["baseInfo"].(obj)
	item := data["productItems"].([]any)[0].(obj)
	step := base["newStepOrderList"].([]any)[0].(obj)
	for _, name := range []string{"completeTime", "createTime", "modifyTime", "id"} {
		delete(base, name)
	}
	for _, name := range []string{"gmtCreate", "gmtModified", "gmtCompleted", "subItemID"} {
		delete(item, name)
	}
	delete(step, "gmtStart")
	delete(step, "gmtEnd")
	delete(base["receiverInfo"].(obj), "toArea")
}

func TestDajisaasDistrictCodeWinsOverText(t *testing.T) {
	b := newBench(t, Options{})
	native := at(t, b.dajiDetail(b.dajiOrder("A")), "nativeLogistics")
	require.Equal(t, "上海", at(t, native, "province"))
	require.Equal(t, "上海市", at(t, native, "city"))
	require.Equal(t, "普陀区", at(t, native, "area"))
}

func TestDajisaasDoesNotDeduplicate(t *testing.T) {
	b := newBench(t, Options{})
	require.NotEqual(t, b.dajiOrder("same"), b.dajiOrder("same"))
	require.Len(t, b.Effects(), 2)
	require.Equal(t, "same", b.Effects()[1].Number)
}

func TestDajisaasLife(t *testing.T) {
	b := newBench(t, Options{})
	id := b.dajiOrder("A")
	paid := b.dajiData("/alibaba/trade/pay/protocolPay/preparePay", obj{"orderId": id})
	require.Equal(t, true, at(t, paid, "result", "paySuccess"))
	require.Equal(t, "waitsellersend", at(t, b.dajiDetail(id), "baseInfo", "status"))
	require.NoError(t, b.Ship(id))
	require.NotNil(t, at(t, b.dajiDetail(id), "nativeLogistics", "logisticsItems", 0, "logisticsBillNo"))
	b.dajiData("/alibaba/trade/receiveGoods/confirm", obj{"orderId": json.Number(id), "orderEntryIds": []json.Number{json.Number(id)}})
	require.Equal(t, "success", at(t, b.dajiDetail(id), "baseInfo", "status"))
	require.Equal(t, []string{"create", "pay", "confirm"}, kinds(b.Effects()))
}

func TestDajisaasRefusalIsEnvelopeC(t *testing.T) {
	b := newBench(t, Options{})
	answer := b.daji("/alibaba/trade/receiveGoods/confirm", obj{"orderId": json.Number("1"), "orderEntryIds": []int{}})
	require.Equal(t, num(CodeDajisaasRefused), answer["code"])
	require.Equal(t, false, at(t, answer, "data", "result", "success"))
	require.Equal(t, "4003", at(t, answer, "data", "result", "errorCode"))
	require.Equal(t, num(b.clock.now().UnixMilli()), answer["timestamp"])
	require.Len(t, answer["traceId"], 12)
}

func TestDajisaasPreview(t *testing.T) {
	b := newBench(t, Options{})
	first := at(t, b.dajiData("/alibaba/createOrder/preview", dajiBody("A")), "orderPreviewResuslt", 0)
	require.EqualValues(t, "1196", at(t, first, "sumPayment"))
	require.EqualValues(t, "8.96", at(t, first, "cargoList", 0, "amount"))
	require.Empty(t, b.Orders())
}

func TestDajisaasListHasNoTotal(t *testing.T) {
	b := newBench(t, Options{})
	b.dajiOrder("A")
	b.clock.add(time.Hour)
	b.dajiOrder("B")
	list := func(filter obj) []any {
		data := b.dajiData("/alibaba/trade/getBuyerOrderList", filter).(obj)
		require.Len(t, data, 1)
		return data["result"].([]any)
	}
	all := list(obj{"page": 1, "pageSize": 5, "outOrderId": "", "orderStatus": "", "productName": ""})
	require.Len(t, all, 2)
	require.Equal(t, "B", at(t, all, 0, "baseInfo", "outOrderId"), "newest first")
	require.Nil(t, at(t, all, 0, "guaranteesTerms"))
	require.Len(t, list(obj{"outOrderId": "A"}), 1)
	require.Empty(t, list(obj{"page": 2, "pageSize": 5}))
	require.Empty(t, list(obj{"orderStatus": "success"}))
	require.Len(t, list(obj{"createStartTime": "20260520160000000+0800"}), 1)
	require.EqualValues(t, "1009", b.daji("/alibaba/trade/getBuyerOrderList", obj{"createEndTime": "2026-05-20"})["code"])
}

func TestDajisaasPaymentLink(t *testing.T) {
	b := newBench(t, Options{})
	id := b.dajiOrder("A")
	q := url.Values{"appKey": {DefaultAppKey}, "orderIdList": {id}}
	q.Set("sign", dajisaasSign(q, DefaultAppSecret))
	w := b.send(httptest.NewRequest(http.MethodGet, "/dajisaas/alibaba/alipay/url/get?"+q.Encode(), nil))
	data := parse(t, w.Body.Bytes())["data"]
	require.Equal(t, obj{"erroMsg": nil, "payUrl": cashierURL(id)}, data)
	require.Len(t, b.Effects(), 1, "a link takes no money")
}

func TestDajisaasPayModes(t *testing.T) {
	for mode, success := range map[string]any{PayRefuse: false, PayURL: false, PayNull: nil} {
		b := newBench(t, Options{})
		id := b.dajiOrder("A")
		require.NoError(t, b.SetPayMode(mode))
		data := b.dajiData("/alibaba/trade/pay/protocolPay/preparePay", obj{"orderId": id})
		if success == nil {
			require.Nil(t, data)
		} else {
			require.Equal(t, success, at(t, data, "result", "paySuccess"))
		}
		require.Equal(t, []string{"create"}, kinds(b.Effects()), mode)
	}
}

func TestDajisaasCreateRefusals(t *testing.T) {
	for name, v := range map[string]struct {
		spoil func(obj)
		code  string
	}{
		"no number":       {func(m obj) { delete(m, "thirdOrderId") }, "4001"},
		"no address":      {func(m obj) { delete(m, "addressParam") }, "4001"},
		"no lines":        {func(m obj) { m["cargoParamList"] = []obj{} }, "4001"},
		"text offer":      {func(m obj) { m["cargoParamList"] = []obj{{"offerId": "1", "specId": "x", "quantity": 1}} }, "4001"},
		"unknown goods":   {func(m obj) { m["cargoParamList"] = []obj{v1Cargo(1, "x", 1)} }, "4004"},
		"several sellers": {func(m obj) { m["cargoParamList"] = append(m["cargoParamList"].([]obj), shortsV1) }, "4005"},
	} {
		b := newBench(t, Options{})
		body := dajiBody("A")
		v.spoil(body)
		answer := b.daji("/alibaba/trade/createCrossOrder", body)
		require.Equal(t, v.code, at(t, answer, "data", "result", "errorCode"), name)
		require.Empty(t, b.Effects(), name)
	}
}
