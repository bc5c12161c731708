package core_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// Two hosts on one journal buy at a gateway that believes everything: it makes an order for every
// create, and pays, cancels and pays back whatever it is told to. Hosts die at every place, answers
// are lost, effects are late. Whatever happens, nothing happens twice.
func TestNothingHappensTwiceWhateverFails(t *testing.T) {
	for name, world := range map[string]world{
		"numbers and a fence":       {core.LookupByRef, fence},
		"numbers without a fence":   {core.LookupByRef, nil},
		"a fence without numbers":   {core.NoIdempotency, fence},
		"neither numbers nor fence": {core.NoIdempotency, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := newMachine(t, world)
				t.Repeat(map[string]func(*rapid.T){
					"":         m.check,
					"create":   m.outermost(m.create),
					"pay":      m.outermost(m.pay),
					"pay 2":    m.outermost(m.pay),
					"cancel":   m.outermost(m.cancel),
					"refund":   m.outermost(m.refund),
					"refund 2": m.outermost(m.refund),
					"recover":  m.outermost(m.recover),
					"restart":  m.outermost(m.restart),
					"decide":   m.outermost(m.decide),
					"again":    m.outermost(m.beginAgain),
					"advance":  m.outermost(m.advance),
					"wait":     m.outermost(m.advance),
				})
				m.checkEnd(t)
			})
		})
	}
}

// world is what a gateway keeps and what was proved of it.
type world struct {
	idempotency core.Idempotency
	fence       *core.Fence
}

const (
	mostADay = 2000 // one payment
	price    = 1600
)

type machine struct {
	t       *rapid.T
	clock   *clock
	journal *core.MemoryJournal
	adapter *fake
	fence   *core.Fence
	hosts   [2]*core.Buyer

	// active is the host that acts; while it is nested in a call of the other, both do.
	active              int
	nested, interrupted bool
	// doom counts the journal's changes until the active host dies.
	doom int
	// blind reads fail.
	blind bool

	orders []*booked
	late   []lateEffect
	// truth counts, per write, the effects that happened or are on their way.
	truth  map[core.IntentKey]int
	spent  map[string]int64
	broken []string
}

// booked is an order as the gateway has it.
type booked struct {
	id              core.OrderID
	number          core.Ref
	lines           []core.OrderLine
	listed          time.Time // lists show it from then on
	paid, cancelled bool
	refunds         []core.Refund
	shown           []time.Time // of each refund
	back            int64
}

type lateEffect struct {
	at time.Time
	do func()
}

// death is how a host ends.
type death struct{}

func newMachine(t *rapid.T, w world) *machine {
	m := &machine{t: t, fence: w.fence, clock: &clock{noon}, adapter: newFake(), truth: map[core.IntentKey]int{}, spent: map[string]int64{}}
	m.journal = core.NewMemoryJournalAt(m.clock.read)
	if rapid.Bool().Draw(t, "old journal") {
		m.clock.advance(time.Hour)
	}
	m.adapter.d.Idempotency = w.idempotency
	m.adapter.withEffect(lookupable)
	m.adapter.create, m.adapter.list, m.adapter.get = m.sentCreate, m.readList, m.readOrder
	m.adapter.pay, m.adapter.cancel, m.adapter.refund = m.sentPay, m.sentCancel, m.sentRefund
	for i := range m.hosts {
		m.open(i)
	}
	return m
}

func (m *machine) open(host int) {
	m.hosts[host] = openWith(m.t, m.adapter, core.BuyerOptions{Now: m.clock.read, Journal: mortalJournal{m.journal, m},
		Fence: m.fence, Limits: core.BuyerLimits{MaxDay: money.FromFen(mostADay)}})
}

// outermost is an action that was not begun within another. Reads may fail and its host may die
// during it.
func (m *machine) outermost(action func()) func(*rapid.T) {
	return func(t *rapid.T) {
		m.t, m.nested, m.interrupted = t, false, false
		m.active = m.n("host", len(m.hosts))
		m.doom, m.blind = m.n("doom", 24), m.n("blind", 8) == 1
		action()
	}
}

func (m *machine) n(label string, below int) int { return rapid.IntRange(0, below-1).Draw(m.t, label) }

func (m *machine) break_(format string, args ...any) {
	m.broken = append(m.broken, fmt.Sprintf(format, args...))
}

