package core_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// theWrites is one call of every write, all about order 1001.
var theWrites = map[core.Operation]func(*core.Buyer) error{
	core.OpCreateOrder: func(b *core.Buyer) error {
		_, err := b.CreateOrder(context.Background(), purchase())
		return err
	},
	core.OpPay: func(b *core.Buyer) error {
		_, err := b.Pay(context.Background(), payment16())
		return err
	},
	core.OpRefund: func(b *core.Buyer) error {
		_, err := b.Refund(context.Background(), refundOf("1.00"))
		return err
	},
	core.OpCancelOrder: func(b *core.Buyer) error {
		_, err := b.CancelOrder(context.Background(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1001"}})
		return err
	},
	core.OpConfirmReceipt: func(b *core.Buyer) error {
		_, err := b.ConfirmReceipt(context.Background(), core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1001"}})
		return err
	},
}

// keyOf is the key of a write of theWrites.
func keyOf(op core.Operation) core.IntentKey {
	return core.IntentKey{Account: "fake", Op: op, Key: map[core.Operation]string{core.OpCreateOrder: "order-1", core.OpRefund: "refund-1", core.OpPay: "1001", core.OpCancelOrder: "1001", core.OpConfirmReceipt: "1001"}[op]}
}

// withEffect makes every operation of the fake declare an effect.
func (f *fake) withEffect(e core.Effect) *fake {
	for op, c := range f.d.Operations {
		c.Effect = e
		f.d.Operations[op] = c
	}
	return f
}

// losingAll makes every write's answer get lost, without an effect that could be read.
func losingAll(op core.Operation) *fake {
	return newFake().answering(lost(), lost(), lost()).losing().listing().readyFor(op)
}

// happened makes the fake show the effect of a write.
func (f *fake) happened(op core.Operation) *fake {
	switch op {
	case core.OpCreateOrder:
		f.listing(made(purchase()))
	case core.OpPay:
		f.reading(paidOrder("1001"))
	case core.OpRefund:
		o := paidOrder("1001")
		o.Refunds = []core.Refund{{ID: "f1", State: core.RefundRequested, Amount: cny("1.00")}}
		f.reading(o)
	case core.OpCancelOrder:
		f.inStatus(core.Cancelled)
	case core.OpConfirmReceipt:
		f.inStatus(core.Received)
	}
	return f
}

var (
	fence      = &core.Fence{Window: 600 * time.Second, Effect: 120 * time.Second}
	lookupable = core.Effect{Class: core.EffectLookup, Fence: 600 * time.Second}
	quarantine = 1080 * time.Second
)

// forEveryWrite runs a test for each write, with an adapter that loses its answer and an old journal.
func forEveryWrite(t *testing.T, test func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal)) {
	for op := range theWrites {
		t.Run(string(op), func(t *testing.T) {
			c := &clock{noon}
			test(t, op, losingAll(op), c, agedJournal(c))
		})
	}
}

func TestWhatIsNotFoundStaysInDoubtUntilTheQuarantineIsOver(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: j})
		assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt)
		for _, wait := range []time.Duration{0, time.Minute, quarantine - time.Minute - time.Millisecond} {
			c.advance(wait)
			assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt)
		}
		c.advance(time.Millisecond)
		assertError(t, theWrites[op](b), core.NeedsHuman, core.InDoubt)
	})
}

func TestNothingIsSentBeforeAPersonDecides(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: j})
		require.Error(t, theWrites[op](b))
		c.advance(quarantine)
		for range 3 {
			open, err := b.Recover(t.Context())
			require.NoError(t, err)
			require.Len(t, open, 1)
			require.Equal(t, core.IntentNeedsHuman, open[0].State)
			_, err = b.Resolve(t.Context(), keyOf(op))
			assertError(t, err, core.NeedsHuman, core.InDoubt)
			assertError(t, theWrites[op](b), core.NeedsHuman, core.InDoubt)
			c.advance(48 * time.Hour)
		}
		assert.Equal(t, 1, f.writes())

		intent, err := b.Resolve(t.Context(), keyOf(op))
		require.Error(t, err)
		intent, err = b.Decide(t.Context(), keyOf(op), core.Verdict{Version: intent.Version, Reason: "not in the console, says Li"})
		require.NoError(t, err)
		require.Equal(t, core.IntentNotApplied, intent.State)
		assert.Equal(t, 1, f.writes(), "a verdict sends nothing")
		assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt)
		require.Equal(t, 2, f.writes())
		assert.Equal(t, 2, f.attempts[1].No)
	})
}

