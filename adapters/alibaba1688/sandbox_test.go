package alibaba1688

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

func startSandbox(t *testing.T, preload bool) (*sandbox.Server, *Adapter) {
	t.Helper()
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{Preload1688: preload})
	require.NoError(t, err)
	t.Cleanup(func() { _ = box.Close() })
	return box, newAdapter(t, box.PandaPonURL(), map[string]any{
		"access_key": sandbox.DefaultAccessKey, "access_secret": sandbox.DefaultAccessSecret, "user_id": sandbox.DefaultUserID,
		"endpoints": map[string]string{"trace": "GET /alibaba/order/logistics/trace"},
	})
}

func newBuyer(t *testing.T, a core.Adapter) *core.Buyer {
	t.Helper()
	b, err := core.NewBuyer(t.Context(), a, core.BuyerOptions{Account: "ali"})
	require.NoError(t, err)
	return b
}

// number is what Buyer gives the adapter for a caller's ref.
func number(ref core.Ref) core.Ref { return core.Ref(core.Number("sp", "ali", ref, 1)) }

// TestLifeOfAnOrder buys, pays, follows and confirms through Buyer, whose guards read the order in
// yuan after a create in fen.
func TestLifeOfAnOrder(t *testing.T) {
	box, a := startSandbox(t, false)
	b := newBuyer(t, a)
	r := shorts()
	r.MaxTotal = cny("232.00")
	order, err := b.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, cny("232.00"), order.Totals.Payable)
	require.Equal(t, "请尽快发货 "+noteToken(number(r.Ref)), box.Effects()[0].Number, "a person can find it")

	payment, err := b.Pay(t.Context(), core.PayRequest{Order: order.OrderRef, Expect: cny("232.00")})
	require.NoError(t, err)
	require.Equal(t, core.Settled, payment.State)
	id := string(order.ID)
	require.NoError(t, box.Ship(id))
	require.NoError(t, box.Scan(id, "已揽收", "杭州市"))
	require.NoError(t, box.Deliver(id))

	tracking, err := b.Track(t.Context(), core.TrackRequest{Order: order.OrderRef})
	require.NoError(t, err)
	require.True(t, tracking.EventsAvailable)
	require.Len(t, tracking.Parcels, 1)
	require.Len(t, tracking.Parcels[0].Events, 2)
	require.Equal(t, "SIGN", tracking.Parcels[0].Events[0].Code)

	read, err := b.GetOrder(t.Context(), core.GetOrderRequest{Order: order.OrderRef})
	require.NoError(t, err)
	require.Equal(t, core.Shipped, read.Status)
	_, err = b.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: order.OrderRef, Lines: []core.LineID{read.Lines[0].ID}})
	require.NoError(t, err)
	require.Equal(t, []string{sandbox.EffectCreate, sandbox.EffectPay, sandbox.EffectConfirm}, kinds(box))
}

func kinds(box *sandbox.Server) []string {
	var kinds []string
	for _, effect := range box.Effects() {
		kinds = append(kinds, effect.Kind)
	}
	return kinds
}

// TestEncryptedIDsAtTheSandbox quotes and buys by offerMapId; the answer is trades in yuan.
func TestEncryptedIDsAtTheSandbox(t *testing.T) {
	_, a := startSandbox(t, false)
	b := newBuyer(t, a)
	r := shortsV2()
	r.Lines[0].SKUID = "5739035294244" // the answer has one, and Buyer compares by it
	r.MaxTotal = cny("232.00")
	order, err := b.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, cny("232.00"), order.Totals.Payable)
	require.Equal(t, int64(3), order.Lines[0].Quantity)

	r.Ref, r.MaxTotal = "ref-2", cny("231.99")
	_, err = b.CreateOrder(t.Context(), r)
	requireError(t, err, core.Guarded, core.NotDone)
}

// TestSplitAtTheSandbox: over 50 lines are several orders, 100 are the most (59, 118).
func TestSplitAtTheSandbox(t *testing.T) {
	box, a := startSandbox(t, false)
	r := shorts()
	for len(r.Lines) < 51 {
		r.Lines = append(r.Lines, r.Lines[0])
	}
	order, err := newBuyer(t, a).CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, order.Siblings, 1)
	require.Len(t, box.Effects(), 2)
	require.NotEqual(t, order.ID, order.Siblings[0].ID)
}

// TestPartialAtTheSandbox: Buyer takes an order of which a line was left out by name (52).
func TestPartialAtTheSandbox(t *testing.T) {
	_, a := startSandbox(t, false)
	r := shorts()
	r.Lines = append(r.Lines, core.OrderLine{ProductID: "1", SpecID: "x", Quantity: 1})
	order, err := newBuyer(t, a).CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Nil(t, order.Lines[0].Problem)
	require.Equal(t, "OFFER_NOT_FOUND", order.Lines[1].Problem.Code)
}

