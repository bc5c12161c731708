package simulate

import (
	"context"
	"errors"
	"time"

	"github.com/sampan-go/sampan/core"
)

// adapter is the simulated adapter of both hosts. It obeys its contract: it checks the attempt, sends
// once and says what it knows. The gateway behind it does not behave.
type adapter struct {
	world *World
	skew  time.Duration // of its host's clock
}

var (
	_ core.Adapter     = (*adapter)(nil)
	_ core.OrderGetter = (*adapter)(nil)
)

func (a *adapter) Describe(context.Context) (core.Description, error) {
	d := core.Description{Adapter: "simulated", Operations: map[core.Operation]core.Capability{}}
	effect := core.Effect{}
	if a.world.ledger.fenced || a.world.mutant.believesInAFence {
		effect = core.Effect{Class: core.EffectLookup, Fence: a.world.fence().Window}
	}
	for _, op := range []core.Operation{core.OpCreateOrder, core.OpListOrders, core.OpGetOrder, core.OpPay, core.OpRefund} {
		d.Operations[op] = core.Capability{Support: core.Supported, Effect: effect}
	}
	if a.world.ledger.keepsRefs {
		d.Idempotency = core.LookupByRef
	} else {
		d.Operations[core.OpCreateOrder] = core.Capability{Support: core.Supported}
	}
	d.Operations[core.OpRefund] = core.Capability{Support: core.Supported} // no number of ours: a person's word
	return d, nil
}

func (a *adapter) CreateOrder(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
	var made *order
	err := a.write(r.Attempt, func() { made = a.world.ledger.create(r.Ref) })
	if err != nil {
		return core.Order{}, err
	}
	return made.show(), nil
}

func (a *adapter) Pay(_ context.Context, r core.PayRequest) (core.Payment, error) {
	err := a.write(r.Attempt, func() { a.world.ledger.pay(r.Order.ID, r.Expect) })
	if err != nil {
		return core.Payment{}, err
	}
	return core.Payment{Order: r.Order, State: core.Settled, Amount: r.Expect}, nil
}

func (a *adapter) Refund(_ context.Context, r core.RefundRequest) (core.Refund, error) {
	var made *refund
	err := a.write(r.Attempt, func() { made = a.world.ledger.refund(r.Order.ID, r.Ref, r.Amount) })
	if err != nil {
		return core.Refund{}, err
	}
	return core.Refund{ID: made.id, Ref: r.Ref, Order: r.Order, State: core.RefundRequested, Amount: r.Amount}, nil
}

// request is a write on its way: send lets it reach the gateway now, and reports whether it was taken.
type request struct {
	world  *World
	signed time.Time
	effect func()
}

func (r request) send(after time.Duration) bool {
	return r.world.ledger.arrive(r.signed, after, r.effect)
}

// later lets it reach the gateway after a while in the network, and take effect after another. Both
// are drawn from the edges of what is assumed, where shortcuts fail.
func (r request) later() {
	w := r.world
	edge := window + r.signed.Sub(w.now) - w.ledger.skew // the last moment at which a fence lets it in
	inNetwork := w.pick(time.Second, window/2, edge, edge, edge+time.Second, 2*window)
	w.ledger.pending = append(w.ledger.pending, pending{w.now.Add(inNetwork), func() { r.send(w.atWork()) }})
}

// atWork is how long an accepted request takes.
func (w *World) atWork() time.Duration {
	if w.mutant.neverEnds {
		return w.pick(0, effectMost, 40*time.Minute)
	}
	return w.pick(0, effectMost/2, effectMost)
}

func (w *World) pick(from ...time.Duration) time.Duration { return from[w.rand.IntN(len(from))] }

// fault is one way in which a write goes wrong.
type fault struct {
	name string
	play func(r request) error
}

