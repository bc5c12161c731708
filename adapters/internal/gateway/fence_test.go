package gateway

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

const (
	old     = 700 * time.Second
	expired = `{"requestId":"r-old","code":40102,"msg":"请求已过期","data":null}`
)

// fencedGateway answers a read by the age of its timestamp, and keeps the ages.
type fencedGateway struct {
	*httptest.Server
	mu   sync.Mutex
	ages []time.Duration
	seen []*http.Request
}

// newFencedGateway answers what is fresh with the first answer, and what is older than 600 s with the
// second.
func newFencedGateway(t *testing.T, fresh, aged func(http.ResponseWriter)) *fencedGateway {
	t.Helper()
	g := &fencedGateway{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.ParseInt(r.Header.Get("timestamp"), 10, 64)
		age := time.Since(time.UnixMilli(ms))
		g.mu.Lock()
		g.ages, g.seen = append(g.ages, age), append(g.seen, r)
		g.mu.Unlock()
		if age > SignatureWindow {
			aged(w)
			return
		}
		fresh(w)
	}))
	t.Cleanup(g.Close)
	return g
}

// log gives what was asked, and how old each signature was.
func (g *fencedGateway) log() (seen []*http.Request, ages []time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen, g.ages
}

func answer(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// prove asks for a proof with "40102" and "HTTP 401" as the codes of an old signature.
func prove(t *testing.T, g *fencedGateway) (core.FenceProof, error) {
	t.Helper()
	s := testSettings(g.URL)
	s.ExpiredCodes = []string{"40102", "HTTP 401"}
	return newTestClient(t, s).ProveFence(context.Background(), Call{Endpoint: "list", Body: map[string]int{"pageSize": 1}}, core.ProveFenceRequest{Age: old})
}

func TestAFenceIsProvedByTwoReadsThatDifferInTheirAge(t *testing.T) {
	g := newFencedGateway(t, answer(200, success), answer(200, expired))
	proof, err := prove(t, g)
	want := core.FenceProof{Gateway: g.URL, FreshTaken: true, OldRefused: true, Said: core.GatewayError{Code: "40102", Message: "请求已过期", RequestID: "r-old"}}
	if err != nil || proof != want {
		t.Fatalf("got %+v, %v; want %+v", proof, err, want)
	}
	seen, ages := g.log()
	if len(ages) != 2 || ages[0] > time.Minute || (ages[1]-old).Abs() > time.Minute {
		t.Fatalf("one signed now, then one signed %s ago: got ages %v", old, ages)
	}
	for _, r := range seen {
		h := r.Header
		if r.Method+" "+r.URL.Path != "POST /list" || h.Get("signature") != Sign(canaryKey, h.Get("timestamp"), h.Get("nonce-str"), canarySecret) {
			t.Errorf("both are the same read, and both are signed well: got %s %s %v", r.Method, r.URL.Path, h)
		}
	}
	if seen[0].Header.Get("nonce-str") == seen[1].Header.Get("nonce-str") {
		t.Error("a nonce that came twice would be another reason to refuse")
	}
}

// A proof that is none would let a machine buy twice.
func TestWhatIsNoProof(t *testing.T) {
	for rule, row := range map[string]struct {
		fresh, aged func(http.ResponseWriter)
		freshTaken  bool
		oldRefused  bool
		says        string
		requests    int
	}{
		"the old one is taken":               {answer(200, success), answer(200, success), true, false, "200, request 4cfda0b725184ab8a1e3ee3b9051ec35", 2},
		"a code that nobody knows":           {answer(200, success), answer(200, `{"code":50012,"msg":"系统繁忙"}`), true, false, "50012, 系统繁忙", 2},
		"a code that begins like it":         {answer(200, success), answer(200, `{"code":401021}`), true, false, "401021", 2},
		"the code inside the data":           {answer(200, success), answer(200, `{"code":200,"data":{"code":40102}}`), true, false, "200", 2},
		"the code with HTTP 400":             {answer(200, success), answer(400, expired), true, true, "40102", 2},
		"a named status without an envelope": {answer(200, success), answer(401, "expired"), true, true, "HTTP 401, expired", 2},
		"another status":                     {answer(200, success), answer(403, "forbidden"), true, false, "HTTP 403, forbidden", 2},
		"the code with HTTP 500":             {answer(200, success), answer(500, expired), true, false, "40102", 4},
		"the code with HTTP 429":             {answer(200, success), answer(429, expired), true, false, "40102", 2},
		"too many calls":                     {answer(200, success), answer(429, "slow down"), true, false, "HTTP 429, slow down", 2},
		"a proxy's page":                     {answer(200, success), answer(200, "<html>"), true, false, "HTTP 200", 2},
		"a hung-up connection":               {answer(200, success), hangUp, true, false, "connection", 4},
		"the fresh one is refused too":       {answer(200, expired), answer(200, expired), false, false, "40102", 2},
		"the fresh one fails":                {answer(503, "busy"), answer(200, expired), false, false, "40102", 4},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel() // tries again take their time
			g := newFencedGateway(t, row.fresh, row.aged)
			proof, err := prove(t, g)
			if err != nil || proof.FreshTaken != row.freshTaken || proof.OldRefused != row.oldRefused || proof.Gateway != g.URL {
				t.Errorf("got %+v, %v; want fresh taken %v, old refused %v", proof, err, row.freshTaken, row.oldRefused)
			}
			if said := proof.Said.String(); !strings.Contains(said, row.says) {
				t.Errorf("what was said to the old one: got %q, want %q in it", said, row.says)
			}
			_, ages := g.log()
			if len(ages) != row.requests {
				t.Errorf("got %d requests, want %d", len(ages), row.requests)
			}
			if last := ages[len(ages)-1]; (last - old).Abs() > time.Minute {
				t.Errorf("every try of the old one is as old: the last had %v", last)
			}
		})
	}
}

