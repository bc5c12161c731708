package core_test

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// noon is the clock of these tests.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func cny(text string) money.Amount     { return money.MustParse(text, money.CNY) }
func unit(text string) money.UnitPrice { return money.MustParseUnit(text, money.CNY) }

// fake is an adapter that answers what a test puts there, and counts. It offers everything.
type fake struct {
	d        core.Description
	mu       sync.Mutex
	calls    map[core.Operation]int
	attempts []core.Attempt

	create  func(context.Context, core.CreateOrderRequest) (core.Order, error)
	list    func(context.Context, core.ListOrdersRequest) (core.OrderPage, error)
	get     func(context.Context, core.GetOrderRequest) (core.Order, error)
	pay     func(context.Context, core.PayRequest) (core.Payment, error)
	track   func(context.Context, core.TrackRequest) (core.Tracking, error)
	refund  func(context.Context, core.RefundRequest) (core.Refund, error)
	cancel  func(context.Context, core.CancelOrderRequest) (core.Cancellation, error)
	receipt func(context.Context, core.ConfirmReceiptRequest) (core.Receipt, error)
	quote   func(context.Context, core.QuoteRequest) (core.Quote, error)
	invoke  func(context.Context, core.InvokeRequest) (core.InvokeAnswer, error)
}

func newFake() *fake {
	f := &fake{calls: map[core.Operation]int{}, d: core.Description{Adapter: "fake", Version: "1", Market: "fair", Gateway: "Fair",
		Operations: map[core.Operation]core.Capability{}, Options: map[string]string{"gift": "wrap it"}}}
	for _, op := range core.Operations() {
		f.d.Operations[op] = core.Capability{Support: core.Supported}
	}
	f.d.Operations[core.OpQuote] = core.Capability{Reason: "the fair has no preview"}
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) { return made(r), nil }
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) { return unpaid(r.Order.ID), nil }
	f.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
		return core.Payment{Order: r.Order, State: core.Settled, Amount: r.Expect}, nil
	}
	f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
		return core.Refund{ID: "f1", Ref: r.Ref, State: core.RefundRequested}, nil
	}
	f.cancel = func(_ context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
		return core.Cancellation{Order: r.Order, State: core.CancelDone}, nil
	}
	f.receipt = func(_ context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
		return core.Receipt{Order: r.Order}, nil
	}
	return f
}

func (f *fake) without(op core.Operation, reason string) *fake {
	f.d.Operations[op] = core.Capability{Reason: reason}
	return f
}

func (f *fake) count(op core.Operation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[op]++
}

func (f *fake) began(op core.Operation, a core.Attempt) {
	f.count(op)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.attempts = append(f.attempts, a)
}

// writes says how many writes reached the adapter.
func (f *fake) writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.attempts)
}

func (f *fake) Describe(context.Context) (core.Description, error) { return f.d, nil }

func (f *fake) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	f.began(core.OpCreateOrder, r.Attempt)
	return f.create(ctx, r)
}

func (f *fake) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	f.count(core.OpListOrders)
	return f.list(ctx, r)
}

func (f *fake) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	f.count(core.OpGetOrder)
	return f.get(ctx, r)
}

func (f *fake) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	f.began(core.OpPay, r.Attempt)
	return f.pay(ctx, r)
}

func (f *fake) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	f.count(core.OpTrack)
	return f.track(ctx, r)
}

func (f *fake) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	f.began(core.OpRefund, r.Attempt)
	return f.refund(ctx, r)
}

func (f *fake) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	f.began(core.OpCancelOrder, r.Attempt)
	return f.cancel(ctx, r)
}

func (f *fake) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	f.began(core.OpConfirmReceipt, r.Attempt)
	return f.receipt(ctx, r)
}

func (f *fake) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	f.count(core.OpQuote)
	return f.quote(ctx, r)
}

// bare hides the optional operations of an adapter.
type bare struct{ core.Adapter }

// tester is *testing.T and *rapid.T.
type tester interface {
	require.TestingT
	Helper()
}

// open gives the Buyer of an adapter, at noon.
func open(t tester, a core.Adapter) *core.Buyer {
	t.Helper()
	return openWith(t, a, core.BuyerOptions{})
}

func openWith(t tester, a core.Adapter, o core.BuyerOptions) *core.Buyer {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	b, err := core.NewBuyer(context.Background(), a, o)
	require.NoError(t, err)
	return b
}

// purchase is 2 x 8.00 CNY.
func purchase() core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: "order-1", Lines: []core.OrderLine{{ProductID: "tea", Quantity: 2, UnitPrice: unit("8.00")}},
		Address: core.Address{Name: "张三", Mobile: "13800138000", Street: "文一西路 1 号", DistrictCode: "330110"}}
}

// made is the order that the fair makes of a request.
func made(r core.CreateOrderRequest) core.Order {
	o := core.Order{Ref: r.Ref, OrderRef: core.OrderRef{ID: "1001", Handle: "h"}, Status: core.AwaitingPayment}
	for _, l := range r.Lines {
		o.Lines = append(o.Lines, core.Line{ProductID: l.ProductID, SKUID: l.SKUID, SpecID: l.SpecID, Quantity: l.Quantity})
	}
	return o
}

// unpaid costs 16.00 CNY; paidOrder is the same order later.
func unpaid(id core.OrderID) core.Order {
	return core.Order{OrderRef: core.OrderRef{ID: id}, Status: core.AwaitingPayment, UpstreamStatus: "WAIT",
		Lines: []core.Line{{ID: "l1", ProductID: "tea", Quantity: 2}}, Totals: core.Totals{Payable: cny("16.00")}}
}

func paidOrder(id core.OrderID) core.Order {
	o := unpaid(id)
	o.Status = core.Paid
	return o
}

// reading makes the fake's GetOrder answer with o.
func (f *fake) reading(o core.Order) *fake {
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return o, nil }
	return f
}

// assertError checks what an error says without being parsed.
func assertError(t tester, err error, code core.Code, outcome core.Outcome) {
	t.Helper()
	assert.ErrorIs(t, err, code, "the kind of the error")
	assert.Equal(t, outcome, core.OutcomeOf(err), "the outcome of: %v", err)
}

func field(err error) string {
	if e, ok := err.(*core.Error); ok {
		return e.Field
	}
	return ""
}

func lost() error {
	return &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Message: "no answer"}
}

func notSent() error {
	return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "no connection"}
}

func refusedBy() error {
	return &core.Error{Code: core.Refused, Outcome: core.NotDone, Message: "refused", Gateway: core.GatewayError{Code: "1009", Message: "out of stock", RequestID: "r-7"}}
}

func (f *fake) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	f.count(core.OpInvoke)
	return f.invoke(ctx, r)
}