// faults are drawn evenly; half of all writes go well.
var faults = []fault{
	{"refused", func(request) error {
		return &core.Error{Code: core.Refused, Outcome: core.NotDone, Message: "refused"}
	}},
	{"not sent", func(request) error {
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "no connection"}
	}},
	{"lost before the effect", func(request) error { return lost() }},
	{"lost after the effect", func(r request) error { r.send(0); return lost() }},
	{"accepted, then at work", func(r request) error { r.send(r.world.atWork()); return lost() }},
	{"late", func(r request) error { r.later(); return lost() }},
	{"a foreign error after the effect", func(r request) error { r.send(0); return errors.New("EOF") }},
	{"crash before the effect", func(request) error { panic(crash{"before the effect"}) }},
	{"crash after the effect", func(r request) error { r.send(0); panic(crash{"after the effect"}) }},
	{"crash, then a late effect", func(r request) error { r.later(); panic(crash{"before a late effect"}) }},
	// The process freezes after it has looked at the clock and before it sends, and the others go on.
	{"pause", func(r request) error {
		w := r.world
		for range 1 + w.rand.IntN(6) {
			w.step()
		}
		if w.mutant.signsLate {
			r.signed = w.now
		}
		if !r.send(0) {
			return lost() // whatever it said, it is not a code that means "no effect"
		}
		return nil
	}},
}

func lost() error {
	return &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Message: "no answer"}
}

// write plays one write at the gateway.
func (a *adapter) write(attempt core.Attempt, effect func()) error {
	w := a.world
	if err := attempt.Check(w.now.Add(a.skew)); err != nil {
		w.Faults["attempt over"]++
		return err
	}
	r := request{w, attempt.SignedAt, effect}
	if w.calm || w.rand.IntN(2) == 0 {
		if !r.send(0) {
			return lost()
		}
		return nil
	}
	f := faults[w.rand.IntN(len(faults))]
	w.Faults[f.name]++
	return w.mutant.answer(f.play(r), effect)
}

// GetOrder and ListOrders are reads: they tell the truth, the list with its lag.
func (a *adapter) GetOrder(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
	o := a.world.ledger.byID(r.Order.ID)
	if o == nil {
		return core.Order{}, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Message: "no such order"}
	}
	return o.show(), nil
}

func (a *adapter) ListOrders(_ context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	var page core.OrderPage
	for _, o := range a.world.ledger.of(r.Ref) {
		if !a.world.now.Before(o.made.Add(a.world.ledger.lag)) {
			page.Orders = append(page.Orders, o.show())
		}
	}
	return page, nil
}

func (a *adapter) Track(context.Context, core.TrackRequest) (core.Tracking, error) {
	return core.Tracking{}, core.NotOffered(core.OpTrack, "not simulated")
}

// crashingJournal ends the process before or after its commits, and sometimes has no room.
type crashingJournal struct {
	core.Journal
	world *World
}

func (j *crashingJournal) point(name string) error {
	if j.world.calm {
		return nil
	}
	switch j.world.rand.IntN(24) {
	case 0:
		panic(crash{name})
	case 1:
		j.world.Faults["disk full "+name]++
		return errors.New("disk full")
	}
	return nil
}

// end crashes after a commit that was made.
func (j *crashingJournal) end(name string) {
	if !j.world.calm && j.world.rand.IntN(24) == 0 {
		panic(crash{name})
	}
}

// Lookup implements core.Journal: what it read may be old by the time the host goes on.
func (j *crashingJournal) Lookup(ctx context.Context, key core.IntentKey) (core.Intent, bool, error) {
	onRecord, known, err := j.Journal.Lookup(ctx, key)
	if !j.world.calm && j.world.rand.IntN(8) == 0 {
		j.world.Faults["pause after a look at the journal"]++
		j.world.step()
	}
	return onRecord, known, err
}

// Reserve implements core.Journal.
func (j *crashingJournal) Reserve(ctx context.Context, i core.Intent) (core.Intent, bool, error) {
	if err := j.point("before reserve"); err != nil {
		return core.Intent{}, false, err
	}
	defer j.end("after reserve")
	return j.Journal.Reserve(ctx, i)
}

// Update implements core.Journal.
func (j *crashingJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if err := j.point("before update"); err != nil {
		return core.Intent{}, err
	}
	defer j.end("after update")
	return j.Journal.Update(ctx, i)
}
