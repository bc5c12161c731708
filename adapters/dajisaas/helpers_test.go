package dajisaas

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
)

const (
	testKey    = "dj_test_key"
	testSecret = "dj_test_secret"
	seedID     = "2257164624870311973"

	pathQuote   = "/alibaba/createOrder/preview"
	pathCreate  = "/alibaba/trade/createCrossOrder"
	pathList    = "/alibaba/trade/getBuyerOrderList"
	pathDetail  = "/alibaba/trade/get/buyerView"
	pathPay     = "/alibaba/trade/pay/protocolPay/preparePay"
	pathConfirm = "/alibaba/trade/receiveGoods/confirm"
	pathCancel  = "/alibaba/trade/cancel"
)

// canned is one answer of the stub; Status 0 is 200.
type canned struct {
	Status int
	Body   string
}

// seen is one request as the gateway got it.
type seen struct{ Line, Body string }

// stub is a gateway that answers each path with what the test put there, and keeps what came.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]canned
	seen    []seen
}

func newStub(t testing.TB, answers map[string]canned) *stub {
	s := &stub{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.seen = append(s.seen, seen{r.Method + " " + r.URL.RequestURI(), string(body)})
	answer := s.answers[r.URL.Path]
	s.mu.Unlock()
	if answer.Status != 0 {
		w.WriteHeader(answer.Status)
	}
	_, _ = io.WriteString(w, answer.Body)
}

func (s *stub) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.seen...)
}

// ok is envelope A.
func ok(data string) canned {
	return canned{Body: `{"code":200,"message":"操作成功","data":` + data + `,"timestamp":1723623607256,"traceId":"7928f1cc7f35"}`}
}

// refused is envelope C.
func refused(code int, text, errorCode string) canned {
	return canned{Body: fmt.Sprintf(`{"code":%d,"message":"失败","data":{"result":{"success":false,"errorInfo":%q,"errorCode":%q}},"traceId":"7928f1cc7f35"}`, code, text, errorCode)}
}

// trade is a trade object with the members given.
func trade(id, status, totalYuan string) string {
	return `{"baseInfo":{"idOfStr":"` + id + `","status":"` + status + `","totalAmount":` + totalYuan +
		`,"createTime":"2024-08-14T07:10:38.000+00:00","outOrderId":"T20240708002"},"productItems":[],"nativeLogistics":{}}`
}

func adapterAt(t testing.TB, base, auth string) *Adapter {
	t.Helper()
	text, err := json.Marshal(map[string]any{"base_url": base, "app_key": testKey, "app_secret": testSecret, "auth": auth, "allow_private": true})
	require.NoError(t, err)
	a, err := New(text)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

// answering is an adapter whose gateway gives these answers.
func answering(t testing.TB, answers map[string]canned) (*Adapter, *stub) {
	s := newStub(t, answers)
	return adapterAt(t, s.URL, authSign), s
}

// atSandbox is an adapter at a sandbox of its own.
func atSandbox(t testing.TB) (*Adapter, *sandbox.Server) {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return openSandbox(t, s, authSign), s
}

func openSandbox(t testing.TB, s *sandbox.Server, auth string) *Adapter {
	t.Helper()
	text, err := json.Marshal(map[string]any{"base_url": s.DajisaasURL(), "app_key": sandbox.DefaultAppKey,
		"app_secret": sandbox.DefaultAppSecret, "auth": auth, "allow_private": true})
	require.NoError(t, err)
	a, err := New(text)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

func attempt() core.Attempt {
	now := time.Now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

var home = core.Address{Name: "张三丰", Mobile: "18888888888", Phone: "0571-88881888", Province: "上海", City: "上海市",
	District: "普陀区", Town: "长河镇", Street: "网商路699号", Postcode: "200333", DistrictCode: "310107"}

const pencilSpec = "53a1eff0fa008b2b9f32a120b0a050f2"

// pencils are the goods of the documents' example, which cost 11.96 yuan.
func pencils() core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: "T20240708002", Address: home, Message: "备注 <测试> & more", Attempt: attempt(),
		Lines: []core.OrderLine{{ProductID: "623686863670", SpecID: pencilSpec, SellerID: "b2b-1", Quantity: 5}}}
}

func seedOrder() core.OrderRef { return core.OrderRef{ID: seedID} }

func cny(text string) money.Amount { return money.MustParse(text, money.CNY) }

func seedView(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wire", "1688", "dajisaas", "buyer_view.response.json"))
	require.NoError(t, err)
	return string(data)
}

// requireError holds an error's kind and outcome, and that it tells nothing private.
func requireError(t testing.TB, err error, code core.Code, outcome core.Outcome) *core.Error {
	t.Helper()
	require.Error(t, err)
	require.ErrorIs(t, err, code, "got %v", err)
	require.Equal(t, outcome.String(), core.OutcomeOf(err).String(), "got %v", err)
	text, marshalErr := json.Marshal(err)
	require.NoError(t, marshalErr)
	for _, canary := range []string{testSecret, testKey, home.Name, home.Mobile, home.Phone, home.Street, home.Town} {
		require.NotContains(t, err.Error()+string(text), canary, "an error tells nothing private")
	}
	e, isCore := err.(*core.Error)
	require.True(t, isCore, "got %T", err)
	require.Equal(t, code.String(), e.Code.String())
	return e
}

func response(status int, body string) effect.Response {
	return effect.Response{Status: status, Body: []byte(body)}
}