func TestBehindAFenceWhatIsNotFoundDidNotHappen(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		require.Error(t, theWrites[op](b))
		c.advance(quarantine - time.Millisecond)
		assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt)
		c.advance(time.Millisecond)
		assertError(t, theWrites[op](b), core.Unavailable, core.NotDone)
		intent, err := b.Resolve(t.Context(), keyOf(op))
		assert.Equal(t, core.NotDone, core.OutcomeOf(err))
		assert.Equal(t, core.IntentNotApplied, intent.State)
		require.Equal(t, 1, f.writes(), "the look-up itself sends nothing")

		reads := f.calls[core.OpListOrders] + f.calls[core.OpGetOrder]
		assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt)
		require.Equal(t, 2, f.writes())
		assert.Equal(t, core.Attempt{No: 2, SignedAt: c.now, NotAfter: c.now.Add(core.WriteDeadline)}, f.attempts[1])
		assert.Greater(t, f.calls[core.OpListOrders]+f.calls[core.OpGetOrder], reads, "one more look-up")
	})
}

func TestALookUpThatFailsBeforeTheSecondAttemptStopsIt(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		require.Error(t, theWrites[op](b))
		c.advance(quarantine)
		require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[op](b)))
		f.blind()
		assertError(t, theWrites[op](b), core.Unavailable, core.NotDone)
		assert.Equal(t, 1, f.writes())
	})
}

// blind makes every read fail.
func (f *fake) blind() {
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return core.Order{}, notSent() }
	f.list = func(context.Context, core.ListOrdersRequest) (core.OrderPage, error) {
		return core.OrderPage{}, notSent()
	}
}

func TestALateFindAfterTheProofIsDoneAndSendsNothing(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		require.Error(t, theWrites[op](b))
		c.advance(quarantine)
		require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[op](b)))
		f.happened(op)
		for range 2 {
			require.NoError(t, theWrites[op](b))
		}
		intent, changes, err := b.History(t.Context(), keyOf(op))
		require.NoError(t, err)
		assert.Equal(t, core.IntentDone, intent.State)
		assert.Contains(t, changes[len(changes)-1].Note, "an assumption is broken")
		assert.Equal(t, 1, f.writes())
	})
}

func TestOnlyAProvedFenceThatIsWideEnoughIsAProof(t *testing.T) {
	for name, row := range map[string]struct {
		fence  *core.Fence
		effect core.Effect
	}{
		"no fence":                            {nil, lookupable},
		"a fence narrower than the gateway's": {&core.Fence{Window: 599 * time.Second, Effect: 120 * time.Second}, lookupable},
		"a fence of nothing":                  {&core.Fence{}, lookupable},
		"a gateway without a fence":           {fence, core.Effect{Class: core.EffectLookup}},
		"an effect for a person":              {fence, core.Effect{Class: core.EffectHuman, Fence: 600 * time.Second}},
		"an effect that is deduplicated":      {fence, core.Effect{Class: core.EffectDedup, Fence: 600 * time.Second}},
		"an effect that nobody described":     {fence, core.Effect{}},
	} {
		t.Run(name, func(t *testing.T) {
			forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
				b := openWith(t, f.withEffect(row.effect), core.BuyerOptions{Now: c.read, Journal: j, Fence: row.fence})
				require.Error(t, theWrites[op](b))
				c.advance(quarantine)
				for range 2 {
					assertError(t, theWrites[op](b), core.NeedsHuman, core.InDoubt)
				}
				assert.Equal(t, 1, f.writes())
			})
		})
	}
}

func TestQuarantineIsLongerThanEverythingThatMayBeLate(t *testing.T) {
	second := time.Second
	for want, f := range map[time.Duration][]*core.Fence{
		18 * time.Minute: {nil, {Window: 600 * second, Effect: 120 * second}},
		19 * time.Minute: {{Window: 601 * second, Effect: 120 * second}, {Window: 600 * second, Effect: 121 * second}, {Window: 660 * second, Effect: 120 * second}},
		6 * time.Minute:  {{}, {Effect: -time.Hour}},
		7 * time.Minute:  {{Window: time.Millisecond}, {Effect: time.Nanosecond}, {Window: 30 * second, Effect: 30 * second}},
	} {
		for _, fence := range f {
			assert.Equal(t, want, fence.Quarantine(), "%+v", fence)
		}
	}
	for window := time.Duration(0); window < 20*time.Minute; window += 37 * second {
		for effect := time.Duration(0); effect < 5*time.Minute; effect += 41 * second {
			got := (&core.Fence{Window: window, Effect: effect}).Quarantine()
			require.GreaterOrEqual(t, got, window+effect+6*time.Minute)
			require.LessOrEqual(t, got, (&core.Fence{Window: window + second, Effect: effect}).Quarantine(), "it grows with the window")
			require.LessOrEqual(t, got, (&core.Fence{Window: window, Effect: effect + second}).Quarantine(), "and with the effect")
		}
	}
}

