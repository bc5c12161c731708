package listen

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

var hookSecret = core.NewSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

// The vector of the Standard Webhooks libraries.
func TestSignWebhook(t *testing.T) {
	got, err := SignWebhook(hookSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
}

func TestVerifyWebhook(t *testing.T) {
	now := time.Unix(1614265330, 0)
	body := []byte(`{"test": 2432232314}`)
	header := func(id, at, signature string) http.Header {
		h := http.Header{}
		h.Set(WebhookID, id)
		h.Set(WebhookTimestamp, at)
		h.Set(WebhookSignature, signature)
		return h
	}
	const id, at, good = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	require.NoError(t, VerifyWebhook(hookSecret, header(id, at, good), body, now))
	require.NoError(t, VerifyWebhook(hookSecret, header(id, at, "v1,AAAA "+good), body, now.Add(5*time.Minute)), "while a secret changes there are two")
	for rule, c := range map[string]struct {
		h    http.Header
		body []byte
		now  time.Time
	}{
		"another id":        {header("msg_other", at, good), body, now},
		"another time":      {header(id, "1614265331", good), body, now},
		"another body":      {header(id, at, good), []byte(`{}`), now},
		"no signature":      {header(id, at, ""), body, now},
		"an old one":        {header(id, at, good), body, now.Add(5*time.Minute + time.Second)},
		"one from later":    {header(id, at, good), body, now.Add(-6 * time.Minute)},
		"a time in letters": {header(id, "today", good), body, now},
	} {
		require.ErrorIs(t, VerifyWebhook(hookSecret, c.h, c.body, c.now), core.Denied, rule)
	}
}

func TestAWebhookThatCannotBeUsedIsRefused(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://example.com/hook": true, "http://127.0.0.1:1/": true, "http://localhost/x": true, "http://[::1]/": true,
		"http://example.com/hook": false, "ftp://localhost": false, "https://user:pass@example.com": false, "": false, "https://": false, "%": false,
	} {
		err := Webhook{URL: url, Secret: hookSecret}.Check()
		require.Equal(t, ok, err == nil, "%q: %v", url, err)
	}
	for _, secret := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_%%%"} {
		err := Webhook{URL: "https://example.com", Secret: core.NewSecret(secret)}.Check()
		require.ErrorIs(t, err, core.InvalidInput)
		require.NotContains(t, err.Error(), "MfKQ9r8")
	}
}

// receiver answers with its statuses in turn, and then with 204.
type receiver struct {
	mu       sync.Mutex
	statuses []int
	got      []string
	wrong    error
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	if err == nil {
		err = VerifyWebhook(hookSecret, q.Header, body, time.Now())
	}
	var in webhookBody
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		r.wrong = err
	}
	r.got = append(r.got, string(in.Data.Order)+" "+in.Type.String()+" "+strconv.FormatBool(in.Data.ID == q.Header.Get(WebhookID)))
	status := http.StatusNoContent
	if len(r.statuses) > 0 {
		status, r.statuses = r.statuses[0], r.statuses[1:]
	}
	if status == http.StatusFound {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(status)
}

func (r *receiver) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.got...)
}

func TestEventsArePostedInTheirOrderUntilTheyAreTaken(t *testing.T) {
	s := newShop()
	l := listener(t, s, Options{})
	for _, id := range []core.OrderID{"1", "2"} {
		s.set(order(id, core.Paid, "16.00"))
		require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: id}))
	}
	r := &receiver{statuses: []int{302}}
	server := httptest.NewServer(r)
	defer server.Close()
	deliver := func() func() {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Deliver(ctx, Webhook{URL: server.URL, Secret: hookSecret}) }()
		return func() { cancel(); require.ErrorIs(t, <-ended, context.Canceled) }
	}
	stop := deliver()
	want := []string{"1 order.seen true", "1 order.seen true", "2 order.seen true"}
	eventually(t, func() bool { return len(r.seen()) == 3 }, "both are taken")
	eventually(t, func() bool {
		at, err := l.log.Position(t.Context(), readerOf(server.URL))
		require.NoError(t, err)
		return at == allEvents(t, l)[1].Seq
	}, "and counted")
	stop()
	require.Equal(t, want, r.seen())
	require.NoError(t, r.wrong)
	stop = deliver()
	s.set(order("3", core.Paid, "16.00"))
	require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: "3"}))
	eventually(t, func() bool { return len(r.seen()) == 4 }, "the third is taken")
	stop()
	require.Equal(t, "3 order.seen true", r.seen()[3], "what was taken is not posted again")
}

func TestAReceiverThatIsGoneEndsTheDelivery(t *testing.T) {
	s := newShop()
	l := listener(t, s, Options{})
	s.set(order("1", core.Paid, "16.00"))
	require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: "1"}))
	server := httptest.NewServer(&receiver{statuses: []int{410}})
	defer server.Close()
	require.ErrorIs(t, l.Deliver(t.Context(), Webhook{URL: server.URL, Secret: hookSecret}), core.NotFound)
}
