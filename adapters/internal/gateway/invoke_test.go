package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
)

// invoke makes a call of the test's menu, with an attempt.
func invoke(t *testing.T, s *stub, name, data string, named map[string]string) (core.InvokeAnswer, error) {
	t.Helper()
	settings := testSettings(s.URL)
	settings.Endpoints = named
	c := newTestClient(t, settings)
	return c.Invoke(t.Context(), core.InvokeRequest{Endpoint: name, Data: json.RawMessage(data), Attempt: *newAttempt()})
}

const invoked = `{"requestId":"r1","code":200,"msg":"ok","data":[{"id":12345678901234567890}]}`

func TestInvoke(t *testing.T) {
	for _, c := range []struct{ rule, name, data, line, body string }{
		{"a GET has its data in the query", "1688.cart_list.v2", `{"page":2,"q":"茶 &=","all":true}`, "GET /v2/alibaba/cart/list?all=true&page=2&q=%E8%8C%B6+%26%3D", ""},
		{"a POST has it in the body, digits as they are", "taobao.cart.add", `{"itemId":12345678901234567890,"price":1.50,"note":"<&>"}`, "POST /open/cart/add", `{"itemId":12345678901234567890,"note":"<&>","price":1.50}`},
		{"a path is filled once, and escaped", "taobao.cancel_refund", `{"refundId":" a/b ","why":"x"}`, "GET /open/order/refund/cancel/a%2Fb?why=x", ""},
	} {
		s := newStub(t, 200, invoked)
		answer, err := invoke(t, s, c.name, c.data, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.rule, err)
		}
		if string(answer.Data) != `[{"id":12345678901234567890}]` || answer.RequestID != "r1" {
			t.Errorf("%s: answer %s, request id %s", c.rule, answer.Data, answer.RequestID)
		}
		r, body := s.last()
		if got := r.Method + " " + r.URL.RequestURI(); got != c.line || body != c.body || s.count() != 1 {
			t.Errorf("%s:\ngot  %s %s (%d requests)\nwant %s %s", c.rule, got, body, s.count(), c.line, c.body)
		}
		for _, name := range []string{headerKey, headerTime, headerNonce, headerUser, headerSignature} {
			if len(r.Header.Values(name)) != 1 {
				t.Errorf("%s: the header %s stands there %d times", c.rule, name, len(r.Header.Values(name)))
			}
		}
	}
}

func TestInvokeSignsAWriteWithItsAttempt(t *testing.T) {
	s := newStub(t, 200, invoked)
	c := newTestClient(t, testSettings(s.URL))
	attempt := newAttempt()
	if _, err := c.Invoke(t.Context(), core.InvokeRequest{Endpoint: "taobao.cart_add", Attempt: *attempt}); err != nil {
		t.Fatal(err)
	}
	r, _ := s.last()
	if got, want := r.Header.Get(headerTime), fmt.Sprint(attempt.SignedAt.UnixMilli()); got != want {
		t.Errorf("signed at %s, want the attempt's %s", got, want)
	}
}

func TestInvokeRefusesBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		rule, name, data string
		code             core.Code
		says             string
	}{
		{"an entry that is off", "taobao.cart_delete", `{}`, core.Unsupported, `set "taobao.cart_delete.v1" = "POST /path"`},
		{"one that the rule of its signature is unknown of", "platform.order_render_freight.v2", `{}`, core.Unsupported, "in no document"},
		{"a placeholder without its value", "taobao.cancel_refund", `{"refundId":".."}`, core.InvalidInput, "data.refundId"},
		{"an object in a query", "1688.cart_list", `{"page":{"a":1}}`, core.InvalidInput, "data.page"},
	} {
		s := newStub(t, 200, invoked)
		_, err := invoke(t, s, c.name, c.data, nil)
		e := wantError(t, c.rule, err, c.code, core.NotDone)
		if !strings.Contains(e.Error(), c.says) || s.count() != 0 {
			t.Errorf("%s: %v, %d requests", c.rule, e, s.count())
		}
	}
}

func TestAnOperatorTurnsAnEntryOn(t *testing.T) {
	s := newStub(t, 200, invoked)
	if _, err := invoke(t, s, "taobao.cart_delete", `{"id":1}`, map[string]string{"taobao.cart_delete.v1": "POST /told/by/support"}); err != nil {
		t.Fatal(err)
	}
	if r, _ := s.last(); r.URL.Path != "/told/by/support" {
		t.Errorf("it went to %s", r.URL.Path)
	}
	for name, text := range map[string]string{"taobao.no_such": "POST /x", "taobao.cart_delete.v1": "DELETE /x", "platform.order_render_freight.v2": "POST /x"} {
		settings := testSettings(s.URL)
		settings.Endpoints = map[string]string{name: text}
		_, err := New(settings, testTable, testMenu)
		if e := wantError(t, name, err, core.InvalidInput, core.NotDone); !strings.Contains(e.Error(), "settings.endpoints."+name) {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// What the caller sent may be an address; what the gateway repeats of it is taken out.
func TestInvokeRepeatsNothingPrivate(t *testing.T) {
	s := newStub(t, 200, `{"requestId":"r1","code":51001,"msg":"bad address 12 Lane Street for Lane","data":null}`)
	_, err := invoke(t, s, "taobao.cart_add", `{"receiver":"{\"name\":\"Lane\",\"street\":\"12 Lane Street\"}"}`, nil)
	e := wantError(t, "a refusal", err, core.Refused, core.InDoubt)
	if strings.Contains(fmt.Sprintf("%+v", e.Gateway), "Lane") {
		t.Errorf("%+v", e.Gateway)
	}
}
