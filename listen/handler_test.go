package listen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestTheAnswerToAMessage(t *testing.T) {
	good := message(1, "17")
	long := append(bytes.Repeat([]byte(" "), MaxBody), good...)
	for rule, c := range map[string]struct {
		method, path string
		body         []byte
		sign         []string
		want         int
		kept         bool
	}{
		"a signed one is kept":                 {"POST", "/messages/a", good, []string{signed(good)}, 200, true},
		"one that is not understood, too":      {"POST", "/messages/a", []byte("{"), []string{signed([]byte("{"))}, 200, true},
		"as long as may be":                    {"POST", "/messages/a", long[len(good):], []string{signed(long[len(good):])}, 200, true},
		"one byte longer":                      {"POST", "/messages/a", long[len(good)-1:], []string{signed(long[len(good)-1:])}, 413, false},
		"without a signature":                  {"POST", "/messages/a", good, nil, 401, false},
		"with another message's":               {"POST", "/messages/a", good, []string{signed(long)}, 401, false},
		"with two signatures":                  {"POST", "/messages/a", good, []string{signed(good), signed(good)}, 401, false},
		"to an account that is not there":      {"POST", "/messages/b", good, []string{signed(good)}, 404, false},
		"to another path":                      {"POST", "/", good, []string{signed(good)}, 404, false},
		"by another method, whatever it signs": {"PUT", "/messages/a", good, []string{signed(good)}, 405, false},
		"an empty one":                         {"POST", "/messages/a", nil, nil, 401, false},
	} {
		t.Run(rule, func(t *testing.T) {
			l := listener(t, newShop(), Options{Ack: "success"})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go l.keep(ctx)
			r := httptest.NewRequest(c.method, c.path, bytes.NewReader(c.body))
			r.Header["X-Sign"] = c.sign
			w := httptest.NewRecorder()
			l.ServeHTTP(w, r)
			require.Equal(t, c.want, w.Code)
			if c.want == 200 {
				require.Equal(t, "success", w.Body.String())
			}
			letters, err := l.inbox.Unread(t.Context(), "a", 0, 9)
			require.NoError(t, err)
			require.Equal(t, c.kept, len(letters) == 1)
		})
	}
}

func TestABodyOfUnknownLengthIsCutAtTheCap(t *testing.T) {
	l := listener(t, newShop(), Options{})
	r := httptest.NewRequest(http.MethodPost, "/messages/a", io.LimitReader(endless{}, 1<<40))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	require.Equal(t, 413, w.Code)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestAMessageThatComesAgainIsNoNewOne(t *testing.T) {
	s := newShop()
	s.set(order("17", core.Paid, "16.00"))
	l := listener(t, s, Options{})
	running(t, l)
	body := message(1, "17")
	pushed(t, l, body)
	eventually(t, nothingWaits(t, l), "it is read")
	pushed(t, l, body)
	require.True(t, nothingWaits(t, l)(), "the second coming waits for nobody")
}

func TestWhatCannotBeKeptIsSentAgain(t *testing.T) {
	good := message(1, "17")
	t.Run("the listener does not run", func(t *testing.T) {
		began := time.Now()
		require.Equal(t, 503, push(listener(t, newShop(), Options{}), good, signed(good)))
		require.Less(t, time.Since(began), time.Second, "the gateway waits no longer")
	})
	t.Run("the inbox fails", func(t *testing.T) {
		box := failingInbox{core.NewMemoryInbox()}
		l := listener(t, newShop(), Options{Inbox: box, Log: box})
		running(t, l)
		require.Equal(t, 503, push(l, good, signed(good)))
	})
	t.Run("the adapter is not there", func(t *testing.T) {
		s := newShop()
		s.down = &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "it starts again"}
		l := listener(t, s, Options{})
		running(t, l)
		require.Equal(t, 503, push(l, good, signed(good)))
	})
	t.Run("the adapter reads no messages", func(t *testing.T) {
		s := newShop()
		s.noMessages = true
		require.Equal(t, 404, push(listener(t, s, Options{}), good, signed(good)))
	})
}

type failingInbox struct{ *core.MemoryInbox }

func (failingInbox) Keep(context.Context, []core.Letter) ([]bool, error) {
	return nil, errors.New("disk full at 上海市 2 号")
}

// blockingInbox keeps nothing until it is let.
type blockingInbox struct {
	*core.MemoryInbox
	let chan struct{}
}

func (b blockingInbox) Keep(ctx context.Context, letters []core.Letter) ([]bool, error) {
	<-b.let
	return b.MemoryInbox.Keep(ctx, letters)
}

func TestMoreAtATimeThanIsTakenIsShed(t *testing.T) {
	box := blockingInbox{core.NewMemoryInbox(), make(chan struct{})}
	l := listener(t, newShop(), Options{Inbox: box, Log: box, MaxInFlight: 4})
	running(t, l)
	answers := make(chan int, 5)
	for i := range 4 {
		go func() { answers <- push(l, message(i, "17"), signed(message(i, "17"))) }()
	}
	eventually(t, func() bool { return len(l.slots) == 4 }, "all places are taken")
	require.Equal(t, 503, push(l, message(9), signed(message(9))))
	close(box.let)
	for range 4 {
		require.Equal(t, 200, <-answers)
	}
}

func TestABodyThatComesTooSlowlyIsGivenUp(t *testing.T) {
	server := httptest.NewServer(listener(t, newShop(), Options{}))
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = fmt.Fprintf(connection, "POST /messages/a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, connection.SetReadDeadline(began.Add(5*time.Second)))
	answer, err := io.ReadAll(connection)
	require.NoError(t, err, "the connection is closed")
	require.Contains(t, string(answer), "408 Request Timeout")
	require.Less(t, time.Since(began), time.Second)
}

func TestTheConsolesCheckIsAdmittedOnlyWhileTheOperatorSaysSo(t *testing.T) {
	l := listener(t, newShop(), Options{})
	running(t, l)
	check := func(method string) int {
		w := httptest.NewRecorder()
		l.ServeHTTP(w, httptest.NewRequest(method, "/messages/a", strings.NewReader("ping")))
		return w.Code
	}
	require.Equal(t, 401, check("POST"))
	require.NoError(t, l.AdmitVerification("a", time.Minute))
	require.Equal(t, 200, check("POST"))
	require.Equal(t, 200, check("GET"))
	require.True(t, nothingWaits(t, l)(), "nothing of it is kept")
	require.NoError(t, l.AdmitVerification("a", 0))
	require.Equal(t, 401, check("POST"))
	require.Equal(t, 405, check("GET"))
	require.ErrorIs(t, l.AdmitVerification("b", time.Minute), core.InvalidInput)
}

func TestNoLineOfTheLogHoldsAnyOfAMessage(t *testing.T) {
	var log bytes.Buffer
	box := failingInbox{core.NewMemoryInbox()}
	l := listener(t, newShop(), Options{Inbox: box, Log: box, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go l.keep(ctx)
	body := []byte(`{"address":"上海市 2 号","mobile":"13800000000"}`)
	for range 3 {
		require.Equal(t, 401, push(l, body, "x"))
		require.Equal(t, 503, push(l, body, signed(body)))
	}
	assert.NotContains(t, log.String(), "上海市")
	assert.NotContains(t, log.String(), "13800000000")
	assert.Equal(t, 1, strings.Count(log.String(), "was refused"), "a stranger does not fill the log")
	assert.Contains(t, log.String(), "see the stall", "the first refusal says what may be set")
}
