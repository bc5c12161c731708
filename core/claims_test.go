package core_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// moneyOps are the operations that exclude each other on one order.
var moneyOps = []core.Operation{core.OpPay, core.OpRefund, core.OpCancelOrder, core.OpConfirmReceipt}

// forEveryPairOfMoneyOps runs a test for each operation that is open while another begins.
func forEveryPairOfMoneyOps(t *testing.T, test func(t *testing.T, holder, other core.Operation)) {
	for _, holder := range moneyOps {
		for _, other := range moneyOps {
			if holder != other {
				t.Run(fmt.Sprintf("%s during %s", other, holder), func(t *testing.T) { test(t, holder, other) })
			}
		}
	}
}

// until panics in the Update that at chooses: the host ends there.
type dyingJournal struct {
	core.Journal
	at func(core.Intent) bool
}

func (j *dyingJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if j.at(i) {
		panic("the host ends here")
	}
	return j.Journal.Update(ctx, i)
}

func isSending(i core.Intent) bool { return i.State == core.IntentSending }

func TestWhileAMoneyOperationIsInDoubtNoOtherBeginsOnItsOrder(t *testing.T) {
	forEveryPairOfMoneyOps(t, func(t *testing.T, holder, other core.Operation) {
		c := &clock{noon}
		journal := agedJournal(c)
		first := openWith(t, losingAll(holder), core.BuyerOptions{Now: c.read, Journal: journal})
		require.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[holder](first)))
		f := newFake().readyFor(holder) // a read still does not show it
		second := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
		for _, wait := range []time.Duration{0, time.Minute, quarantine, 48 * time.Hour} {
			c.advance(wait)
			assertError(t, theWrites[other](second), core.Conflict, core.NotDone)
		}
		intent, _, err := first.History(t.Context(), keyOf(holder))
		require.NoError(t, err)
		assert.Equal(t, core.IntentNeedsHuman, intent.State)
		assert.Zero(t, f.writes(), "nothing is sent")
	})
}

func TestWhileAMoneyOperationIsBeingSentNoOtherBeginsOnItsOrder(t *testing.T) {
	forEveryPairOfMoneyOps(t, func(t *testing.T, holder, other core.Operation) {
		c := &clock{noon}
		journal := agedJournal(c)
		f := newFake().readyFor(holder)
		second := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
		during := func() { assertError(t, theWrites[other](second), core.Conflict, core.NotDone) }
		first := newFake().readyFor(holder)
		first.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
			during()
			return core.Payment{}, refusedBy()
		}
		first.refund = func(context.Context, core.RefundRequest) (core.Refund, error) {
			during()
			return core.Refund{}, refusedBy()
		}
		first.cancel = func(context.Context, core.CancelOrderRequest) (core.Cancellation, error) {
			during()
			return core.Cancellation{}, refusedBy()
		}
		first.receipt = func(context.Context, core.ConfirmReceiptRequest) (core.Receipt, error) {
			during()
			return core.Receipt{}, refusedBy()
		}
		assertError(t, theWrites[holder](openWith(t, first, core.BuyerOptions{Now: c.read, Journal: journal})), core.Refused, core.NotDone)
		require.Zero(t, f.writes())
		f.readyFor(core.OpPay).reading(unpaid("1001")).readyFor(other)
		require.NoError(t, theWrites[other](second), "what was refused excludes nothing")
	})
}

func TestTheSameWriteByAnotherBuyerIsInDoubtAndNotSent(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		require.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[op](openWith(t, f, core.BuyerOptions{Now: c.read, Journal: j}))))
		second := losingAll(op)
		assertError(t, theWrites[op](openWith(t, second, core.BuyerOptions{Now: c.read, Journal: j})), core.Unavailable, core.InDoubt)
		assert.Zero(t, second.writes())
	})
}

