package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func payment() core.PayRequest {
	return core.PayRequest{Order: core.OrderRef{ID: "1001", Handle: "h"}, Expect: cny("16.00")}
}

func TestPayReadsTheOrderAndRefusesBeforeSending(t *testing.T) {
	for name, c := range map[string]struct {
		field  string
		change func(*core.Order)
	}{
		"dearer":           {"expect", func(o *core.Order) { o.Totals.Payable = cny("16.01") }},
		"cheaper":          {"expect", func(o *core.Order) { o.Totals.Payable = cny("15.99") }},
		"another currency": {"expect", func(o *core.Order) { o.Totals.Payable = money.MustParse("16.00", money.USD) }},
		"price unknown":    {"expect", func(o *core.Order) { o.Totals.Payable = money.Amount{} }},
		"already paid":     {"order", func(o *core.Order) { o.Status = core.Paid }},
		"shipped":          {"order", func(o *core.Order) { o.Status = core.Shipped }},
		"cancelled":        {"order", func(o *core.Order) { o.Status = core.Cancelled }},
		"status unknown":   {"order", func(o *core.Order) { o.Status = core.StatusUnknown }},
	} {
		order := unpaid("1001")
		c.change(&order)
		f := newFake().reading(order)
		_, err := open(t, f).Pay(t.Context(), payment())
		assertError(t, err, core.Guarded, core.NotDone)
		assert.Equal(t, c.field, field(err), name)
		assert.ErrorContains(t, err, "pay: ", name)
		assert.Equal(t, 1, f.calls[core.OpGetOrder], "%s: the order is read afresh", name)
		assert.Zero(t, f.writes(), "%s: nothing is sent", name)
	}
}

func TestPayIsUnsupportedWhereTheOrderCannotBeRead(t *testing.T) {
	f := newFake().without(core.OpGetOrder, "set endpoints.detail")
	_, err := open(t, f).Pay(t.Context(), payment())
	assertError(t, err, core.Unsupported, core.NotDone)
	assert.EqualError(t, err, "pay: needs a fresh read of the order (an order is never paid without knowing what it costs), and reading one order is not offered: set endpoints.detail")
	assert.Zero(t, f.writes())
}

func TestAReadThatFailsStopsThePayment(t *testing.T) {
	f := newFake()
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return core.Order{}, lost() }
	_, err := open(t, f).Pay(t.Context(), payment())
	assertError(t, err, core.Unavailable, core.NotDone)
	assert.Zero(t, f.writes())
}

func TestAGuardedPaymentMayBeTriedAgain(t *testing.T) {
	f := newFake().reading(paidOrder("1001"))
	b := open(t, f)
	_, err := b.Pay(t.Context(), payment())
	assertError(t, err, core.Guarded, core.NotDone)
	f.reading(unpaid("1001"))
	_, err = b.Pay(t.Context(), payment())
	require.NoError(t, err, "a guard settles nothing")
	assert.Equal(t, 1, f.attempts[0].No, "a guard uses up no attempt")
}

func TestAPaidOrderIsNeverPaidAgain(t *testing.T) {
	for _, state := range []core.PaymentState{core.Settled, core.Accepted, core.ActionRequired} {
		f := newFake()
		f.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
			return core.Payment{Order: r.Order, State: state, ActionURL: "https://pay.example/1"}, nil
		}
		b := open(t, f)
		first, err := b.Pay(t.Context(), payment())
		require.NoError(t, err)
		r := payment()
		r.Expect = cny("99.00")
		again, err := b.Pay(t.Context(), r)
		require.NoError(t, err, "the recorded payment is given back, whatever is expected now")
		assert.Equal(t, first, again)
		assert.Equal(t, 1, f.writes(), "%s: paid once", state)
	}
}

func TestAPaymentAnswerThatContradictsIsInDoubt(t *testing.T) {
	for name, p := range map[string]core.Payment{
		"no state":                    {},
		"a page without an address":   {State: core.ActionRequired},
		"another amount":              {State: core.Settled, Amount: cny("16.01")},
		"another currency":            {State: core.Settled, Amount: money.MustParse("16.00", money.USD)},
		"refused, but another amount": {State: core.PaymentRefused, Amount: cny("1.00")},
	} {
		f := newFake()
		f.pay = func(context.Context, core.PayRequest) (core.Payment, error) { return p, nil }
		b := open(t, f)
		_, err := b.Pay(t.Context(), payment())
		assertError(t, err, core.BadAnswer, core.InDoubt)
		assert.ErrorContains(t, err, "read the order to see whether it was paid", name)
		_, err = b.Pay(t.Context(), payment())
		assert.Equal(t, core.InDoubt, core.OutcomeOf(err), name)
		assert.Equal(t, 1, f.writes(), "%s: the money may have moved", name)
	}
}

func TestAPaymentThatTheGatewayRefusedIsNotDone(t *testing.T) {
	f := newFake()
	f.pay = func(context.Context, core.PayRequest) (core.Payment, error) {
		return core.Payment{State: core.PaymentRefused, UpstreamStatus: "NO_CREDIT"}, nil
	}
	_, err := open(t, f).Pay(t.Context(), payment())
	assertError(t, err, core.Refused, core.NotDone)
	assert.ErrorContains(t, err, "NO_CREDIT")
}

func TestTheHandleReachesEveryCall(t *testing.T) {
	f := newFake()
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
		assert.Equal(t, core.Handle("h"), r.Order.Handle)
		return unpaid("1001"), nil
	}
	f.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
		assert.Equal(t, core.Handle("h"), r.Order.Handle)
		return core.Payment{State: core.Settled}, nil
	}
	_, err := open(t, f).Pay(t.Context(), payment())
	require.NoError(t, err)
}