func TestReadsThatFailForADayAskAPerson(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		require.Error(t, theWrites[op](b))
		f.blind()
		c.advance(24 * time.Hour)
		assertError(t, theWrites[op](b), core.Unavailable, core.InDoubt) // a failed read proves nothing, however late
		c.advance(time.Millisecond)
		assertError(t, theWrites[op](b), core.NeedsHuman, core.InDoubt)
		assert.Equal(t, 1, f.writes())
	})
}

// A young journal: what it does not know may have been bought with the journal before it.

func young(t *testing.T, f *fake) (*core.Buyer, *core.MemoryJournal, *clock) {
	c := &clock{noon}
	j := core.NewMemoryJournalAt(c.read)
	return openWith(t, f, core.BuyerOptions{Now: c.read, Journal: j}), j, c
}

func TestAYoungJournalAdoptsAPurchaseThatExists(t *testing.T) {
	f := newFake().listing(made(purchase()))
	b, _, _ := young(t, f)
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, core.OrderID("1001"), order.ID)
	assert.Equal(t, core.Ref("order-1"), order.Ref, "the caller sees its own ref")
	intent, changes, err := b.History(t.Context(), keyOf(core.OpCreateOrder))
	require.NoError(t, err)
	assert.Equal(t, core.IntentDone, intent.State)
	assert.Equal(t, core.OrderID("1001"), intent.About)
	assert.Contains(t, changes[0].Note, "younger")
	f.list = nil // from now on the journal knows
	again, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, order, again)
	assert.Zero(t, f.writes())
}

func TestAYoungJournalLooksBeforeTheFirstSendAndAnOldOneDoesNot(t *testing.T) {
	for age, looks := range map[time.Duration]int{0: 1, 30*time.Minute - time.Millisecond: 1, 30 * time.Minute: 0} {
		f := newFake().listing()
		b, _, c := young(t, f)
		c.advance(age)
		_, err := b.CreateOrder(t.Context(), purchase())
		require.NoError(t, err)
		assert.Equal(t, looks, f.calls[core.OpListOrders], "at the age of %s", age)
		assert.Equal(t, 1, f.writes())
	}
}

func TestAYoungJournalSendsNothingWhenItCannotLook(t *testing.T) {
	for name, failure := range map[string]error{"not sent": notSent(), "lost": lost(), "a stranger's error": errors.New("eof")} {
		f := newFake().listing()
		f.list = func(context.Context, core.ListOrdersRequest) (core.OrderPage, error) {
			return core.OrderPage{}, failure
		}
		b, j, _ := young(t, f)
		_, err := b.CreateOrder(t.Context(), purchase())
		require.Equal(t, core.NotDone, core.OutcomeOf(err), "%s: %v", name, err)
		_, known, _ := j.Lookup(t.Context(), keyOf(core.OpCreateOrder))
		assert.False(t, known, "nothing began")
		assert.Zero(t, f.writes())
		f.listing()
		_, err = b.CreateOrder(t.Context(), purchase())
		require.NoError(t, err, "later it can")
		assert.Equal(t, 1, f.writes())
	}
}

func TestAYoungJournalDoesNotLookWhereNoNumberIsKept(t *testing.T) {
	f := newFake()
	b, _, _ := young(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Zero(t, f.calls[core.OpListOrders])
}

// A list may tell no lines. The number is ours all the same.
func TestAnOrderWithOurNumberAndNoLinesIsNotBoughtAgainBehindAFence(t *testing.T) {
	c := &clock{noon}
	mute := made(purchase())
	mute.Lines = nil
	f := newFake().answering(lost()).listing(mute).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	require.Error(t, theWrites[core.OpCreateOrder](b))
	c.advance(quarantine)
	assert.NotEqual(t, core.NotDone, core.OutcomeOf(theWrites[core.OpCreateOrder](b)))
	_ = theWrites[core.OpCreateOrder](b)
	assert.Equal(t, 1, f.writes(), "it exists under our number")
}

func TestAYoungJournalDoesNotBuyAgainWhatIsListedWithoutLines(t *testing.T) {
	mute := made(purchase())
	mute.Lines = nil
	f := newFake().listing(mute)
	b, _, _ := young(t, f)
	_ = theWrites[core.OpCreateOrder](b)
	assert.Zero(t, f.writes(), "it exists under our number")
}

func TestAYoungJournalDoesNotAdoptOtherGoods(t *testing.T) {
	other := made(purchase())
	other.Lines[0].Quantity = 200
	f := newFake().listing(other)
	b, _, _ := young(t, f)
	err := theWrites[core.OpCreateOrder](b)
	assert.NotEqual(t, core.Done, core.OutcomeOf(err), "200 pieces are not the 2 that were asked for")
	assert.Zero(t, f.writes())
}

func TestAYoungJournalRemembersThatItSawTwoOrders(t *testing.T) {
	twin := made(purchase())
	twin.ID = "1002"
	f := newFake().listing(made(purchase()), twin)
	b, _, c := young(t, f)
	assert.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[core.OpCreateOrder](b)))
	c.advance(time.Hour)
	_ = theWrites[core.OpCreateOrder](b)
	assert.Zero(t, f.writes())
}