func TestAReadThatSettlesTheOpenOperationLetsTheNextBegin(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	require.Error(t, theWrites[core.OpPay](openWith(t, losingAll(core.OpPay), core.BuyerOptions{Now: c.read, Journal: journal})))
	f := newFake().reading(paidOrder("1001"))
	second := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
	require.NoError(t, theWrites[core.OpRefund](second), "the payment was found, and what is paid can be paid back")
	require.NoError(t, theWrites[core.OpPay](second), "it replays")
	assert.Equal(t, 1, f.writes())
}

func TestAGuardThatRefusesGivesTheOrderBack(t *testing.T) {
	forEveryPairOfMoneyOps(t, func(t *testing.T, holder, other core.Operation) {
		journal := core.NewMemoryJournal()
		refusing := newFake().inStatus(core.Closed)
		assertError(t, theWrites[holder](openWith(t, refusing, core.BuyerOptions{Journal: journal})), core.Guarded, core.NotDone)
		require.Zero(t, refusing.writes())
		f := newFake().readyFor(other)
		require.NoError(t, theWrites[other](openWith(t, f, core.BuyerOptions{Journal: journal})))
		assert.Equal(t, 1, f.writes())
	})
}

func TestAHostThatEndedBeforeItsAttemptBlocksTheOrderForAMinute(t *testing.T) {
	forEveryPairOfMoneyOps(t, func(t *testing.T, holder, other core.Operation) {
		c := &clock{noon}
		journal := agedJournal(c)
		dead := newFake().readyFor(holder)
		assert.Panics(t, func() {
			_ = theWrites[holder](openWith(t, dead, core.BuyerOptions{Now: c.read, Journal: &dyingJournal{journal, isSending}}))
		})
		require.Zero(t, dead.writes())
		f := newFake().readyFor(other)
		b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
		assertError(t, theWrites[other](b), core.Conflict, core.NotDone)
		c.advance(time.Minute - time.Millisecond)
		assertError(t, theWrites[other](b), core.Conflict, core.NotDone)
		require.Zero(t, f.writes())
		c.advance(time.Millisecond)
		require.NoError(t, theWrites[other](b))
		assert.Equal(t, 1, f.writes())
	})
}

func TestTheSameCallTakesOverWhatAHostLeftBeforeItsAttempt(t *testing.T) {
	for _, op := range moneyOps {
		journal := core.NewMemoryJournal()
		assert.Panics(t, func() {
			_ = theWrites[op](openWith(t, newFake().readyFor(op), core.BuyerOptions{Journal: &dyingJournal{journal, isSending}}))
		})
		f := newFake().readyFor(op)
		require.NoError(t, theWrites[op](openWith(t, f, core.BuyerOptions{Journal: journal})), "%s: nothing of it was sent", op)
		assert.Equal(t, 1, f.writes())
		assert.Equal(t, 1, f.attempts[0].No)
	}
}

func TestRecoverFreesAnOrderThatAHostLeft(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	assert.Panics(t, func() {
		_ = theWrites[core.OpPay](openWith(t, newFake(), core.BuyerOptions{Now: c.read, Journal: &dyingJournal{journal, isSending}}))
	})
	b := openWith(t, newFake(), core.BuyerOptions{Now: c.read, Journal: journal})
	for _, held := range []bool{true, false} {
		_, err := b.Recover(t.Context())
		require.NoError(t, err)
		_, known, err := journal.Holder(t.Context(), "fake", "money:1001")
		require.NoError(t, err)
		assert.Equal(t, held, known)
		c.advance(time.Minute)
	}
}

// frozenJournal runs during before the Update that begins an attempt: the host stands still there.
type frozenJournal struct {
	core.Journal
	during func()
}

func (j *frozenJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if isSending(i) {
		j.during()
	}
	return j.Journal.Update(ctx, i)
}

