package gateway

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

const success = `{"requestId":"4cfda0b725184ab8a1e3ee3b9051ec35","code":200,"developId":"1110890638347337996","msg":"成功","data":{"id":1}}`

func TestHeadersAreTheFiveDocumentedOnes(t *testing.T) {
	s := newStub(t, 200, success)
	a := newAttempt()
	if _, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: "create", Body: map[string]string{"a": "b"}, Attempt: a}); err != nil {
		t.Fatal(err)
	}
	got, _ := s.last()
	h := got.Header
	if want := strconv.FormatInt(a.SignedAt.UnixMilli(), 10); h.Get("timestamp") != want {
		t.Errorf("a write is signed with the attempt's time: got %s, want %s", h.Get("timestamp"), want)
	}
	if want := Sign(canaryKey, h.Get("timestamp"), h.Get("nonce-str"), canarySecret); h.Get("signature") != want {
		t.Errorf("signature: got %s, want %s", h.Get("signature"), want)
	}
	if h.Get("access-key") != canaryKey || h.Get("user-id") != "2100007341207" || len(h.Get("nonce-str")) != 32 {
		t.Errorf("access-key, user-id, nonce-str: got %v", h)
	}
	known := map[string]bool{"Access-Key": true, "Timestamp": true, "Nonce-Str": true, "User-Id": true, "Signature": true,
		"Content-Type": true, "Accept": true, "Accept-Encoding": true, "User-Agent": true, "Content-Length": true, "Connection": true}
	for name := range h {
		if !known[name] {
			t.Errorf("a header that is not documented: %s", name)
		}
	}
	for name, values := range h {
		if strings.Contains(strings.Join(values, ""), canarySecret) {
			t.Errorf("the secret is never sent: %s", name)
		}
	}
}

func TestReadIsSignedWithTheClockAndANewNonceForEachTry(t *testing.T) {
	s := newStub(t, 503, "busy")
	clock := time.UnixMilli(1715669977082)
	settings := testSettings(s.URL)
	settings.TimestampUnit = "s"
	c := newTestClient(t, settings, WithNow(func() time.Time { return clock }),
		WithSign(func(_, stamp, nonce, _ string) string { return "own " + stamp + " " + nonce }))
	_, err := c.Call(context.Background(), Call{Endpoint: "list"})
	wantError(t, "busy", err, core.Unavailable, core.NotDone)
	nonces := map[string]bool{}
	for _, r := range s.requests {
		nonces[r.Header.Get("nonce-str")] = true
		if got, want := r.Header.Get("signature"), "own 1715669977 "+r.Header.Get("nonce-str"); got != want {
			t.Errorf("the replaced signature in seconds: got %s, want %s", got, want)
		}
	}
	if len(s.requests) != 3 || len(nonces) != 3 {
		t.Errorf("a read is tried 3 times, each with its own nonce: got %d tries, %d nonces", len(s.requests), len(nonces))
	}
}

// Trap 111: the pay call is a GET that may debit.
func TestWriteIsNeverRepeatedWhateverItsMethod(t *testing.T) {
	for _, endpoint := range []string{"create", "payurl"} {
		s := newStub(t, 503, "busy")
		_, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: endpoint, Attempt: newAttempt()})
		wantError(t, endpoint, err, core.Unavailable, core.InDoubt)
		if s.count() != 1 {
			t.Errorf("%s: one request, got %d", endpoint, s.count())
		}
	}
}

func TestWriteNeedsItsAttempt(t *testing.T) {
	s := newStub(t, 200, success)
	c := newTestClient(t, testSettings(s.URL))
	_, err := c.Call(context.Background(), Call{Endpoint: "payurl"})
	wantError(t, "a write without attempt", err, core.InvalidInput, core.NotDone)
	late := newAttempt()
	late.NotAfter = time.Now().Add(-time.Second)
	_, err = c.Call(context.Background(), Call{Endpoint: "payurl", Attempt: late})
	wantError(t, "a late write", err, core.Canceled, core.NotDone)
	if s.count() != 0 {
		t.Fatalf("nothing was sent: got %d", s.count())
	}
	if _, err = c.Call(context.Background(), Call{Endpoint: "list", Attempt: late}); err != nil {
		t.Errorf("a read ignores the attempt: got %v", err)
	}
}

