package dajisaas

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

const (
	sentHome     = `{"country":"中国","state":"上海","city":"上海市","district":"普陀区","address":"长河镇网商路699号","zip":"200333","name":"张三丰","phone":"0571-88881888","mobile_phone":"18888888888"}`
	sentReceiver = `{"country":"中国","state":"上海","city":"上海市","district":"普陀区","address":"长河镇网商路699号","zip":"200333","name":"张三丰","phone":"0571-88881888","mobile_phone":"18888888888","tax_id":null}`
)

// Golden bodies, but for the sign, which is held by recomputing it from the body as it came.
func TestTaobaoRequestBodies(t *testing.T) {
	for _, row := range []struct {
		rule string
		call func(context.Context, *Adapter) error
		path string
		body string
	}{
		{"quote; traps 19, 36, 105, 106: lines as text, quantities quoted and ids not, a capital L", func(ctx context.Context, a *Adapter) error {
			_, err := a.Quote(ctx, core.QuoteRequest{Lines: goods().Lines, Address: home})
			return err
		}, pathRender, `{"appKey":"dj_test_key","need_supplychain_service":false,"receiver_address":` + sentHome +
			`,"render_item_List":"[{\"itemId\":2048153758314474,\"quantity\":\"3\",\"skuId\":3357413213162}]","warehouse_address":` + sentHome + `}`},
		{"create; traps 24, 37, 105, 109, 128: other names than the preview, no empty text", func(ctx context.Context, a *Adapter) error {
			_, err := a.CreateOrder(ctx, goods())
			return err
		}, pathPurchase, `{"appKey":"dj_test_key","channel_order_type":"PANAMA","need_supply_chain_service":false,"need_sys_retry":false,` +
			`"order_line_list":"[{\"itemId\":2048153758314474,\"orderLineNo\":\"1\",\"quantity\":\"3\",\"price\":1480,\"currency\":\"CNY\",\"skuId\":3357413213162}]",` +
			`"order_remark":"备注 <测试> & more","purchase_amount":4440,"receiver":` + sentReceiver +
			`,"seller_order_number":"T20240708002","support_partial_success":false,"thirdOrderId":"T20240708002","warehouse_address_info":` + sentReceiver + `}`},
		{"create with options; traps 3, 22: exact ids, lines with numbers of their own", func(ctx context.Context, a *Adapter) error {
			r := goods()
			r.Message, r.Address.Country, r.Address.Town, r.Address.Phone = "", "CN", "", ""
			r.Lines = append(r.Lines, core.OrderLine{ProductID: "600123256363335001", SKUID: "1", Quantity: 1, UnitPrice: money.MustParseUnit("0.01", money.CNY)})
			r.Options = map[string]string{"order_source": "lazada", "channel_order_type": "PANAMA_DG"}
			_, err := a.CreateOrder(ctx, r)
			return err
		}, pathPurchase, `{"appKey":"dj_test_key","channel_order_type":"PANAMA_DG","need_supply_chain_service":false,"need_sys_retry":false,` +
			`"order_line_list":"[{\"itemId\":2048153758314474,\"orderLineNo\":\"1\",\"quantity\":\"3\",\"price\":1480,\"currency\":\"CNY\",\"skuId\":3357413213162},` +
			`{\"itemId\":600123256363335001,\"orderLineNo\":\"2\",\"quantity\":\"1\",\"price\":1,\"currency\":\"CNY\",\"skuId\":1}]",` +
			`"order_source":"lazada","purchase_amount":4441,"receiver":{"country":"CN","state":"上海","city":"上海市","district":"普陀区","address":"网商路699号","zip":"200333","name":"张三丰","phone":"18888888888","mobile_phone":"18888888888","tax_id":null}` +
			`,"seller_order_number":"T20240708002","support_partial_success":false,"thirdOrderId":"T20240708002","warehouse_address_info":{"country":"CN","state":"上海","city":"上海市","district":"普陀区","address":"网商路699号","zip":"200333","name":"张三丰","phone":"18888888888","mobile_phone":"18888888888","tax_id":null}}`},
		{"detail", func(ctx context.Context, a *Adapter) error {
			_, err := a.GetOrder(ctx, core.GetOrderRequest{Order: taobaoOrder()})
			return err
		}, pathQuery, `{"appKey":"dj_test_key","page_no":1,"page_size":1,"purchase_ids":[200049919063]}`},
		{"list; trap 107: page_no and page_size", func(ctx context.Context, a *Adapter) error {
			_, err := a.ListOrders(ctx, core.ListOrdersRequest{Ref: "T1", PageSize: 3, Cursor: "2"})
			return err
		}, pathQuery, `{"appKey":"dj_test_key","outer_purchase_id":"T1","page_no":2,"page_size":3}`},
		{"pay; trap 118: one order in a batch", func(ctx context.Context, a *Adapter) error {
			_, err := a.Pay(ctx, core.PayRequest{Order: taobaoOrder(), Expect: cny("44.40"), Attempt: attempt()})
			return err
		}, pathBatchPay, `{"appKey":"dj_test_key","purchaseOrderIdList":[200049919063]}`},
		{"cancel; trap 106: the whole order, by an empty list", func(ctx context.Context, a *Adapter) error {
			_, err := a.CancelOrder(ctx, core.CancelOrderRequest{Order: taobaoOrder(), Reason: "不想要了", Attempt: attempt()})
			return err
		}, pathAsyn, `{"appKey":"dj_test_key","cancel_reason":"不想要了","cancel_remark":"不想要了","purchase_id":"200049919063","sub_purchase_orderId_list":[]}`},
		{"cancel without a reason", func(ctx context.Context, a *Adapter) error {
			_, err := a.CancelOrder(ctx, core.CancelOrderRequest{Order: taobaoOrder(), Attempt: attempt()})
			return err
		}, pathAsyn, `{"appKey":"dj_test_key","cancel_reason":"buyerCancel","cancel_remark":"buyerCancel","purchase_id":"200049919063","sub_purchase_orderId_list":[]}`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, s := answeringTaobao(t, nil) // the answer does not matter here
			require.Error(t, row.call(t.Context(), a))
			require.Len(t, s.requests(), 1)
			got := s.requests()[0]
			require.Equal(t, "POST "+row.path, got.Line)
			body, sent := withoutSign(got.Body)
			require.Equal(t, row.body, body)
			require.Equal(t, signAsReceived(t, row.body), sent, "trap 130: the sign is of what is sent")
			require.NotContains(t, got.Body, "appSecret", "trap 129")
			require.NotContains(t, got.Body, "requestTime", "trap 131")
		})
	}
}

