package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mailbox is where messages are pushed to.
type mailbox struct {
	mu     sync.Mutex
	status int
	header []http.Header
	bodies []string
}

func (m *mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && m.status == 0 {
		m.header, m.bodies = append(m.header, r.Header), append(m.bodies, string(body))
	}
	if m.status != 0 {
		w.WriteHeader(m.status)
	}
}

func (m *mailbox) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.bodies)
}

func receiving(t *testing.T) (*mailbox, string) {
	box := &mailbox{}
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return box, server.URL
}

// The published example (UPSTREAM, wire platform 4.2).
func TestThePushedSignature(t *testing.T) {
	require.Equal(t, "f3d2ca947f16a50b577c036adecd18bec126ea19cadedd59816e255d3b6104ab",
		pushSign("123456", "3412gyo124goi3124", []byte(`{"seller_id":"1234567", "message_type":0, "data":{...}..}`)))
}

// unpaidAli is the unpaid one of the two preloaded 1688 orders.
func unpaidAli(t *testing.T, b *bench) string {
	for _, o := range b.Orders() {
		if o.Gateway == gatewayPandaPon && o.Status == "unpaid" {
			return o.ID
		}
	}
	t.Fatal("no preloaded order is unpaid")
	return ""
}

func TestTheLifeOfAnOrderIsPushed(t *testing.T) {
	b := newBench(t, Options{Preload1688: true})
	box, to := receiving(t)
	require.NoError(t, b.PushTo(Push{Gateway: gatewayPandaPon, Market: market1688, URL: to, Hold: true}))
	id := unpaidAli(t, b)
	require.NoError(t, b.SetTotal(id, 9800))
	require.NoError(t, b.PayAtCashier(id))
	require.NoError(t, b.Ship(id))
	require.NoError(t, b.Scan(id, "到达", "义乌"))
	var types []string
	for _, d := range b.Flush(t.Context()) {
		require.Equal(t, 200, d.Status)
		require.Equal(t, id, d.Order)
		types = append(types, d.Type)
	}
	require.Equal(t, []string{priceModify, "ORDER_PAY_SUCCESS", "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS", "LOGISTICS_BUYER_VIEW_TRACE"}, types)
	require.Empty(t, b.Flush(t.Context()), "each once")
	for i, body := range box.bodies {
		require.Equal(t, pushSign(DefaultAccessKey, DefaultAccessSecret, []byte(body)), box.header[i].Get("Authorization"))
	}
	price := parse(t, []byte(box.bodies[0]))
	require.Equal(t, id, at(t, price, "messageBody", "baseInfo", "idOfStr"))
	require.Equal(t, num(98), at(t, price, "messageBody", "baseInfo", "totalAmount"))
	require.Equal(t, num(1), price["messagePlatform"])
	require.IsType(t, "", price["timestamp"])
	paid := parse(t, []byte(box.bodies[1]))
	require.IsType(t, "", paid["messageBody"], "text that holds JSON (trap 23)")
}

func TestADajisaasMessageIsASignedForm(t *testing.T) {
	b := newBench(t, Options{})
	o := &order{gateway: gatewayDajisaas, market: market1688, id: "2257164624870311973", lines: []*line{{good: catalogue[len(catalogue)-1], quantity: 1}}, state: stateToShip}
	header, body := pushForms["dajisaas/1688"].write(b.Sandbox, o, topics[changePaid], b.clock.now())
	require.Equal(t, "application/x-www-form-urlencoded", header.Get("Content-Type"))
	form, err := url.ParseQuery(string(body))
	require.NoError(t, err)
	mac := hmac.New(sha1.New, []byte(DefaultAppSecret))
	mac.Write([]byte("message" + form.Get("message")))
	require.Equal(t, strings.ToUpper(hex.EncodeToString(mac.Sum(nil))), form.Get("_dj_signature"))
	require.Equal(t, json.Number("2257164624870311973"), at(t, parse(t, []byte(form.Get("message"))), "data", "orderId"))
}

