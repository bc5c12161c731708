package effect

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

const busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"

func list() Request { return Request{Op: core.OpListOrders, Method: "GET", Path: "/list"} }

func TestReadIsTriedAgain(t *testing.T) {
	for _, row := range []struct {
		rule     string
		answer   act
		requests int64
		status   int
	}{
		{"503 then 200", func(conn net.Conn, n int64) bool {
			if n == 1 {
				return say(busy)(conn, n)
			}
			return say(okAnswer)(conn, n)
		}, 2, 200},
		{"closed, 503, then 200", func(conn net.Conn, n int64) bool {
			switch n {
			case 1:
				return false
			case 2:
				return say(busy)(conn, n)
			}
			return say(okAnswer)(conn, n)
		}, 3, 200},
		{"503 three times is the caller's", say(busy), 3, 503},
		{"429 is the caller's", say("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n"), 1, 429},
		{"501 is the caller's", say("HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n"), 1, 501},
		{"404 is the caller's", say("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), 1, 404},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := serveRaw(t, row.answer)
			response, err := newClient(t, s.url()).Do(context.Background(), list())
			if err != nil || response.Status != row.status || s.requests.Load() != row.requests {
				t.Errorf("got HTTP %d after %d requests, %v; want %d after %d", response.Status, s.requests.Load(), err, row.status, row.requests)
			}
		})
	}
}

func TestReadErrorsAreNotDone(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	for _, row := range []struct {
		rule     string
		answer   act
		code     core.Code
		requests int64
	}{
		{"gzip bomb", say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", bomb.Len(), bomb.String())), core.BadAnswer, 1},
		{"broken gzip", say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at!"), core.BadAnswer, 1},
		{"redirect", say("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"), core.BadAnswer, 1},
		{"closed every time", func(net.Conn, int64) bool { return false }, core.Unavailable, 3},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := serveRaw(t, row.answer)
			_, err := newClient(t, s.url()).Do(context.Background(), list())
			wantError(t, row.rule, err, row.code, core.NotDone)
			if got := s.requests.Load(); got != row.requests {
				t.Errorf("%s: got %d requests, want %d", row.rule, got, row.requests)
			}
		})
	}
}

func TestLostAnswerLeavesTimeForAnotherTry(t *testing.T) {
	s := serveRaw(t, func(conn net.Conn, n int64) bool {
		if n == 1 {
			time.Sleep(time.Second)
			return false
		}
		return say(okAnswer)(conn, n)
	})
	c := newClient(t, s.url())
	c.tryTimeout = 50 * time.Millisecond
	if _, err := c.Do(context.Background(), list()); err != nil {
		t.Errorf("a read that got no answer is tried again: got %v", err)
	}
}

func TestCancelledReadEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serveRaw(t, func(conn net.Conn, n int64) bool {
		time.AfterFunc(20*time.Millisecond, cancel)
		return say(busy)(conn, n)
	})
	c := newClient(t, s.url())
	c.pause = func(int) time.Duration { return time.Minute }
	start := time.Now()
	_, err := c.Do(ctx, list())
	wantError(t, "cancelled while waiting", err, core.Canceled, core.NotDone)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a cancelled read ends at once: took %v", took)
	}
}

func TestReadDoesNotWaitPastTheDeadline(t *testing.T) {
	s := serveRaw(t, say(busy))
	c := newClient(t, s.url())
	c.pause = func(int) time.Duration { return time.Minute }
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	start := time.Now()
	response, err := c.Do(ctx, list())
	if err != nil || response.Status != 503 || time.Since(start) > 5*time.Second {
		t.Errorf("no time for another try: the last answer is given at once; got HTTP %d, %v after %v", response.Status, err, time.Since(start))
	}
}

func TestRenewGivesEachTryItsOwnHeader(t *testing.T) {
	nonces := make(chan string, 3)
	var s *rawServer
	s = serveRaw(t, func(conn net.Conn, n int64) bool {
		request, _ := s.lastRequest()
		nonces <- request.Header.Get("Nonce-Str")
		return say(busy)(conn, n)
	})
	r, renewed := list(), 0
	r.Header = http.Header{"nonce-str": {"0"}}
	r.Renew = func(h http.Header) { renewed++; h["nonce-str"] = []string{fmt.Sprint(renewed)} }
	if _, err := newClient(t, s.url()).Do(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	for want := range 3 {
		if got := <-nonces; got != fmt.Sprint(want) {
			t.Errorf("try %d: got nonce %s, want %d", want+1, got, want)
		}
	}
	if r.Header["nonce-str"][0] != "0" {
		t.Error("the caller's header is not changed")
	}
}

func TestRetriesStopWhenTheBucketIsEmpty(t *testing.T) {
	s := serveRaw(t, say(busy))
	c := newClient(t, s.url())
	for range 100 {
		_, _ = c.Do(context.Background(), list())
	}
	before := s.requests.Load()
	_, _ = c.Do(context.Background(), list())
	if got := s.requests.Load() - before; got != 1 {
		t.Errorf("a gateway that is down gets no more retries: got %d requests, want 1", got)
	}
}

func TestReadReusesItsConnection(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	c := newClient(t, s.url())
	for range 5 {
		if _, err := c.Do(context.Background(), list()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.connections.Load(); got != 1 {
		t.Errorf("reads share connections: got %d for 5 reads", got)
	}
}

func TestJitterStaysInItsBounds(t *testing.T) {
	for range 1000 {
		if d := jitter(2); d < 200*time.Millisecond || d > 600*time.Millisecond {
			t.Fatalf("before the second try: got %v", d)
		}
		if d := jitter(3); d < 200*time.Millisecond || d > 2*time.Second {
			t.Fatalf("before the third try: got %v", d)
		}
	}
}

func TestEnvironmentProxyIsIgnored(t *testing.T) {
	proxy := serveRaw(t, say(okAnswer))
	t.Setenv("HTTP_PROXY", proxy.url())
	t.Setenv("HTTPS_PROXY", proxy.url())
	c := newClient(t, "https://192.0.2.1")
	c.dialer.Timeout = 50 * time.Millisecond
	_, _ = c.Do(context.Background(), pay(attempt(100*time.Millisecond)))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, _ = c.Do(ctx, list())
	if got := proxy.connections.Load(); got != 0 {
		t.Errorf("the environment's proxy is not used: got %d connections", got)
	}
}