func TestTaobaoNotSentWhatCannotBeBought(t *testing.T) {
	for _, row := range []struct {
		rule, field string
		quoted      bool
		change      func(*core.CreateOrderRequest)
	}{
		{"no name", "address.name", true, func(r *core.CreateOrderRequest) { r.Address.Name = " " }},
		{"no mobile", "address.mobile", true, func(r *core.CreateOrderRequest) { r.Address.Mobile = "" }},
		{"no province", "address.province", true, func(r *core.CreateOrderRequest) { r.Address.Province = "" }},
		{"no city", "address.city", true, func(r *core.CreateOrderRequest) { r.Address.City = "" }},
		{"no district", "address.district", true, func(r *core.CreateOrderRequest) { r.Address.District = "" }},
		{"no street", "address.street", true, func(r *core.CreateOrderRequest) { r.Address.Street = "" }},
		{"no postcode", "address.postcode", true, func(r *core.CreateOrderRequest) { r.Address.Postcode = "" }},
		{"no ref", "ref", false, func(r *core.CreateOrderRequest) { r.Ref = "" }},
		{"trap 14: an opaque id", "lines[0].product_id", true, func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "WUnUC1cILiBjt-Jv3lDdlQ" }},
		{"trap 18: no id of the mapping", "lines[0].sku_id", true, func(r *core.CreateOrderRequest) { r.Lines[0].SKUID = "" }},
		{"no price", "lines[0].unit_price", false, func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.UnitPrice{} }},
		{"another currency", "lines[0].unit_price", false, func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.MustParseUnit("1.00", money.USD) }},
		{"parts of a fen", "lines[0].unit_price", false, func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.MustParseUnit("0.035", money.CNY) }},
		{"1688's option", "options.flow", true, func(r *core.CreateOrderRequest) { r.Options = map[string]string{"flow": "general"} }},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, s := answeringTaobao(t, nil)
			r := goods()
			row.change(&r)
			_, err := a.CreateOrder(t.Context(), r)
			require.Equal(t, row.field, requireError(t, err, core.InvalidInput, core.NotDone).Field)
			if row.quoted {
				_, err = a.Quote(t.Context(), core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
				require.Equal(t, row.field, requireError(t, err, core.InvalidInput, core.NotDone).Field)
			}
			require.Empty(t, s.requests(), "nothing is sent")
		})
	}
}

