package listen

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/adapters/taobao"
	"github.com/sampan-go/sampan/core"
)

// realAdapter is one of ours, with the signer that it ships.
type realAdapter interface {
	core.Adapter
	core.MessageParser
	SignTestMessage(body []byte) core.MessageRequest
}

func realAdapters(t testing.TB) map[string]realAdapter { return adaptersWith(t, "secret") }

func adaptersWith(t testing.TB, secret string) map[string]realAdapter {
	t.Helper()
	pandapon := fmt.Appendf(nil, `{"base_url":"https://api.pandapon.com","access_key":"key","access_secret":%q,"user_id":"1","previous_secret":"old"}`, secret)
	tb, err := taobao.New(pandapon)
	require.NoError(t, err)
	cn, err := alibaba1688.New(pandapon)
	require.NoError(t, err)
	dj, err := dajisaas.New(fmt.Appendf(nil, `{"app_key":"key","app_secret":%q,"previous_secret":"old"}`, secret))
	require.NoError(t, err)
	return map[string]realAdapter{"tb": tb, "cn": cn, "dj": dj}
}

// ourListener listens for all three adapters, and keeps without a worker.
func ourListener(t testing.TB) (*Listener, *core.MemoryInbox) {
	t.Helper()
	box := core.NewMemoryInbox()
	o := Options{Inbox: box, Log: box, Poll: -1}
	for name, adapter := range realAdapters(t) {
		buyer, err := core.NewBuyer(context.Background(), adapter, core.BuyerOptions{Account: name})
		require.NoError(t, err)
		o.Buyers = append(o.Buyers, buyer)
	}
	l, err := New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go l.keep(ctx)
	return l, box
}

func posted(l *Listener, account string, m core.MessageRequest) int {
	r := httptest.NewRequest(http.MethodPost, "/messages/"+account, bytes.NewReader(m.Body))
	for name, value := range m.Header {
		r.Header[name] = []string{value}
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Code
}

// Whatever a stranger sends is refused, and nothing of it is kept.
func FuzzTheHandler(f *testing.F) {
	for name, adapter := range adaptersWith(f, "stranger") {
		m := adapter.SignTestMessage([]byte(`{"type":"X","messageType":"X","data":{"orderId":"17"},"messageBody":{"orderId":"17"}}`))
		f.Add(name, m.Header["Authorization"], m.Body)
	}
	f.Fuzz(func(t *testing.T, account, authorization string, body []byte) {
		l, box := ourListener(t)
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.URL.Path = "/messages/" + account
		r.Header["Authorization"] = []string{authorization}
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusUnauthorized, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusTemporaryRedirect, http.StatusMovedPermanently:
		default:
			t.Errorf("%d for what nobody signed", w.Code)
		}
		for _, name := range []string{"tb", "cn", "dj"} {
			if letters, _ := box.Unread(t.Context(), name, 0, 1); len(letters) > 0 {
				t.Errorf("kept: %+v", letters)
			}
		}
	})
}

// Whatever the gateway signs is kept and answered with 200 (trap 136), and says what it names or why it
// names nothing. Each adapter reads it.
func FuzzASignedMessage(f *testing.F) {
	adapters := realAdapters(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		l, box := ourListener(t)
		for name, adapter := range adapters {
			m := adapter.SignTestMessage(body)
			if len(m.Body) > MaxBody {
				continue
			}
			if status := posted(l, name, m); status != http.StatusOK {
				t.Errorf("%s: %d for what the gateway signed", name, status)
			}
			letters, err := box.Unread(t.Context(), name, 0, 2)
			if err != nil || len(letters) != 1 {
				t.Fatalf("%s: %v %v", name, letters, err)
			}
			got := letters[0].Message
			if named := len(got.Orders)+len(got.Refs) > 0; named == (got.Problem != "") {
				t.Errorf("%s: it names something or says why not: %+v", name, got)
			}
		}
	})
}

// The corpus holds what wire/ knows, and what it warns of.
func TestWhatTheCorpusOfSignedMessagesSays(t *testing.T) {
	adapters := realAdapters(t)
	read := func(name, body string) core.Message {
		m, err := adapters[name].ParseMessage(t.Context(), adapters[name].SignTestMessage([]byte(body)))
		require.NoError(t, err)
		return m
	}
	require.Equal(t, []core.OrderID{"17"}, read("cn", `{"messageType":"ORDER_CANCEL","messagePlatform":1,"timestamp":"1779263269913","messageBody":"{\"orderId\":\"17\"}"}`).Orders)
	require.Equal(t, []core.Ref{"88"}, read("tb", `{"messageType":null,"messagePlatform":null,"timestamp":null,"messageBody":{"salesOrderId":"88"}}`).Refs)
	require.Equal(t, []core.OrderID{"17"}, read("dj", `{"type":"ORDER_BUYER_VIEW_ORDER_SUCCESS","gmtBorn":1,"data":{"orderId":17}}`).Orders)
}

func TestAHostileBodyCostsLittle(t *testing.T) {
	l, _ := ourListener(t)
	adapters := realAdapters(t)
	fill := func(prefix, unit, suffix string) []byte {
		n := (MaxBody/2 - len(prefix) - len(suffix)) / len(unit)
		return []byte(prefix + strings.Repeat(unit, n) + suffix)
	}
	bodies := map[string][]byte{
		"arrays in arrays":   fill("", "[", ""),
		"objects in objects": fill("", `{"a":`, ""),
		"texts in texts":     fill(`{"messageType":"X","messagePlatform":1,"messageBody":"`, `\"`, `"}`),
		"many members":       fill(`{"messageBody":{"subOrders":[{}`, `,{}`, `]}}`),
		"a long number":      fill(`{"messagePlatform":`, "9", `}`),
		"many orders":        fill(`{"messagePlatform":0,"messageBody":{"subOrders":[{}`, `,{"purchase_order_outer_id":"x"}`, `]}}`),
		"no text at all":     fill("", "\xff", ""),
		"exponents":          fill(`{"messageBody":{"orderId":1e`, "9", `}}`),
	}
	for rule, body := range bodies {
		for name, adapter := range adapters {
			m := adapter.SignTestMessage(body)
			if len(m.Body) > MaxBody { // a form grows
				m = adapter.SignTestMessage(body[:len(body)/3])
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			status := posted(l, name, m)
			runtime.ReadMemStats(&after)
			require.Equal(t, http.StatusOK, status, "%s %s", name, rule)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20), "%s %s", name, rule)
			read, err := adapter.ParseMessage(t.Context(), m)
			require.NoError(t, err)
			if rule != "many orders" {
				require.NotEmpty(t, read.Problem, "%s %s", name, rule)
			}
			require.NotContains(t, fmt.Sprint(read.Problem), strings.Repeat("9", 200), "what a stranger wrote is not repeated at length")
		}
	}
}
