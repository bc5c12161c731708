package effect

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// The default client makes two effects of one call here; see reliability F13.
func TestWriteIsOneRequestOverDyingConnections(t *testing.T) {
	const writes = 1000
	for _, method := range []string{"GET", "POST"} {
		t.Run(method, func(t *testing.T) {
			// Every second request dies without an answer; the others promise to keep the connection.
			s := serveRaw(t, func(conn net.Conn, n int64) bool {
				if n%2 == 0 {
					return false
				}
				_, _ = io.WriteString(conn, okAnswer)
				return true
			})
			c := newClient(t, s.url())
			var group sync.WaitGroup
			for range 10 {
				group.Go(func() {
					for range writes / 10 {
						r := Request{Op: core.OpPay, Method: method, Path: "/pay", Attempt: attempt(time.Minute),
							Header: http.Header{"Idempotency-Key": {"1"}}}
						if method == "POST" {
							r.Body = []byte(`{"orderId":"1"}`)
						}
						if _, err := c.Do(context.Background(), r); err != nil && core.OutcomeOf(err) != core.InDoubt {
							t.Errorf("a request that was read is in doubt: got %v", err)
						}
					}
				})
			}
			group.Wait()
			if got := s.requests.Load(); got != writes {
				t.Errorf("exactly one request per write: got %d requests, want %d", got, writes)
			}
			if got := s.connections.Load(); got != writes {
				t.Errorf("one connection per write: got %d, want %d", got, writes)
			}
		})
	}
}

func TestWriteOutcomes(t *testing.T) {
	late := func(net.Conn, int64) bool { time.Sleep(4 * time.Second); return false }
	cut := func(text string) act {
		return func(conn net.Conn, _ int64) bool { _, _ = io.WriteString(conn, text); return false }
	}
	big := strings.Repeat("x", 8<<20)
	for _, row := range []struct {
		rule   string
		answer act
		code   core.Code
	}{
		{"closed after the request was read", cut(""), core.Unavailable},
		{"closed inside the header", cut("HTTP/1.1 200 OK\r\n"), core.Unavailable},
		{"body broke off", cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), core.Unavailable},
		{"chunked body broke off", cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\""), core.Unavailable},
		{"answer after NotAfter", late, core.Unavailable},
		{"body after NotAfter", func(conn net.Conn, n int64) bool {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
			return late(conn, n)
		}, core.Unavailable},
		{"redirect 307", cut("HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"), core.BadAnswer},
		{"redirect 302 with a broken target", cut("HTTP/1.1 302 Found\r\nLocation: ::%zz\r\nContent-Length: 0\r\n\r\n"), core.BadAnswer},
		{"not modified", cut("HTTP/1.1 304 Not Modified\r\n\r\n"), core.BadAnswer},
		{"body of 8 MiB", cut("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n" + big), core.BadAnswer},
		{"body of 8 MiB without a length", cut("HTTP/1.1 200 OK\r\n\r\n" + big), core.BadAnswer},
		{"header over 64 KiB", cut("HTTP/1.1 200 OK\r\nX: " + big[:100<<10] + "\r\n\r\n"), core.BadAnswer},
		{"packed though not asked", cut("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"), core.BadAnswer},
		{"not HTTP", cut("\x00\x01\x02 garbage\r\n\r\n"), core.BadAnswer},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := serveRaw(t, row.answer)
			start := time.Now()
			_, err := newClient(t, s.url()).Do(context.Background(), pay(attempt(400*time.Millisecond)))
			wantError(t, row.rule, err, row.code, core.InDoubt)
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("a write ends with its attempt, not with the server: took %v", took)
			}
			time.Sleep(20 * time.Millisecond)
			if got := s.requests.Load(); got != 1 {
				t.Errorf("one request: got %d", got)
			}
		})
	}
}

