package dajisaas

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/internal/sandbox"
)

func TestLifeOfAnOrderAtTheSandbox(t *testing.T) {
	for _, auth := range []string{authSign, authSecret} {
		t.Run(auth, func(t *testing.T) {
			s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { _ = s.Close() })
			a, ctx := openSandbox(t, s, auth), t.Context()

			quote, err := a.Quote(ctx, core.QuoteRequest{Lines: pencils().Lines, Address: home})
			require.NoError(t, err)
			require.Equal(t, "11.96 CNY", quote.Totals.Payable.String())

			made, err := a.CreateOrder(ctx, pencils())
			require.NoError(t, err)
			require.Equal(t, "11.96 CNY", made.Totals.Payable.String())

			page, err := a.ListOrders(ctx, core.ListOrdersRequest{Ref: made.Ref, Status: core.AwaitingPayment, CreatedFrom: time.Now().Add(-time.Hour)})
			require.NoError(t, err)
			require.Len(t, page.Orders, 1)
			require.Equal(t, made.OrderRef, page.Orders[0].OrderRef)

			payment, err := a.Pay(ctx, core.PayRequest{Order: made.OrderRef, Expect: made.Totals.Payable, Attempt: attempt()})
			require.NoError(t, err)
			require.Equal(t, core.Settled, payment.State)
			require.False(t, payment.Paid.IsZero())

			require.NoError(t, s.Ship(string(made.ID)))
			tracking, err := a.Track(ctx, core.TrackRequest{Order: made.OrderRef})
			require.NoError(t, err)
			require.Len(t, tracking.Parcels, 1)
			require.NotEmpty(t, tracking.Parcels[0].Number)

			_, err = a.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: made.OrderRef, Lines: tracking.Parcels[0].Lines, Attempt: attempt()})
			require.NoError(t, err)
			order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: made.OrderRef})
			require.NoError(t, err)
			require.Equal(t, core.Completed, order.Status)
			require.Len(t, s.Effects(), 3)
		})
	}
}

func TestPayModesOfTheSandbox(t *testing.T) {
	for mode, want := range map[string]core.Code{sandbox.PayRefuse: core.Refused, sandbox.PayURL: core.Refused, sandbox.PayNull: core.BadAnswer} {
		a, s := atSandbox(t)
		made, err := a.CreateOrder(t.Context(), pencils())
		require.NoError(t, err)
		require.NoError(t, s.SetPayMode(mode))
		_, err = a.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: made.Totals.Payable, Attempt: attempt()})
		requireError(t, err, want, core.InDoubt)
		require.Len(t, s.Effects(), 1, "nothing was paid")
	}
}

// Over 50 lines the order is split, and no document says how the answer names the parts.
func TestASplitOrderIsInDoubtAndFoundByItsRef(t *testing.T) {
	a, s := atSandbox(t)
	r := pencils()
	for len(r.Lines) < 51 {
		r.Lines = append(r.Lines, r.Lines[0])
	}
	_, err := a.CreateOrder(t.Context(), r)
	requireError(t, err, core.BadAnswer, core.InDoubt)
	require.Len(t, s.Effects(), 2)
	page, err := a.ListOrders(t.Context(), core.ListOrdersRequest{Ref: r.Ref})
	require.NoError(t, err)
	require.Len(t, page.Orders, 2)
}

func TestTheBuyersPriceIsHeld(t *testing.T) { // trap 79
	a, s := atSandbox(t)
	b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{})
	require.NoError(t, err)
	made, err := b.CreateOrder(t.Context(), pencils())
	require.NoError(t, err)
	require.NoError(t, s.SetTotal(string(made.ID), 1296))
	_, err = b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("11.96")})
	require.ErrorIs(t, err, core.Guarded)
	require.Len(t, s.Effects(), 1)
	payment, err := b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("12.96")})
	require.NoError(t, err)
	require.Equal(t, "12.96 CNY", payment.Amount.String())
}

// Pay reads the order after it has written, because the answer of the pay call is not documented.
// The suite counts what a write sends; that read is not counted here, and TestPay holds it.
func requestsButReads(s *sandbox.Server) int {
	count := 0
	for _, one := range s.Log() {
		if !strings.HasSuffix(one.Path, pathDetail) {
			count++
		}
	}
	return count
}

var sandboxFaults = map[adaptertest.Fault]sandbox.Rule{
	adaptertest.RefuseBefore:    {Fault: sandbox.RefuseBefore},
	adaptertest.DropBefore:      {Fault: sandbox.DropBefore},
	adaptertest.DropAfter:       {Fault: sandbox.DropAfter},
	adaptertest.LateAnswer:      {Fault: sandbox.Late, Delay: 2 * adaptertest.Patience},
	adaptertest.TooManyRequests: {Fault: sandbox.TooMany},
	adaptertest.ErrorBefore:     {Fault: sandbox.ErrorBefore},
	adaptertest.ErrorAfter:      {Fault: sandbox.ErrorAfter},
	adaptertest.Truncated:       {Fault: sandbox.Truncated},
	adaptertest.Garbage:         {Fault: sandbox.Garbage},
}

func TestAdapter(t *testing.T) {
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	adaptertest.Run(t, adaptertest.Harness{
		Open:     func(t testing.TB) core.Adapter { return openSandbox(t, s, authSign) },
		Order:    func() core.CreateOrderRequest { return pencils() },
		Payable:  cny("11.96"),
		Effects:  func(testing.TB) int { return len(s.Effects()) },
		Requests: func(testing.TB) int { return requestsButReads(s) },
		Fault:    func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(sandboxFaults[f]) },
		Ship:     func(t testing.TB, id core.OrderID) { require.NoError(t, s.Ship(string(id))) },
		Secrets:  []string{sandbox.DefaultAppSecret},
	})
}
