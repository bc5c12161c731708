package core_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// clock is a clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) read() time.Time         { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }
func later(t *testing.T) (*clock, func()) {
	c := &clock{noon}
	return c, func() { c.advance(time.Minute) }
}

// agedJournal is a journal that is old enough to be trusted with what it does not know.
func agedJournal(c *clock) *core.MemoryJournal {
	now := c.now
	defer func() { c.now = now }()
	c.advance(-time.Hour)
	return core.NewMemoryJournalAt(c.read)
}

// ourNumber is what the gateway sees in the place of a ref of the account "fake".
func ourNumber(ref core.Ref) core.Ref { return core.Ref(core.Number("sp", "fake", ref, 1)) }

// listing makes the fake keep numbers and answer a list with these orders; those of "order-1" have
// its number.
func (f *fake) listing(orders ...core.Order) *fake {
	f.d.Idempotency = core.LookupByRef
	f.list = func(context.Context, core.ListOrdersRequest) (core.OrderPage, error) {
		listed := slices.Clone(orders)
		for i := range listed {
			if listed[i].Ref == "order-1" {
				listed[i].Ref = ourNumber("order-1")
			}
		}
		return core.OrderPage{Orders: listed}, nil
	}
	return f
}

func TestTheSameCallAgainLooksADoubtUp(t *testing.T) {
	found := made(purchase())
	other := made(purchase())
	other.Lines[0].Quantity++
	foreign := made(purchase())
	foreign.Ref = "order-2"
	for name, row := range map[string]struct {
		orders []core.Order
		want   core.Outcome
	}{
		"found once":             {[]core.Order{foreign, found}, core.Done},
		"not found":              {[]core.Order{foreign}, core.InDoubt},
		"found twice":            {[]core.Order{found, found}, core.InDoubt},
		"found with other lines": {[]core.Order{other}, core.InDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			c, wait := later(t)
			f := newFake().answering(lost()).listing(row.orders...)
			b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
			_, err := b.CreateOrder(t.Context(), purchase())
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			wait()
			order, err := b.CreateOrder(t.Context(), purchase())
			require.Equal(t, row.want, core.OutcomeOf(err), "%v", err)
			if row.want == core.Done {
				assert.Equal(t, found.ID, order.ID)
				f.list = nil // from now on the journal knows
				again, err := b.CreateOrder(t.Context(), purchase())
				require.NoError(t, err)
				assert.Equal(t, order, again)
			}
			assert.Equal(t, 1, f.writes(), "a look-up sends nothing")
		})
	}
}

func TestADoubtIsLookedUpAtOnce(t *testing.T) {
	c, _ := later(t)
	f := newFake().answering(lost()).listing(made(purchase()))
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
	_, err := b.CreateOrder(t.Context(), purchase())
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.Zero(t, f.calls[core.OpListOrders], "an old journal knows what was begun")
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, core.OrderID("1001"), order.ID)
	assert.Equal(t, 1, f.writes())
}

func TestWhatIsBeingSentIsNotLookedUpWhileItsAttemptMayStillBeSent(t *testing.T) {
	c, _ := later(t)
	journal := agedJournal(c)
	dies := newFake().listing()
	dies.create = func(context.Context, core.CreateOrderRequest) (core.Order, error) { panic("the process ends here") }
	assert.Panics(t, func() {
		_, _ = openWith(t, dies, core.BuyerOptions{Journal: journal, Now: c.read}).CreateOrder(t.Context(), purchase())
	})
	f := newFake().listing(made(purchase()))
	b := openWith(t, f, core.BuyerOptions{Journal: journal, Now: c.read})
	c.advance(core.WriteDeadline + 15*time.Second - time.Millisecond)
	_, err := b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.InDoubt)
	require.Zero(t, f.calls[core.OpListOrders], "another host may be sending it right now")
	c.advance(time.Millisecond)
	_, err = b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Zero(t, f.writes())
}

func TestWithoutANumberOfOursOnlyAPersonCanTell(t *testing.T) {
	c, wait := later(t)
	f := newFake().answering(lost()).listing(made(purchase()))
	f.d.Idempotency = core.NoIdempotency
	b := openWith(t, f, core.BuyerOptions{Now: c.read})
	_, _ = b.CreateOrder(t.Context(), purchase())
	_, err := b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.InDoubt)
	wait()
	_, err = b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.NeedsHuman, core.InDoubt)
	assert.Zero(t, f.calls[core.OpListOrders])
	assert.NotContains(t, err.Error(), "look-up", "nothing was looked up, so nothing may be said of it")
	assert.Equal(t, 1, f.writes())
}

func TestALostPaymentIsFoundByReadingTheOrder(t *testing.T) {
	c, wait := later(t)
	f := newFake().losing()
	b := openWith(t, f, core.BuyerOptions{Now: c.read})
	r := core.PayRequest{Order: core.OrderRef{ID: "1001"}, Expect: cny("16.00")}
	_, err := b.Pay(t.Context(), r)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	wait()
	_, err = b.Pay(t.Context(), r)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err), "unpaid proves nothing: the request may be late")
	f.reading(paidOrder("1001"))
	payment, err := b.Pay(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, core.Settled, payment.State)
	assert.Equal(t, 1, f.writes())
}