func TestWriteNotSentIsNotDone(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	c := newClient(t, s.url())
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	expired, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()

	_, err := c.Do(context.Background(), pay(attempt(-time.Second)))
	wantError(t, "expired attempt", err, core.Canceled, core.NotDone)
	_, err = c.Do(context.Background(), pay(&core.Attempt{}))
	wantError(t, "empty attempt", err, core.InvalidInput, core.NotDone)
	_, err = c.Do(canceled, pay(attempt(time.Minute)))
	wantError(t, "cancelled before sending", err, core.Canceled, core.NotDone)
	_, err = c.Do(expired, pay(attempt(time.Minute)))
	wantError(t, "deadline before sending", err, core.Unavailable, core.NotDone)

	if got := s.requests.Load(); got != 0 {
		t.Errorf("nothing was sent: got %d requests", got)
	}

	l, _ := net.Listen("tcp", "127.0.0.1:0")
	closed := l.Addr().String()
	_ = l.Close()
	_, err = newClient(t, "http://"+closed).Do(context.Background(), pay(attempt(time.Minute)))
	wantError(t, "connection refused", err, core.Unavailable, core.NotDone)

	_, err = newClient(t, "https://name.invalid").Do(context.Background(), pay(attempt(time.Second)))
	wantError(t, "unknown host", err, core.Unavailable, core.NotDone)

	// A plain server where TLS is expected: bytes went out, but none of the request.
	_, err = newClient(t, "https://"+s.Addr().String()).Do(context.Background(), pay(attempt(500*time.Millisecond)))
	wantError(t, "TLS failed", err, core.Unavailable, core.NotDone)
}

func TestWriteOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s %s", r.Proto, r.Header.Get("Accept-Encoding"))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()

	c := newClient(t, server.URL)
	_, err := c.Do(context.Background(), pay(attempt(time.Minute)))
	wantError(t, "a certificate that is not trusted", err, core.Unavailable, core.NotDone)

	c.roots = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c.reads = c.readTransport()
	response, err := c.Do(context.Background(), pay(attempt(time.Minute)))
	if err != nil || string(response.Body) != "HTTP/1.1 identity" {
		t.Errorf("a write speaks HTTP/1.1 without compression: got %q, %v", response.Body, err)
	}
	response, err = c.Do(context.Background(), Request{Method: "GET", Path: "/list"})
	if err != nil || !strings.HasPrefix(string(response.Body), "HTTP/2.0") {
		t.Errorf("a read may use HTTP/2: got %q, %v", response.Body, err)
	}
}

func TestCancelDuringWriteIsInDoubt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serveRaw(t, func(net.Conn, int64) bool { cancel(); time.Sleep(time.Second); return false })
	_, err := newClient(t, s.url()).Do(ctx, pay(attempt(time.Minute)))
	wantError(t, "cancelled after sending", err, core.Canceled, core.InDoubt)
}

// A clock that passes NotAfter while the connection is made stops the first byte.
func TestAttemptIsCheckedAgainAtTheFirstByte(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	c := newClient(t, s.url())
	start, asked := time.Now(), 0
	c.now = func() time.Time { asked++; return start.Add(time.Duration(asked-1) * time.Hour) }
	_, err := c.Do(context.Background(), pay(attempt(time.Minute)))
	wantError(t, "late at the first byte", err, core.Canceled, core.NotDone)
	if got := s.requests.Load(); got != 0 {
		t.Errorf("nothing was sent: got %d requests", got)
	}
}

// What was reported as not sent must stay so, whoever wakes up late.
func TestSealedWireLetsNothingThrough(t *testing.T) {
	for range 2000 {
		w := &wire{admit: func() error { return nil }}
		near, far := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, far) }()
		wrote := make(chan int, 1)
		go func() { n, _ := (&countedConn{near, w}).Write([]byte("x")); wrote <- n }()
		sent, _ := w.seal()
		if n := <-wrote; n > 0 && !sent {
			t.Fatal("a byte went out after it was reported that none had")
		}
		_, _ = near.Close(), far.Close()
	}
}

func TestCancelRaceNeverCallsASentRequestNotDone(t *testing.T) {
	for i := range 300 {
		s := serveRaw(t, func(net.Conn, int64) bool { return false })
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*3*time.Microsecond)
		_, err := newClient(t, s.url()).Do(ctx, pay(attempt(time.Minute)))
		cancel()
		time.Sleep(time.Millisecond)
		if got := s.requests.Load(); got > 0 && core.OutcomeOf(err) == core.NotDone {
			t.Fatalf("the request arrived, so its outcome is not NotDone: got %v", err)
		}
		_ = s.Close()
	}
}