func TestAFrozenHostThatWakesUpLaterSendsNothing(t *testing.T) {
	forEveryPairOfMoneyOps(t, func(t *testing.T, holder, other core.Operation) {
		c := &clock{noon}
		journal := agedJournal(c)
		awake := newFake().readyFor(other)
		b := openWith(t, awake, core.BuyerOptions{Now: c.read, Journal: journal})
		frozen := newFake().readyFor(holder)
		err := theWrites[holder](openWith(t, frozen, core.BuyerOptions{Now: c.read, Journal: &frozenJournal{journal, func() {
			c.advance(time.Minute)
			require.NoError(t, theWrites[other](b))
		}}}))
		require.ErrorIs(t, err, core.Conflict)
		assert.NotEqual(t, core.Done, core.OutcomeOf(err))
		assert.Zero(t, frozen.writes(), "its guard read an order that is another's by now")
		assert.Equal(t, 1, awake.writes())
	})
}

func TestWhatIsAcceptedAndNotFinishedKeepsTheOrder(t *testing.T) {
	for name, row := range map[string]struct {
		holder core.Operation
		f      *fake
		ended  core.Status
	}{
		"a payment":      {core.OpPay, newFake().paying("16.00", core.Accepted), core.Paid},
		"a cancellation": {core.OpCancelOrder, newFake().acceptingCancels(), core.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			journal := core.NewMemoryJournal()
			require.NoError(t, theWrites[row.holder](openWith(t, row.f, core.BuyerOptions{Journal: journal})))
			f := newFake() // its orders are read as unpaid
			b := openWith(t, f, core.BuyerOptions{Journal: journal})
			for _, other := range moneyOps {
				if other != row.holder {
					assertError(t, theWrites[other](b), core.Conflict, core.NotDone)
				}
			}
			require.NoError(t, theWrites[row.holder](b), "the same call replays")
			assert.Zero(t, f.writes())
			f.inStatus(row.ended)
			assertError(t, theWrites[core.OpConfirmReceipt](b), core.Guarded, core.NotDone) // the order is free; it is not shipped
			_, held, err := journal.Holder(t.Context(), "fake", "money:1001")
			require.NoError(t, err)
			assert.False(t, held)
		})
	}
}

func (f *fake) acceptingCancels() *fake {
	f.cancel = func(_ context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
		return core.Cancellation{Order: r.Order, State: core.CancelAccepted}, nil
	}
	return f
}

func TestTwoAccountsDoNotExcludeEachOther(t *testing.T) {
	journal := core.NewMemoryJournal()
	require.Error(t, theWrites[core.OpPay](openWith(t, losingAll(core.OpPay), core.BuyerOptions{Account: "shop", Journal: journal})))
	require.NoError(t, theWrites[core.OpCancelOrder](openWith(t, newFake(), core.BuyerOptions{Account: "other", Journal: journal})))
}

func second(r core.CreateOrderRequest) core.CreateOrderRequest {
	r.Ref = "order-2"
	return r
}

func TestAnOrderBelongsToOneRefOnly(t *testing.T) {
	f := newFake() // it gives every purchase the same order
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	for range 3 {
		_, err = b.CreateOrder(t.Context(), second(purchase()))
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%v", err)
	}
	assert.Equal(t, 2, f.writes(), "the second is not sent again")
	intent, changes, err := b.History(t.Context(), core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: "order-2"})
	require.NoError(t, err)
	assert.True(t, intent.State.IsOpen(), "%s", intent.State)
	for _, change := range changes {
		assert.NotEqual(t, core.IntentDone, change.State)
	}
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, core.Ref("order-1"), order.Ref, "the first keeps it")
}

func TestASiblingBelongsToOneRefOnly(t *testing.T) {
	f := creating(func(o *core.Order) {
		if o.Ref == ourNumber("order-1") {
			o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}}}
			return
		}
		o.ID = "1002"
	})
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	assert.Equal(t, core.InDoubt, core.OutcomeOf(err), "%v", err)
}

func TestARefundBelongsToOneRequestOnly(t *testing.T) {
	f := newFake().reading(paidOrder("1001")) // it gives every refund the same id
	b := open(t, f)
	_, err := b.Refund(t.Context(), refundOf("1.00"))
	require.NoError(t, err)
	r := refundOf("2.00")
	r.Ref = "refund-2"
	_, err = b.Refund(t.Context(), r)
	assert.Equal(t, core.InDoubt, core.OutcomeOf(err), "%v", err)
}