func TestTaobaoIdsThatAreNoNumbersAreNotSent(t *testing.T) {
	a, s := answeringTaobao(t, nil)
	for _, id := range []core.OrderID{"", "abc", "0123", "12345678901234567890", "1.5"} {
		_, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: id}})
		require.Contains(t, requireError(t, err, core.InvalidInput, core.NotDone).Message, "Taobao")
		_, err = a.Pay(t.Context(), core.PayRequest{Order: core.OrderRef{ID: id}, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: core.OrderRef{ID: id}, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
	}
	require.Empty(t, s.requests())
}

// What the documents leave open is off until the account names it; without it nothing can be looked up.
func TestTaobaoDescribe(t *testing.T) {
	s := newStub(t, nil)
	off, on := taobaoAt(t, s.URL, testKey, testSecret, nil), taobaoAt(t, s.URL, testKey, testSecret, queryNamed)
	for _, row := range []struct {
		op      core.Operation
		off, on core.Support
		write   bool
	}{
		{op: core.OpQuote, off: core.Supported, on: core.Supported},
		{op: core.OpCreateOrder, off: core.Supported, on: core.Supported, write: true},
		{op: core.OpPay, off: core.Supported, on: core.Supported, write: true},
		{op: core.OpCancelOrder, off: core.Supported, on: core.Supported, write: true},
		{op: core.OpListOrders, off: core.Provisional, on: core.Provisional},
		{op: core.OpGetOrder, off: core.Provisional, on: core.Provisional},
		{op: core.OpTrack, off: core.Provisional, on: core.Provisional},
		{op: core.OpConfirmReceipt},
		{op: core.OpRefund},
		{op: core.OpGetRefund},
	} {
		for named, a := range map[bool]*Adapter{false: off, true: on} {
			d, err := a.Describe(t.Context())
			require.NoError(t, err)
			require.Equal(t, core.Taobao, d.Market)
			c := d.Operations[row.op]
			want, offered, class := row.off, row.off == core.Supported || named && row.on == core.Provisional, core.EffectRead
			if named {
				want = row.on
			}
			if row.write || !offered {
				class = core.EffectHuman
			}
			if row.write && named {
				class = core.EffectLookup
			}
			require.Equal(t, want.String(), c.Support.String(), row.op)
			require.Equal(t, offered, c.Offered(), row.op)
			require.Equal(t, class.String(), c.Effect.Class.String(), "%s, named %t", row.op, named)
			require.NotEmpty(t, c.Reason, row.op)
			if !offered && want == core.Provisional {
				require.Contains(t, c.Reason, `set "taobao.query_order" = "POST /taobao/purchase/order/query"`)
			}
		}
	}
	d, _ := off.Describe(t.Context())
	typed := map[string]core.Operation{}
	for _, e := range d.Endpoints {
		if e.Typed != "" && strings.HasPrefix(e.Name, "taobao.") {
			typed[e.Name] = e.Typed
		}
	}
	require.Equal(t, map[string]core.Operation{"taobao.preview_order": core.OpQuote, "taobao.create_order": core.OpCreateOrder,
		"taobao.query_order": core.OpGetOrder, "taobao.pay_order": core.OpPay, "taobao.cancel_order": core.OpCancelOrder}, typed,
		"what is guarded is not sent by name")
	require.Equal(t, core.NoIdempotency, d.Idempotency, "trap 116: a number that cannot be looked up is none")
	d, _ = on.Describe(t.Context())
	require.Equal(t, core.LookupByRef, d.Idempotency)
	require.Contains(t, d.Operations[core.OpRefund].Reason, "no refund endpoint", "trap 122")

	_, err := off.GetOrder(t.Context(), core.GetOrderRequest{Order: taobaoOrder()})
	requireError(t, err, core.Unsupported, core.NotDone)
	_, err = off.ListOrders(t.Context(), core.ListOrdersRequest{})
	requireError(t, err, core.Unsupported, core.NotDone)
	_, err = off.Track(t.Context(), core.TrackRequest{Order: taobaoOrder()})
	requireError(t, err, core.Unsupported, core.NotDone)
	_, err = on.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: taobaoOrder(), Attempt: attempt()})
	requireError(t, err, core.Unsupported, core.NotDone)
	_, err = on.Refund(t.Context(), core.RefundRequest{})
	requireError(t, err, core.Unsupported, core.NotDone)
	require.Empty(t, s.requests())

	b, err := core.NewBuyer(t.Context(), off, core.BuyerOptions{})
	require.NoError(t, err)
	_, err = b.Pay(t.Context(), core.PayRequest{Order: taobaoOrder(), Expect: cny("44.40")})
	require.ErrorIs(t, err, core.Unsupported, "nothing is paid that cannot be read")
	require.ErrorContains(t, err, "taobao.query_order")
	require.Empty(t, s.requests())
}

