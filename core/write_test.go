package core_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core"
)

// answering makes the fake answer creates with the errors of the list, then with success.
func (f *fake) answering(errs ...error) *fake {
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		if n := f.writes(); n <= len(errs) && errs[n-1] != nil {
			return core.Order{}, errs[n-1]
		}
		return made(r), nil
	}
	return f
}

func TestTheSameRefAndContentReplaysAndIsSentOnce(t *testing.T) {
	f := newFake()
	b := open(t, f)
	first, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	again, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, first, again, "the recorded answer is the answer")
	assert.Equal(t, 1, f.writes(), "one purchase is one call")
}

func TestTheSameRefWithOtherContentIsAConflict(t *testing.T) {
	for name, change := range map[string]func(*core.CreateOrderRequest){
		"quantity": func(r *core.CreateOrderRequest) { r.Lines[0].Quantity++ },
		"price":    func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = unit("8.01") },
		"address":  func(r *core.CreateOrderRequest) { r.Address.Name = "李四" },
		"message":  func(r *core.CreateOrderRequest) { r.Message = "quick" },
		"options":  func(r *core.CreateOrderRequest) { r.Options = map[string]string{"gift": "yes"} },
	} {
		f := newFake()
		b := open(t, f)
		_, err := b.CreateOrder(t.Context(), purchase())
		require.NoError(t, err)
		r := purchase()
		change(&r)
		_, err = b.CreateOrder(t.Context(), r)
		assertError(t, err, core.Conflict, core.NotDone)
		assert.Equal(t, "ref", field(err), "%s", name)
		assert.Equal(t, 1, f.writes(), "other %s: nothing is sent", name)
	}
}

func TestMaxTotalBoundsAPurchaseAndIsNotPartOfIt(t *testing.T) {
	f := newFake()
	b := open(t, f)
	r := purchase()
	r.MaxTotal = cny("15.99")
	_, err := b.CreateOrder(t.Context(), r)
	assertError(t, err, core.Guarded, core.NotDone)
	r.MaxTotal = cny("16.00")
	_, err = b.CreateOrder(t.Context(), r)
	require.NoError(t, err, "a caller may raise the bound under the same ref")
	r.MaxTotal = cny("99.00")
	_, err = b.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, 1, f.writes())
}

func TestAWriteInDoubtIsNeverSentAgain(t *testing.T) {
	f := newFake().answering(lost())
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.InDoubt)
	for range 3 {
		_, err = b.CreateOrder(t.Context(), purchase())
		assertError(t, err, core.Unavailable, core.InDoubt)
		assert.ErrorContains(t, err, "nothing was sent again")
	}
	assert.Equal(t, 1, f.writes(), "doubt is looked up, not sent again")

	open, err := b.Open(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)
	assert.Equal(t, core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: "order-1"}, open[0].IntentKey)
	assert.Equal(t, core.IntentInDoubt, open[0].State)
}

func TestANotDoneMayBeTriedAgainAsTheNextAttempt(t *testing.T) {
	f := newFake().answering(notSent(), notSent())
	b := open(t, f)
	for range 2 {
		_, err := b.CreateOrder(t.Context(), purchase())
		assertError(t, err, core.Unavailable, core.NotDone)
	}
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	require.Equal(t, 3, f.writes())
	for i, a := range f.attempts {
		assert.Equal(t, i+1, a.No, "attempts are counted from 1")
	}
}

func TestARefusedPurchaseReplaysItsRefusal(t *testing.T) {
	f := newFake().answering(refusedBy())
	b := open(t, f)
	_, first := b.CreateOrder(t.Context(), purchase())
	_, again := b.CreateOrder(t.Context(), purchase())
	assertError(t, again, core.Refused, core.NotDone)
	assert.Equal(t, first, again)
	assert.Equal(t, 1, f.writes(), "a refused purchase takes a new ref")
}