func TestWhatIsLostDoubledAndShuffledFollowsFromTheSeed(t *testing.T) {
	run := func(seed uint64) (got []string) {
		b := newBench(t, Options{Seed: seed, Preload1688: true})
		_, to := receiving(t)
		require.NoError(t, b.PushTo(Push{Gateway: gatewayPandaPon, Market: market1688, URL: to, Hold: true, Double: 30, Lose: 30, Shuffle: true}))
		id := unpaidAli(t, b)
		for i := range 40 {
			require.NoError(t, b.SetTotal(id, int64(9000+i)))
		}
		for _, d := range b.Flush(t.Context()) {
			got = append(got, string(rune('a'+d.Seq)))
		}
		return got
	}
	first := run(7)
	require.Equal(t, first, run(7))
	require.NotEqual(t, first, run(8))
	once := map[string]int{}
	inOrder := true
	for i, seq := range first {
		once[seq]++
		inOrder = inOrder && (i == 0 || first[i-1] <= seq)
	}
	require.Less(t, len(once), 40, "some are lost")
	require.Greater(t, len(first), len(once), "some come twice")
	require.False(t, inOrder)
}

func TestWhatIsNotTakenComesAgainFiveTimes(t *testing.T) {
	b := newBench(t, Options{Preload1688: true})
	box, to := receiving(t)
	require.NoError(t, b.PushTo(Push{Gateway: gatewayPandaPon, Market: market1688, URL: to, Hold: true}))
	box.status = 503
	require.NoError(t, b.SetTotal(unpaidAli(t, b), 9800))
	for range pushTries {
		require.Len(t, b.Flush(t.Context()), 1)
	}
	require.Empty(t, b.Flush(t.Context()))
}

func TestWithoutHoldAMessageComesByItself(t *testing.T) {
	b := newBench(t, Options{Preload1688: true})
	box, to := receiving(t)
	require.NoError(t, b.PushTo(Push{Gateway: gatewayPandaPon, Market: market1688, URL: to, Late: "20ms"}))
	require.NoError(t, b.SetTotal(unpaidAli(t, b), 9800))
	require.Eventually(t, func() bool { return box.count() == 1 }, 10*time.Second, time.Millisecond)
}

func TestPushesAreSteeredFromOutside(t *testing.T) {
	b := newBench(t, Options{Preload1688: true})
	box, to := receiving(t)
	control := func(path, body string) *httptest.ResponseRecorder {
		return b.send(httptest.NewRequest(http.MethodPost, "/_sandbox/"+path, strings.NewReader(body)))
	}
	require.Equal(t, 200, control("push", `{"gateway":"pandapon","market":"1688","hold":true,"url":"`+to+`"}`).Code)
	for _, wrong := range []string{`{"gateway":"x"}`, `{"gateway":"pandapon","market":"1688","url":"nowhere"}`, `{"gateway":"pandapon","market":"1688","url":"` + to + `","late":"soon"}`, `[`} {
		require.Equal(t, 400, control("push", wrong).Code, wrong)
	}
	id := unpaidAli(t, b)
	known := MessageTypes(gatewayPandaPon, market1688)
	require.Len(t, known, 22)
	for _, name := range known {
		require.Equal(t, 200, control("act", `{"act":"push","order":"`+id+`","text":"`+name+`"}`).Code)
	}
	var done []Delivery
	require.NoError(t, json.Unmarshal(control("flush", "").Body.Bytes(), &done))
	require.Len(t, done, len(known))
	require.Equal(t, len(known), box.count())
	require.Equal(t, 200, control("push", `{"gateway":"pandapon","market":"1688"}`).Code)
	require.NoError(t, b.SetTotal(id, 9800))
	require.Empty(t, b.Flush(t.Context()), "an empty URL ends it")
}
