package core_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// everyCall calls each operation of a Buyer once, with a request that would do.
func everyCall(ctx context.Context, b *core.Buyer) map[core.Operation]error {
	ref := core.OrderRef{ID: "1001"}
	errs := map[core.Operation]error{}
	_, errs[core.OpCreateOrder] = b.CreateOrder(ctx, purchase())
	for _, err := range b.ListOrders(ctx, core.ListOrdersRequest{}) {
		errs[core.OpListOrders] = err
	}
	_, errs[core.OpGetOrder] = b.GetOrder(ctx, core.GetOrderRequest{Order: ref})
	_, errs[core.OpPay] = b.Pay(ctx, core.PayRequest{Order: ref, Expect: cny("16.00")})
	_, errs[core.OpTrack] = b.Track(ctx, core.TrackRequest{Order: ref})
	_, errs[core.OpRefund] = b.Refund(ctx, refundOf("1.00"))
	_, errs[core.OpGetRefund] = b.GetRefund(ctx, core.GetRefundRequest{Order: ref, ID: "f1"})
	_, errs[core.OpCancelOrder] = b.CancelOrder(ctx, core.CancelOrderRequest{Order: ref})
	_, errs[core.OpQuote] = b.Quote(ctx, core.QuoteRequest{Lines: purchase().Lines})
	_, errs[core.OpConfirmReceipt] = b.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: ref})
	return errs
}

func TestWhatTheDescriptionDoesNotOfferIsRefusedWithItsReasonAndWithoutACall(t *testing.T) {
	for name, capability := range map[string]core.Capability{
		"unsupported":     {Reason: "the fair has it not"},
		"provisional off": {Support: core.Provisional, Reason: `the fair has it not; set endpoints.x = "POST /x"`},
	} {
		f := newFake()
		for _, op := range core.Operations() {
			f.d.Operations[op] = capability
		}
		errs := everyCall(t.Context(), open(t, f))
		require.Len(t, errs, len(core.Operations()))
		for op, err := range errs {
			assertError(t, err, core.Unsupported, core.NotDone)
			assert.EqualError(t, err, string(op)+": "+capability.Reason, "%s: the reason is the description's own", name)
		}
		assert.Empty(t, f.calls, "%s: the adapter is not called", name)
	}
}

func TestAnOperationThatTheDescriptionForgotIsRefused(t *testing.T) {
	f := newFake()
	delete(f.d.Operations, core.OpPay)
	_, err := open(t, f).Pay(t.Context(), core.PayRequest{Order: core.OrderRef{ID: "1"}, Expect: cny("1.00")})
	assertError(t, err, core.Unsupported, core.NotDone)
	assert.ErrorContains(t, err, "the adapter fake does not offer it")
}

func TestAProvisionalOperationThatTheAccountTurnedOnIsOffered(t *testing.T) {
	assert.True(t, core.Capability{Support: core.Provisional, Enabled: true}.Offered())
	assert.True(t, core.Capability{Support: core.Emulated}.Offered())
	assert.False(t, core.Capability{Support: core.NotSupported, Enabled: true}.Offered())
	assert.False(t, core.Capability{}.Offered(), "the zero value offers nothing")
}

func TestDeclaredButNotImplementedIsTheAuthorsFault(t *testing.T) {
	f := newFake()
	f.d.Operations[core.OpQuote] = core.Capability{Support: core.Supported}
	errs := everyCall(t.Context(), open(t, bare{f.without(core.OpListOrders, "x").without(core.OpTrack, "x")}))
	for _, op := range []core.Operation{core.OpGetOrder, core.OpQuote, core.OpCancelOrder, core.OpConfirmReceipt, core.OpGetRefund} {
		assertError(t, errs[op], core.Unsupported, core.NotDone)
		assert.ErrorContains(t, errs[op], "declares it but does not implement it; tell its author", "%s", op)
	}
}

func TestAPlainErrorSaysNothingOfAWriteAndIsHarmlessOnARead(t *testing.T) {
	f := newFake()
	cause := errors.New("broken pipe")
	f.create = func(context.Context, core.CreateOrderRequest) (core.Order, error) { return core.Order{}, cause }
	_, err := open(t, f).CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Internal, core.InDoubt)
	assert.ErrorIs(t, err, cause, "the cause is kept")
	assert.ErrorContains(t, err, "[it may have happened]")

	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return core.Order{}, cause }
	_, err = open(t, f).GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	assertError(t, err, core.Internal, core.NotDone)
	assert.ErrorIs(t, err, cause)
}

func TestAReadIsNeverInDoubtWhateverTheAdapterSays(t *testing.T) {
	f := newFake()
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return core.Order{}, lost() }
	_, err := open(t, f).GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	assertError(t, err, core.Unavailable, core.NotDone)
}

func TestTheAccountIsTheOperatorsNameOrTheAdapters(t *testing.T) {
	assert.Equal(t, "fake", open(t, newFake()).Account())
	b := openWith(t, newFake(), core.BuyerOptions{Account: "shop"})
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, "shop", order.Account, "an order says whose it is")
	assert.Equal(t, core.Market("fair"), order.Market, "and where it was bought")
}

func TestAnotherOrderThanTheOneAskedForIsAWrongAnswer(t *testing.T) {
	_, err := open(t, newFake().reading(unpaid("2"))).GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	assertError(t, err, core.BadAnswer, core.NotDone)
}
