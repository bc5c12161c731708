package taobao

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// recorder is a gateway that answers each path with what a test put there, and keeps what came.
type recorder struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string
	seen    []seen
}

type seen struct {
	method, path, query string
	body                []byte
	header              http.Header
}

func newRecorder(t *testing.T, answers map[string]string) *recorder {
	r := &recorder{answers: answers}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen = append(r.seen, seen{q.Method, q.URL.Path, q.URL.RawQuery, body, q.Header})
		_, _ = io.WriteString(w, r.answers[q.URL.Path])
	}))
	t.Cleanup(r.Close)
	return r
}

// envelope wraps data as PandaPon does.
func envelope(data string) string {
	return `{"requestId":"1b69692da4b34920bcd594048c8bdcfc","code":200,"developId":"1028257583384757029","msg":"成功","data":` + data + `}`
}

var allEndpoints = map[string]string{
	"list": "GET /open/order/page", "detail": "GET /open/order/detail/get", "pay": "POST /open/order/pay",
	"cancel": "POST /open/order/cancel", "refund_submit": "POST /open/order/refund/submit",
}

type settingsMap map[string]any

func settings(baseURL string, more settingsMap) []byte {
	s := settingsMap{"base_url": baseURL, "access_key": "sandbox-access-key", "access_secret": "sandbox-access-secret",
		"user_id": "2100007341207", "allow_private": true, "endpoints": allEndpoints, "refund_fee_unit": "fen",
		"refund_states": map[string]string{"1": "requested", "5": "paid"}}
	for name, value := range more {
		s[name] = value
	}
	text, _ := json.Marshal(s)
	return text
}

func open(t *testing.T, baseURL string, more settingsMap) *Adapter {
	t.Helper()
	a, err := New(settings(baseURL, more))
	require.NoError(t, err)
	return a
}

func attemptNow() core.Attempt {
	now := time.Now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

// seedOrder is the request of the seed create-order-taobao.
func seedOrder() core.CreateOrderRequest {
	line := func(product core.ProductID, sku core.SKUID) core.OrderLine {
		return core.OrderLine{ProductID: product, SKUID: sku, Quantity: 200, UnitPrice: money.UnitFromFen(1)}
	}
	return core.CreateOrderRequest{
		Ref:   "1",
		Lines: []core.OrderLine{line("600126245031041190", "5016042822039"), line("600129202197070073", "4860968496626")},
		Address: core.Address{Name: "a测试aa", Mobile: "15068763421", Country: "中国", Province: "浙江省", City: "杭州市",
			District: "余杭区", Street: "测试地址", Postcode: "11111"},
		Options: map[string]string{"order_source": "lazada"},
		Attempt: attemptNow(),
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../testdata/wire/taobao/pandapon/" + name)
	require.NoError(t, err)
	return text
}

func bg() context.Context { return context.Background() }
