package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// gatewayHands are hands on an offline gateway: what conform counts there and lets go wrong.
type gatewayHands struct {
	address           string
	close             func()
	effects, requests func(testing.TB) int
	// writes counts the requests whose path ends in one of these; with none, all of them.
	writes       func(testing.TB, []string) int
	signedAt     func(testing.TB) time.Time
	fault        func(testing.TB, adaptertest.Fault)
	settle, ship func(testing.TB, core.OrderID)
	// hang lets the next write have its effect and never answer; nil where that cannot be done.
	hang func(testing.TB)
}

func (c conformConfig) hands(ctx context.Context) (gatewayHands, error) {
	switch c.Gateway {
	case "":
		return controlled(ctx, c.Control), nil
	case "pandapon", "dajisaas":
		return sandboxHands(c.Gateway)
	}
	return gatewayHands{}, core.Invalid("gateway", "%q is not known; use pandapon or dajisaas, or steer your own through control", c.Gateway)
}

// conformFaults are the suite's faults as the sandbox plays them.
var conformFaults = map[adaptertest.Fault]sandbox.Rule{
	adaptertest.RefuseBefore: {Fault: sandbox.RefuseBefore}, adaptertest.DropBefore: {Fault: sandbox.DropBefore}, adaptertest.DropAfter: {Fault: sandbox.DropAfter},
	adaptertest.LateAnswer: {Fault: sandbox.Late, Delay: 2 * adaptertest.Patience}, adaptertest.TooManyRequests: {Fault: sandbox.TooMany},
	adaptertest.ErrorBefore: {Fault: sandbox.ErrorBefore}, adaptertest.ErrorAfter: {Fault: sandbox.ErrorAfter},
	adaptertest.Truncated: {Fault: sandbox.Truncated}, adaptertest.Garbage: {Fault: sandbox.Garbage},
}

func sandboxHands(gateway string) (gatewayHands, error) {
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		return gatewayHands{}, core.Invalid("gateway", "the offline gateway cannot be started: %v", err)
	}
	h := gatewayHands{
		address:  s.DajisaasURL(),
		close:    func() { _ = s.Close() }, // it ends with this program
		effects:  func(testing.TB) int { return len(s.Effects()) },
		requests: func(testing.TB) int { return len(s.Log()) },
		writes: func(_ testing.TB, ends []string) (n int) {
			for _, one := range s.Log() {
				if len(ends) == 0 || slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(one.Path, end) }) {
					n++
				}
			}
			return n
		},
		fault:  func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(conformFaults[f]) },
		settle: func(testing.TB, core.OrderID) { s.Tick() },
		ship: func(t testing.TB, id core.OrderID) {
			if err := s.Ship(string(id)); err != nil {
				t.Fatalf("the offline gateway cannot ship order %s: %v", id, err)
			}
		},
		hang: func(testing.TB) { s.Script(); s.Script(sandbox.Rule{Fault: sandbox.Hang}) },
	}
	if gateway == "pandapon" {
		h.address = s.PandaPonURL()
		h.signedAt = func(t testing.TB) time.Time {
			var ms int64
			log := s.Log()
			if _, err := fmt.Sscan(log[len(log)-1].Header.Get("timestamp"), &ms); err != nil {
				t.Fatalf("the latest request has no timestamp: %v", err)
			}
			return time.UnixMilli(ms).UTC()
		}
	}
	return h, nil
}

// counts is what a gateway of the author's own answers to GET {control}/counts.
type counts struct {
	Address    string `json:"address"`
	Effects    int    `json:"effects"`
	Requests   int    `json:"requests"`
	Writes     int    `json:"writes"`
	SignedAtMs int64  `json:"signed_at_ms"`
}

// controlled steers a gateway over HTTP: GET /counts; POST /fault, /settle and /ship with a JSON object.
func controlled(ctx context.Context, base string) gatewayHands {
	c := control{ctx, strings.TrimRight(base, "/"), &http.Client{Timeout: 10 * time.Second}}
	h := gatewayHands{close: func() {},
		effects:  func(t testing.TB) int { return c.read(t).Effects },
		requests: func(t testing.TB) int { return c.read(t).Requests },
		writes:   func(t testing.TB, _ []string) int { return c.read(t).Writes },
		fault:    func(t testing.TB, f adaptertest.Fault) { c.post(t, "/fault", map[string]string{"fault": string(f)}) },
		settle:   func(t testing.TB, id core.OrderID) { c.post(t, "/settle", map[string]string{"order": string(id)}) },
		ship:     func(t testing.TB, id core.OrderID) { c.post(t, "/ship", map[string]string{"order": string(id)}) },
		hang:     func(t testing.TB) { c.post(t, "/fault", map[string]string{"fault": "hang"}) },
	}
	var now counts
	if c.ask(http.MethodGet, "/counts", nil, &now) == nil { // if it fails, the first rule says so
		h.address = now.Address
	}
	if now.SignedAtMs != 0 {
		h.signedAt = func(t testing.TB) time.Time { return time.UnixMilli(c.read(t).SignedAtMs).UTC() }
	}
	return h
}

// control is the steering of a gateway of the author's own.
type control struct {
	ctx    context.Context
	base   string
	client *http.Client
}

func (c control) read(t testing.TB) (now counts) {
	if err := c.ask(http.MethodGet, "/counts", nil, &now); err != nil {
		t.Fatalf("the gateway's control %s/counts cannot be read: %v", c.base, err)
	}
	return now
}

func (c control) post(t testing.TB, path string, what any) {
	if err := c.ask(http.MethodPost, path, what, nil); err != nil {
		t.Fatalf("the gateway's control %s%s does not take it: %v", c.base, path, err)
	}
}

func (c control) ask(method, path string, what, into any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(c.ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	if answer.StatusCode >= 300 {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(into)
}