// interrupt lets the other host act in the middle of what the active one does.
func (m *machine) interrupt() {
	if m.nested || m.n("interrupt", 10) != 1 {
		return
	}
	doom, blind := m.doom, m.blind
	m.nested, m.interrupted, m.active = true, true, 1-m.active
	m.doom, m.blind = m.n("doom", 24), false
	defer func() { m.nested, m.active, m.doom, m.blind = false, 1-m.active, doom, blind }()
	rapid.SampledFrom([]func(){m.create, m.pay, m.pay, m.cancel, m.refund, m.refund, m.recover, m.advance}).Draw(m.t, "meanwhile")()
}

// mortalJournal is the journal as a host reaches it that may stand still or die at each change.
type mortalJournal struct {
	*core.MemoryJournal
	m *machine
}

func (j mortalJournal) Reserve(ctx context.Context, i core.Intent) (onRecord core.Intent, known bool, err error) {
	j.m.mortally(func() { onRecord, known, err = j.MemoryJournal.Reserve(ctx, i) })
	return onRecord, known, err
}

func (j mortalJournal) Update(ctx context.Context, i core.Intent) (onRecord core.Intent, err error) {
	j.m.mortally(func() { onRecord, err = j.MemoryJournal.Update(ctx, i) })
	return onRecord, err
}

func (m *machine) mortally(change func()) {
	m.interrupt()
	m.doom--
	if m.doom == 0 && m.n("before", 2) == 1 {
		panic(death{})
	}
	change()
	if m.doom == 0 {
		panic(death{})
	}
}

// call makes one call of the active host, which is replaced if it dies, and holds what the caller is
// told against the truth.
func (m *machine) call(key core.IntentKey, call func(*core.Buyer) error) {
	host := m.active
	err, died := m.survive(func() error { return call(m.hosts[host]) })
	if died {
		m.open(host)
		return
	}
	told, happened := core.OutcomeOf(err), m.truth[key]
	if told == core.Done && happened == 0 {
		m.break_("%v: the caller is told that it is done, and it is not: %v", key, err)
	}
	if conflict := isCode(err, core.Conflict); told == core.NotDone && happened > 0 && !conflict && !m.interrupted {
		m.break_("%v: the caller is told that it is not done, and it is: %v", key, err)
	}
}

func isCode(err error, code core.Code) bool {
	e, ok := err.(*core.Error)
	return ok && e.Code == code
}

func (m *machine) survive(call func() error) (err error, died bool) {
	defer func() {
		if ended := recover(); ended != nil {
			if _, died = ended.(death); !died {
				panic(ended)
			}
		}
	}()
	return call(), false
}

// The actions.

func (m *machine) create() {
	r := purchase()
	r.Ref = core.Ref(fmt.Sprintf("buy-%d", m.n("ref", 3)))
	m.call(core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: string(r.Ref)}, func(b *core.Buyer) error {
		order, err := b.CreateOrder(context.Background(), r)
		if err == nil && order.Ref != r.Ref {
			m.break_("got an order of %q for %q", order.Ref, r.Ref)
		}
		return err
	})
}

func (m *machine) any() (core.OrderRef, bool) {
	if len(m.orders) == 0 {
		return core.OrderRef{}, false
	}
	return core.OrderRef{ID: m.orders[m.n("order", len(m.orders))].id}, true
}

func (m *machine) pay() {
	order, ok := m.any()
	if !ok {
		return
	}
	r := core.PayRequest{Order: order, Expect: money.FromFen(price - int64(m.n("slip", 8)/7))}
	m.call(core.IntentKey{Account: "fake", Op: core.OpPay, Key: string(order.ID)}, func(b *core.Buyer) error {
		_, err := b.Pay(context.Background(), r)
		return err
	})
}

func (m *machine) cancel() {
	order, ok := m.any()
	if !ok {
		return
	}
	m.call(core.IntentKey{Account: "fake", Op: core.OpCancelOrder, Key: string(order.ID)}, func(b *core.Buyer) error {
		_, err := b.CancelOrder(context.Background(), core.CancelOrderRequest{Order: order})
		return err
	})
}

