package sandbox

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Credentials that a sandbox accepts when Options names none.
const (
	DefaultAccessKey    = "sandbox-access-key"
	DefaultAccessSecret = "sandbox-access-secret"
	DefaultUserID       = "2100007341207"
	DefaultAppKey       = "sandbox-app-key"
	DefaultAppSecret    = "sandbox-app-secret"
)

// maxRequestBody bounds what one request may make the sandbox keep.
const maxRequestBody = 16 << 20

// Options configure a Sandbox. The zero value is usable.
type Options struct {
	// Seed shifts every id that the sandbox gives out. With 0 the first ids
	// are those of the documents' examples.
	Seed uint64
	// Now is the gateways' clock; nil means time.Now. It is called while the
	// sandbox is locked and must not call back into it.
	Now func() time.Time
	// AccessKey, AccessSecret and UserID are the PandaPon account.
	AccessKey, AccessSecret, UserID string
	// AppKey and AppSecret are the dajisaas account.
	AppKey, AppSecret string
	// Preload1688 starts with the two orders of the documented PandaPon 1688
	// order list, field for field.
	Preload1688 bool
}

func (o Options) withDefaults() Options {
	for field, def := range map[*string]string{
		&o.AccessKey:    DefaultAccessKey,
		&o.AccessSecret: DefaultAccessSecret,
		&o.UserID:       DefaultUserID,
		&o.AppKey:       DefaultAppKey,
		&o.AppSecret:    DefaultAppSecret,
	} {
		if *field == "" {
			*field = def
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Sandbox is both gateways in memory. It is an http.Handler and safe for
// concurrent use; one lock makes every request atomic.
type Sandbox struct {
	mu       sync.Mutex
	opts     Options
	ids      ids
	orders   []*order
	byID     map[string]*order
	pending  []*order // Taobao orders with something accepted and not done
	refunds  map[string]*refund
	effects  []Effect
	access   []Access
	accesses int
	rules    []*liveRule
	payMode  string

	pushes  []*Push
	news    []parcelOfNews // messages that wait to be posted
	pushed  int
	pushing sync.Mutex // taken before mu
}

// New makes a Sandbox without orders (or with the two preloaded ones).
func New(o Options) *Sandbox {
	s := &Sandbox{
		opts:    o.withDefaults(),
		ids:     newIDs(o.Seed),
		byID:    map[string]*order{},
		refunds: map[string]*refund{},
		payMode: PayProtocol,
	}
	if o.Preload1688 {
		s.preload1688()
	}
	return s
}

// ServeHTTP serves /pandapon/..., /dajisaas/..., /_sandbox/... and a short help
// page at /.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		http.Error(w, "request body could not be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	switch {
	case r.URL.Path == "/":
		s.index(w)
	case isControl(r.URL.Path):
		s.control(w, r, body)
	default:
		s.serveGateway(w, r, body)
	}
}

// serveGateway decides the answer and the effect under the lock, and writes
// outside of it, so that a slow or hanging answer never blocks other requests.
func (s *Sandbox) serveGateway(w http.ResponseWriter, r *http.Request, body []byte) {
	s.mu.Lock()
	now := s.opts.Now()
	gateway, path := splitGateway(r.URL.Path)
	plan, err := s.planFault(r, path)
	if err != nil {
		s.mu.Unlock()
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.settleOverdue(now)
	c := &call{now: now, gateway: gateway, path: path, method: r.Method, header: r.Header, query: r.URL.Query(), body: body}
	out := s.decide(c, plan.fault)
	s.logAccess(r, body, now, out, plan.fault)
	s.notice(now)
	s.mu.Unlock()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat)) // clients measure the gateway's clock by it
	plan.deliver(w, r, out)
}

// decide runs the request unless the fault keeps it from happening.
func (s *Sandbox) decide(c *call, f Fault) reply {
	if out, instead := s.beforeEffect(c, f); instead {
		return out
	}
	return afterEffect(s.dispatch(c), f)
}

func (s *Sandbox) dispatch(c *call) reply {
	switch c.gateway {
	case gatewayPandaPon:
		return s.pandapon(c)
	case gatewayDajisaas:
		return s.dajisaas(c)
	}
	return springNotFound(c)
}
