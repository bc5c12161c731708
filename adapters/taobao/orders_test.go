package taobao

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
)

func startSandbox(t *testing.T) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStatusTable(t *testing.T) {
	for word, want := range map[string]core.Status{
		"12": core.AwaitingPayment, "0": core.AwaitingPayment, "10": core.Paid, "11": core.Shipped, "4": core.Closed,
		"BULIDING": core.AwaitingPayment, "BUILDING": core.AwaitingPayment, // trap 98
		"WAIT_BUYER_P": core.AwaitingPayment, "WAIT_BUYER_PAY": core.AwaitingPayment, // trap 98
		"1": core.StatusUnknown, "2": core.StatusUnknown, "3": core.StatusUnknown, "5": core.StatusUnknown, "9": core.StatusUnknown,
		"6": core.StatusUnknown, "TRADE_FINISHED": core.StatusUnknown, "": core.StatusUnknown, // traps 96, 97
	} {
		require.Equal(t, want, statusOf(word), "status %q", word)
	}
}

func TestLinesThatDifferMakeAnOrderPartlyShipped(t *testing.T) { // trap 92
	lines := []core.Line{{Status: core.Paid}, {Status: core.Shipped}}
	require.Equal(t, core.PartlyShipped, orderStatus("WAIT_SELLER_SEND_GOODS", lines))
	require.Equal(t, core.Paid, orderStatus("WAIT_SELLER_SEND_GOODS", lines[:1]))
	require.Equal(t, core.AwaitingPayment, orderStatus("0", lines))
}

func TestTotalsAreAbsentUntilEveryLineHasItsAmount(t *testing.T) {
	gw := newRecorder(t, map[string]string{"/open/order/detail/get": envelope(`{"id":"1","subOrderVOS":[
		{"subOrderId":"2","purchaseAmount":200,"domesticPostFee":0},{"subOrderId":"3","purchaseAmount":null,"domesticPostFee":0}]}`)})
	order, err := open(t, gw.URL, nil).GetOrder(bg(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	require.NoError(t, err)
	require.False(t, order.Totals.Payable.IsSet())
	require.Equal(t, "2.00 CNY", order.Lines[0].Amount.String())
}

func TestALifeInTheSandbox(t *testing.T) {
	s := startSandbox(t)
	a := open(t, s.PandaPonURL(), nil)
	order, err := a.CreateOrder(bg(), seedOrder())
	require.NoError(t, err)
	require.Equal(t, core.OrderID("1031992847890383164"), order.ID)
	require.Len(t, order.Lines, 2)

	get := func() core.Order {
		o, err := a.GetOrder(bg(), core.GetOrderRequest{Order: order.OrderRef})
		require.NoError(t, err)
		return o
	}
	require.Equal(t, "12", get().UpstreamStatus)
	read := get()
	require.Equal(t, core.AwaitingPayment, read.Status)
	require.Equal(t, "4.00 CNY", read.Totals.Payable.String())
	require.Equal(t, core.Ref("1"), read.Ref)

	page, err := a.ListOrders(bg(), core.ListOrdersRequest{Ref: "1"})
	require.NoError(t, err)
	require.Len(t, page.Orders, 1)
	require.Empty(t, page.Next)

	payment, err := a.Pay(bg(), core.PayRequest{Order: order.OrderRef, Expect: money.FromFen(400), Attempt: attemptNow()})
	require.NoError(t, err)
	require.Equal(t, core.Accepted, payment.State, "acceptance is not payment (trap 60)")
	require.Equal(t, core.StatusUnknown, get().Status, "finance is at work: neither unpaid nor paid")
	require.Equal(t, core.Paid, get().Status)

	require.NoError(t, s.Ship(string(order.ID)))
	require.NoError(t, s.Scan(string(order.ID), "已到达 杭州", "杭州"))
	tracking, err := a.Track(bg(), core.TrackRequest{Order: order.OrderRef})
	require.NoError(t, err)
	require.True(t, tracking.EventsAvailable)
	require.Len(t, tracking.Parcels, 1, "lines of one waybill are one parcel")
	require.NotEmpty(t, tracking.Parcels[0].Number)
	require.NotEmpty(t, tracking.Parcels[0].Events)
	require.False(t, tracking.Parcels[0].Events[0].Time.IsZero())

	withoutHandle, err := a.Track(bg(), core.TrackRequest{Order: core.OrderRef{ID: order.ID}})
	require.NoError(t, err)
	require.Equal(t, tracking.Parcels, withoutHandle.Parcels)

	refund, err := a.Refund(bg(), core.RefundRequest{Ref: "r1", Order: order.OrderRef, Kind: core.RefundOnly, Goods: core.GoodsNotReceived,
		Lines: []core.RefundLine{{ID: order.Lines[0].ID}}, Amount: money.FromFen(100), ReasonID: "1", Reason: "少件", Attempt: attemptNow()})
	require.NoError(t, err)
	got, err := a.GetRefund(bg(), core.GetRefundRequest{Order: order.OrderRef, ID: refund.ID})
	require.NoError(t, err)
	require.Equal(t, core.RefundRequested, got.State)
	require.Equal(t, "1.00 CNY", got.Amount.String())
}

func TestCancelIsAcceptedAndSeenLater(t *testing.T) {
	s := startSandbox(t)
	a := open(t, s.PandaPonURL(), nil)
	order, err := a.CreateOrder(bg(), seedOrder())
	require.NoError(t, err)
	c, err := a.CancelOrder(bg(), core.CancelOrderRequest{Order: order.OrderRef, Reason: "不想要了", Attempt: attemptNow()})
	require.NoError(t, err)
	require.Equal(t, core.CancelAccepted, c.State)
	for range 3 {
		order, err = a.GetOrder(bg(), core.GetOrderRequest{Order: order.OrderRef})
		require.NoError(t, err)
	}
	require.Equal(t, core.Closed, order.Status)
}

func TestInstructionAnswers(t *testing.T) {
	for _, row := range []struct {
		data    string
		state   core.PaymentState
		outcome core.Outcome
	}{
		{`{"success":true}`, core.Accepted, core.Done},
		{`true`, core.Accepted, core.Done},
		{`{"success":"true"}`, core.Accepted, core.Done},
		{`{"success":false,"errorCode":"X"}`, core.PaymentUnknown, core.InDoubt}, // trap 51
		{`false`, core.PaymentUnknown, core.InDoubt},
		{`{}`, core.PaymentUnknown, core.Done}, // trap 61: Buyer makes it InDoubt
		{`null`, core.PaymentUnknown, core.Done},
		{`"paid"`, core.PaymentUnknown, core.Done},
	} {
		t.Run(row.data, func(t *testing.T) {
			gw := newRecorder(t, map[string]string{"/open/order/pay": envelope(row.data)})
			payment, err := open(t, gw.URL, nil).Pay(bg(), core.PayRequest{Order: core.OrderRef{ID: "1"}, Expect: money.FromFen(1), Attempt: attemptNow()})
			require.Equal(t, row.outcome, core.OutcomeOf(err))
			require.Equal(t, row.state, payment.State)
			require.JSONEq(t, `{"orderId":"1"}`, string(gw.seen[0].body), "an id stays text, digit for digit (trap 3)")
		})
	}
}