func TestWireDialsOnce(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	w := &wire{}
	conn, err := w.dial(context.Background(), &net.Dialer{}, s.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := w.dial(context.Background(), &net.Dialer{}, s.Addr().String(), nil); err != errSecondDial {
		t.Errorf("the second dial of a write fails: got %v", err)
	}
}

func TestRequestAsSent(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	c := newClient(t, s.url()+"/pandapon/")
	r := pay(attempt(time.Minute))
	r.Path, r.Query = "/refund/cancel/TQ%2F1", url.Values{"a": {"x y&"}}
	r.Header = http.Header{"access-key": {"k"}, "Connection": {"keep-alive"}, "Host": {"evil"}, "Accept-Encoding": {"gzip"}}
	if _, err := c.Do(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	got, body := s.lastRequest()
	if want := "/pandapon/refund/cancel/TQ%2F1?a=x+y%26"; got.RequestURI != want {
		t.Errorf("prefix, escaped path and query: got %s, want %s", got.RequestURI, want)
	}
	if string(body) != string(r.Body) || got.Header.Get("Access-Key") != "k" || got.Host != s.Addr().String() ||
		got.Header.Get("Accept-Encoding") != "identity" || !got.Close {
		t.Errorf("body and headers as asked, the connection's own by the client: got %v %q", got.Header, body)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	s := serveRaw(t, say(okAnswer))
	c := newClient(t, s.url())
	for rule, change := range map[string]func(*Request){
		"relative path":        func(r *Request) { r.Path = "pay" },
		"query in path":        func(r *Request) { r.Path = "/pay?key=canary" },
		"dots":                 func(r *Request) { r.Path = "/a/../pay" },
		"escaped dots":         func(r *Request) { r.Path = "/a/%2e%2e/pay" },
		"blank":                func(r *Request) { r.Path = "/a b" },
		"bad escape":           func(r *Request) { r.Path = "/a%zz" },
		"empty part":           func(r *Request) { r.Path = "//evil/pay" },
		"method":               func(r *Request) { r.Method = "P OST" },
		"no method":            func(r *Request) { r.Method = "" },
		"line break in header": func(r *Request) { r.Header = http.Header{"Access-Key": {"canary\r\nX: y"}} },
	} {
		r := pay(attempt(time.Minute))
		change(&r)
		_, err := c.Do(context.Background(), r)
		wantError(t, rule, err, core.InvalidInput, core.NotDone)
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error repeats what may be secret: %v", rule, err)
		}
	}
	if got := s.requests.Load(); got != 0 {
		t.Errorf("nothing was sent: got %d requests", got)
	}
}

func TestErrorsNeverHoldQueryHeaderOrBody(t *testing.T) {
	const canary = "canary-0123456789"
	answers := map[string]act{
		"closed":    func(net.Conn, int64) bool { return false },
		"malformed": func(conn net.Conn, _ int64) bool { _, _ = io.WriteString(conn, canary+"\r\n\r\n"); return false },
		"status": func(conn net.Conn, _ int64) bool {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+canary+"\r\n\r\n")
			return false
		},
		"redirect": func(conn net.Conn, _ int64) bool {
			_, _ = io.WriteString(conn, "HTTP/1.1 302 "+canary+"\r\nLocation: http://"+canary+"/\r\n\r\n")
			return false
		},
	}
	for rule, answer := range answers {
		s := serveRaw(t, answer)
		for _, a := range []*core.Attempt{nil, attempt(time.Minute)} {
			r := pay(a)
			r.Query, r.Header, r.Body = url.Values{"appSecret": {canary}}, http.Header{"Signature": {canary}}, []byte(canary)
			_, err := newClient(t, s.url()).Do(context.Background(), r)
			if err == nil {
				t.Fatalf("%s: want an error", rule)
			}
			for cause := err; cause != nil; {
				if strings.Contains(fmt.Sprintf("%v %+v", cause, cause), canary) {
					t.Errorf("%s: the error holds a secret: %v", rule, cause)
				}
				u, ok := cause.(interface{ Unwrap() error })
				if !ok {
					break
				}
				cause = u.Unwrap()
			}
			for _, want := range []string{"POST", "/pay", s.Addr().String()} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: the error names method, path and host: got %v, want %s in it", rule, err, want)
				}
			}
		}
	}
}

func TestWritesLeaveNothingRunning(t *testing.T) {
	s := serveRaw(t, func(net.Conn, int64) bool { return false })
	c := newClient(t, s.url())
	before := runtime.NumGoroutine()
	for range 200 {
		_, _ = c.Do(context.Background(), pay(attempt(time.Minute)))
	}
	for range 100 {
		if runtime.NumGoroutine() <= before+5 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("a write leaves no goroutine behind: got %d, want about %d", runtime.NumGoroutine(), before)
}
