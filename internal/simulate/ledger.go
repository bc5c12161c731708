package simulate

import (
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// What every gateway of the simulation keeps to, unless a mutant breaks it.
const (
	window     = 600 * time.Second // a fenced gateway takes no signature older than this
	effectMost = 120 * time.Second // an accepted request takes effect within it
	lagMost    = 60 * time.Second  // an order shows in the list within it
	skewMost   = 150 * time.Second // a clock is off by at most this, so two differ by at most 300 s
)

// ledger is what really happened at the gateway.
type ledger struct {
	world     *World
	keepsRefs bool
	fenced    bool
	skew      time.Duration // of the gateway's clock
	lag       time.Duration // until an order shows in the list
	orders    []*order
	pending   []pending
}

type order struct {
	id       core.OrderID
	ref      core.Ref
	made     time.Time
	price    money.Amount
	payments int
	wrong    error // paid another amount than was agreed to
	refunds  []refund
}

type refund struct {
	id     core.RefundID
	ref    core.Ref
	amount money.Amount
	made   time.Time
}

// pending is something that happens later: a request on its way, or an accepted one at work.
type pending struct {
	at time.Time
	do func()
}

// arrive is a request that reaches the gateway: it is refused behind the fence, or takes effect after
// a while.
func (l *ledger) arrive(signed time.Time, after time.Duration, effect func()) (taken bool) {
	if l.fenced && l.world.now.Add(l.skew).Sub(signed) > window {
		l.world.Faults["refused by the fence"]++
		return false
	}
	if after == 0 {
		effect()
		return true
	}
	l.pending = append(l.pending, pending{l.world.now.Add(after), effect})
	return true
}

func (l *ledger) create(ref core.Ref) *order {
	o := &order{id: core.OrderID(fmt.Sprint(1000 + len(l.orders))), ref: ref, made: l.world.now, price: price}
	l.orders = append(l.orders, o)
	return o
}

// pay debits the price of now, as often as it is told to.
func (l *ledger) pay(id core.OrderID, expect money.Amount) {
	o := l.byID(id)
	if o == nil {
		return
	}
	o.payments++
	if !o.price.Equal(expect) {
		o.wrong = fmt.Errorf("%s was paid %s, %s was agreed to", o.id, o.price, expect)
	}
}

func (l *ledger) refund(id core.OrderID, ref core.Ref, amount money.Amount) *refund {
	o := l.byID(id)
	if o == nil {
		return nil
	}
	o.refunds = append(o.refunds, refund{core.RefundID(fmt.Sprint(id, "-", len(o.refunds))), ref, amount, l.world.now})
	return &o.refunds[len(o.refunds)-1]
}

func (l *ledger) of(ref core.Ref) (found []*order) {
	for _, o := range l.orders {
		if o.ref == ref {
			found = append(found, o)
		}
	}
	return found
}

func (l *ledger) byID(id core.OrderID) *order {
	for _, o := range l.orders {
		if o.id == id {
			return o
		}
	}
	return nil
}

// deliver lets everything happen whose time has come, in the order of time.
func (l *ledger) deliver(until time.Time) {
	for {
		next := -1
		for i, p := range l.pending {
			if !p.at.After(until) && (next < 0 || p.at.Before(l.pending[next].at)) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		p := l.pending[next]
		l.pending = append(l.pending[:next], l.pending[next+1:]...)
		l.world.now = p.at
		p.do()
	}
}

// check is the promise: never bought twice, never paid twice, never paid wrong, never more back than
// was paid.
func (l *ledger) check() error {
	for _, o := range l.orders {
		if n := len(l.of(o.ref)); n > 1 {
			return fmt.Errorf("%s was bought %d times", o.ref, n)
		}
		if o.payments > 1 {
			return fmt.Errorf("%s was paid %d times", o.ref, o.payments)
		}
		if o.wrong != nil {
			return o.wrong
		}
		if err := o.checkRefunds(); err != nil {
			return err
		}
	}
	return nil
}

func (o *order) checkRefunds() error {
	back := money.MustParse("0.00", money.CNY)
	times := map[core.Ref]int{}
	for _, r := range o.refunds {
		if times[r.ref]++; times[r.ref] > 1 {
			return fmt.Errorf("%s was refunded twice", r.ref)
		}
		back, _ = back.Add(r.amount) // one currency, small sums
	}
	if over, _ := back.Cmp(o.price); over > 0 {
		return fmt.Errorf("%s was paid %s, and %s went back", o.ref, o.price, back)
	}
	return nil
}

// truth is what a person sees who looks at the marketplace: an order by its goods, since the seller
// knows no ref.
func (l *ledger) truth(i core.Intent) (core.OrderID, core.RefundID, bool) {
	switch i.Op {
	case core.OpCreateOrder:
		made := l.of(numberOf(core.Ref(i.Key)))
		if len(made) == 0 {
			return "", "", false
		}
		return made[0].id, "", true
	case core.OpRefund:
		o := l.byID(i.About)
		for _, r := range o.refunds {
			if r.ref == core.Ref(i.Key) {
				return o.id, r.id, true
			}
		}
		return o.id, "", false
	}
	o := l.byID(i.About)
	return i.About, "", o != nil && o.payments > 0
}

func numberOf(ref core.Ref) core.Ref { return core.Ref(core.Number("sp", "shop", ref, 1)) }

func (o *order) show() core.Order {
	shown := core.Order{OrderRef: core.OrderRef{ID: o.id}, Ref: o.ref, Status: core.AwaitingPayment, Totals: core.Totals{Payable: o.price},
		Lines: []core.Line{{ID: "l", SKUID: "s", Quantity: 3}}}
	if o.payments > 0 {
		shown.Status = core.Paid
	}
	for _, r := range o.refunds {
		shown.Refunds = append(shown.Refunds, core.Refund{ID: r.id, State: core.RefundRequested, Amount: r.amount, Created: r.made})
	}
	return shown
}
