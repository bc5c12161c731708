package listen

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
)

// DefaultPoll is how often open orders are read again without a message.
const DefaultPoll = 15 * time.Minute

// Options are what New needs.
type Options struct {
	// Buyers are the accounts that gateways push to.
	Buyers []*core.Buyer
	// Inbox and Log are where messages and events are kept; a journal is both.
	Inbox core.Inbox
	Log   core.EventLog
	// Poll is how often every open order is read again; 0 is DefaultPoll, less than 0 is never.
	Poll time.Duration
	// Ack is the body of every acknowledgement. PandaPon decides by the status alone; what dajisaas
	// wants to read is not documented.
	Ack string
	// MaxInFlight bounds the messages that are taken at one time, and with them the memory: each may
	// have MaxBody bytes. 0 is 128.
	MaxInFlight int
	// Logger hears of what goes wrong; nil is silence. No line holds any of a message.
	Logger *slog.Logger
}

// Listener is an http.Handler for what gateways push, and the source of events. Serve it and let Run
// run beside.
type Listener struct {
	inbox    core.Inbox
	log      core.EventLog
	logger   *slog.Logger
	poll     time.Duration
	ack      []byte
	accounts map[string]*account
	slots    chan struct{}
	arrivals chan arrival
	mux      *http.ServeMux

	mu   sync.Mutex
	news chan struct{} // closed when there are new events
}

// account is one Buyer and what waits for it.
type account struct {
	name  string
	buyer *core.Buyer
	// wake says that there are letters to read.
	wake chan struct{}
	// hurry says that a message came that names no order that is known: one of the open ones changed.
	hurry chan struct{}
	// late are the orders that could not be read, by the worker alone.
	late map[core.OrderID]lateness

	mu         sync.Mutex
	verifyTill time.Time
	warned     bool
}

// New gives a Listener. Nothing is taken before Run runs.
func New(o Options) (*Listener, error) {
	if o.Inbox == nil || o.Log == nil {
		return nil, core.Invalid("inbox", "is missing; a journal is an inbox and a log of events")
	}
	if o.Poll == 0 {
		o.Poll = DefaultPoll
	}
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = 128
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Listener{inbox: o.Inbox, log: o.Log, logger: o.Logger, poll: o.Poll, ack: []byte(o.Ack), accounts: map[string]*account{},
		slots: make(chan struct{}, o.MaxInFlight), arrivals: make(chan arrival, o.MaxInFlight), mux: http.NewServeMux(), news: make(chan struct{})}
	for _, b := range o.Buyers {
		if l.accounts[b.Account()] != nil {
			return nil, core.Invalid("buyers", "two are for the account %q", b.Account())
		}
		l.accounts[b.Account()] = &account{name: b.Account(), buyer: b, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), late: map[core.OrderID]lateness{}}
	}
	l.mux.HandleFunc("/messages/{account}", l.receive)
	return l, nil
}

// Run keeps messages, reads orders and polls until ctx ends, and then gives ctx's error. What was
// acknowledged and not yet read is read by the next Run on the same inbox. Stop the HTTP server first:
// a message that comes later is answered with 503.
func (l *Listener) Run(ctx context.Context) error {
	var running sync.WaitGroup
	running.Go(func() { l.keep(ctx) })
	for _, a := range l.accounts {
		running.Go(func() { l.work(ctx, a) })
		if l.poll > 0 && a.buyer.Description().Check(core.OpGetOrder) == nil {
			running.Go(func() { l.pollRegularly(ctx, a) })
		}
	}
	running.Wait()
	return ctx.Err()
}

// AdmitVerification lets the gateway's console check the URL of an account for a time: a request that
// no secret signed is answered with 200 then, and changes nothing. What such a check sends is not
// documented, so open it only while you press the button.
func (l *Listener) AdmitVerification(account string, span time.Duration) error {
	a := l.accounts[account]
	if a == nil {
		return core.Invalid("account", "%q is not listened for", account)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.verifyTill = time.Now().Add(span)
	return nil
}

func (a *account) verifying() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Now().Before(a.verifyTill)
}

// rouse wakes the account's worker, which looks for everything that waits.
func (a *account) rouse() { signal(a.wake) }

func signal(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default: // it rings already
	}
}

// waits sleeps until span is over, one of wakes can be received from, or ctx ends.
func waits(ctx context.Context, span time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// reason is an error in a form that may be logged: a foreign error's text is not known to be harmless.
func reason(err error) slog.Attr {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return slog.String("reason", e.Error())
	}
	return slog.String("reason", "an error of the journal")
}