func TestARefusedPaymentMayBeTriedAgain(t *testing.T) {
	f := newFake()
	settled := f.pay
	f.pay = func(context.Context, core.PayRequest) (core.Payment, error) { return core.Payment{}, refusedBy() }
	b := open(t, f)
	r := core.PayRequest{Order: core.OrderRef{ID: "1001"}, Expect: cny("16.00")}
	_, err := b.Pay(t.Context(), r)
	assertError(t, err, core.Refused, core.NotDone)
	f.pay = settled
	payment, err := b.Pay(t.Context(), r)
	require.NoError(t, err, "the key is the order and not the caller's ref, so there is no other way")
	assert.Equal(t, core.Accepted, payment.State, "the order is still read as unpaid")
	assert.Equal(t, 2, f.attempts[1].No)
}

func TestAnAttemptIsFixedByTheClockBeforeItBegins(t *testing.T) {
	f := newFake()
	_, err := open(t, f).CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, []core.Attempt{{No: 1, SignedAt: noon, NotAfter: noon.Add(45 * time.Second)}}, f.attempts)
}

func TestTheAttemptIsInTheJournalBeforeTheAdapterIsCalled(t *testing.T) {
	f, journal := newFake(), core.NewMemoryJournal()
	b := openWith(t, f, core.BuyerOptions{Journal: journal})
	f.create = func(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
		open, err := journal.Find(ctx, core.Filter{Account: "fake", States: core.OpenStates()})
		require.NoError(t, err)
		require.Len(t, open, 1, "a crash in this moment must find the attempt")
		assert.Equal(t, core.IntentSending, open[0].State)
		assert.Equal(t, r.Attempt, open[0].Attempt)
		return made(r), nil
	}
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
}

func TestAnAttemptThatWasBegunAndNotRecordedIsInDoubt(t *testing.T) {
	f, journal := newFake(), core.NewMemoryJournal()
	f.create = func(context.Context, core.CreateOrderRequest) (core.Order, error) { panic("the process ends here") }
	assert.Panics(t, func() {
		_, _ = openWith(t, f, core.BuyerOptions{Journal: journal}).CreateOrder(t.Context(), purchase())
	})
	after := newFake()
	_, err := openWith(t, after, core.BuyerOptions{Journal: journal}).CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.InDoubt)
	assert.Zero(t, after.writes(), "what may have been sent is not sent again")
}

func TestTheRecordSurvivesACallerThatGaveUp(t *testing.T) {
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		cancel()
		return made(r), nil
	}
	b := openWith(t, f, core.BuyerOptions{Journal: strictJournal{core.NewMemoryJournal()}})
	_, err := b.CreateOrder(ctx, purchase())
	require.NoError(t, err)
	again, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, core.OrderID("1001"), again.ID)
	assert.Equal(t, 1, f.writes())
}

// strictJournal takes nothing from a caller that has gone, as a database does.
type strictJournal struct{ core.Journal }

func (j strictJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if err := ctx.Err(); err != nil {
		return core.Intent{}, err
	}
	return j.Journal.Update(ctx, i)
}

// brokenJournal fails from the n-th change on.
type brokenJournal struct {
	core.Journal
	reserves bool
	left     int
}

var errDisk = errors.New("disk full")

func (j *brokenJournal) Reserve(ctx context.Context, i core.Intent) (core.Intent, bool, error) {
	if j.reserves {
		return core.Intent{}, false, errDisk
	}
	return j.Journal.Reserve(ctx, i)
}

func (j *brokenJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if j.left--; j.left < 0 {
		return core.Intent{}, errDisk
	}
	return j.Journal.Update(ctx, i)
}

func TestNothingIsSentThatTheJournalDidNotTake(t *testing.T) {
	f := newFake()
	_, err := openWith(t, f, core.BuyerOptions{Journal: &brokenJournal{Journal: core.NewMemoryJournal(), reserves: true}}).CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.NotDone)
	assert.ErrorIs(t, err, errDisk)
	assert.Zero(t, f.writes(), "a first attempt")

	f = newFake().answering(notSent())
	b := openWith(t, f, core.BuyerOptions{Journal: &brokenJournal{Journal: core.NewMemoryJournal(), left: 1}})
	_, err = b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.NotDone)
	_, err = b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.NotDone)
	assert.ErrorIs(t, err, errDisk)
	assert.Equal(t, 1, f.writes(), "a second attempt")
}

