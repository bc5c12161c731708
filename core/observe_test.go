package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// kinds are those of events, in their order.
func kinds(events []core.OrderEvent) (all []core.EventKind) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

func inStatus(s core.Status, payable string, refunds ...core.Refund) core.Order {
	o := unpaid("17")
	o.Status, o.Totals.Payable, o.Refunds = s, cny(payable), refunds
	return o
}

func TestWhatIsSeenOfAnOrderMovesForwardOnly(t *testing.T) {
	paid := core.Refund{ID: "TQ1", State: core.RefundPaid}
	for rule, row := range map[string]struct {
		before, fresh core.Order
		want          []core.EventKind
	}{
		"nothing changed":                   {inStatus(core.Paid, "16.00"), inStatus(core.Paid, "16.00"), nil},
		"a status moved on":                 {inStatus(core.Paid, "16.00"), inStatus(core.Shipped, "16.00"), []core.EventKind{core.EventStatus}},
		"an older status":                   {inStatus(core.Shipped, "16.00"), inStatus(core.Paid, "9.00"), nil},
		"an ended order stays ended":        {inStatus(core.Cancelled, "16.00"), inStatus(core.AwaitingPayment, "16.00"), nil},
		"a word that is not known":          {inStatus(core.Shipped, "16.00"), inStatus(core.StatusUnknown, "16.00"), nil},
		"another price":                     {inStatus(core.AwaitingPayment, "16.00"), inStatus(core.AwaitingPayment, "15.00"), []core.EventKind{core.EventPrice}},
		"a price that is not said":          {inStatus(core.AwaitingPayment, "16.00"), core.Order{OrderRef: core.OrderRef{ID: "17"}, Status: core.AwaitingPayment}, nil},
		"paid at another price":             {inStatus(core.AwaitingPayment, "16.00"), inStatus(core.Paid, "15.00"), []core.EventKind{core.EventStatus, core.EventPrice}},
		"a refund that is new":              {inStatus(core.Paid, "16.00"), inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1", State: core.RefundRequested}), []core.EventKind{core.EventRefund}},
		"a refund that moved on":            {inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1", State: core.RefundRequested}), inStatus(core.Closed, "16.00", paid), []core.EventKind{core.EventStatus, core.EventRefund}},
		"a refund whose money is back":      {inStatus(core.Paid, "16.00", paid), inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1", State: core.RefundReturning}), nil},
		"a refund that was amended":         {inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1", State: core.RefundRejected}), inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1", State: core.RefundRequested}), []core.EventKind{core.EventRefund}},
		"a refund in a state not known yet": {inStatus(core.Paid, "16.00", paid), inStatus(core.Paid, "16.00", core.Refund{ID: "TQ1"}), nil},
	} {
		t.Run(rule, func(t *testing.T) {
			log := core.NewMemoryInbox()
			b := open(t, newFake().reading(row.before))
			first, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
			require.NoError(t, err)
			require.Equal(t, core.EventOrderSeen, first[0].Kind)
			seen, _, _ := log.Seen(t.Context(), "fake", "17")
			b = open(t, newFake().reading(row.fresh))
			events, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
			require.NoError(t, err)
			assert.Equal(t, row.want, kinds(events))
			after, _, _ := log.Seen(t.Context(), "fake", "17")
			if row.want == nil {
				assert.Equal(t, seen, after, "what changes nothing is not recorded")
			} else {
				assert.Equal(t, row.fresh.Status, after.Status)
				assert.Equal(t, row.fresh.Totals.Payable, after.Payable)
			}
		})
	}
}

func TestAnEventSaysWhatWasBefore(t *testing.T) {
	log := core.NewMemoryInbox()
	f := newFake().reading(inStatus(core.AwaitingPayment, "16.00"))
	b := open(t, f)
	_, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
	require.NoError(t, err)
	f.reading(inStatus(core.Paid, "15.00", core.Refund{ID: "TQ1", State: core.RefundRequested}))
	events, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
	require.NoError(t, err)
	require.Equal(t, []core.EventKind{core.EventStatus, core.EventPrice, core.EventRefund}, kinds(events))
	assert.Equal(t, core.AwaitingPayment, events[0].StatusBefore)
	assert.Equal(t, core.Paid, events[0].Status)
	assert.Equal(t, cny("16.00"), events[1].PayableBefore)
	assert.Equal(t, cny("15.00"), events[1].Payable)
	assert.Equal(t, core.RefundID("TQ1"), events[2].Refund)
	ids := map[string]bool{}
	for _, e := range events {
		assert.Equal(t, noon, e.At)
		ids[e.ID] = true
	}
	assert.Len(t, ids, 3, "every event has an id of its own")
}

func TestAnOrderThatCannotBeReadIsAHint(t *testing.T) {
	log := core.NewMemoryInbox()
	b := open(t, newFake().without(core.OpGetOrder, "the gateway has no such call"))
	for range 2 {
		events, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
		require.NoError(t, err)
		require.Equal(t, []core.EventKind{core.EventHint}, kinds(events))
	}
	all, err := log.Events(t.Context(), 0, 9)
	require.NoError(t, err)
	require.NotEqual(t, all[0].ID, all[1].ID, "a second message is a second hint")
}

// refundReader knows the refund TQ1.
type refundReader struct{ *fake }

func (refundReader) GetRefund(_ context.Context, r core.GetRefundRequest) (core.Refund, error) {
	if r.ID != "TQ1" {
		return core.Refund{}, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Message: "none"}
	}
	return core.Refund{ID: r.ID, State: core.RefundAwaitingReturn}, nil
}

