package listen

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// shop is an adapter with orders that a test moves, and messages that it signs.
type shop struct {
	core.Adapter
	noMessages, noOrders bool

	mu     sync.Mutex
	orders map[core.OrderID]core.Order
	reads  map[core.OrderID]int
	fail   map[core.OrderID]error
	gate   chan struct{} // if there is one, a read waits for it
	lag    func(core.OrderID) (core.Order, bool)
	down   error
}

func newShop() *shop {
	return &shop{orders: map[core.OrderID]core.Order{}, reads: map[core.OrderID]int{}, fail: map[core.OrderID]error{}}
}

func (s *shop) Describe(context.Context) (core.Description, error) {
	d := core.Description{Adapter: "shop", Version: "1", Market: "fair", Gateway: "Fair",
		Operations: map[core.Operation]core.Capability{core.OpGetOrder: {Support: core.Supported}}, Messages: &core.MessageReading{Headers: []string{"X-Sign"}, Note: "see the stall"}}
	if s.noMessages {
		d.Messages = nil
	}
	if s.noOrders {
		d.Operations = map[core.Operation]core.Capability{}
	}
	return d, nil
}

func (s *shop) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return core.Order{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads[r.Order.ID]++
	if err := s.fail[r.Order.ID]; err != nil {
		return core.Order{}, err
	}
	if s.lag != nil {
		if old, ok := s.lag(r.Order.ID); ok {
			return old, nil
		}
	}
	order, ok := s.orders[r.Order.ID]
	if !ok {
		return core.Order{}, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Message: "no such order"}
	}
	return order, nil
}

const shopSecret = "the shop's secret"

func signed(body []byte) string {
	mac := hmac.New(sha256.New, []byte(shopSecret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *shop) ParseMessage(_ context.Context, r core.MessageRequest) (core.Message, error) {
	if s.down != nil {
		return core.Message{}, s.down
	}
	if !hmac.Equal([]byte(r.Header["X-Sign"]), []byte(signed(r.Body))) {
		return core.Message{}, &core.Error{Code: core.Denied, Outcome: core.NotDone, Message: "not signed"}
	}
	var m core.Message
	if err := json.Unmarshal(r.Body, &m); err != nil {
		m = core.Message{Problem: "not in a known form"}
	}
	return m, nil
}

func (s *shop) set(o core.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[o.ID] = o
}

func (s *shop) failing(id core.OrderID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail[id] = err
}

func (s *shop) readsOf(id core.OrderID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[id]
}

func order(id core.OrderID, status core.Status, payable string) core.Order {
	return core.Order{OrderRef: core.OrderRef{ID: id}, Status: status, Totals: core.Totals{Payable: money.MustParse(payable, money.CNY)}}
}

// message is a body that names orders; n makes it another one.
func message(n int, orders ...core.OrderID) []byte {
	body, _ := json.Marshal(core.Message{Kind: core.OrderChanged, Type: fmt.Sprint("T", n), Orders: orders})
	return body
}

func listener(t testing.TB, s *shop, o Options) *Listener {
	t.Helper()
	if o.Inbox == nil {
		box := core.NewMemoryInbox()
		o.Inbox, o.Log = box, box
	}
	if o.Poll == 0 {
		o.Poll = -1
	}
	buyer, err := core.NewBuyer(t.Context(), s, core.BuyerOptions{Account: "a"})
	require.NoError(t, err)
	o.Buyers = append(o.Buyers, buyer)
	l, err := New(o)
	require.NoError(t, err)
	return l
}

// running runs a listener until the test stops it or ends.
func running(t testing.TB, l *Listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = l.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

func push(l *Listener, body []byte, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/messages/a", bytes.NewReader(body))
	r.Header.Set("X-Sign", signature)
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Code
}

// pushed sends a signed message that must be taken.
func pushed(t testing.TB, l *Listener, body []byte) {
	t.Helper()
	require.Equal(t, http.StatusOK, push(l, body, signed(body)))
}

// eventually waits for what other goroutines do.
func eventually(t testing.TB, holds func() bool, rule string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 seconds not yet: %s", rule)
		}
	}
}

// nothingWaits reports whether the inbox of the account is read.
func nothingWaits(t testing.TB, l *Listener) func() bool {
	return func() bool {
		letters, err := l.inbox.Unread(context.Background(), "a", 0, 1)
		require.NoError(t, err)
		return len(letters) == 0
	}
}

func allEvents(t testing.TB, l *Listener) []core.OrderEvent {
	t.Helper()
	events, err := l.log.Events(context.Background(), 0, 1<<20)
	require.NoError(t, err)
	return events
}

func (s *shop) readsInAll() (all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.reads {
		all += n
	}
	return all
}

// poster serves a listener and gives a function that posts to it.
func poster(t testing.TB, l *Listener) func(body []byte) int {
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	t.Cleanup(client.CloseIdleConnections)
	return func(body []byte) int {
		r, err := http.NewRequest(http.MethodPost, server.URL+"/messages/a", bytes.NewReader(body))
		if err != nil {
			return 0
		}
		r.Header.Set("X-Sign", signed(body))
		answer, err := client.Do(r)
		if err != nil {
			return 0
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
}