func TestAPurchaseThatSucceedsCostsTwoDurableSteps(t *testing.T) {
	journal := core.NewMemoryJournal()
	_, err := openWith(t, newFake(), core.BuyerOptions{Journal: journal}).CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	changes, err := journal.Changes(t.Context(), core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: "order-1"})
	require.NoError(t, err)
	require.Len(t, changes, 2)
	assert.Equal(t, core.IntentSending, changes[0].State)
	assert.Equal(t, core.IntentDone, changes[1].State)
}

func TestAnOutcomeThatTheJournalDidNotTakeIsSaidToTheCaller(t *testing.T) {
	f := newFake()
	b := openWith(t, f, core.BuyerOptions{Journal: &brokenJournal{Journal: core.NewMemoryJournal()}})
	order, err := b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Internal, core.Done)
	assert.Equal(t, core.OrderID("1001"), order.ID, "the answer must not be lost")
	_, err = b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Unavailable, core.InDoubt)
	assert.Equal(t, 1, f.writes())
}

func TestCallersOfOnePurchaseAtOnceGetEqualAnswersAndOneCall(t *testing.T) {
	f := newFake()
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		time.Sleep(5 * time.Millisecond)
		return made(r), nil
	}
	b := open(t, f)
	answers, errs := make([]core.Order, 32), make([]error, 32)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i], errs[i] = b.CreateOrder(t.Context(), purchase()) })
	}
	wg.Wait()
	for i := range answers {
		require.NoError(t, errs[i])
		assert.Equal(t, answers[0], answers[i])
	}
	assert.Equal(t, 1, f.writes(), "one purchase is one call")
}

func TestTwoBuyersOnOneJournalSendOnce(t *testing.T) {
	f, journal := newFake(), core.NewMemoryJournal()
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		time.Sleep(5 * time.Millisecond)
		return made(r), nil
	}
	var wg sync.WaitGroup
	for range 8 {
		b := openWith(t, f, core.BuyerOptions{Journal: journal})
		wg.Go(func() { _, _ = b.CreateOrder(t.Context(), purchase()) })
	}
	wg.Wait()
	assert.Equal(t, 1, f.writes(), "the journal lets one begin")
}

func TestOtherPurchasesDoNotWaitForASlowOne(t *testing.T) {
	f := newFake()
	release := make(chan struct{})
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		o := made(r)
		if r.Ref == ourNumber("order-1") {
			<-release
		} else {
			o.ID = "1002"
		}
		return o, nil
	}
	b := open(t, f)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = b.CreateOrder(t.Context(), purchase()) })
	other := purchase()
	other.Ref, other.Lines[0].Quantity = "order-2", 3 // equal goods would have to wait
	_, err := b.CreateOrder(t.Context(), other)
	assert.NoError(t, err)
	close(release)
	wg.Wait()
}

func TestACallerMayStopWaitingForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		release := make(chan struct{})
		f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) { <-release; return made(r), nil }
		b := open(t, f)
		go func() { _, _ = b.CreateOrder(context.Background(), purchase()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.CreateOrder(ctx, purchase())
		assertError(t, err, core.Canceled, core.InDoubt)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		close(release)
		synctest.Wait()
	})
}