func TestRecoverMarksWhatAnEarlierProcessLeft(t *testing.T) {
	c, wait := later(t)
	journal := core.NewMemoryJournal()
	f := newFake()
	f.create = func(context.Context, core.CreateOrderRequest) (core.Order, error) { panic("the process ends here") }
	assert.Panics(t, func() {
		_, _ = openWith(t, f, core.BuyerOptions{Journal: journal, Now: c.read}).CreateOrder(t.Context(), purchase())
	})
	b := openWith(t, newFake(), core.BuyerOptions{Journal: journal, Now: c.read})
	open, err := b.Recover(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)
	assert.Equal(t, core.IntentSending, open[0].State, "another host may be sending it right now")
	wait()
	for range 2 {
		open, err = b.Recover(t.Context())
		require.NoError(t, err)
		require.Len(t, open, 1, "a second time nothing changes")
		assert.Equal(t, core.IntentNeedsHuman, open[0].State, "the fair keeps no number of ours")
	}
	_, changes, err := b.History(t.Context(), open[0].IntentKey)
	require.NoError(t, err)
	var states []core.IntentState
	for _, change := range changes {
		states = append(states, change.State)
	}
	assert.Equal(t, []core.IntentState{core.IntentSending, core.IntentInDoubt, core.IntentNeedsHuman}, states)
	assert.Contains(t, changes[1].Note, "the host ended")
	assert.NotEmpty(t, changes[2].Note)
}

func TestAPersonDecidesWhatNoLookUpSettles(t *testing.T) {
	for name, happened := range map[string]bool{"it happened": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			c, wait := later(t)
			f := newFake().answering(lost())
			b := openWith(t, f, core.BuyerOptions{Now: c.read})
			_, err := b.CreateOrder(t.Context(), purchase())
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			open, err := b.Open(t.Context())
			require.NoError(t, err)
			v := core.Verdict{Version: open[0].Version, Happened: happened, OrderID: "1001", Reason: "seen in the console by Li"}

			_, err = b.Decide(t.Context(), open[0].IntentKey, v)
			assertError(t, err, core.Conflict, core.NotDone) // the attempt is not over
			wait()
			for _, bad := range []core.Verdict{{Version: v.Version, Happened: true, OrderID: "1001"}, {Version: v.Version - 1, Happened: true, OrderID: "1001", Reason: "r"}, {Version: v.Version, Happened: true, Reason: "r"}} {
				_, err = b.Decide(t.Context(), open[0].IntentKey, bad)
				require.Equal(t, core.NotDone, core.OutcomeOf(err), "%+v", bad)
			}
			_, err = b.Decide(t.Context(), core.IntentKey{Account: "fake", Op: core.OpPay, Key: "1"}, v)
			require.ErrorIs(t, err, core.NotFound)

			if !happened {
				_, err = b.Decide(t.Context(), open[0].IntentKey, v)
				assertError(t, err, core.Conflict, core.NotDone) // it may still come
				c.advance(quarantine)
			}
			_, err = b.Decide(t.Context(), open[0].IntentKey, v)
			require.NoError(t, err)
			_, changes, err := b.History(t.Context(), open[0].IntentKey)
			require.NoError(t, err)
			assert.Equal(t, "seen in the console by Li", changes[len(changes)-1].Note)
			order, err := b.CreateOrder(t.Context(), purchase())
			require.NoError(t, err)
			assert.Equal(t, core.OrderID("1001"), order.ID)
			assert.Equal(t, map[bool]int{true: 1, false: 2}[happened], f.writes(), "only what did not happen is sent again")
			_, err = b.Decide(t.Context(), open[0].IntentKey, v)
			require.ErrorIs(t, err, core.Conflict, "a verdict is given once")
		})
	}
}

func TestWhatIsPaidIsNotCancelled(t *testing.T) {
	for status, sent := range map[core.Status]int{core.Paid: 0, core.Shipped: 0, core.Cancelled: 0, core.Closed: 0, core.AwaitingPayment: 1, core.StatusUnknown: 1} {
		f := newFake().inStatus(status)
		_, err := open(t, f).CancelOrder(t.Context(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1"}})
		assert.Equal(t, sent, f.writes(), "%s: %v", status, err)
	}
}

func TestWhatIsNotShippedOrUnderRefundIsNotConfirmed(t *testing.T) {
	for _, status := range []core.Status{core.AwaitingPayment, core.Paid, core.Received, core.StatusUnknown} {
		f := newFake().inStatus(status)
		_, err := open(t, f).ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1"}})
		assertError(t, err, core.Guarded, core.NotDone)
		assert.Zero(t, f.writes())
	}
	o := unpaid("1")
	o.Status, o.Refunds = core.Shipped, []core.Refund{{ID: "f1", State: core.RefundRequested}}
	f := newFake().reading(o)
	_, err := open(t, f).ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1"}})
	assertError(t, err, core.Guarded, core.NotDone)
}
