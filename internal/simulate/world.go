package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

const (
	refs  = 3
	hosts = 2
	steps = 40
)

// World is one schedule: a gateway, its ledger, two hosts and one journal.
type World struct {
	rand    *rand.Rand
	now     time.Time
	mutant  Mutant
	journal core.Journal
	hosts   [hosts]*host
	ledger  ledger
	calm    bool // no more faults
	// Faults counts what went wrong, by name.
	Faults map[string]int
}

// host is one process: a Buyer that a crash takes away.
type host struct {
	world *World
	skew  time.Duration
	buyer *core.Buyer
	busy  bool // in the middle of a call
}

// crash is what a process that ends panics with.
type crash struct{ at string }

// Run plays the schedule of a seed and gives what broke, if anything did.
func Run(seed uint64, m Mutant) (*World, error) {
	w := &World{rand: rand.New(rand.NewPCG(seed, 0x5a3b)), now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), mutant: m, Faults: map[string]int{}}
	w.ledger = ledger{world: w, keepsRefs: w.rand.IntN(2) == 0, fenced: w.rand.IntN(2) == 0 && !m.believesInAFence,
		skew: w.pick(-skewMost, 0, skewMost), lag: w.pick(0, lagMost/2, lagMost)}
	w.journal = m.journal(&crashingJournal{Journal: oldJournal(w), world: w})
	for i := range w.hosts {
		w.hosts[i] = &host{world: w, skew: w.pick(-skewMost, 0, skewMost)}
		w.hosts[i].restart()
	}
	for range steps {
		w.step()
		if err := w.ledger.check(); err != nil {
			return w, err
		}
	}
	return w, w.settle()
}

func (h *host) restart() {
	b, err := core.NewBuyer(context.Background(), &adapter{h.world, h.skew}, core.BuyerOptions{Account: "shop", Journal: h.world.journal,
		Fence: h.world.believedFence(), Now: func() time.Time { return h.world.now.Add(h.skew) }})
	if err != nil {
		panic(err) // Describe of the simulated adapter cannot fail
	}
	h.buyer = b
}

// oldJournal is older than any purchase, so that nobody looks before a first send.
func oldJournal(w *World) core.Journal {
	w.now = w.now.Add(-24 * time.Hour)
	defer func() { w.now = w.now.Add(24 * time.Hour) }()
	return core.NewMemoryJournalAt(func() time.Time { return w.now })
}

// fence is what the operator was told: mutants are told less.
func (w *World) fence() core.Fence {
	return core.Fence{Window: window - w.mutant.forgets, Effect: effectMost}
}

func (w *World) believedFence() *core.Fence {
	if !w.ledger.fenced && !w.mutant.believesInAFence {
		return nil
	}
	f := w.fence()
	return &f
}

// step lets one host do one thing, or time pass where all are in the middle of a call.
func (w *World) step() {
	var free []*host
	for _, h := range w.hosts {
		if !h.busy {
			free = append(free, h)
		}
	}
	if len(free) == 0 {
		w.pass(30 * time.Second)
		return
	}
	w.act(free[w.rand.IntN(len(free))])
}

func (w *World) act(h *host) {
	ref := core.Ref(fmt.Sprint("po-", w.rand.IntN(refs)))
	switch n := w.rand.IntN(14); {
	case n < 4:
		w.do(h, func(b *core.Buyer) { _, _ = b.CreateOrder(context.Background(), purchase(ref)) })
	case n < 6:
		w.do(h, func(b *core.Buyer) { w.pay(b, ref) })
	case n == 6:
		w.do(h, func(b *core.Buyer) { w.refund(b, ref) })
	case n < 9:
		w.do(h, func(b *core.Buyer) { _, _ = b.Recover(context.Background()) })
	case n == 9:
		h.restart()
	case n == 10:
		w.changePrice()
	case n == 11:
		w.passQuarantine(h)
	default:
		w.pass(w.pick(time.Second, 20*time.Second, time.Minute, 15*time.Minute))
	}
}

// changePrice is a seller at work. A payment carries no amount, so a price that changes while one is
// on its way cannot be held, and no protocol can help that: the seller rests meanwhile.
func (w *World) changePrice() {
	for _, h := range w.hosts {
		if h.busy {
			return
		}
	}
	for _, o := range w.ledger.orders {
		open, _ := w.journal.Find(context.Background(), core.Filter{About: o.id, States: core.OpenStates()}) // of memory
		if o.payments == 0 && len(open) == 0 && w.rand.IntN(2) == 0 {
			o.price = []money.Amount{price, dearer}[w.rand.IntN(2)]
			w.Faults["price changed"]++
		}
	}
}