func TestNoCodeOfAnOldSignatureIsKnownByDefault(t *testing.T) {
	g := newFencedGateway(t, answer(200, success), answer(200, expired))
	proof, err := newTestClient(t, testSettings(g.URL)).ProveFence(context.Background(), Call{Endpoint: "list"}, core.ProveFenceRequest{Age: old})
	if err != nil || proof.OldRefused || !proof.FreshTaken || proof.Said.Code != "40102" {
		t.Errorf("PandaPon's codes are not documented, so none is a proof until the operator names it: got %+v, %v", proof, err)
	}
}

func TestAProofThatCannotBeTriedIsAnError(t *testing.T) {
	g := newFencedGateway(t, answer(200, success), answer(200, expired))
	c := newTestClient(t, testSettings(g.URL))
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for rule, row := range map[string]struct {
		ctx      context.Context
		endpoint string
		age      time.Duration
		code     core.Code
	}{
		"an age that is taken": {context.Background(), "list", SignatureWindow, core.InvalidInput},
		"no age":               {context.Background(), "list", 0, core.InvalidInput},
		"a write":              {context.Background(), "create", old, core.InvalidInput},
		"a GET that pays":      {context.Background(), "payurl", old, core.InvalidInput},
		"a read that is off":   {context.Background(), "detail", old, core.Unsupported},
		"a caller that left":   {canceled, "list", old, core.Canceled},
	} {
		proof, err := c.ProveFence(row.ctx, Call{Endpoint: row.endpoint, Attempt: newAttempt()}, core.ProveFenceRequest{Age: row.age})
		wantError(t, rule, err, row.code, core.NotDone)
		if proof != (core.FenceProof{}) {
			t.Errorf("%s: an error proves nothing: got %+v", rule, proof)
		}
	}
	if _, ages := g.log(); len(ages) != 0 {
		t.Errorf("nothing was sent: got %d requests", len(ages))
	}
	g.Close()
	_, err := c.ProveFence(context.Background(), Call{Endpoint: "list"}, core.ProveFenceRequest{Age: old})
	e := wantError(t, "no gateway", err, core.Unavailable, core.NotDone)
	if e.Op != "prove_fence" {
		t.Errorf("the error names the operation: got %q", e.Op)
	}
}

func TestAProofHoldsNoKeys(t *testing.T) {
	echo := fmt.Sprintf(`{"requestId":%q,"code":%q,"msg":%q}`, canarySecret, canarySecret, "key "+canaryKey+" secret "+canarySecret)
	proof, err := prove(t, newFencedGateway(t, answer(200, success), answer(200, echo)))
	if text := fmt.Sprintf("%+v %v", proof, err); strings.Contains(text, "canary") {
		t.Errorf("what the gateway said is fit to show: got %s", text)
	}
}

func TestACallerThatLeavesBeforeTheEndGetsNoProof(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g := newFencedGateway(t, answer(200, success), func(w http.ResponseWriter) { cancel(); hangUp(w) })
	proof, err := newTestClient(t, testSettings(g.URL)).ProveFence(ctx, Call{Endpoint: "list"}, core.ProveFenceRequest{Age: old})
	wantError(t, "left", err, core.Canceled, core.NotDone)
	if proof != (core.FenceProof{}) {
		t.Errorf("an error proves nothing: got %+v", proof)
	}
}
