package effect

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// rawServer counts requests at the socket: it reads whole requests and leaves the answer to act.
type rawServer struct {
	net.Listener
	requests, connections atomic.Int64
	mu                    sync.Mutex
	last                  *http.Request
	lastBody              []byte
}

// act answers the n-th request of the server on conn; false closes the connection.
type act func(conn net.Conn, n int64) (keep bool)

func serveRaw(t *testing.T, answer act) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			go s.serve(conn, answer)
		}
	}()
	return s
}

func (s *rawServer) serve(conn net.Conn, answer act) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		n := s.requests.Add(1)
		s.mu.Lock()
		s.last, s.lastBody = request, body
		s.mu.Unlock()
		if !answer(conn, n) {
			return
		}
	}
}

func (s *rawServer) url() string { return "http://" + s.Addr().String() }

func (s *rawServer) lastRequest() (*http.Request, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, s.lastBody
}

// say answers with the text as it stands.
func say(text string) act {
	return func(conn net.Conn, _ int64) bool {
		_, err := io.WriteString(conn, text)
		return err == nil
	}
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

func newClient(t *testing.T, base string) *Client {
	t.Helper()
	c, err := New(Options{BaseURL: base, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	c.pause = func(int) time.Duration { return time.Millisecond }
	t.Cleanup(c.Close)
	return c
}

func attempt(valid time.Duration) *core.Attempt {
	now := time.Now()
	return &core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(valid)}
}

func pay(a *core.Attempt) Request {
	return Request{Op: core.OpPay, Method: "POST", Path: "/pay", Body: []byte(`{"orderId":"1"}`), Attempt: a}
}

// wantError fails unless err has this code and outcome.
func wantError(t *testing.T, rule string, err error, code core.Code, outcome core.Outcome) {
	t.Helper()
	e, ok := err.(*core.Error)
	if !ok {
		t.Fatalf("%s: got %v (%T), want a *core.Error", rule, err, err)
	}
	if e.Code != code || e.Outcome != outcome {
		t.Errorf("%s: got %v and %v (%v), want %v and %v", rule, e.Code, e.Outcome, e, code, outcome)
	}
}