// passQuarantine goes to the very moment at which a host believes that a doubt has waited enough, and
// lets it make the same call twice: the first finds nothing, the second may send.
func (w *World) passQuarantine(h *host) {
	open, err := w.journal.Find(context.Background(), core.Filter{States: []core.IntentState{core.IntentInDoubt, core.IntentSending}})
	if err != nil || len(open) == 0 {
		return
	}
	i := open[w.rand.IntN(len(open))]
	w.pass(i.Attempt.SignedAt.Add(w.believedFence().Quarantine()).Sub(w.now.Add(h.skew)))
	for range 2 {
		w.do(h, func(b *core.Buyer) {
			switch i.Op {
			case core.OpCreateOrder:
				_, _ = b.CreateOrder(context.Background(), purchase(core.Ref(i.Key)))
			case core.OpPay:
				_, _ = b.Pay(context.Background(), core.PayRequest{Order: core.OrderRef{ID: i.About}, Expect: price})
			}
		})
	}
}

// do runs one call of a host; a crash in it costs the host its memory.
func (w *World) do(h *host, f func(*core.Buyer)) {
	h.busy = true
	defer func() {
		h.busy = false
		if r := recover(); r != nil {
			c, ok := r.(crash)
			if !ok {
				panic(r)
			}
			w.Faults["crash "+c.at]++
			h.restart()
		}
	}()
	w.mutant.before(w, h)
	f(h.buyer)
}

// pay pays what the host believes the purchase became.
func (w *World) pay(b *core.Buyer, ref core.Ref) {
	order, err := b.CreateOrder(context.Background(), purchase(ref))
	if err != nil {
		return
	}
	_, _ = b.Pay(context.Background(), core.PayRequest{Order: order.OrderRef, Expect: price})
	if w.calm { // agree to a new price
		_, _ = b.Pay(context.Background(), core.PayRequest{Order: order.OrderRef, Expect: dearer})
	}
}

// refund asks for a part back, under one of three names: the sum of all three is too much.
func (w *World) refund(b *core.Buyer, ref core.Ref) {
	order, err := b.CreateOrder(context.Background(), purchase(ref))
	if err != nil {
		return
	}
	_, _ = b.Refund(context.Background(), core.RefundRequest{Ref: core.Ref(fmt.Sprint("rf-", ref, w.rand.IntN(3))), Order: order.OrderRef, Kind: core.RefundOnly,
		Lines: []core.RefundLine{{ID: "l"}}, Amount: part})
}

func (w *World) pass(d time.Duration) {
	if d < 0 {
		return
	}
	end := w.now.Add(d)
	w.ledger.deliver(end)
	w.now = end
}

var (
	price  = money.MustParse("232.00", money.CNY)
	dearer = money.MustParse("240.00", money.CNY)
	part   = money.MustParse("100.00", money.CNY)
)

func purchase(ref core.Ref) core.CreateOrderRequest {
	goods := core.ProductID("p")
	if ref == "po-2" { // the others are of the same goods
		goods = "q"
	}
	return core.CreateOrderRequest{Ref: ref, Lines: []core.OrderLine{{ProductID: goods, SKUID: "s", Quantity: 3}}}
}

// settle ends the faults, lets a truthful person decide, and holds what the hosts believe against
// what happened.
func (w *World) settle() error {
	w.calm = true
	w.pass(time.Hour)
	h := w.hosts[0]
	h.restart()
	for range 4 { // a purchase, its payment, a refund, and nothing left
		if err := w.people(h); err != nil {
			return err
		}
		for i := range refs {
			w.do(h, func(b *core.Buyer) { w.pay(b, core.Ref(fmt.Sprint("po-", i))) })
			w.do(h, func(b *core.Buyer) { w.refund(b, core.Ref(fmt.Sprint("po-", i))) })
			w.pass(time.Hour)
		}
	}
	return errors.Join(w.ledger.check(), w.believed(h.buyer))
}

// people lets a person who sees the ledger decide every doubt.
func (w *World) people(h *host) error {
	open, err := h.buyer.Recover(context.Background())
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	for _, intent := range open {
		v := core.Verdict{Version: intent.Version, Reason: "seen in the ledger"}
		v.OrderID, v.RefundID, v.Happened = w.ledger.truth(intent)
		if _, err := h.buyer.Decide(context.Background(), intent.IntentKey, v); err != nil {
			return fmt.Errorf("an intent without an end: %s %s: %w", intent.Op, intent.Key, err)
		}
	}
	return nil
}

// believed checks that every purchase is done, exists once, and is paid once.
func (w *World) believed(b *core.Buyer) error {
	for i := range refs {
		ref := core.Ref(fmt.Sprint("po-", i))
		order, err := b.CreateOrder(context.Background(), purchase(ref))
		if errors.Is(err, core.Refused) {
			if len(w.ledger.of(numberOf(ref))) != 0 {
				return fmt.Errorf("%s was refused, and yet there is an order", ref)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%s has no end: %w", ref, err)
		}
		made := w.ledger.of(numberOf(ref))
		if len(made) != 1 || made[0].id != order.ID {
			return fmt.Errorf("%s is believed to be %s; the ledger has %d orders of it", ref, order.ID, len(made))
		}
		if made[0].payments != 1 {
			return fmt.Errorf("%s is paid %d times", ref, made[0].payments)
		}
	}
	return nil
}
