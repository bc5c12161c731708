package alibaba1688

import (
	"encoding/json"
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
	"github.com/sampan-go/sampan/core/money"
)

const testSecret = "canary-secret-7f3a"

// seen is one request as the gateway got it.
type seen struct{ Line, Body string }

// stub is a gateway that answers what the test says and keeps what it was asked.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	seen    []seen
	answers map[string]string
}

// newStub answers path with the JSON given for it, in an envelope of code 200; "" is no data.
func newStub(t testing.TB, answers map[string]string) *stub {
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
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

func (s *stub) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.seen...)
}

// ok is the envelope of a success.
func ok(data string) string {
	return `{"requestId":"req-1","code":200,"developId":"1110890638347337996","msg":"成功","data":` + data + `}`
}

// refusal is the envelope of a refusal.
func refusal(code, msg string) string {
	text, _ := json.Marshal(msg)
	return `{"requestId":null,"code":` + code + `,"developId":null,"msg":` + string(text) + `,"data":null}`
}

func newAdapter(t testing.TB, base string, more map[string]any) *Adapter {
	t.Helper()
	settings := map[string]any{"base_url": base, "access_key": "key", "access_secret": testSecret, "user_id": "1", "allow_private": true}
	for name, value := range more {
		settings[name] = value
	}
	text, err := json.Marshal(settings)
	require.NoError(t, err)
	a, err := New(text)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

// answering is an adapter whose gateway gives one answer on one path.
func answering(t testing.TB, path, answer string, more map[string]any) (*Adapter, *stub) {
	s := newStub(t, map[string]string{path: answer})
	return newAdapter(t, s.URL, more), s
}

func attempt() core.Attempt {
	now := time.Now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

var home = core.Address{Name: "zhang", Mobile: "18600888861", Phone: "0571-88881888", Postcode: "100000", Province: "浙江省",
	City: "杭州市", District: "西湖区", Town: "转塘", Street: "之江路 42 号", DistrictCode: "330106"}

const (
	shortsSpec = "b1f7eb839828d3781406f0a1074de3c9"
	cameraSpec = "05c58ea07c78470131be60b47068329c"
	shopOpenID = "BBBsYj57TvauuzYy0AH4tDVCQ"
	orderID    = "2542285634920880794"
)

// shorts are ordered by number, shortsV2 by the encrypted id.
func shorts() core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: "ref-1", Address: home, Message: "请尽快发货", Attempt: attempt(),
		Lines: []core.OrderLine{{ProductID: "706627393257", SpecID: shortsSpec, Quantity: 3}}}
}

func shortsV2() core.CreateOrderRequest {
	r := shorts()
	r.Lines = []core.OrderLine{{ProductID: "0TKFRHPSMug9XFLmzNmVXw", SpecID: shortsSpec, SellerID: shopOpenID, Quantity: 3}}
	return r
}

func cny(text string) money.Amount { return money.MustParse(text, money.CNY) }

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wire", "1688", "pandapon", name))
	require.NoError(t, err)
	return data
}

// requireError holds an error's kind and outcome, and that it tells nothing personal.
func requireError(t testing.TB, err error, code core.Code, outcome core.Outcome) {
	t.Helper()
	require.Error(t, err)
	require.ErrorIs(t, err, code, "got %v", err)
	require.Equal(t, outcome.String(), core.OutcomeOf(err).String(), "got %v", err)
	requireDiscreet(t, err)
}

func requireDiscreet(t testing.TB, err error) {
	t.Helper()
	text, marshalErr := json.Marshal(err)
	require.NoError(t, marshalErr)
	for _, canary := range []string{testSecret, home.Name, home.Mobile, home.Phone, home.Street, home.Town} {
		require.NotContains(t, err.Error(), canary)
		require.NotContains(t, string(text), canary)
	}
}
