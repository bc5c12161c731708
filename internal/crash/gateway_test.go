package crash

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// gateway is a sandbox with a hook at every point of a write. It serves https, since a TLS handshake
// is a connection on which nothing of a request was written yet.
type gateway struct {
	*sandbox.Sandbox
	server *httptest.Server
	roots  string // a file with the server's certificate
	// hook is told of every point that a write comes to; true says that the client is gone or cut off.
	hook  func(g *gateway, at point, path string) (struck bool)
	clock atomic.Pointer[clock]
	reads atomic.Int64

	mu      sync.Mutex
	open    map[net.Conn]bool
	refunds []core.RefundID
	again   int // payments of what was paid already: the sandbox refuses them, a gateway need not
}

func newGateway(t testing.TB, c clock, hook func(*gateway, point, string) bool) *gateway {
	t.Helper()
	g := &gateway{hook: hook, open: map[net.Conn]bool{}}
	g.clock.Store(&c)
	g.Sandbox = sandbox.New(sandbox.Options{Preload1688: true, Now: func() time.Time { return g.clock.Load().now() }})
	g.server = httptest.NewUnstartedServer(g)
	g.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that are killed are no news
	g.server.Config.ConnState = g.connState
	g.server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		g.hook(g, connected, "")
		return nil, nil // the handshake goes on: whoever lives may send
	}}
	g.server.StartTLS()
	g.roots = filepath.Join(t.TempDir(), "roots.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.server.Certificate().Raw})
	require.NoError(t, os.WriteFile(g.roots, text, 0o600))
	return g
}

func (g *gateway) close() { g.server.Close() }

func (g *gateway) connState(c net.Conn, s http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s == http.StateClosed || s == http.StateHijacked {
		delete(g.open, c)
		return
	}
	g.open[c] = true
}

// quiet waits until no request can come any more. The clients must have ended: what they wrote is
// still served.
func (g *gateway) quiet() error {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		open := len(g.open)
		g.mu.Unlock()
		if open == 0 {
			return nil
		}
		if time.Now().After(end) {
			return errors.New("connections of processes that have ended stay open")
		}
	}
}

// ServeHTTP lets the sandbox decide, and writes what it said itself.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left in the middle of it
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	path := r.URL.Path
	if !isWrite(path) {
		g.Sandbox.ServeHTTP(w, r)
		g.reads.Add(1)
		return
	}
	if g.hook(g, requestLost, path) {
		panic(http.ErrAbortHandler)
	}
	cut := g.hook(g, requestRead, path)
	answer := httptest.NewRecorder()
	g.Sandbox.ServeHTTP(answer, r)
	g.see(path, answer.Body.Bytes())
	if g.hook(g, afterEffect, path) || cut {
		panic(http.ErrAbortHandler)
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that left has its own error
	_ = http.NewResponseController(w).Flush()
	g.hook(g, afterAnswer, path)
}

func isWrite(path string) bool {
	for _, w := range writes {
		if w.path == path {
			return true
		}
	}
	return false
}

var refundForm = regexp.MustCompile(`"refundId":"(TQ[0-9]+)"`)

// see remembers the id of a refund, which the ledger does not have, and what the sandbox alone has kept
// from happening twice.
func (g *gateway) see(path string, answer []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if found := refundForm.FindSubmatch(answer); found != nil {
		g.refunds = append(g.refunds, core.RefundID(found[1]))
	}
	if strings.HasSuffix(path, "/pay/url") && bytes.Contains(answer, fmt.Appendf(nil, `"code":%d`, sandbox.CodeWrongState)) {
		g.again++
	}
}

// count is how often something of a kind happened, or would have at another gateway.
func (g *gateway) count(kind string) (n int) {
	if kind == sandbox.EffectPay {
		n = g.paidAgain()
	}
	for _, e := range g.Effects() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (g *gateway) paidAgain() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.again
}

// truth is what a person sees who looks at the marketplace.
type truth struct {
	// Orders are by our number where the gateway keeps one, and else by the first word of the note to
	// the seller, which is the ref.
	Orders  map[string]core.OrderID
	Paid    map[core.OrderID]bool
	Refunds []core.RefundID
}

func (g *gateway) truth() truth {
	seen := truth{Orders: map[string]core.OrderID{}, Paid: map[core.OrderID]bool{}}
	for _, e := range g.Effects() {
		switch e.Kind {
		case sandbox.EffectCreate:
			name, _, _ := strings.Cut(e.Number, " ")
			seen.Orders[name] = core.OrderID(e.OrderID)
		case sandbox.EffectPay:
			seen.Paid[core.OrderID(e.OrderID)] = true
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	seen.Refunds = append(seen.Refunds, g.refunds...)
	return seen
}

// person is how histories name whoever decided.
const person = "a person saw it in the ledger"

// verdict is a truthful one. There is one refund in a test at most.
func (seen truth) verdict(i core.Intent) core.Verdict {
	v := core.Verdict{Version: i.Version, Reason: person}
	switch i.Op {
	case core.OpCreateOrder:
		if v.OrderID, v.Happened = seen.Orders[i.Key]; !v.Happened {
			v.OrderID, v.Happened = seen.Orders[core.Number("sp", i.Account, core.Ref(i.Key), 1)]
		}
	case core.OpPay:
		v.Happened = seen.Paid[i.About]
	case core.OpRefund:
		if len(seen.Refunds) > 0 {
			v.RefundID, v.Happened = seen.Refunds[0], true
		}
	}
	return v
}

// clock is a moved clock: Ahead of Start when it is Start, and Speed times as fast as the real one.
type clock struct {
	Start time.Time
	Ahead time.Duration
	Speed int
}

func (c clock) now() time.Time {
	return c.Start.Add(c.Ahead + time.Duration(c.Speed)*time.Since(c.Start))
}
