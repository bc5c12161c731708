package dajisaas

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/internal/sandbox"
)

func TestLifeOfATaobaoOrderAtTheSandbox(t *testing.T) {
	a, s := taobaoAtSandbox(t)
	b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{})
	require.NoError(t, err)
	quote, err := b.Quote(t.Context(), core.QuoteRequest{Lines: goods().Lines, Address: home})
	require.NoError(t, err)
	require.Equal(t, "44.40 CNY", quote.Totals.Payable.String())
	made, err := b.CreateOrder(t.Context(), goods())
	require.NoError(t, err)
	require.False(t, made.Totals.Payable.IsSet(), "Taobao prices it afterwards")

	payment, err := b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40")})
	require.NoError(t, err)
	require.Equal(t, core.Accepted, payment.State)
	s.Tick()
	payment, err = b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40")})
	require.NoError(t, err)
	require.Equal(t, core.Settled, payment.State, "seen by a read, and not paid again")
	require.NoError(t, s.Ship(string(made.ID)))
	tracking, err := b.Track(t.Context(), core.TrackRequest{Order: made.OrderRef})
	require.NoError(t, err)
	require.NotEmpty(t, tracking.Parcels[0].Number)
	require.Contains(t, tracking.Note, "no trace endpoint")
	require.Len(t, s.Effects(), 2)
}

// A lost purchase is found by its number, with exactly what was asked for, and never made again.
func TestALostTaobaoPurchaseIsFound(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.DropAfter, sandbox.ErrorAfter, sandbox.Garbage, sandbox.MissingFields} {
		a, s := taobaoAtSandbox(t)
		b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{})
		require.NoError(t, err)
		s.Script(sandbox.Rule{Path: pathPurchase, Fault: fault})
		_, err = b.CreateOrder(t.Context(), goods())
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), fault)
		order, err := b.CreateOrder(t.Context(), goods())
		require.NoError(t, err, fault)
		require.Equal(t, goods().Ref, order.Ref)
		require.Equal(t, s.Orders()[0].ID, string(order.ID))
		require.Len(t, s.Effects(), 1, "bought once")
	}
}

// Whatever becomes of the answer, the money leaves once.
func TestALostTaobaoPaymentIsFound(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.DropAfter, sandbox.ErrorAfter, sandbox.Garbage, sandbox.MissingFields, sandbox.Truncated} {
		a, s := taobaoAtSandbox(t)
		b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{})
		require.NoError(t, err)
		made, err := b.CreateOrder(t.Context(), goods())
		require.NoError(t, err)
		s.Script(sandbox.Rule{Path: pathBatchPay, Fault: fault})
		_, err = b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40")})
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), fault)
		s.Tick()
		payment, err := b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40")})
		require.NoError(t, err, fault)
		require.Equal(t, core.Settled, payment.State, fault)
		require.Len(t, s.Effects(), 2, "bought once, paid once")
	}
}

func TestTaobaoPayModesOfTheSandbox(t *testing.T) {
	for mode, want := range map[string]core.Code{sandbox.PayRefuse: core.Refused, sandbox.PayURL: core.Refused, sandbox.PayNull: core.BadAnswer} {
		a, s := taobaoAtSandbox(t)
		made, err := a.CreateOrder(t.Context(), goods())
		require.NoError(t, err)
		require.NoError(t, s.SetPayMode(mode))
		_, err = a.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40"), Attempt: attempt()})
		requireError(t, err, want, core.InDoubt)
		require.Len(t, s.Effects(), 1, "nothing was paid")
	}
}

func TestTheBuyersPriceIsHeldOnTaobao(t *testing.T) { // trap 79
	a, s := taobaoAtSandbox(t)
	b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{})
	require.NoError(t, err)
	made, err := b.CreateOrder(t.Context(), goods())
	require.NoError(t, err)
	require.NoError(t, s.SetTotal(string(made.ID), 4441))
	_, err = b.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Expect: cny("44.40")})
	require.ErrorIs(t, err, core.Guarded)
	require.Len(t, s.Effects(), 1)
}

// A refusal of a payment is held against a read, which the suite does not count as a write.
func taobaoRequestsButReads(s *sandbox.Server) int {
	count := 0
	for _, one := range s.Log() {
		if !strings.HasSuffix(one.Path, pathQuery) {
			count++
		}
	}
	return count
}

func TestTaobaoAdapter(t *testing.T) {
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	for name, named := range map[string]map[string]string{"query named": queryNamed, "nothing named": nil} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, adaptertest.Harness{
				Open: func(t testing.TB) core.Adapter {
					return taobaoAt(t, s.DajisaasURL(), sandbox.DefaultAppKey, sandbox.DefaultAppSecret, named)
				},
				Order:         goods,
				Payable:       cny("44.40"),
				Effects:       func(testing.TB) int { return len(s.Effects()) },
				Requests:      func(testing.TB) int { return len(s.Log()) },
				WriteRequests: func(testing.TB) int { return taobaoRequestsButReads(s) },
				Fault:         func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(sandboxFaults[f]) },
				Settle:        func(testing.TB, core.OrderID) { s.Tick() },
				Ship:          func(t testing.TB, id core.OrderID) { require.NoError(t, s.Ship(string(id))) },
				Secrets:       []string{sandbox.DefaultAppSecret},
			})
		})
	}
}