func (m *machine) refund() {
	order, ok := m.any()
	if !ok {
		return
	}
	n := m.n("ref", 4)
	r := core.RefundRequest{Ref: core.Ref(fmt.Sprintf("back-%s-%d", order.ID, n)), Order: order, Kind: core.RefundOnly, Amount: money.FromFen([]int64{600, 600, 900, 900}[n])}
	m.call(core.IntentKey{Account: "fake", Op: core.OpRefund, Key: string(r.Ref)}, func(b *core.Buyer) error {
		_, err := b.Refund(context.Background(), r)
		return err
	})
}

func (m *machine) recover() {
	host := m.active
	_, died := m.survive(func() error {
		_, err := m.hosts[host].Recover(context.Background())
		return err
	})
	if died {
		m.open(host)
	}
}

func (m *machine) restart() { m.open(m.active) }

// advance moves the clock; what was late happens meanwhile.
func (m *machine) advance() {
	m.elapse(rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, 61 * time.Second, 2 * time.Minute, 15 * time.Minute, 15 * time.Minute, 26 * time.Hour}).Draw(m.t, "wait"))
}

func (m *machine) elapse(d time.Duration) {
	until := m.clock.now.Add(d)
	slices.SortStableFunc(m.late, func(a, b lateEffect) int { return a.at.Compare(b.at) })
	for len(m.late) > 0 && !m.late[0].at.After(until) {
		m.clock.now = m.late[0].at
		m.late[0].do()
		m.late = m.late[1:]
	}
	m.clock.now = until
}

// decide is a person who says the truth about what waits for one. Where the gateway keeps no number
// the person is asked at once and must know how long a request may be late.
func (m *machine) decide() {
	for _, i := range m.inState(core.IntentNeedsHuman) {
		if m.clock.now.Before(i.Attempt.SignedAt.Add(quarantine)) {
			if m.adapter.d.Idempotency != core.NoIdempotency {
				m.break_("%v: a person is asked before the quarantine is over", i.IntentKey)
			}
			continue
		}
		v := core.Verdict{Version: i.Version, Happened: m.truth[i.IntentKey] > 0, Reason: "seen"}
		for _, o := range m.orders {
			if i.Op == core.OpCreateOrder && refOf(o.number) == i.Key {
				v.OrderID = o.id
			}
		}
		m.verdict(i, v)
	}
}

// beginAgain lets a refused purchase begin anew.
func (m *machine) beginAgain() {
	for _, i := range m.inState(core.IntentRefused) {
		if i.Op == core.OpCreateOrder && i.Generation < 3 {
			m.verdict(i, core.Verdict{Version: i.Version, Again: true, Reason: "in stock again"})
			return
		}
	}
}

func (m *machine) verdict(i core.Intent, v core.Verdict) {
	host := m.active
	m.doom, m.blind, m.nested = 0, false, true // nothing goes wrong meanwhile
	if _, err := m.hosts[host].Decide(context.Background(), i.IntentKey, v); err != nil {
		m.break_("%v: a true verdict is refused: %v", i.IntentKey, err)
	}
}

func (m *machine) inState(s core.IntentState) []core.Intent {
	intents, _ := m.journal.Find(context.Background(), core.Filter{States: []core.IntentState{s}})
	return intents
}

// The gateway.

// answer draws what comes of a request and lets its effect happen, now or later. inDoubt says that
// the caller gets no answer.
func (m *machine) answer(key core.IntentKey, a core.Attempt, mayBeLate bool, do func()) error {
	m.interrupt()
	if err := a.Check(m.clock.now); err != nil {
		return err
	}
	will := func(d time.Duration) {
		if m.truth[key]++; m.truth[key] > 1 {
			m.break_("%v happens %d times", key, m.truth[key])
		}
		if d == 0 {
			do()
			return
		}
		m.late = append(m.late, lateEffect{m.clock.now.Add(d), do})
	}
	lateBy := func() time.Duration { return time.Duration(1+m.n("late", 120)) * time.Second }
	switch said := rapid.SampledFrom([]string{"done", "done", "done", "done", "not sent", "refused", "lost before", "lost after", "late", "late", "dies before", "dies after", "dies, late", "done, late"}).Draw(m.t, "answer"); said {
	case "not sent":
		return notSent()
	case "refused":
		return refusedBy()
	case "lost before":
		return lost()
	case "lost after":
		will(0)
		return lost()
	case "late":
		will(lateBy())
		return lost()
	case "dies before":
		panic(death{})
	case "dies after":
		will(0)
		panic(death{})
	case "dies, late":
		will(lateBy())
		panic(death{})
	case "done, late":
		if mayBeLate {
			will(lateBy())
			return nil
		}
	}
	will(0)
	return nil
}

