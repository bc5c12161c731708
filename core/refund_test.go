package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func refundOf(amount string) core.RefundRequest {
	return core.RefundRequest{Ref: "refund-1", Order: core.OrderRef{ID: "1001"}, Kind: core.RefundOnly, Amount: cny(amount)}
}

func TestARefundIsGuardedByAFreshRead(t *testing.T) {
	refunds := func(list ...core.Refund) func(*core.Order, *core.RefundRequest) {
		return func(o *core.Order, _ *core.RefundRequest) { o.Refunds = list }
	}
	for name, c := range map[string]struct {
		field  string
		change func(*core.Order, *core.RefundRequest)
	}{
		"more than was paid":          {"amount", func(_ *core.Order, r *core.RefundRequest) { r.Amount = cny("16.01") }},
		"more with freight":           {"amount", func(_ *core.Order, r *core.RefundRequest) { r.Shipping = cny("6.01") }},
		"another refund is open":      {"amount", refunds(core.Refund{ID: "f0", State: core.RefundRequested, Amount: cny("6.01")})},
		"open freight":                {"amount", refunds(core.Refund{ID: "f0", State: core.RefundReturning, Amount: cny("6.00"), Shipping: cny("0.01")})},
		"a refund in no known state":  {"amount", refunds(core.Refund{ID: "f0", State: core.RefundUnknown, Amount: cny("6.01")})},
		"already paid back":           {"amount", func(o *core.Order, _ *core.RefundRequest) { o.Totals.Refunded = cny("6.01") }},
		"an open one of unknown size": {"amount", refunds(core.Refund{ID: "f0", State: core.RefundRequested})},
		"a paid one of unknown size":  {"amount", refunds(core.Refund{ID: "f0", State: core.RefundPaid})},
		"refunds in another currency": {"amount", refunds(core.Refund{ID: "f0", State: core.RefundPaid, Amount: money.MustParse("1.00", money.USD)})},
		"what was paid is unknown":    {"amount", func(o *core.Order, _ *core.RefundRequest) { o.Totals.Payable = money.Amount{} }},
		"unpaid":                      {"order", func(o *core.Order, _ *core.RefundRequest) { o.Status = core.AwaitingPayment }},
		"in no known status":          {"order", func(o *core.Order, _ *core.RefundRequest) { o.Status = core.StatusUnknown }},
		"closed":                      {"order", func(o *core.Order, _ *core.RefundRequest) { o.Status = core.Closed }},
		"a line of another order":     {"lines[0]", func(_ *core.Order, r *core.RefundRequest) { r.Lines = []core.RefundLine{{ID: "l9"}} }},
		"more pieces than the line":   {"lines[0]", func(_ *core.Order, r *core.RefundRequest) { r.Lines = []core.RefundLine{{ID: "l1", Quantity: 3}} }},
	} {
		order, r := paidOrder("1001"), refundOf("10.00")
		c.change(&order, &r)
		f := newFake().reading(order)
		_, err := open(t, f).Refund(t.Context(), r)
		assertError(t, err, core.Guarded, core.NotDone)
		assert.Equal(t, c.field, field(err), "%s: %v", name, err)
		assert.Zero(t, f.writes(), "%s: nothing is sent", name)
	}
}

func TestARefundInAnotherCurrencyIsRefused(t *testing.T) {
	r := refundOf("1.00")
	r.Amount = money.MustParse("1.00", money.USD)
	f := newFake().reading(paidOrder("1001"))
	_, err := open(t, f).Refund(t.Context(), r)
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.Equal(t, "amount", field(err))
	assert.Zero(t, f.writes())
}

func TestARefundOfWhatIsLeftIsSent(t *testing.T) {
	for name, change := range map[string]func(*core.Order){
		"all of it": func(*core.Order) {},
		"void refunds do not count": func(o *core.Order) {
			o.Refunds = []core.Refund{{State: core.RefundRejected, Amount: cny("9.00")}, {State: core.RefundClosed}}
		},
		"a paid one of unknown size is in the total": func(o *core.Order) {
			o.Totals.Payable, o.Totals.Refunded = cny("20.00"), cny("4.00")
			o.Refunds = []core.Refund{{State: core.RefundPaid}}
		},
		"the total and the list are one and the same": func(o *core.Order) {
			o.Totals.Payable, o.Totals.Refunded = cny("20.00"), cny("4.00")
			o.Refunds = []core.Refund{{State: core.RefundPaid, Amount: cny("4.00")}}
		},
	} {
		order := paidOrder("1001")
		change(&order)
		r := refundOf("16.00")
		r.Lines = []core.RefundLine{{ID: "l1", Quantity: 2}}
		f := newFake().reading(order)
		refund, err := open(t, f).Refund(t.Context(), r)
		require.NoError(t, err, name)
		assert.Equal(t, core.RefundID("f1"), refund.ID)
	}
}

func TestRefundIsUnsupportedWhereTheOrderCannotBeRead(t *testing.T) {
	f := newFake().without(core.OpGetOrder, "set endpoints.detail")
	_, err := open(t, f).Refund(t.Context(), refundOf("1.00"))
	assertError(t, err, core.Unsupported, core.NotDone)
	assert.ErrorContains(t, err, "no more may come back than was paid")
}

func TestARefundWithoutAnIdIsInDoubt(t *testing.T) {
	f := newFake().reading(paidOrder("1001"))
	f.refund = func(context.Context, core.RefundRequest) (core.Refund, error) {
		return core.Refund{State: core.RefundRequested}, nil
	}
	_, err := open(t, f).Refund(t.Context(), refundOf("1.00"))
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

// However a paid order is asked for money back, no more than was paid is ever sent.
func TestTheSumOfAllRefundsNeverExceedsWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order, sent := paidOrder("1001"), int64(0)
		f := newFake()
		f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return order, nil }
		f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
			refund := core.Refund{ID: core.RefundID(r.Ref), State: core.RefundRequested, Amount: r.Amount, Shipping: r.Shipping}
			order.Refunds = append(order.Refunds, refund)
			for _, part := range []money.Amount{r.Amount, r.Shipping} {
				if part.IsSet() {
					fen, _ := part.Minor()
					sent += fen
				}
			}
			return refund, nil
		}
		b := open(t, f)
		for i, fen := range rapid.SliceOfN(rapid.Int64Range(1, 1700), 1, 10).Draw(t, "fen") {
			r := core.RefundRequest{Ref: core.Ref(string(rune('a' + i))), Order: core.OrderRef{ID: "1001"}, Kind: core.RefundOnly, Amount: money.FromFen(fen)}
			if rapid.Bool().Draw(t, "freight") {
				r.Shipping = money.FromFen(fen)
			}
			_, _ = b.Refund(context.Background(), r)
		}
		if sent > 1600 {
			t.Fatalf("got refunds of %d fen, want at most 1600: no more may come back than was paid", sent)
		}
	})
}