// Where the gateway keeps no number, equal purchases could not be told apart.

func TestAnEqualPurchaseIsRefusedWhileTheFirstIsInDoubt(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	_, err := openWith(t, newFake().answering(lost()), core.BuyerOptions{Now: c.read, Journal: journal}).CreateOrder(t.Context(), purchase())
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	f := newFake()
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	assertError(t, err, core.Conflict, core.NotDone)
	patient, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	_, err = b.CreateOrder(patient, second(purchase()))
	assertError(t, err, core.Conflict, core.NotDone) // a doubt does not end by waiting
	assert.Zero(t, f.writes())

	for name, change := range map[string]func(*core.CreateOrderRequest){
		"other goods":   func(r *core.CreateOrderRequest) { r.Lines[0].Quantity++ },
		"other address": func(r *core.CreateOrderRequest) { r.Address.Street = "文一西路 2 号" },
	} {
		r := second(purchase())
		r.Ref = core.Ref("order-" + name[6:])
		change(&r)
		f := creating(func(o *core.Order) { o.ID = core.OrderID(o.Ref) })
		_, err = openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal}).CreateOrder(t.Context(), r)
		require.NoError(t, err, "%s can be told apart", name)
	}

	c.advance(time.Minute)
	intent, err := b.Resolve(t.Context(), keyOf(core.OpCreateOrder))
	assertError(t, err, core.NeedsHuman, core.InDoubt)
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	assertError(t, err, core.Conflict, core.NotDone)
	c.advance(quarantine)
	_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Reason: "not in the console"})
	require.NoError(t, err)
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	require.NoError(t, err, "the first did not happen")
	assert.Equal(t, 1, f.writes())
}

func TestAnEqualPurchaseMayGoWhenTheFirstIsDone(t *testing.T) {
	f := creating(func(o *core.Order) { o.ID = core.OrderID(o.Ref) })
	b := open(t, f)
	for _, r := range []core.CreateOrderRequest{purchase(), second(purchase())} {
		_, err := b.CreateOrder(t.Context(), r)
		require.NoError(t, err)
	}
	assert.Equal(t, 2, f.writes(), "two refs are two purchases")
}

func TestAnEqualPurchaseWithANumberWaitsForNothing(t *testing.T) {
	c := &clock{noon}
	f := newFake().answering(lost()).listing()
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
	_, err := b.CreateOrder(t.Context(), purchase())
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	require.NoError(t, err)
}

func TestAnEqualPurchaseWaitsWhileTheFirstIsBeingSent(t *testing.T) {
	for name, row := range map[string]struct {
		answer  error         // of the first
		patient time.Duration // of the second; 0 is without a deadline
		want    core.Outcome
		sent    int
	}{
		"the first is done":             {nil, time.Minute, core.Done, 1},
		"the first was not sent":        {notSent(), time.Minute, core.Done, 1},
		"the first was refused":         {refusedBy(), time.Minute, core.Done, 1},
		"the first ends in doubt":       {lost(), time.Minute, core.NotDone, 0},
		"the second has no deadline":    {nil, 0, core.NotDone, 0},
		"the second runs out of time":   {nil, 3 * time.Second, core.NotDone, 0},
		"the second cannot wait at all": {nil, time.Millisecond, core.NotDone, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				journal := core.NewMemoryJournal()
				slow := newFake()
				slow.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
					time.Sleep(10 * time.Second)
					return made(r), row.answer
				}
				first := openWith(t, slow, core.BuyerOptions{Now: time.Now, Journal: journal})
				go func() { _, _ = first.CreateOrder(context.Background(), purchase()) }()
				synctest.Wait()

				f := creating(func(o *core.Order) { o.ID = "1002" })
				ctx := t.Context()
				if row.patient > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, row.patient)
					defer cancel()
				}
				began := time.Now()
				_, err := openWith(t, f, core.BuyerOptions{Now: time.Now, Journal: journal}).CreateOrder(ctx, second(purchase()))
				assert.Equal(t, row.want, core.OutcomeOf(err), "%v", err)
				if row.want != core.Done {
					assert.ErrorIs(t, err, core.Conflict)
				}
				assert.Equal(t, row.sent, f.writes())
				if row.sent > 0 {
					assert.GreaterOrEqual(t, f.attempts[0].SignedAt.Sub(began), 10*time.Second, "its attempt begins after the wait")
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// The look-up before a second attempt holds the order too.
func TestARefundInDoubtIsNotTakenForAnotherOneThatDidNotHappen(t *testing.T) {
	c := &clock{noon}
	order := paidOrder("1001")
	f := losingAll(core.OpRefund).withEffect(lookupable)
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return order, nil }
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence})
	require.Equal(t, core.InDoubt, core.OutcomeOf(theWrites[core.OpRefund](b)))
	c.advance(quarantine)
	require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[core.OpRefund](b)))

	other := refundOf("1.00")
	other.Ref = "refund-2"
	_, err := b.Refund(t.Context(), other)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	order.Refunds = []core.Refund{{ID: "of-refund-2", Amount: cny("1.00"), Created: c.now}}
	_ = theWrites[core.OpRefund](b)
	_, err = b.Refund(t.Context(), other)
	require.NoError(t, err, "it happened")
}

