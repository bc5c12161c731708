package dajisaas

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// listening is an adapter with the secret of these tests, and one before it.
func listening(t *testing.T, base string) *Adapter {
	settings, err := json.Marshal(map[string]any{"app_key": testKey, "app_secret": testSecret, "previous_secret": "the old one", "message_base": base})
	require.NoError(t, err)
	a, err := New(settings)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

func form(message, signature string) core.MessageRequest {
	return core.MessageRequest{Body: []byte(url.Values{messageField: {message}, signatureField: {signature}}.Encode())}
}

func TestParseMessage(t *testing.T) {
	for message, want := range map[string]core.Message{
		`{"type":"ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY","gmtBorn":1702890004504,"data":{"orderId":2257164624870311973}}`: {Type: "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY",
			Kind: core.PriceChanged, Market: core.Alibaba1688, Sent: time.UnixMilli(1702890004504).UTC(), Orders: []core.OrderID{"2257164624870311973"}},
		`{"type":"ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS","data":"{\"orderId\":\"17\",\"refundAction\":null}"}`: {Type: "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS",
			Kind: core.OrderChanged, Market: core.Alibaba1688, Orders: []core.OrderID{"17"}},
		`{"type":"X","data":{"orderId":"17","refundAction":"BUYER_APPLY_REFUND"}}`: {Type: "X", Kind: core.RefundChanged, Market: core.Alibaba1688, Orders: []core.OrderID{"17"}},
		`{"type":"X"}`: {Type: "X", Market: core.Alibaba1688, Problem: "it names no order"},
		// traps 13, 86: Taobao's, in seconds and with ids as numbers.
		`{"seller_id":"2100000927014","message_type":3,"timestamp":1702890004,"site":"taobao_hk","data":{"purchase_id":200002372069}}`: {Type: "3",
			Kind: core.OrderChanged, Market: core.Taobao, Sent: time.Unix(1702890004, 0).UTC(), Problem: "this account buys on 1688"},
	} {
		m, err := listening(t, "").ParseMessage(t.Context(), form(message, signMessage("name+value", testSecret, message)))
		require.NoError(t, err, message)
		require.Equal(t, want, m, message)
	}
	m, err := listening(t, "").ParseMessage(t.Context(), form("no JSON", signMessage("name+value", testSecret, "no JSON")))
	require.NoError(t, err)
	require.Contains(t, m.Problem, "not in a known form")
}

// traps 13, 73, 80, 86, 92, 106, 133: ids as numbers and as text, seconds, other words in each type. What an account of
// another market is told is not read as its own.
func TestParseTaobaoMessage(t *testing.T) {
	a := taobaoAt(t, "http://127.0.0.1:1", testKey, testSecret, nil)
	for message, want := range map[string]core.Message{
		`{"seller_id":"2100000927014","message_type":3,"timestamp":1702890004,"site":"taobao_hk","data":{"purchase_id":200002372069,"seller_id":2100000927014,"status":"WAIT_SELLER_SEND_GOODS","sku_list":[{"status":"WAIT_BUYER_CONFIRM_GOODS"}]}}`: {Type: "3",
			Kind: core.OrderChanged, Market: core.Taobao, Sent: time.Unix(1702890004, 0).UTC(), Orders: []core.OrderID{"200002372069"}},
		`{"message_type":"8","timestamp":"1702890004","data":{"purchaseOrderId":"200002372069","purchaseOrderPriceDTO":{"purchaseTotalFee":1,"purchaseProductFee":100,"purchaseShippingFee":7}}}`: { // trap 73: sums are not held
			Type: "8",
			Kind: core.PriceChanged, Market: core.Taobao, Sent: time.Unix(1702890004, 0).UTC(), Orders: []core.OrderID{"200002372069"}},
		`{"message_type":3,"data":{}}`:         {Type: "3", Kind: core.OrderChanged, Market: core.Taobao, Problem: "it names no order"},
		`{"type":"X","data":{"orderId":"17"}}`: {Type: "X", Market: core.Alibaba1688, Problem: "this account buys on taobao"},
	} {
		m, err := a.ParseMessage(t.Context(), form(message, signMessage("name+value", testSecret, message)))
		require.NoError(t, err, message)
		require.Equal(t, want, m, message)
	}
}

func TestAMessageThatTheGatewayDidNotSign(t *testing.T) {
	const message = `{"type":"X","data":{"orderId":"17"}}`
	good := signMessage("name+value", testSecret, message)
	for rule, r := range map[string]core.MessageRequest{
		"no signature":    form(message, ""),
		"another message": form(message+" ", good),
		"another secret":  form(message, signMessage("name+value", "other", message)),
		"another base":    form(message, signMessage("value", testSecret, message)),
		"half of it":      form(message, good[:20]),
		"no form":         {Body: []byte("%zz")},
		"nothing":         {},
	} {
		_, err := listening(t, "").ParseMessage(t.Context(), r)
		require.ErrorIs(t, err, core.Denied, rule)
		require.Equal(t, core.NotDone, core.OutcomeOf(err))
	}
	for rule, r := range map[string]core.MessageRequest{
		"lower case":     form(message, strings.ToLower(good)),
		"the old secret": form(message, signMessage("name+value", "the old one", message)),
	} {
		_, err := listening(t, "").ParseMessage(t.Context(), r)
		require.NoError(t, err, rule)
	}
	_, err := listening(t, "value").ParseMessage(t.Context(), form(message, signMessage("value", testSecret, message)))
	require.NoError(t, err)
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(`{"type":"X","gmtBorn":1,"data":{"orderId":"17"}}`))
	f.Add([]byte(`{"message_type":3,"timestamp":1,"data":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if m := readMessage(text); (m.Problem == "") != (len(m.Orders) > 0) {
			t.Errorf("%+v", m)
		}
	})
}