func TestBodies(t *testing.T) {
	s := newStub(t, 200, success)
	c := newTestClient(t, testSettings(s.URL))
	for _, row := range []struct {
		rule string
		body any
		want string
		kind string
	}{
		{"no escapes for HTML", map[string]string{"a": "<1&2>"}, `{"a":"<1&2>"}`, "application/json"},
		{"exact numbers", map[string]int64{"orderId": 2542285634920880794}, `{"orderId":2542285634920880794}`, "application/json"},
		{"raw JSON as it is", json.RawMessage(`{ "a" : 1 }`), `{ "a" : 1 }`, "application/json"},
		{"bytes as they are", []byte(`{"a":"\u4e2d"}`), `{"a":"\u4e2d"}`, "application/json"},
		{"trap 114: no body, parameter in the query", nil, "", ""},
	} {
		_, err := c.Call(context.Background(), Call{Endpoint: "list", Body: row.body, Query: url.Values{"refundId": {"TQ1 &"}}})
		got, body := s.last()
		if err != nil || body != row.want || got.Header.Get("Content-Type") != row.kind || got.URL.RawQuery != "refundId=TQ1+%26" {
			t.Errorf("%s: got %q as %q, query %s, %v; want %q", row.rule, body, got.Header.Get("Content-Type"), got.URL.RawQuery, err, row.want)
		}
	}
	_, err := c.Call(context.Background(), Call{Endpoint: "payurl", Body: []byte("{}"), Attempt: newAttempt()})
	wantError(t, "a body needs POST", err, core.InvalidInput, core.NotDone)
	_, err = c.Call(context.Background(), Call{Endpoint: "list", Body: func() {}})
	wantError(t, "no JSON", err, core.InvalidInput, core.NotDone)
}

// Trap 112: ids in a path are trimmed and escaped.
func TestPathParameters(t *testing.T) {
	s := newStub(t, 200, success)
	c := newTestClient(t, testSettings(s.URL+"/pandapon"))
	for value, want := range map[string]string{
		" 110002685755 ": "/pandapon/open/order/refund/cancel/110002685755",
		"a/../b?c#d":     "/pandapon/open/order/refund/cancel/a%2F..%2Fb%3Fc%23d",
		"TQ 1":           "/pandapon/open/order/refund/cancel/TQ%201",
		"单号":             "/pandapon/open/order/refund/cancel/%E5%8D%95%E5%8F%B7",
	} {
		_, err := c.Call(context.Background(), Call{Endpoint: "cancelrefund", Attempt: newAttempt(), PathParams: map[string]string{"refundId": value, "other": "x"}})
		if got := lastURI(s); value != "a/../b?c#d" && (err != nil || got != want) {
			t.Errorf("%q: got %s, %v; want %s", value, got, err, want)
		}
		if value == "a/../b?c#d" {
			wantError(t, "an id that climbs", err, core.InvalidInput, core.NotDone)
		}
	}
	for _, value := range []string{"", "  ", ".", ".."} {
		_, err := c.Call(context.Background(), Call{Endpoint: "cancelrefund", Attempt: newAttempt(), PathParams: map[string]string{"refundId": value}})
		if e := wantError(t, "an empty id", err, core.InvalidInput, core.NotDone); e.Field != "refundId" {
			t.Errorf("the missing id is named: got %s", e.Field)
		}
	}
}

func lastURI(s *stub) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		return ""
	}
	return s.requests[len(s.requests)-1].RequestURI
}

func TestEndpointThatIsOffSendsNothing(t *testing.T) {
	s := newStub(t, 200, success)
	_, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: "pay", Attempt: newAttempt()})
	wantError(t, "off", err, core.Unsupported, core.NotDone)
	if s.count() != 0 {
		t.Errorf("nothing was sent: got %d", s.count())
	}
	settings := testSettings(s.URL)
	settings.Endpoints = map[string]string{"pay": "POST /open/order/pay"}
	if _, err := newTestClient(t, settings).Call(context.Background(), Call{Endpoint: "pay", Attempt: newAttempt()}); err != nil || lastURI(s) != "/open/order/pay" {
		t.Errorf("on: got %s, %v", lastURI(s), err)
	}
}

// Trap 139: a reset of the secret takes effect at once, without a restart.
func TestNewSecretWithoutRestart(t *testing.T) {
	s := newStub(t, 401, `{"code":401,"msg":"signature"}`)
	_, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: "list"})
	if e := wantError(t, "old secret", err, core.Denied, core.NotDone); !strings.Contains(e.Message, "access_secret") {
		t.Errorf("the error says what to look at: got %v", e)
	}
	s.status, s.body = 200, success
	settings := testSettings(s.URL)
	settings.AccessSecret = core.NewSecret("another")
	if _, err := newTestClient(t, settings).Call(context.Background(), Call{Endpoint: "list"}); err != nil {
		t.Fatal(err)
	}
	got, _ := s.last()
	if want := Sign(canaryKey, got.Header.Get("timestamp"), got.Header.Get("nonce-str"), "another"); got.Header.Get("signature") != want {
		t.Error("a new client signs with the new secret")
	}
}
