package dajisaas

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
)

const (
	pathRender   = "/taobao/purchase/order/render"
	pathPurchase = "/taobao/purchase/order/create"
	pathQuery    = "/taobao/purchase/order/query"
	pathBatchPay = "/taobao/purchase/order/batch/pay"
	pathAsyn     = "/taobao/purchase/order/asyn/cancel"

	purchaseID = "200049919063"
)

// taobaoAt is an account of Taobao. named are its endpoints.
func taobaoAt(t testing.TB, base, key, secret string, named map[string]string) *Adapter {
	t.Helper()
	text, err := json.Marshal(map[string]any{"base_url": base, "app_key": key, "app_secret": secret, "market": "taobao", "allow_private": true, "endpoints": named})
	require.NoError(t, err)
	a, err := New(text)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

var queryNamed = map[string]string{queryOrder: "POST " + pathQuery}

// answeringTaobao is an account of Taobao whose gateway gives these answers.
func answeringTaobao(t testing.TB, answers map[string]canned) (*Adapter, *stub) {
	s := newStub(t, answers)
	return taobaoAt(t, s.URL, testKey, testSecret, queryNamed), s
}

func taobaoAtSandbox(t testing.TB) (*Adapter, *sandbox.Server) {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return taobaoAt(t, s.DajisaasURL(), sandbox.DefaultAppKey, sandbox.DefaultAppSecret, queryNamed), s
}

// goods are those of the documents' example.
func goods() core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: "T20240708002", Address: home, Message: "备注 <测试> & more", Attempt: attempt(),
		Lines: []core.OrderLine{{ProductID: "2048153758314474", SKUID: "3357413213162", Quantity: 3, UnitPrice: money.MustParseUnit("14.80", money.CNY)}}}
}

func taobaoOrder() core.OrderRef { return core.OrderRef{ID: purchaseID} }

// purchaseRow is an order of query_order, with these members in the place of the usual ones.
func purchaseRow(t testing.TB, members map[string]any) string {
	t.Helper()
	row := map[string]any{"purchase_id": json.Number(purchaseID), "outer_purchase_id": "T20240708002", "status": "WAIT_BUYER_P", "purchase_amount": 4440,
		"pay_amount": nil, "pay_time": nil, "created_time": 1723623607256, "domestic_post_fee": 0}
	for name, value := range members {
		row[name] = value
	}
	text, err := json.Marshal(row)
	require.NoError(t, err)
	return string(text)
}

func purchases(rows ...string) canned {
	text := "["
	for i, row := range rows {
		if i > 0 {
			text += ","
		}
		text += row
	}
	return ok(`{"results_total":1,"page_no":1,"page_size":20,"purchase_orders":` + text + `]}`)
}
