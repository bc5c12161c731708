package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// The upstream platform publishes one example; the three dots are literal in it, so the body is not JSON
// (trap 132).
func TestSignMessageAsTheUpstreamExample(t *testing.T) {
	got := SignMessage(baseKeyAndBody, "123456", "3412gyo124goi3124", []byte(`{"seller_id":"1234567", "message_type":0, "data":{...}..}`))
	if want := "f3d2ca947f16a50b577c036adecd18bec126ea19cadedd59816e255d3b6104ab"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func orderIn(body json.RawMessage, m *core.Message) error {
	var b struct {
		OrderID string `json:"orderId"`
	}
	if err := json.Unmarshal(body, &b); err != nil || b.OrderID == "" {
		return errors.New("no id")
	}
	m.Orders = []core.OrderID{core.OrderID(b.OrderID)}
	return nil
}

// parse signs a body as the account's gateway does, and reads it for 1688.
func parse(t *testing.T, s Settings, secret, body string, spoil func(string) string) (core.Message, error) {
	t.Helper()
	base := s.MessageBase
	if base == "" {
		base = baseKeyAndBody
	}
	signature := SignMessage(base, s.AccessKey, secret, []byte(body))
	if spoil != nil {
		signature = spoil(signature)
	}
	return newTestClient(t, s).ParseMessage(core.MessageRequest{Header: map[string]string{MessageHeader: signature}, Body: []byte(body)}, core.Alibaba1688, orderIn)
}

func TestParseMessage(t *testing.T) {
	sent := time.UnixMilli(1702890004504).UTC()
	for _, c := range []struct {
		rule, body string
		want       core.Message
	}{
		{"trap 23: the body is an object", `{"messageType":"ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY","messagePlatform":1,"timestamp":"1702890004504","messageBody":{"orderId":"3305075341149134260"}}`,
			core.Message{Type: "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY", Kind: core.PriceChanged, Market: core.Alibaba1688, Sent: sent, Orders: []core.OrderID{"3305075341149134260"}}},
		{"trap 23: or text that holds one", `{"messageType":"ORDER_CANCEL","messagePlatform":1,"timestamp":"1702890004504","messageBody":"{\"orderId\":\"3305075341149134260\"}"}`,
			core.Message{Type: "ORDER_CANCEL", Kind: core.OrderChanged, Market: core.Alibaba1688, Sent: sent, Orders: []core.OrderID{"3305075341149134260"}}},
		{"trap 99: the prefix of the page's name", `{"messageType":"1688_ORDER_BUYER_VIEW_ORDER_BUYER_REFUND","messageBody":{"orderId":"1"}}`,
			core.Message{Type: "1688_ORDER_BUYER_VIEW_ORDER_BUYER_REFUND", Kind: core.RefundChanged, Market: core.Alibaba1688, Orders: []core.OrderID{"1"}}},
		{"trap 137: type, platform and time may be null", `{"messageType":null,"messagePlatform":null,"timestamp":null,"messageBody":{"orderId":"1"}}`,
			core.Message{Orders: []core.OrderID{"1"}}},
		{"trap 136: a signed message of a kind that nobody knows", `{"messageType":"HELLO"}`, core.Message{Type: "HELLO", Problem: "it has no body"}},
		{"another market's", `{"messageType":"TAOBAO_ORDER_X","messagePlatform":0,"messageBody":{"orderId":"1"}}`,
			core.Message{Type: "TAOBAO_ORDER_X", Kind: core.OrderChanged, Market: core.Taobao, Problem: "it is about taobao, and this account buys on 1688"}},
		{"a body without an order", `{"messageType":"ORDER_X","messagePlatform":1,"messageBody":{}}`,
			core.Message{Type: "ORDER_X", Kind: core.OrderChanged, Market: core.Alibaba1688, Problem: "its body names no order: no id"}},
	} {
		got, err := parse(t, testSettings("http://127.0.0.1:1"), canarySecret, c.body, nil)
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", c.rule, got, err, c.want)
		}
	}
	if m, err := parse(t, testSettings("http://127.0.0.1:1"), canarySecret, `{"seller_id":"1234567", "data":{...}..}`, nil); err != nil || !strings.Contains(m.Problem, "not in the documented form") {
		t.Errorf("trap 132: signed, and no JSON: %+v, %v", m, err)
	}
}

func TestAMessageThatTheGatewayDidNotSign(t *testing.T) {
	const body = `{"messageType":"ORDER_CANCEL","messageBody":{"orderId":"1"}}`
	s := testSettings("http://127.0.0.1:1")
	for rule, spoil := range map[string]func(string) string{
		"none":           func(string) string { return "" },
		"no hex":         func(s string) string { return "z" + s[1:] },
		"half of it":     func(s string) string { return s[:32] },
		"one bit":        func(s string) string { return flip(s) },
		"with a scheme":  func(s string) string { return "Bearer " + s },
		"twice":          func(s string) string { return s + s },
		"all zeros":      func(string) string { return strings.Repeat("0", 64) },
		"another secret": func(string) string { return SignMessage(baseKeyAndBody, s.AccessKey, "other", []byte(body)) },
		"another key":    func(string) string { return SignMessage(baseKeyAndBody, "other", canarySecret, []byte(body)) },
		"another base":   func(string) string { return SignMessage(baseBody, s.AccessKey, canarySecret, []byte(body)) },
		"another body":   func(string) string { return SignMessage(baseKeyAndBody, s.AccessKey, canarySecret, []byte(body+" ")) },
		"no secret":      func(string) string { return SignMessage(baseKeyAndBody, s.AccessKey, "", []byte(body)) },
	} {
		m, err := parse(t, s, canarySecret, body, spoil)
		wantError(t, rule, err, core.Denied, core.NotDone)
		if len(m.Orders) > 0 {
			t.Errorf("%s: it was read: %+v", rule, m)
		}
	}
	// Upper case is as good, and so is the secret before the last reset; its end is an empty setting.
	if _, err := parse(t, s, canarySecret, body, strings.ToUpper); err != nil {
		t.Error(err)
	}
	s.PreviousSecret = core.NewSecret("the old one")
	if _, err := parse(t, s, "the old one", body, nil); err != nil {
		t.Error(err)
	}
	s.MessageBase = baseBody
	if _, err := parse(t, s, canarySecret, body, nil); err != nil {
		t.Error(err)
	}
	s.MessageBase = "header"
	_, err := New(s, testTable, testMenu)
	wantError(t, "an unknown base", err, core.InvalidInput, core.NotDone)
}

func flip(hex string) string {
	if hex[5] == '0' {
		return hex[:5] + "1" + hex[6:]
	}
	return hex[:5] + "0" + hex[6:]
}

// Whatever is signed and stands in a message, it is read or has a problem; it never breaks the reader.
func FuzzParseMessage(f *testing.F) {
	f.Add([]byte(`{"messageType":"ORDER_CANCEL","messagePlatform":1,"timestamp":"1702890004504","messageBody":"{\"orderId\":\"1\"}"}`))
	f.Add([]byte(`{"messageBody":{"orderId":null}}`))
	f.Add([]byte(`{"seller_id":"1234567", "data":{...}..}`))
	c, err := New(testSettings("http://127.0.0.1:1"), testTable, testMenu)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		signature := SignMessage(baseKeyAndBody, canaryKey, canarySecret, body)
		m, err := c.ParseMessage(core.MessageRequest{Header: map[string]string{MessageHeader: signature}, Body: body}, core.Alibaba1688, orderIn)
		if err != nil || (m.Problem == "") != (len(m.Orders) > 0) {
			t.Errorf("%+v, %v", m, err)
		}
	})
}
