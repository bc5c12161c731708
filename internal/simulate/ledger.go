package simulate

import (
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core"
)

// ledger is what really happened at the gateway.
type ledger struct {
	world     *World
	keepsRefs bool
	lag       time.Duration // until an order shows in the list
	orders    []*order
	late      []late
}

type order struct {
	id       core.OrderID
	ref      core.Ref
	made     time.Time
	payments int
}

// late is an effect that comes after its caller gave up.
type late struct {
	at     time.Time
	effect func()
}

func (l *ledger) create(ref core.Ref) *order {
	o := &order{id: core.OrderID(fmt.Sprint(1000 + len(l.orders))), ref: ref, made: l.world.now}
	l.orders = append(l.orders, o)
	return o
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

// deliver lets the effects happen whose time has come.
func (l *ledger) deliver() {
	waiting := l.late[:0]
	for _, e := range l.late {
		if e.at.After(l.world.now) {
			waiting = append(waiting, e)
			continue
		}
		e.effect()
	}
	l.late = waiting
}

// check is the promise: never bought twice, never paid twice.
func (l *ledger) check() error {
	for _, o := range l.orders {
		if n := len(l.of(o.ref)); n > 1 {
			return fmt.Errorf("%s was bought %d times", o.ref, n)
		}
		if o.payments > 1 {
			return fmt.Errorf("%s was paid %d times", o.ref, o.payments)
		}
	}
	return nil
}

// truth is what a person sees who looks at the marketplace.
func (l *ledger) truth(i core.Intent) (core.OrderID, bool) {
	if i.Op == core.OpCreateOrder {
		made := l.of(core.Ref(i.Key))
		if len(made) == 0 {
			return "", false
		}
		return made[0].id, true
	}
	o := l.byID(core.OrderID(i.Key))
	return core.OrderID(i.Key), o != nil && o.payments > 0
}

func (o *order) show() core.Order {
	shown := core.Order{OrderRef: core.OrderRef{ID: o.id}, Ref: o.ref, Status: core.AwaitingPayment, Totals: core.Totals{Payable: price},
		Lines: []core.Line{{ProductID: "p", SKUID: "s", Quantity: 3}}}
	if o.payments > 0 {
		shown.Status = core.Paid
	}
	return shown
}
