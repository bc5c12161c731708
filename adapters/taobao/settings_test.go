package taobao

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func TestProvisionalOperationsAreOffUntilNamed(t *testing.T) {
	gw := newRecorder(t, nil)
	a := open(t, gw.URL, settingsMap{"endpoints": map[string]string{}})
	d, err := a.Describe(bg())
	require.NoError(t, err)
	for op, name := range map[core.Operation]string{core.OpListOrders: "list", core.OpGetOrder: "detail", core.OpPay: "pay",
		core.OpCancelOrder: "cancel", core.OpRefund: "refund_submit"} {
		require.Equal(t, core.Provisional, d.Operations[op].Support)
		err := d.Check(op)
		require.ErrorIs(t, err, core.Unsupported)
		require.Contains(t, err.Error(), "endpoints."+name, "the error says what to set")
	}
	for _, op := range []core.Operation{core.OpCreateOrder, core.OpTrack, core.OpGetRefund} {
		require.Equal(t, core.Supported, d.Operations[op].Support)
	}
	_, err = a.Pay(bg(), core.PayRequest{Order: core.OrderRef{ID: "1"}, Expect: money.FromFen(1), Attempt: attemptNow()})
	require.ErrorIs(t, err, core.Unsupported)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	require.Empty(t, gw.seen)
}

func TestRefundIsOffWithoutTheUnitOfItsSum(t *testing.T) { // trap 80
	gw := newRecorder(t, map[string]string{"/open/order/refund/query": envelope(`{"currency":"CNY","refundOrderAggregate":{"refundOrder":{"refundId":"110002685755","refundFee":150,"refundStatus":5,"refundType":3}}}`)})
	a := open(t, gw.URL, settingsMap{"refund_fee_unit": ""})
	d, err := a.Describe(bg())
	require.NoError(t, err)
	require.ErrorContains(t, d.Check(core.OpRefund), "refund_fee_unit")
	refund, err := a.GetRefund(bg(), core.GetRefundRequest{ID: "110002685755"})
	require.NoError(t, err)
	require.False(t, refund.Amount.IsSet(), "an amount of unknown unit is never converted")
	require.Equal(t, core.RefundPaid, refund.State)
	require.Equal(t, core.ReturnAndRefund, refund.Kind)
	require.Equal(t, "refundId=110002685755", gw.seen[0].query)
}

func TestRefundStatusOfBothTypesAndAnUnknownOne(t *testing.T) { // traps 25, 91
	for status, want := range map[string]core.RefundState{`1`: core.RefundRequested, `"1"`: core.RefundRequested, `17`: core.RefundUnknown, `null`: core.RefundUnknown} {
		gw := newRecorder(t, map[string]string{"/open/order/refund/query": envelope(`{"refundOrderAggregate":{"logistics":{"receiverAddress":"x"},"refundOrder":{"refundId":"7","refundFee":150,"refundStatus":` + status + `}}}`)})
		refund, err := open(t, gw.URL, nil).GetRefund(bg(), core.GetRefundRequest{ID: "7"})
		require.NoError(t, err)
		require.Equal(t, want, refund.State, "refundStatus %s", status)
		require.Equal(t, "1.50 CNY", refund.Amount.String())
	}
}

func TestAnotherRefundThanAskedForIsABadAnswer(t *testing.T) {
	gw := newRecorder(t, map[string]string{"/open/order/refund/query": envelope(`{"refundOrderAggregate":{"refundOrder":{"refundId":"8"}}}`)})
	_, err := open(t, gw.URL, nil).GetRefund(bg(), core.GetRefundRequest{ID: "7"})
	require.ErrorIs(t, err, core.BadAnswer)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestSettingsErrorsNameTheField(t *testing.T) {
	for _, row := range []struct {
		more  settingsMap
		field string
	}{
		{settingsMap{"access_key": ""}, "settings.access_key"},
		{settingsMap{"access_secret": ""}, "settings.access_secret"},
		{settingsMap{"user_id": 7}, "settings.user_id"},
		{settingsMap{"colour": "red"}, "settings.colour"},
		{settingsMap{"refund_fee_unit": "cents"}, "settings.refund_fee_unit"},
		{settingsMap{"refund_states": map[string]string{"1": "gone"}}, "settings.refund_states.1"},
		{settingsMap{"endpoints": map[string]string{"payment": "POST /x"}}, "settings.endpoints.payment"},
	} {
		_, err := New(settings("http://127.0.0.1:1", row.more))
		require.ErrorIs(t, err, core.InvalidInput, row.field)
		require.ErrorContains(t, err, row.field)
		require.NotContains(t, err.Error(), "sandbox-access-secret")
	}
}

func TestRefundRefusesBeforeSending(t *testing.T) {
	good := core.RefundRequest{Ref: "r", Order: core.OrderRef{ID: "1"}, Kind: core.RefundOnly, Goods: core.GoodsNotShipped,
		Lines: []core.RefundLine{{ID: "2"}}, Amount: money.FromFen(5), ReasonID: "1", Attempt: attemptNow()}
	for field, change := range map[string]func(*core.RefundRequest){
		"lines":     func(r *core.RefundRequest) { r.Lines = nil },
		"goods":     func(r *core.RefundRequest) { r.Goods = core.GoodsUnknown },
		"reason_id": func(r *core.RefundRequest) { r.ReasonID = "late" },
		"shipping":  func(r *core.RefundRequest) { r.Shipping = money.FromFen(5) },
		"amount":    func(r *core.RefundRequest) { r.Amount = money.MustParse("1.00", money.USD) },
		"evidence":  func(r *core.RefundRequest) { r.Evidence = []string{"x"} },
	} {
		gw := newRecorder(t, nil)
		r := good
		change(&r)
		_, err := open(t, gw.URL, nil).Refund(bg(), r)
		require.ErrorContains(t, err, field)
		require.Equal(t, core.NotDone, core.OutcomeOf(err))
		require.Empty(t, gw.seen)
	}
}