// Poizon has no neutral form: one call creates and pays, and no documented one reads. It is reached by name,
// from an account of any market.
func TestPoizonIsReachedByName(t *testing.T) {
	s := newStub(t, map[string]canned{
		"/poizon/order/createOrder": {Body: `{"code":200,"msg":"success","status":200,"data":{"requestId":"r1","orderItems":[{"realPayAmount":"59.00"}]}}`},
		"/poizon/product/queryList": ok(`{"total":0,"spuList":[]}`),
	})
	for _, a := range []*Adapter{adapterAt(t, s.URL, authSign), taobaoAt(t, s.URL, testKey, testSecret, nil)} {
		d, err := a.Describe(t.Context())
		require.NoError(t, err)
		want := map[string]string{"search_products": "supported", "get_product": "supported", "get_category": "provisional", "get_brand": "provisional",
			"get_product_by_barcode": "provisional", "create_order": "supported", "query_order": "provisional", "get_balance": "provisional"}
		for _, e := range d.Endpoints {
			if name, ok := strings.CutPrefix(e.Name, "poizon."); ok {
				require.Equal(t, want[name], e.Support.String(), e.Name)
				require.Equal(t, name == "create_order", e.Spends, e.Name)
				require.Empty(t, e.Typed, e.Name)
				delete(want, name)
			}
		}
		require.Empty(t, want, "every entry of Poizon")

		got, err := a.Invoke(t.Context(), core.InvokeRequest{Endpoint: "poizon.create_order", Data: json.RawMessage(`{"requestId":"r1"}`), Attempt: attempt()})
		require.NoError(t, err, "trap 53 B: its own envelope")
		require.Contains(t, string(got.Data), `"realPayAmount":"59.00"`, "trap 75: as it came")
		_, err = a.Invoke(t.Context(), core.InvokeRequest{Endpoint: "poizon.search_products"})
		require.NoError(t, err)
		_, err = a.Invoke(t.Context(), core.InvokeRequest{Endpoint: "poizon.get_balance"})
		requireError(t, err, core.Unsupported, core.NotDone)
	}
}