// TestListAtTheSandbox pages through, finds by id, and by the note what a lost create left.
func TestListAtTheSandbox(t *testing.T) {
	_, a := startSandbox(t, true)
	b := newBuyer(t, a)
	created, err := b.CreateOrder(t.Context(), shorts())
	require.NoError(t, err)
	for size := 1; size <= 4; size++ {
		var ids []core.OrderID
		for order, err := range b.ListOrders(t.Context(), core.ListOrdersRequest{PageSize: size}) {
			require.NoError(t, err)
			ids = append(ids, order.ID)
		}
		require.Equal(t, []core.OrderID{created.ID, "2542285634920880794", "2540825544788880794"}, ids)
	}
	page, err := a.ListOrders(t.Context(), core.ListOrdersRequest{ID: created.ID, Raw: true})
	require.NoError(t, err)
	require.Len(t, page.Orders, 1)
	require.Contains(t, string(page.Orders[0].Raw), noteToken(number("ref-1")))
	require.Equal(t, &home, withCode(page.Orders[0].Address), "the address that was sent")

	_, err = a.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "2542285634920880600"}})
	requireError(t, err, core.NotFound, core.NotDone)
}

// withCode adds the district code, which v1 does not take.
func withCode(a *core.Address) *core.Address {
	full := *a
	full.DistrictCode = home.DistrictCode
	return &full
}

// TestPayModesAtTheSandbox: every way that the pay call ends, through Buyer (61, 62).
func TestPayModesAtTheSandbox(t *testing.T) {
	for mode, want := range map[string]struct {
		state   core.PaymentState
		outcome core.Outcome
	}{
		sandbox.PayProtocol: {core.Settled, core.Done},
		sandbox.PayURL:      {core.ActionRequired, core.Done},
		sandbox.PayRefuse:   {core.PaymentRefused, core.NotDone},
		sandbox.PayNull:     {core.PaymentUnknown, core.InDoubt},
	} {
		box, a := startSandbox(t, true)
		require.NoError(t, box.SetPayMode(mode))
		payment, err := newBuyer(t, a).Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00")})
		require.Equal(t, want.outcome, core.OutcomeOf(err), "%s: %v", mode, err)
		require.Equal(t, want.state, payment.State, mode)
	}
	box, a := startSandbox(t, true)
	require.NoError(t, box.SetTotal(orderID, 23201))
	_, err := newBuyer(t, a).Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00")})
	requireError(t, err, core.Guarded, core.NotDone)
	require.Empty(t, box.Effects(), "79: the price is read first, because the call has none")
}

// TestRefundAtTheSandbox asks, is answered, and reads the end.
func TestRefundAtTheSandbox(t *testing.T) {
	box, a := startSandbox(t, true)
	b := newBuyer(t, a)
	_, err := b.Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00")})
	require.NoError(t, err)
	r := core.RefundRequest{Ref: "refund-1", Order: ref, Kind: core.RefundOnly, Goods: core.GoodsNotShipped,
		Lines: []core.RefundLine{{ID: orderID}}, Amount: cny("225.00"), Shipping: cny("7.00"), ReasonID: "1", Reason: "不想要了"}
	refund, err := b.Refund(t.Context(), r)
	require.NoError(t, err)
	require.NoError(t, box.SettleRefund(orderID))
	read, err := b.GetRefund(t.Context(), core.GetRefundRequest{Order: ref, ID: refund.ID})
	require.NoError(t, err)
	require.Equal(t, core.RefundPaid, read.State)
	require.Equal(t, cny("225.00"), read.Amount)
	require.Equal(t, cny("7.00"), read.Shipping)
	require.Equal(t, []core.RefundLine{{ID: orderID}}, read.Lines)
}

// TestCancelAtTheSandbox: the exact integer arrives (4).
func TestCancelAtTheSandbox(t *testing.T) {
	_, a := startSandbox(t, true)
	b := newBuyer(t, a)
	c, err := b.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Reason: "不想要了"})
	require.NoError(t, err)
	require.Equal(t, core.CancelDone, c.State)
	order, err := b.GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
	require.NoError(t, err)
	require.Equal(t, core.Cancelled, order.Status)
}

// TestFaultsOnWrites: one effect at most, and NotDone never beside an effect.
func TestFaultsOnWrites(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.RefuseBefore, sandbox.DropBefore, sandbox.DropAfter, sandbox.TooMany,
		sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.Truncated, sandbox.Garbage, sandbox.Redirect, sandbox.WrongTypes,
		sandbox.MissingFields, sandbox.Huge} {
		for path, write := range map[string]func(*Adapter) error{
			createPath:                       func(a *Adapter) error { _, err := a.CreateOrder(t.Context(), shorts()); return err },
			"/v2/alibaba/order/batch/create": func(a *Adapter) error { _, err := a.CreateOrder(t.Context(), shortsV2()); return err },
			"/alibaba/order/cancel": func(a *Adapter) error {
				_, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: attempt()})
				return err
			},
		} {
			box, a := startSandbox(t, true)
			box.Script(sandbox.Rule{Path: path, Fault: fault, Times: -1})
			err := write(a)
			require.Len(t, box.Log(), 1, "%s on %s is sent once", fault, path)
			if err == nil {
				require.Len(t, box.Effects(), 1, "%s on %s", fault, path)
				continue
			}
			require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%s on %s: %v", fault, path, err)
			requireDiscreet(t, err)
		}
	}
}

// TestPayIsNeverRepeated: the GET that pays is sent once, also where a read would be tried again
// (111).
func TestPayIsNeverRepeated(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.ErrorAfter, sandbox.DropAfter, sandbox.Truncated, sandbox.TooMany} {
		box, a := startSandbox(t, true)
		box.Script(sandbox.Rule{Path: "/alibaba/order/pay/url", Fault: fault, Times: -1})
		_, err := a.Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00"), Attempt: attempt()})
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), fault)
		time.Sleep(50 * time.Millisecond)
		require.Len(t, box.Log(), 1, fault)
	}
}
