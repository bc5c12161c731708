package taobao

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func TestCreateSendsTheSeedNumberForNumber(t *testing.T) {
	gw := newRecorder(t, map[string]string{"/open/order": string(sample(t, "create_order.response.json"))})
	_, err := open(t, gw.URL, nil).CreateOrder(bg(), seedOrder())
	require.NoError(t, err)
	require.Len(t, gw.seen, 1)
	require.Equal(t, "POST", gw.seen[0].method)

	var sent, want map[string]any
	require.NoError(t, json.Unmarshal(gw.seen[0].body, &sent))
	require.NoError(t, json.Unmarshal(sample(t, "create_order.request.json"), &want))
	// The seed numbers both lines "1"; own lines are numbered uniquely (trap 22).
	want["orderLineList"] = strings.Replace(want["orderLineList"].(string), `"600129202197070073","orderLineNo":"1"`, `"600129202197070073","orderLineNo":"2"`, 1)
	require.Equal(t, want, sent, "the body must be the documented one")
}

func TestCreateDecodesTheSeedAnswer(t *testing.T) {
	gw := newRecorder(t, map[string]string{"/open/order": string(sample(t, "create_order.response.json"))})
	order, err := open(t, gw.URL, nil).CreateOrder(bg(), seedOrder())
	require.NoError(t, err)
	require.Equal(t, core.OrderID("1031992847890383164"), order.ID)
	require.Equal(t, "1031992847781331418", order.Number)
	require.Equal(t, []string{"200027842447"}, order.MarketplaceIDs)
	require.Equal(t, core.Handle("1031992851828834889:200027842448"), order.Handle)
	require.Equal(t, "2023-10-18T10:11:08Z", order.Times.Created.Format("2006-01-02T15:04:05Z07:00"), "a time without zone is Beijing's (trap 83)")
	require.Len(t, order.Lines, 1, "the seed's answer has one sub-order (trap 143)")
	line := order.Lines[0]
	require.Equal(t, core.LineID("1031992851828834889"), line.ID)
	require.Equal(t, core.ProductID("600086815456800431"), line.ProductID)
	require.Equal(t, core.SKUID("4766078803304"), line.SKUID)
	require.EqualValues(t, 1, line.Quantity, "a number in the answer, text in the request (trap 24)")
	require.False(t, line.Amount.IsSet(), "null is absent, not zero (trap 34)")
	require.False(t, order.Totals.Payable.IsSet(), "nothing is known of the price at creation (trap 60)")
	require.Nil(t, line.Problem)
}

const twoSubOrders = `{"id":"1031992847890383164","orderNo":"1031992847781331418","createTime":"2023-10-18 18:11:08","subOrderVOS":[
 {"subOrderId":"1031992851828834889","quantity":200,"itemId":"600126245031041190","skuId":"5016042822039","taobaoPurchaseId":"200027842447","taobaoSubPurchaseId":"200027842448","errorCode":%s,"errorMessage":%s,"status":null,"purchaseAmount":null,"domesticPostFee":null,"title":null},
 {"subOrderId":"1031992851828834890","quantity":"200","itemId":600129202197070073,"skuId":"4860968496626","taobaoPurchaseId":"200027842447","taobaoSubPurchaseId":"200027842449","errorCode":%s,"errorMessage":%s,"status":null}]}`

func subOrders(firstCode, firstText, secondCode, secondText string) string {
	text := twoSubOrders
	for _, part := range []string{firstCode, firstText, secondCode, secondText} {
		text = strings.Replace(text, "%s", part, 1)
	}
	return envelope(text)
}

