package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/menu"
)

const (
	canarySecret = "canary-secret-0123456789abcdef"
	canaryKey    = "canary-access-key-0123456789"
)

var testTable = Table{
	{Name: "list", Op: core.OpListOrders, Method: "POST", Path: "/list", Support: core.Supported, Evidence: "DOC", Source: "doc-en api-1"},
	{Name: "create", Op: core.OpCreateOrder, Method: "POST", Path: "/create", Support: core.Supported, Write: true, Evidence: "DOC", Source: "doc-en api-2"},
	{Name: "payurl", Op: core.OpPay, Method: "GET", Path: "/alibaba/order/pay/url", Support: core.Supported, Write: true},
	{Name: "pay", Op: core.OpPay, Method: "POST", Support: core.Provisional, Write: true, Evidence: "DOC (menu)", Source: "doc-en api-263477651", Suggest: "POST /open/order/pay"},
	{Name: "detail", Op: core.OpGetOrder, Support: core.Provisional, Evidence: "DOC (menu)", Why: "method and path unknown"},
	{Name: "inferred", Op: core.OpQuote, Method: "POST", Path: "/guessed", Support: core.Provisional},
	{Name: "cancelrefund", Op: core.OpRefund, Method: "GET", Path: "/open/order/refund/cancel/{refundId}", Support: core.Supported, Write: true},
	{Name: "freight", Op: core.OpQuote, Why: "signed otherwise, computation unknown"},
}

var testMenu = menu.Table{
	{Market: "1688", Operation: "cart_list", Version: "v2", Method: "GET", Path: "/v2/alibaba/cart/list"},
	{Market: "taobao", Operation: "cart_add", Version: "v1", Method: "POST", Path: "/open/cart/add", Writes: true},
	{Market: "taobao", Operation: "cancel_refund", Version: "v1", Method: "GET", Path: "/open/order/refund/cancel/{refundId}", Writes: true},
	{Market: "taobao", Operation: "cart_delete", Version: "v1", Method: "POST", Writes: true, Note: "guarded: path unknown"},
}

// stub answers every call with one answer and remembers what it was asked.
type stub struct {
	*httptest.Server
	status int
	body   string

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newStub(t *testing.T, status int, body string) *stub {
	t.Helper()
	s := &stub{status: status, body: body}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(sent))
		s.mu.Unlock()
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func (s *stub) last() (*http.Request, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[len(s.requests)-1], s.bodies[len(s.bodies)-1]
}

func testSettings(base string) Settings {
	return Settings{BaseURL: base, AccessKey: canaryKey, AccessSecret: core.NewSecret(canarySecret), UserID: "2100007341207", AllowPrivate: true}
}

func newTestClient(t *testing.T, s Settings, options ...Option) *Client {
	t.Helper()
	c, err := New(s, testTable, testMenu, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func newAttempt() *core.Attempt {
	now := time.Now()
	return &core.Attempt{No: 1, SignedAt: now.Add(-7 * time.Second), NotAfter: now.Add(core.WriteDeadline)}
}

func wantError(t *testing.T, rule string, err error, code core.Code, outcome core.Outcome) *core.Error {
	t.Helper()
	e, ok := err.(*core.Error)
	if !ok {
		t.Fatalf("%s: got %v (%T), want a *core.Error", rule, err, err)
	}
	if e.Code != code || e.Outcome != outcome {
		t.Errorf("%s: got %v and %v (%v), want %v and %v", rule, e.Code, e.Outcome, e, code, outcome)
	}
	return e
}
