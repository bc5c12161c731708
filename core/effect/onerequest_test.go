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
	"sync/atomic"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// accessLog is what the gateway saw: every request that it read, by method and id of the attempt.
type accessLog struct {
	mu       sync.Mutex
	requests map[string]int
	deaths   map[string]int
	// stop returns when everything that was received is in the log.
	stop func()
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

// death is one way in which a keep-alive connection ends.
type death struct {
	name string
	play func(conn net.Conn) end
}

type end int

const (
	kept   end = iota // the connection goes on
	died              // it is closed now
	unseen            // the client closed it first, so it saw nothing of this death
)

func cut(text string) func(net.Conn) end {
	return func(conn net.Conn) end { _, _ = io.WriteString(conn, text); return died }
}

const keptAnswer = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"

// deaths are drawn evenly. A client that keeps connections meets the stale one: it is told that the
// connection stays, and finds it closed when it writes.
var deaths = []death{
	{"answered, and kept", func(conn net.Conn) end { _, _ = io.WriteString(conn, keptAnswer); return kept }},
	{"answered, then stale", func(conn net.Conn) end {
		_, _ = io.WriteString(conn, keptAnswer)
		// The next request is cut at its first byte: no server would log it.
		if n, _ := conn.Read(make([]byte, 1)); n == 0 {
			return unseen
		}
		return died
	}},
	{"answered, then closed", cut(keptAnswer)},
	{"closed without an answer", cut("")},
	{"reset without an answer", func(conn net.Conn) end { _ = conn.(*net.TCPConn).SetLinger(0); return died }},
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
	var accepting, serving sync.WaitGroup
	log = &accessLog{requests: map[string]int{}, deaths: map[string]int{}}
	log.stop = func() { _ = l.Close(); accepting.Wait(); serving.Wait() }
	t.Cleanup(func() { _ = l.Close() })
	accepting.Go(func() {
		for seed := uint64(0); ; seed++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { log.serve(conn, rand.New(rand.NewPCG(seed, 7))) })
		}
	})
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
		l.seen(request.Method + " " + request.Header.Get("X-Attempt"))
		how := deaths[chance.IntN(len(deaths))]
		end := how.play(conn)
		if end != unseen {
			l.died(how.name)
		}
		if end != kept {
			return
		}
	}
}

// dyingWrites is how many writes are sent: 10,000, and ten times as many in the long form.
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
	outcomes := writeDying(c, n+n/50) // one in 51 is not sent
	c.Close()
	log.stop()
	log.wantOnePerAttempt(t, outcomes)
	log.wantEveryDeath(t)
	t.Logf("our client: %d writes, %s", len(outcomes), log)
	for _, how := range deaths {
		t.Logf("%7d  %s", log.deaths[how.name], how.name)
	}
}

// writeDying makes the writes from several goroutines, with reads between them.
func writeDying(c *Client, n int) []core.Outcome {
	outcomes := make([]core.Outcome, n)
	var taken atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := int(taken.Add(1)) - 1; i < n; i = int(taken.Add(1)) - 1 {
				if i%5 == 0 { // reads keep connections, which die too
					_, _ = c.Do(context.Background(), dyingRead())
				}
				_, err := c.Do(context.Background(), dyingWrite(i))
				outcomes[i] = core.OutcomeOf(err)
			}
		})
	}
	group.Wait()
	return outcomes
}

func dyingRead() Request {
	return Request{Op: core.OpGetOrder, Method: "GET", Path: "/order", Header: http.Header{"X-Attempt": {"read"}}}
}

// dyingWrite is a POST or a GET; one in 51 is too late to be sent, so that NotDone is met as well.
func dyingWrite(i int) Request {
	r := Request{Op: core.OpPay, Method: "GET", Path: "/pay", Attempt: attempt(time.Minute),
		Header: http.Header{"X-Attempt": {attemptID(i)}, "Idempotency-Key": {attemptID(i)}}}
	if i%2 == 0 {
		r.Method, r.Body = "POST", []byte(`{"orderId":"1"}`)
	}
	if i%51 == 0 {
		r.Attempt = attempt(-time.Second)
	}
	return r
}

func attemptID(i int) string { return fmt.Sprint("w", i) }

func (l *accessLog) wantOnePerAttempt(t *testing.T, outcomes []core.Outcome) {
	t.Helper()
	want := map[string]int{}
	met := map[core.Outcome]int{}
	for i, outcome := range outcomes {
		met[outcome]++
		line := dyingWrite(i).Method + " " + attemptID(i)
		if want[line] = 1; outcome == core.NotDone {
			want[line] = 0
		}
		if got := l.requests[line]; got != want[line] {
			t.Errorf("%s, %s: the access log has %d requests, want %d", line, outcome, got, want[line])
		}
	}
	for line := range l.requests {
		if _, known := want[line]; !known && line != "GET read" {
			t.Errorf("the access log has a request that nobody made: %s", line)
		}
	}
	for _, outcome := range []core.Outcome{core.Done, core.InDoubt, core.NotDone} {
		if met[outcome] <= 100 {
			t.Errorf("%s was met %d times only, so nothing is shown of it", outcome, met[outcome])
		}
	}
	t.Logf("outcomes: %v", met)
}

func (l *accessLog) wantEveryDeath(t *testing.T) {
	t.Helper()
	for _, how := range deaths {
		if l.deaths[how.name] <= 100 {
			t.Errorf("%q was met %d times only, so nothing is shown of it", how.name, l.deaths[how.name])
		}
	}
}

// doubles counts the requests that writes made, and the writes that made more than one.
func (l *accessLog) doubles() (requests, doubles int) {
	for line, n := range l.requests {
		if line == "GET read" {
			continue
		}
		requests += n
		if n > 1 {
			doubles++
		}
	}
	return requests, doubles
}

func (l *accessLog) String() string {
	requests, doubles := l.doubles()
	return fmt.Sprintf("%d requests in the access log, %d writes with more than one", requests, doubles)
}

// The control: a client as most programs have it makes two requests of one call on this gateway, or
// the test above would show nothing.
func TestAnOrdinaryClientRepeatsWritesOnThisGateway(t *testing.T) {
	const writes = 1000
	base, log := serveDying(t)
	client := &http.Client{Transport: &http.Transport{}}
	for i := range writes {
		writeOrdinary(t, client, base, attemptID(i))
	}
	client.CloseIdleConnections()
	log.stop()
	if _, doubles := log.doubles(); doubles == 0 {
		t.Error("no write was repeated, so this gateway provokes nothing")
	}
	t.Logf("an ordinary client: %d writes, %s", writes, log)
}

func writeOrdinary(t *testing.T, client *http.Client, base, id string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", base+"/pay", strings.NewReader(`{"orderId":"1"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Attempt", id)
	request.Header.Set("Idempotency-Key", id)
	if answer, err := client.Do(request); err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
}