func TestALateFindOfOtherGoodsIsForAPerson(t *testing.T) {
	c := &clock{noon}
	f := losingAll(core.OpCreateOrder).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	require.Error(t, theWrites[core.OpCreateOrder](b))
	c.advance(quarantine)
	require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[core.OpCreateOrder](b)))
	other := made(purchase())
	other.Lines[0].Quantity = 200
	f.listing(other)
	assertError(t, theWrites[core.OpCreateOrder](b), core.NeedsHuman, core.InDoubt)
}

func TestALateFindOfTwoOrdersIsForAPerson(t *testing.T) {
	c := &clock{noon}
	f := losingAll(core.OpCreateOrder).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	require.Error(t, theWrites[core.OpCreateOrder](b))
	c.advance(quarantine)
	require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[core.OpCreateOrder](b)))
	twin := made(purchase())
	twin.ID = "1002"
	f.listing(made(purchase()), twin)
	assertError(t, theWrites[core.OpCreateOrder](b), core.NeedsHuman, core.InDoubt)
}

func TestALookUpThatCannotSeeTheReceiptOfLinesProvesNothing(t *testing.T) {
	c := &clock{noon}
	f := newFake().losing().inStatus(core.PartlyShipped).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	r := core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1001"}, Lines: []core.LineID{"l1"}}
	for range 3 {
		_, err := b.ConfirmReceipt(t.Context(), r)
		assert.Equal(t, core.InDoubt, core.OutcomeOf(err), "%v", err)
		c.advance(quarantine)
	}
	assert.Equal(t, 1, f.writes(), "it gives the seller the money")
}

func TestAGuardAfterTheProofDoesNotSpareTheNextCallItsLookUp(t *testing.T) {
	c := &clock{noon}
	f := losingAll(core.OpRefund).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	require.Error(t, theWrites[core.OpRefund](b))
	c.advance(quarantine)
	require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[core.OpRefund](b)))
	f.inStatus(core.StatusUnknown)
	assertError(t, theWrites[core.OpRefund](b), core.Guarded, core.NotDone)
	f.happened(core.OpRefund)
	assert.NoError(t, theWrites[core.OpRefund](b), "it is found")
	assert.Equal(t, 1, f.writes())
}

func TestAfterThreeAttemptsThatLeftNoTraceAPersonIsAsked(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		for attempt := 1; attempt <= 3; attempt++ {
			require.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[op](b)))
			require.Equal(t, attempt, f.writes())
			c.advance(quarantine)
			require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[op](b)))
		}
		for range 2 {
			assertError(t, theWrites[op](b), core.NeedsHuman, core.InDoubt)
		}
		assert.Equal(t, 3, f.writes(), "the proof is worth little where answers get lost again and again")
		intent, err := b.Resolve(t.Context(), keyOf(op))
		require.ErrorIs(t, err, core.NeedsHuman)
		_, err = b.Decide(t.Context(), keyOf(op), core.Verdict{Version: intent.Version, Reason: "the gateway was down, says Li"})
		require.NoError(t, err)
		_ = theWrites[op](b)
		assert.Equal(t, 4, f.writes(), "a person's word begins the count anew")
	})
}

func TestAnAttemptThatWasNotSentAfterTheProofDoesNotSpareTheNextCallItsLookUp(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, _ *fake, c *clock, j *core.MemoryJournal) {
		f := newFake().answering(lost(), notSent()).listing().readyFor(op)
		answer := func() error { return map[bool]error{true: lost(), false: notSent()}[f.writes() < 2] }
		f.pay = func(context.Context, core.PayRequest) (core.Payment, error) { return core.Payment{}, answer() }
		f.refund = func(context.Context, core.RefundRequest) (core.Refund, error) { return core.Refund{}, answer() }
		f.cancel = func(context.Context, core.CancelOrderRequest) (core.Cancellation, error) {
			return core.Cancellation{}, answer()
		}
		f.receipt = func(context.Context, core.ConfirmReceiptRequest) (core.Receipt, error) {
			return core.Receipt{}, answer()
		}
		b := openWith(t, f.withEffect(lookupable), core.BuyerOptions{Now: c.read, Journal: j, Fence: fence})
		require.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[op](b)))
		c.advance(quarantine)
		for range 2 { // the proof, and an attempt that is not sent
			require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[op](b)))
		}
		require.Equal(t, 2, f.writes())
		f.happened(op)
		require.NoError(t, theWrites[op](b), "it is found")
		assert.Equal(t, 2, f.writes())
	})
}
