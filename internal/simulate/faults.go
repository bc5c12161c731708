package simulate

import (
	"context"
	"errors"
	"time"

	"github.com/sampan-go/sampan/core"
)

// adapter is the simulated adapter of both hosts. It obeys its contract: it checks the attempt, sends
// once and says what it knows. The gateway behind it does not behave.
type adapter struct{ world *World }

var (
	_ core.Adapter     = (*adapter)(nil)
	_ core.OrderGetter = (*adapter)(nil)
)

func (a *adapter) Describe(context.Context) (core.Description, error) {
	d := core.Description{Adapter: "simulated", Operations: map[core.Operation]core.Capability{}}
	for _, op := range []core.Operation{core.OpCreateOrder, core.OpListOrders, core.OpGetOrder, core.OpPay} {
		d.Operations[op] = core.Capability{Support: core.Supported}
	}
	if a.world.ledger.keepsRefs {
		d.Idempotency = core.LookupByRef
	}
	return d, nil
}

func (a *adapter) CreateOrder(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
	var made *order
	err := a.world.write(r.Attempt, func() { made = a.world.ledger.create(r.Ref) })
	if err != nil {
		return core.Order{}, err
	}
	return made.show(), nil
}

func (a *adapter) Pay(_ context.Context, r core.PayRequest) (core.Payment, error) {
	err := a.world.write(r.Attempt, func() {
		if o := a.world.ledger.byID(r.Order.ID); o != nil {
			o.payments++ // the gateway pays as often as it is told to
		}
	})
	if err != nil {
		return core.Payment{}, err
	}
	return core.Payment{Order: r.Order, State: core.Settled, Amount: r.Expect}, nil
}

// fault is one way in which a write goes wrong. effect is nil before the write's effect and makes it
// happen.
type fault struct {
	name string
	play func(w *World, effect func()) error
}

// faults are drawn evenly; half of all writes go well.
var faults = []fault{
	{"refused", func(*World, func()) error {
		return &core.Error{Code: core.Refused, Outcome: core.NotDone, Message: "refused"}
	}},
	{"not sent", func(*World, func()) error {
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "no connection"}
	}},
	{"lost before the effect", func(*World, func()) error { return lost() }},
	{"lost after the effect", func(_ *World, effect func()) error { effect(); return lost() }},
	{"late", func(w *World, effect func()) error {
		w.ledger.late = append(w.ledger.late, late{w.now.Add(time.Duration(w.rand.Int64N(int64(lateMost)))), effect})
		return lost()
	}},
	{"a foreign error after the effect", func(_ *World, effect func()) error { effect(); return errors.New("EOF") }},
	{"crash before the effect", func(*World, func()) error { panic(crash{"before the effect"}) }},
	{"crash after the effect", func(_ *World, effect func()) error { effect(); panic(crash{"after the effect"}) }},
	{"crash, then a late effect", func(w *World, effect func()) error {
		w.ledger.late = append(w.ledger.late, late{w.now.Add(time.Duration(w.rand.Int64N(int64(lateMost)))), effect})
		panic(crash{"before a late effect"})
	}},
	// The process freezes before it sends, and the other host goes on meanwhile.
	{"pause", func(w *World, effect func()) error {
		for range 1 + w.rand.IntN(4) {
			w.step()
		}
		effect()
		return nil
	}},
}

func lost() error {
	return &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Message: "no answer"}
}

// write plays one write at the gateway.
func (w *World) write(a core.Attempt, effect func()) error {
	if err := a.Check(w.now); err != nil {
		w.Faults["attempt over"]++
		return err
	}
	if w.calm || w.rand.IntN(2) == 0 {
		effect()
		return nil
	}
	f := faults[w.rand.IntN(len(faults))]
	w.Faults[f.name]++
	return w.mutant.answer(f.play(w, effect), effect)
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

func (a *adapter) Refund(context.Context, core.RefundRequest) (core.Refund, error) {
	return core.Refund{}, core.NotOffered(core.OpRefund, "not simulated")
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