// numbers is what the gateway's numbers stand for.
var numbers = func() map[core.Ref]string {
	refs := map[core.Ref]string{}
	for n := range 3 {
		for generation := 1; generation <= 4; generation++ {
			ref := fmt.Sprintf("buy-%d", n)
			refs[core.Ref(core.Number("sp", "fake", core.Ref(ref), generation))] = ref
		}
	}
	return refs
}()

func refOf(number core.Ref) string { return numbers[number] }

func (m *machine) sentCreate(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
	var made *booked
	key := core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: refOf(r.Ref)}
	if key.Key == "" {
		m.break_("a create under the unknown number %q", r.Ref)
	}
	err := m.answer(key, r.Attempt, false, func() {
		made = &booked{id: core.OrderID(fmt.Sprintf("%d", 1001+len(m.orders))), number: r.Ref, lines: r.Lines, listed: m.clock.now.Add(m.lag())}
		m.orders = append(m.orders, made)
	})
	if err != nil {
		return core.Order{}, err
	}
	order := m.show(made)
	order.Ref = r.Ref // an adapter repeats what it was asked for
	return order, nil
}

// lag is how long a list may not show what there is.
func (m *machine) lag() time.Duration { return time.Duration(m.n("lag", 61)) * time.Second }

// show is an order as it is read now.
func (m *machine) show(o *booked) core.Order {
	shown := unpaid(o.id)
	if m.adapter.d.Idempotency != core.NoIdempotency {
		shown.Ref = o.number
	}
	switch {
	case o.cancelled:
		shown.Status = core.Cancelled
	case o.paid:
		shown.Status = core.Paid
	}
	for i, refund := range o.refunds {
		if !o.shown[i].After(m.clock.now) {
			shown.Refunds = append(shown.Refunds, refund)
		}
	}
	return shown
}

func (m *machine) readList(_ context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	m.interrupt()
	var page core.OrderPage
	if m.blind {
		return page, notSent()
	}
	for _, o := range m.orders {
		if (r.Ref == "" || r.Ref == o.number) && !o.listed.After(m.clock.now) {
			page.Orders = append(page.Orders, m.show(o))
		}
	}
	return page, nil
}

func (m *machine) order(id core.OrderID) *booked {
	for _, o := range m.orders {
		if o.id == id {
			return o
		}
	}
	return nil
}

func (m *machine) readOrder(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
	m.interrupt()
	o := m.order(r.Order.ID)
	if m.blind || o == nil {
		return core.Order{}, notSent()
	}
	return m.show(o), nil
}

func (m *machine) sentPay(_ context.Context, r core.PayRequest) (core.Payment, error) {
	o := m.order(r.Order.ID)
	before := m.truth[payKey(o.id)]
	err := m.answer(payKey(o.id), r.Attempt, true, func() {
		if o.cancelled {
			m.break_("order %s is paid although it was cancelled", o.id)
		}
		o.paid = true
	})
	if m.truth[payKey(o.id)] > before {
		m.debit(r)
	}
	state := core.Settled
	if m.n("accepted", 2) == 1 {
		state = core.Accepted
	}
	return core.Payment{Order: r.Order, State: state}, err
}

func payKey(id core.OrderID) core.IntentKey {
	return core.IntentKey{Account: "fake", Op: core.OpPay, Key: string(id)}
}

func (m *machine) debit(r core.PayRequest) {
	if fen, _ := r.Expect.Minor(); fen != price {
		m.break_("order %s costs %d fen, and %d were agreed to", r.Order.ID, price, fen)
	}
	day := r.Attempt.SignedAt.Format(time.DateOnly)
	if m.spent[day] += price; m.spent[day] > mostADay {
		m.break_("%d fen are spent on %s", m.spent[day], day)
	}
}

func (m *machine) sentCancel(_ context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	o := m.order(r.Order.ID)
	accepted := len(m.late)
	err := m.answer(core.IntentKey{Account: "fake", Op: core.OpCancelOrder, Key: string(o.id)}, r.Attempt, true, func() {
		if o.paid {
			m.break_("order %s is cancelled although it was paid", o.id)
		}
		o.cancelled = true
	})
	state := core.CancelDone
	if len(m.late) > accepted {
		state = core.CancelAccepted
	}
	return core.Cancellation{Order: r.Order, State: state}, err
}

