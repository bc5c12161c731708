package effect

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// accessLog is what the gateway saw: every request that it read, by the id of its attempt.
type accessLog struct {
	mu       sync.Mutex
	requests map[string]int
	deaths   map[string]int
}

func (l *accessLog) seen(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests[id]++
}

func (l *accessLog) died(how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaths[how]++
}

// death is one way in which a keep-alive connection ends. It reports whether it goes on.
type death struct {
	name string
	play func(conn net.Conn) (keep bool)
}

func cut(text string) func(net.Conn) bool {
	return func(conn net.Conn) bool { _, _ = io.WriteString(conn, text); return false }
}

const keptAnswer = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"

// deaths are drawn evenly. A client that keeps connections meets the stale one: it is told that the
// connection stays, and finds it closed when it writes.
var deaths = []death{
	{"answered, and kept", func(conn net.Conn) bool { _, _ = io.WriteString(conn, keptAnswer); return true }},
	{"answered, then stale", func(conn net.Conn) bool {
		_, _ = io.WriteString(conn, keptAnswer)
		_, _ = conn.Read(make([]byte, 1)) // the next request's first byte is read by nobody
		return false
	}},
	{"answered, then closed", cut(keptAnswer)},
	{"closed without an answer", cut("")},
	{"reset without an answer", func(conn net.Conn) bool { _ = conn.(*net.TCPConn).SetLinger(0); return false }},
	{"closed inside the status line", cut("HTTP/1.1 20")},
	{"closed inside the body", cut("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{")},
	{"100 Continue, then closed", cut("HTTP/1.1 100 Continue\r\n\r\n")},
}

// serveDying reads whole requests from kept connections and lets the connections die in every way.
func serveDying(t *testing.T) (base string, log *accessLog) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	log = &accessLog{requests: map[string]int{}, deaths: map[string]int{}}
	go func() {
		for seed := uint64(0); ; seed++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go log.serve(conn, rand.New(rand.NewPCG(seed, 7)))
		}
	}()
	return "http://" + l.Addr().String(), log
}

func (l *accessLog) serve(conn net.Conn, chance *rand.Rand) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body) // a body that breaks off is a request all the same
		l.seen(request.Header.Get("X-Attempt"))
		how := deaths[chance.IntN(len(deaths))]
		l.died(how.name)
		if !how.play(conn) {
			return
		}
	}
}

// dyingWrites is 10,000, and ten times as many in the long form.
func dyingWrites() int {
	if os.Getenv("SAMPAN_SOAK") != "" {
		return 100_000
	}
	return 10_000
}

func TestTheAccessLogShowsOneRequestPerAttempt(t *testing.T) {
	base, log := serveDying(t)
	c := newClient(t, base)
	n := dyingWrites()
	outcomes := make([]core.Outcome, n)
	var next sync.Mutex
	taken := 0
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for {
				next.Lock()
				mine := taken
				taken++
				next.Unlock()
				if mine >= n {
					return
				}
				if mine%10 == 0 { // reads keep connections, which die too
					_, _ = c.Do(context.Background(), Request{Op: core.OpGetOrder, Method: "GET", Path: "/order", Header: http.Header{"X-Attempt": {"read"}}})
				}
				_, err := c.Do(context.Background(), dyingWrite(mine))
				outcomes[mine] = core.OutcomeOf(err)
			}
		})
	}
	group.Wait()
	log.mu.Lock()
	defer log.mu.Unlock()
	total, doubles := 0, 0
	for id, outcome := range outcomes {
		got := log.requests[fmt.Sprint("w", id)]
		total += got
		if got > 1 {
			doubles++
		}
		want := 1
		if outcome == core.NotDone {
			want = 0
		}
		if got != want {
			t.Errorf("attempt %d, %s: the access log has %d requests, want %d", id, outcome, got, want)
		}
	}
	for _, how := range deaths {
		if log.deaths[how.name] < 100 {
			t.Errorf("%q was met %d times only, so nothing is shown of it", how.name, log.deaths[how.name])
		}
	}
	t.Logf("%d writes, %d requests in the access log, %d attempts with more than one", n, total, doubles)
	for _, how := range deaths {
		t.Logf("%7d  %s", log.deaths[how.name], how.name)
	}
}

func dyingWrite(id int) Request {
	r := Request{Op: core.OpPay, Method: "GET", Path: "/pay", Attempt: attempt(time.Minute),
		Header: http.Header{"X-Attempt": {fmt.Sprint("w", id)}, "Idempotency-Key": {fmt.Sprint(id)}}}
	if id%2 == 0 {
		r.Method, r.Body = "POST", []byte(`{"orderId":"1"}`)
	}
	return r
}

// The control: a client as most programs have it makes two requests of one call on this gateway, or
// the test above would show nothing.
func TestAnOrdinaryClientRepeatsWritesOnThisGateway(t *testing.T) {
	base, log := serveDying(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for id := range 1000 {
		request, err := http.NewRequestWithContext(t.Context(), "POST", base+"/pay", strings.NewReader(`{"orderId":"1"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Attempt", fmt.Sprint("w", id))
		request.Header.Set("Idempotency-Key", fmt.Sprint(id))
		if answer, err := client.Do(request); err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	doubles := 0
	for id, n := range log.requests {
		if id != "" && n > 1 {
			doubles++
		}
	}
	if doubles == 0 {
		t.Error("no write was repeated, so this gateway provokes nothing")
	}
	t.Logf("an ordinary client: 1,000 writes, %d of them sent more than once", doubles)
}
