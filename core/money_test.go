package core_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// paying makes the fake's orders be read as paid, at a price, once Pay was called.
func (f *fake) paying(paid string, state core.PaymentState) *fake {
	f.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
		f.get = func(_ context.Context, g core.GetOrderRequest) (core.Order, error) {
			o := unpaid(g.Order.ID)
			o.Status, o.Totals.Payable = core.Paid, cny(paid)
			return o, nil
		}
		return core.Payment{Order: r.Order, State: state}, nil
	}
	return f
}

func payment16() core.PayRequest {
	return core.PayRequest{Order: core.OrderRef{ID: "1001"}, Expect: cny("16.00")}
}

func TestSettledIsBelievedOnlyAfterARead(t *testing.T) {
	p, err := open(t, newFake().paying("16.00", core.Settled)).Pay(t.Context(), payment16())
	require.NoError(t, err)
	assert.Equal(t, core.Settled, p.State)
	assert.Equal(t, "16.00 CNY", p.Amount.String(), "the amount is the one that was read")

	_, err = open(t, newFake().paying("99.00", core.Settled)).Pay(t.Context(), payment16())
	assertError(t, err, core.Guarded, core.Done)
	assert.ErrorContains(t, err, "99.00")

	f := newFake() // its orders stay unpaid
	p, err = open(t, f).Pay(t.Context(), payment16())
	require.NoError(t, err)
	assert.Equal(t, core.Accepted, p.State)
}

func TestAnAcceptedPaymentIsBroughtUpToDateByTheSameCall(t *testing.T) {
	f := newFake().paying("16.00", core.Accepted)
	b := open(t, f)
	p, err := b.Pay(t.Context(), payment16())
	require.NoError(t, err)
	require.Equal(t, core.Accepted, p.State)
	for range 2 {
		p, err = b.Pay(t.Context(), payment16())
		require.NoError(t, err)
		assert.Equal(t, core.Settled, p.State)
	}
	assert.Equal(t, 1, f.writes())
}

func TestAnAnswerAboutAnotherOrderIsInDoubt(t *testing.T) {
	f := newFake()
	f.pay = func(context.Context, core.PayRequest) (core.Payment, error) {
		return core.Payment{Order: core.OrderRef{ID: "7"}, State: core.Accepted}, nil
	}
	_, err := open(t, f).Pay(t.Context(), payment16())
	assertError(t, err, core.BadAnswer, core.InDoubt)

	f = newFake().reading(paidOrder("1001"))
	f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
		return core.Refund{ID: "f1", Order: r.Order, Amount: cny("0.01")}, nil
	}
	_, err = open(t, f).Refund(t.Context(), refundOf("1.00"))
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

func TestADoubtOnAnOrderKeepsEveryOtherMoneyOperationAway(t *testing.T) {
	f := newFake().losing()
	b := open(t, f)
	_, err := b.Pay(t.Context(), payment16())
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	_, err = b.CancelOrder(t.Context(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1001"}})
	assertError(t, err, core.Conflict, core.NotDone)
	_, err = b.Refund(t.Context(), refundOf("1.00"))
	assertError(t, err, core.Conflict, core.NotDone)
	assert.Equal(t, 1, f.writes())
	f.reading(paidOrder("1001"))
	_, err = b.CancelOrder(t.Context(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1001"}})
	assertError(t, err, core.Guarded, core.NotDone) // the read that ends the doubt shows the payment
	assert.Equal(t, 1, f.writes())

	f = newFake().losing().reading(paidOrder("1001"))
	b = open(t, f)
	_, err = b.Refund(t.Context(), refundOf("16.00"))
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	second := refundOf("16.00")
	second.Ref = "another"
	_, err = b.Refund(t.Context(), second)
	assertError(t, err, core.Conflict, core.NotDone)
	assert.Equal(t, 1, f.writes(), "two refunds in flight could give back twice what was paid")
}

func TestADoubtAfterAFailureIsADoubt(t *testing.T) {
	c := &clock{noon}
	journal := &brokenJournal{Journal: core.NewMemoryJournal(), left: 2}
	f := newFake().answering(notSent())
	b := openWith(t, f, core.BuyerOptions{Journal: journal, Now: c.read})
	_, err := b.CreateOrder(t.Context(), purchase()) // not sent, and recorded so
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	_, err = b.CreateOrder(t.Context(), purchase()) // sent, and its outcome not recorded
	assertError(t, err, core.Internal, core.Done)
	for range 2 {
		_, err = b.CreateOrder(t.Context(), purchase())
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "what the first attempt said is not what the second did: %v", err)
		c.advance(time.Hour)
		journal.left = 1
		_, err = b.Recover(t.Context())
		require.NoError(t, err)
	}
	assert.Equal(t, 2, f.writes())
}

func TestAnAdapterThatSaysDoneAndFailedIsInDoubt(t *testing.T) {
	f := newFake().answering(&core.Error{Code: core.Internal, Outcome: core.Done, Message: "done, but"})
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	assertError(t, err, core.BadAnswer, core.InDoubt)
	open, err := b.Open(t.Context())
	require.NoError(t, err)
	assert.Len(t, open, 1)
}

func TestAPurchaseThatCannotBeQuotedIsNotSent(t *testing.T) {
	f := newFake()
	f.d.Operations[core.OpQuote] = core.Capability{Support: core.Supported}
	f.quote = func(context.Context, core.QuoteRequest) (core.Quote, error) {
		return core.Quote{Totals: core.Totals{Payable: cny("1.00")}, Lines: []core.QuoteLine{{Problem: &core.GatewayError{Message: "cannot be bought"}}}}, nil
	}
	r := purchase()
	r.MaxTotal = cny("99.00")
	_, err := open(t, f).CreateOrder(t.Context(), r)
	assertError(t, err, core.Guarded, core.NotDone)
	assert.Zero(t, f.writes())
}

func TestTheSameLinesInAnotherOrderAreTheSameReceipt(t *testing.T) {
	f := newFake().readyFor(core.OpConfirmReceipt)
	b := open(t, f)
	for _, lines := range [][]core.LineID{{"a", "b"}, {"b", "a"}} {
		_, err := b.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "1"}, Lines: lines})
		require.NoError(t, err)
	}
	assert.Equal(t, 1, f.writes())
}

func TestARefundsTextsAreCheckedBeforeAnythingIsSent(t *testing.T) {
	for name, change := range map[string]func(*core.RefundRequest){
		"reason":      func(r *core.RefundRequest) { r.Reason = "bad\xff" },
		"reason_id":   func(r *core.RefundRequest) { r.ReasonID = "1\n2" },
		"evidence":    func(r *core.RefundRequest) { r.Evidence = make([]string, 21) },
		"evidence[0]": func(r *core.RefundRequest) { r.Evidence = []string{string(make([]byte, 1<<20))} },
	} {
		f := newFake().reading(paidOrder("1001"))
		r := refundOf("1.00")
		change(&r)
		_, err := open(t, f).Refund(t.Context(), r)
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, name, field(err))
		assert.Zero(t, f.writes())
	}
}