// sentRefund takes a refund at once or late, and shows it later still.
func (m *machine) sentRefund(_ context.Context, r core.RefundRequest) (core.Refund, error) {
	o := m.order(r.Order.ID)
	refund := core.Refund{ID: core.RefundID("at-" + string(r.Ref)), Amount: r.Amount, State: core.RefundRequested}
	err := m.answer(core.IntentKey{Account: "fake", Op: core.OpRefund, Key: string(r.Ref)}, r.Attempt, true, func() {
		fen, _ := r.Amount.Minor()
		if o.back += fen; o.back > price || !o.paid {
			m.break_("%d fen come back for order %s (paid: %v)", o.back, o.id, o.paid)
		}
		refund.Created = m.clock.now
		o.refunds, o.shown = append(o.refunds, refund), append(o.shown, m.clock.now.Add(m.lag()))
	})
	return core.Refund{ID: refund.ID, State: core.RefundRequested}, err
}

// The invariants.

func (m *machine) check(t *rapid.T) {
	for _, broken := range m.broken {
		t.Error(broken)
	}
	m.checkOrders(t)
	intents, _ := m.journal.Find(context.Background(), core.Filter{})
	open, claims, spend := map[core.OrderID]int{}, map[string]core.IntentKey{}, map[string]int64{}
	for _, i := range intents {
		if i.Op != core.OpCreateOrder && i.State.IsOpen() {
			if open[i.About]++; open[i.About] > 1 {
				t.Errorf("order %s has %d open money operations", i.About, open[i.About])
			}
		}
		for _, claim := range i.Claims {
			if other, taken := claims[claim]; taken {
				t.Errorf("%v and %v have %s", other, i.IntentKey, claim)
			}
			claims[claim] = i.IntentKey
		}
		if i.Spend.Amount.IsSet() {
			fen, _ := i.Spend.Amount.Minor()
			if spend[i.Spend.Day] += fen; spend[i.Spend.Day] > mostADay {
				t.Errorf("the journal counts %d fen on %s", spend[i.Spend.Day], i.Spend.Day)
			}
		}
		m.checkHistory(t, i)
	}
}

// checkEnd lets everything come to its end: nothing may stay in doubt once reads work and a person
// has looked, and no order may stay taken.
func (m *machine) checkEnd(t *rapid.T) {
	m.doom, m.blind, m.nested = 0, false, true
	for range 3 {
		m.elapse(20 * time.Minute)
		m.recover()
		m.decide()
	}
	m.check(t)
	intents, _ := m.journal.Find(context.Background(), core.Filter{})
	for _, i := range intents {
		if i.State.IsOpen() || !i.Due.IsZero() {
			t.Errorf("%v stays %s, due %s", i.IntentKey, i.State, i.Due)
		}
		for _, claim := range i.Claims {
			if strings.HasPrefix(claim, "money:") || strings.HasPrefix(claim, "goods:") {
				t.Errorf("%v, which is %s, keeps %s", i.IntentKey, i.State, claim)
			}
		}
	}
}

// checkOrders looks at what there is at the gateway.
func (m *machine) checkOrders(t *rapid.T) {
	perRef := map[string]int{}
	for _, o := range m.orders {
		if perRef[refOf(o.number)]++; perRef[refOf(o.number)] > 1 {
			t.Errorf("%s became %d orders", refOf(o.number), perRef[refOf(o.number)])
		}
		if o.paid && o.cancelled {
			t.Errorf("order %s is paid and cancelled", o.id)
		}
	}
}

// checkHistory follows an intent from its beginning.
func (m *machine) checkHistory(t *rapid.T, i core.Intent) {
	changes, _ := m.journal.Changes(context.Background(), i.IntentKey)
	state, attempts := core.IntentNone, 0
	for n, change := range changes {
		if !state.MayBecome(change.State) {
			t.Errorf("%v moves from %s to %s", i.IntentKey, state, change.State)
		}
		if change.Version != int64(n+1) || change.Attempt.No < attempts {
			t.Errorf("%v: change %d has version %d and attempt %d after %d", i.IntentKey, n+1, change.Version, change.Attempt.No, attempts)
		}
		state, attempts = change.State, change.Attempt.No
	}
	if state != i.State {
		t.Errorf("%v is %s and its history ends with %s", i.IntentKey, i.State, state)
	}
}
