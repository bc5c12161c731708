package alibaba1688

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestTheSeedsMessageNamesItsOrderByTheStringTwin(t *testing.T) {
	text, err := os.ReadFile("../../testdata/wire/1688/pandapon/price_modify.callback.json")
	require.NoError(t, err)
	var envelope struct {
		Body json.RawMessage `json:"messageBody"`
	}
	require.NoError(t, json.Unmarshal(text, &envelope))
	var m core.Message
	require.NoError(t, readMessage(envelope.Body, &m))
	require.Equal(t, []core.OrderID{"58218860983545941"}, m.Orders, "the number beside it is rounded (trap 1)")
}

func TestReadMessage(t *testing.T) {
	for body, want := range map[string]core.Message{
		`{"orderId":"3296711100591134260","refundId":"TQ1"}`:                     {Orders: []core.OrderID{"3296711100591134260"}, Refunds: []core.RefundID{"TQ1"}},
		`{"orderId":3296711100591134260,"currentStatus":"waitsellersend"}`:       {Orders: []core.OrderID{"3296711100591134260"}},
		`{"baseInfo":{"id":17,"idOfStr":null,"totalAmount":"rubbish"}}`:          {Orders: []core.OrderID{"17"}},
		`"{\"baseInfo\":{\"idOfStr\":\"58218860983545941\"},\"orderId\":\"1\"}"`: {Orders: []core.OrderID{"58218860983545941"}},
	} {
		var m core.Message
		require.NoError(t, readMessage(json.RawMessage(body), &m), body)
		require.Equal(t, want, m, body)
	}
	for _, body := range []string{`{}`, `[]`, `{"orderId":1.5}`, `{"orderId":null,"baseInfo":{"idOfStr":"0"}}`} {
		var m core.Message
		require.Error(t, readMessage(json.RawMessage(body), &m), body)
		require.Empty(t, m.Orders)
	}
}