func TestARefundThatAPersonFoundIsNotTakenForAnother(t *testing.T) {
	c := &clock{noon}
	order := paidOrder("1001")
	f := losingAll(core.OpRefund)
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return order, nil }
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
	require.Error(t, theWrites[core.OpRefund](b))
	c.advance(quarantine)
	require.ErrorIs(t, theWrites[core.OpRefund](b), core.NeedsHuman)
	order.Refunds = []core.Refund{{ID: "of-refund-1", Amount: cny("1.00")}}
	intent, _, err := b.History(t.Context(), keyOf(core.OpRefund))
	require.NoError(t, err)
	_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Happened: true, Reason: "seen in the console"})
	require.NoError(t, err)

	other := refundOf("1.00")
	other.Ref = "refund-2"
	for range 2 {
		_, err = b.Refund(t.Context(), other)
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "the refund on the order is refund-1: %v", err)
	}
}

func TestAHostThatEndedBeforeItsSecondAttemptBlocksTheOrderForAMinute(t *testing.T) {
	for _, op := range moneyOps {
		t.Run(string(op), func(t *testing.T) {
			c := &clock{noon}
			journal := agedJournal(c)
			f := losingAll(op).withEffect(lookupable)
			options := core.BuyerOptions{Now: c.read, Journal: journal, Fence: fence}
			require.Error(t, theWrites[op](openWith(t, f, options)))
			c.advance(quarantine)
			require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[op](openWith(t, f, options))))
			options.Journal = &dyingJournal{journal, isSending}
			assert.Panics(t, func() { _ = theWrites[op](openWith(t, f, options)) })
			require.Equal(t, 1, f.writes())
			options.Journal = journal
			b := openWith(t, f, options)
			for _, held := range []bool{true, false} {
				_, err := b.Recover(t.Context())
				require.NoError(t, err)
				_, known, err := journal.Holder(t.Context(), "fake", "money:1001")
				require.NoError(t, err)
				assert.Equal(t, held, known)
				c.advance(time.Minute)
			}
			assert.Equal(t, core.IntentNotApplied, stateOf(t, b, keyOf(op)), "it is still looked up once more before it is sent")
		})
	}
}

func TestWhatALookUpFindsAndAnotherRefOwnsIsForAPerson(t *testing.T) {
	c := &clock{noon}
	f := newFake().answering(nil, lost()).listing()
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	owned := made(second(purchase()))
	owned.Ref = ourNumber("order-2")
	f.listing(owned)
	c.advance(quarantine)
	_, err = b.CreateOrder(t.Context(), second(purchase()))
	assertError(t, err, core.NeedsHuman, core.InDoubt)
}