func TestCreateAnswers(t *testing.T) {
	for _, row := range []struct {
		trap, answer string
		more         settingsMap
		wantErr      core.Code
		want         core.Outcome
		check        func(*testing.T, core.Order)
	}{
		{trap: "both sub-orders; ids as number and text (1, 3, 24)", answer: subOrders("null", "null", "null", "null"), want: core.Done, check: func(t *testing.T, o core.Order) {
			require.Len(t, o.Lines, 2)
			require.Equal(t, core.ProductID("600129202197070073"), o.Lines[1].ProductID)
			require.EqualValues(t, 200, o.Lines[1].Quantity)
			require.Equal(t, core.Handle("1031992851828834889:200027842448,1031992851828834890:200027842449"), o.Handle)
		}},
		{trap: "52: one line failed with a code that nobody knows", answer: subOrders("null", "null", `"OUT_OF_STOCK"`, `"库存不足"`), wantErr: core.Refused, want: core.InDoubt},
		{trap: "52: every line failed, one with a code that nobody knows", answer: subOrders(`"A1"`, `"x"`, `"B2"`, `"x"`), more: settingsMap{"refusal_codes": []string{"A1"}}, wantErr: core.Refused, want: core.InDoubt},
		{trap: "52: one line failed with code 200", answer: subOrders("null", "null", `"OUT_OF_STOCK"`, `"库存不足"`), more: settingsMap{"refusal_codes": []string{"OUT_OF_STOCK"}}, want: core.Done, check: func(t *testing.T, o core.Order) {
			require.Nil(t, o.Lines[0].Problem)
			require.Equal(t, "OUT_OF_STOCK", o.Lines[1].Problem.Code)
		}},
		{trap: "52: every line failed, code not documented", answer: subOrders(`"A1"`, `"x"`, `"A1"`, `"x"`), wantErr: core.Refused, want: core.InDoubt},
		{trap: "52: every line failed, operator knows the code", answer: subOrders(`"A1"`, `"x"`, `"A1"`, `"x"`), more: settingsMap{"refusal_codes": []string{"A1"}}, wantErr: core.Refused, want: core.NotDone},
		{trap: "28: data is an empty object", answer: envelope(`{}`), wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "28: data is null", answer: envelope(`null`), wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "28: data is an array", answer: envelope(`[1]`), wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "28: data is absent", answer: `{"code":200,"msg":"成功"}`, wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "50: code 0 is not success", answer: `{"code":0,"data":{"id":"1"}}`, wantErr: core.Refused, want: core.InDoubt},
		{trap: "63: unknown code", answer: `{"code":50012,"msg":"系统繁忙","requestId":"r1","data":null}`, wantErr: core.Refused, want: core.InDoubt},
		{trap: "63: a code that the operator knows", answer: `{"code":50012,"msg":"系统繁忙","data":null}`, more: settingsMap{"refusal_codes": []string{"50012"}}, wantErr: core.Refused, want: core.NotDone},
		{trap: "56: not JSON", answer: `<html>busy</html>`, wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "74: a fen amount with a point is refused, not rounded", answer: envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":1.5}]}`), wantErr: core.BadAnswer, want: core.InDoubt},
		{trap: "21, 8: requestId null, developId a number", answer: `{"requestId":null,"code":200,"developId":1028257583384757029,"data":{"id":"7","subOrderVOS":null}}`, want: core.Done},
	} {
		t.Run(row.trap, func(t *testing.T) {
			gw := newRecorder(t, map[string]string{"/open/order": row.answer})
			order, err := open(t, gw.URL, row.more).CreateOrder(bg(), seedOrder())
			require.Equal(t, row.want, core.OutcomeOf(err), "error: %v", err)
			if row.wantErr != core.Internal {
				require.ErrorIs(t, err, row.wantErr)
			}
			require.Len(t, gw.seen, 1, "a write is sent once, whatever the answer")
			if row.check != nil {
				row.check(t, order)
			}
		})
	}
}

func TestCreateRefusesBeforeSending(t *testing.T) {
	for _, row := range []struct {
		field  string
		change func(*core.CreateOrderRequest)
	}{
		{"lines[0].sku_id", func(r *core.CreateOrderRequest) { r.Lines[0].SKUID = "" }},
		{"lines[1].sku_id", func(r *core.CreateOrderRequest) { r.Lines[1] = r.Lines[0] }},
		{"lines[0].unit_price", func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.UnitPrice{} }},
		{"lines[1].unit_price", func(r *core.CreateOrderRequest) { r.Lines[1].UnitPrice = money.MustParseUnit("0.035", money.CNY) }},
		{"lines[0].unit_price", func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.MustParseUnit("1.00", money.USD) }},
		{"message", func(r *core.CreateOrderRequest) { r.Message = "hello" }},
		{"address.name", func(r *core.CreateOrderRequest) { r.Address.Name = "" }},
		{"address.street", func(r *core.CreateOrderRequest) { r.Address.Street = "" }},
		{"attempt", func(r *core.CreateOrderRequest) { r.Attempt = core.Attempt{} }},
	} {
		t.Run(row.field, func(t *testing.T) {
			gw := newRecorder(t, nil)
			r := seedOrder()
			row.change(&r)
			_, err := open(t, gw.URL, nil).CreateOrder(bg(), r)
			require.ErrorIs(t, err, core.InvalidInput)
			require.Equal(t, core.NotDone, core.OutcomeOf(err))
			require.Contains(t, err.Error(), row.field)
			require.Empty(t, gw.seen, "nothing may be sent")
			require.NotContains(t, err.Error(), "15068763421")
		})
	}
}

func TestWhatTheGatewaySaysHoldsNoAddress(t *testing.T) {
	r := seedOrder()
	gw := newRecorder(t, map[string]string{"/open/order": `{"code":50012,"msg":"收货人 ` + r.Address.Name + ` 地址 ` + r.Address.Street + ` 电话 ` + r.Address.Mobile + ` 无效","data":null}`})
	_, err := open(t, gw.URL, nil).CreateOrder(bg(), r)
	require.ErrorIs(t, err, core.Refused)
	for _, personal := range []string{r.Address.Name, r.Address.Street, r.Address.Mobile} {
		require.NotContains(t, err.Error(), personal)
	}
	require.Contains(t, err.Error(), "无效")
}