// Whatever an adapter answers and however often a caller tries: at most one attempt that may have
// had an effect is ever sent.
func TestNoSequenceOfAnswersBuysTwice(t *testing.T) {
	answers := map[string]error{"done": nil, "not sent": notSent(), "refused": refusedBy(), "lost": lost(), "plain": errors.New("eof")}
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOfN(rapid.SampledFrom([]string{"not sent", "not sent", "done", "refused", "lost", "plain"}), 1, 8).Draw(t, "answers")
		effects, sent := 0, 0
		f := newFake()
		f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
			answer := said[min(sent, len(said)-1)]
			sent++
			if answer == "done" || answer == "lost" || answer == "plain" {
				effects++
			}
			return made(r), answers[answer]
		}
		b := open(t, f)
		var last error
		for i := range 10 {
			_, last = b.CreateOrder(context.Background(), purchase())
			if settled := core.OutcomeOf(last) != core.NotDone; settled && effects != 1 {
				t.Fatalf("call %d: %v with %d effects, want 1: done or in doubt means sent", i, last, effects)
			}
		}
		if effects > 1 {
			t.Fatalf("got %d effects, want at most 1: never buy twice", effects)
		}
		for i, a := range f.attempts {
			if a.No != i+1 {
				t.Fatalf("attempt %d has number %d: attempts grow by one", i+1, a.No)
			}
		}
	})
}

func TestEveryOtherWriteFollowsTheSameProtocol(t *testing.T) {
	ref := core.OrderRef{ID: "1001"}
	calls := map[core.Operation]func(*core.Buyer) error{
		core.OpPay: func(b *core.Buyer) error {
			_, err := b.Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("16.00")})
			return err
		},
		core.OpRefund: func(b *core.Buyer) error { _, err := b.Refund(t.Context(), refundOf("1.00")); return err },
		core.OpCancelOrder: func(b *core.Buyer) error {
			_, err := b.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref})
			return err
		},
		core.OpConfirmReceipt: func(b *core.Buyer) error {
			_, err := b.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref})
			return err
		},
	}
	for op, call := range calls {
		t.Run(string(op), func(t *testing.T) {
			f := newFake().losing().readyFor(op)
			b := open(t, f)
			for range 2 {
				assert.Equal(t, core.InDoubt, core.OutcomeOf(call(b)))
			}
			assert.Equal(t, 1, f.writes(), "in doubt is never sent again")
			f = newFake().readyFor(op)
			b = open(t, f)
			for range 2 {
				require.NoError(t, call(b))
			}
			assert.Equal(t, 1, f.writes(), "done replays")
			assert.Equal(t, core.Attempt{No: 1, SignedAt: noon, NotAfter: noon.Add(core.WriteDeadline)}, f.attempts[0])
		})
	}
}

// readyFor puts the order where the write may begin.
func (f *fake) readyFor(op core.Operation) *fake {
	switch op {
	case core.OpRefund:
		f.reading(paidOrder("1001"))
	case core.OpConfirmReceipt:
		f.inStatus(core.Shipped)
	}
	return f
}

// inStatus makes every order be read in a status.
func (f *fake) inStatus(s core.Status) *fake {
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
		o := unpaid(r.Order.ID)
		o.Status = s
		return o, nil
	}
	return f
}

// losing makes every write's answer get lost.
func (f *fake) losing() *fake {
	f.pay = func(context.Context, core.PayRequest) (core.Payment, error) { return core.Payment{}, lost() }
	f.refund = func(context.Context, core.RefundRequest) (core.Refund, error) { return core.Refund{}, lost() }
	f.cancel = func(context.Context, core.CancelOrderRequest) (core.Cancellation, error) {
		return core.Cancellation{}, lost()
	}
	f.receipt = func(context.Context, core.ConfirmReceiptRequest) (core.Receipt, error) { return core.Receipt{}, lost() }
	return f
}

func TestACancellationThatDoesNotSayIsInDoubt(t *testing.T) {
	f := newFake()
	f.cancel = func(context.Context, core.CancelOrderRequest) (core.Cancellation, error) {
		return core.Cancellation{}, nil
	}
	_, err := open(t, f).CancelOrder(t.Context(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1"}})
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

func TestTheLinesOfOneOrderAreConfirmedOneAfterTheOther(t *testing.T) {
	f := newFake().readyFor(core.OpConfirmReceipt)
	b := open(t, f)
	for i := range 2 {
		_, err := b.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1"}, Lines: []core.LineID{core.LineID(fmt.Sprint(i))}})
		require.NoError(t, err)
	}
	assert.Equal(t, 2, f.writes(), "other lines are another receipt")
}