func TestARefundThatTheOrderDoesNotShowIsReadByItself(t *testing.T) {
	log := core.NewMemoryInbox()
	b := open(t, refundReader{newFake().reading(paidOrder("17"))})
	events, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"}, "TQ1", "of-another-account")
	require.NoError(t, err)
	require.Equal(t, []core.EventKind{core.EventOrderSeen, core.EventRefund}, kinds(events))
	require.Equal(t, core.RefundAwaitingReturn, events[1].RefundState)
}

func TestAReadThatFailsRecordsNothing(t *testing.T) {
	log := core.NewMemoryInbox()
	f := newFake()
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) {
		return core.Order{}, &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "down"}
	}
	_, err := open(t, f).Observe(t.Context(), log, core.OrderRef{ID: "17"})
	assertError(t, err, core.Unavailable, core.NotDone)
	_, known, _ := log.Seen(t.Context(), "fake", "17")
	require.False(t, known)
}

// racingLog lets another host record first, once.
type racingLog struct {
	*core.MemoryInbox
	first func()
}

func (l *racingLog) Record(ctx context.Context, s core.Sight, events []core.OrderEvent) error {
	if first := l.first; first != nil {
		l.first = nil
		first()
	}
	return l.MemoryInbox.Record(ctx, s, events)
}

func TestOfTwoHostsThatSeeOneChangeOneTells(t *testing.T) {
	log := &racingLog{MemoryInbox: core.NewMemoryInbox()}
	b := open(t, newFake().reading(paidOrder("17")))
	log.first = func() {
		_, err := b.Observe(context.Background(), log, core.OrderRef{ID: "17"})
		assert.NoError(t, err)
	}
	events, err := b.Observe(t.Context(), log, core.OrderRef{ID: "17"})
	require.NoError(t, err)
	require.Empty(t, events)
	all, err := log.Events(t.Context(), 0, 9)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

func TestTheOrdersThatAMessageNames(t *testing.T) {
	b := open(t, newFake())
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	number := core.Ref(core.Number("sp", "fake", purchase().Ref, 1))
	orders, unfinished, err := b.OrdersOf(t.Context(), core.Message{Orders: []core.OrderID{"9", order.ID}, Refs: []core.Ref{number, "of-another"}})
	require.NoError(t, err)
	require.Equal(t, []core.OrderRef{{ID: "9"}, order.OrderRef}, orders, "with the handle that the journal knows, each once")
	require.False(t, unfinished)
}

func TestAMessageCanBeFasterThanTheAnswerToTheCall(t *testing.T) {
	f := newFake()
	b := open(t, f)
	number := core.Ref(core.Number("sp", "fake", purchase().Ref, 1))
	f.create = func(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
		orders, unfinished, err := b.OrdersOf(ctx, core.Message{Refs: []core.Ref{number}})
		assert.NoError(t, err)
		assert.Empty(t, orders)
		assert.True(t, unfinished)
		return made(r), nil
	}
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
}

func TestAnOrderIsAtWorkWhileACallThatChangesItIsOnItsWay(t *testing.T) {
	f := newFake()
	b := open(t, f)
	atWork := func() bool {
		is, err := b.AtWork(t.Context(), "1001")
		assert.NoError(t, err)
		return is
	}
	pay := f.pay
	f.pay = func(ctx context.Context, r core.PayRequest) (core.Payment, error) {
		assert.True(t, atWork())
		return pay(ctx, r)
	}
	require.False(t, atWork())
	require.NoError(t, payOrder(b, "1001"))
	require.False(t, atWork())
}

func TestOpenOrdersAreThoseThatMayChange(t *testing.T) {
	log := core.NewMemoryInbox()
	f := newFake()
	b := open(t, f)
	openOrders := func() (ids []core.OrderID) {
		for order, err := range b.OpenOrders(t.Context(), log) {
			require.NoError(t, err)
			ids = append(ids, order.ID)
		}
		return ids
	}
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	require.Equal(t, []core.OrderID{"1001"}, openOrders(), "a purchase that was never read")
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) { return paidOrder(r.Order.ID), nil }
	for _, id := range []core.OrderID{"1001", "of-a-person"} {
		_, err = b.Observe(t.Context(), log, core.OrderRef{ID: id})
		require.NoError(t, err)
	}
	require.Equal(t, []core.OrderID{"1001", "of-a-person"}, openOrders(), "each once")
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
		o := paidOrder(r.Order.ID)
		o.Status = core.Completed
		return o, nil
	}
	for _, id := range []core.OrderID{"1001", "of-a-person"} {
		_, err = b.Observe(t.Context(), log, core.OrderRef{ID: id})
		require.NoError(t, err)
	}
	require.Empty(t, openOrders())
}

// reader is a fake that reads messages.
type reader struct {
	*fake
	got *core.MessageRequest
}

func (r reader) ParseMessage(_ context.Context, m core.MessageRequest) (core.Message, error) {
	*r.got = m
	return core.Message{Type: "X"}, nil
}

func TestReadMessageGivesTheNamedHeadersAndNoOthers(t *testing.T) {
	f := newFake()
	header := func(name string) string { return "of " + name }
	_, err := open(t, f).ReadMessage(t.Context(), header, nil)
	assertError(t, err, core.Unsupported, core.NotDone)
	f.d.Messages = &core.MessageReading{Headers: []string{"Authorization"}}
	_, err = open(t, f).ReadMessage(t.Context(), header, nil)
	assertError(t, err, core.Unsupported, core.NotDone)
	r := reader{f, new(core.MessageRequest)}
	m, err := open(t, r).ReadMessage(t.Context(), header, []byte("body"))
	require.NoError(t, err)
	require.Equal(t, "X", m.Type)
	require.Equal(t, core.MessageRequest{Header: map[string]string{"Authorization": "of Authorization"}, Body: []byte("body")}, *r.got)
}
