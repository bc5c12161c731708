package adaptertest_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/core/money"
)

const (
	secret = "fake-secret-4711"
	price  = "16.00"
)

var (
	errRefused = errors.New("1009 out of stock")
	errLimited = errors.New("429")
	errLost    = errors.New("no answer")
)

// window is how old a signature the fair takes.
const window = 600 * time.Second

// clause is one offer's effect: writes behind the fence, reads as reads.
func clause(op core.Operation) core.Effect {
	switch op {
	case core.OpCreateOrder, core.OpPay, core.OpCancelOrder, core.OpConfirmReceipt:
		return core.Effect{Class: core.EffectLookup, Fence: window, Why: "a read shows it"}
	case core.OpRefund:
		return core.Effect{Class: core.EffectHuman, Fence: window, Why: "nothing shows it"}
	}
	return core.Effect{Class: core.EffectRead, Why: "it changes nothing"}
}

// gateway is a marketplace in memory. Every call of it is one request.
type gateway struct {
	mu                sync.Mutex
	orders            []*core.Order
	refunds           map[core.RefundID]core.Refund
	requests, effects int
	writes            int
	fault             adaptertest.Fault
	signedAt          time.Time
}

// write does effect, or goes wrong as the fault says.
func (g *gateway) write(ctx context.Context, signedAt time.Time, effect func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	g.requests++
	g.writes++
	g.signedAt = signedAt
	fault := g.fault
	g.fault = ""
	switch fault {
	case adaptertest.RefuseBefore:
		g.mu.Unlock()
		return errRefused
	case adaptertest.TooManyRequests:
		g.mu.Unlock()
		return errLimited
	case adaptertest.DropBefore, adaptertest.ErrorBefore:
		g.mu.Unlock()
		return errLost
	}
	err := effect()
	if err == nil {
		g.effects++
	}
	g.mu.Unlock()
	if fault == adaptertest.LateAnswer {
		select {
		case <-ctx.Done():
		case <-time.After(2 * adaptertest.Patience):
		}
	}
	if fault != "" {
		return errLost
	}
	return err
}

func (g *gateway) read(ctx context.Context, look func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests++
	look()
	return nil
}

func (g *gateway) find(id core.OrderID) *core.Order {
	for _, o := range g.orders {
		if o.ID == id {
			return o
		}
	}
	return &core.Order{}
}

// adapter is honest, but for the one fault of its own that broken names.
type adapter struct {
	g *gateway
	// broken names a variant; "" is the honest adapter.
	broken string
	// only restricts what is offered; nil is everything.
	only []core.Operation
}

func (a *adapter) is(broken string) bool { return a.broken == broken }

func (a *adapter) Describe(ctx context.Context) (core.Description, error) {
	if a.is("describe asks the gateway") {
		_ = a.g.read(ctx, func() {})
	}
	d := core.Description{Adapter: "fake", Version: "1", Market: "fair", Gateway: "memory",
		Operations: map[core.Operation]core.Capability{}, Idempotency: core.NoIdempotency}
	for _, op := range core.Operations() {
		effect := clause(op)
		if a.is("no fence") || a.is("asks without a fence") {
			effect.Fence = 0
		}
		d.Operations[op] = core.Capability{Support: core.Supported, Effect: effect}
		if a.only != nil && !slices.Contains(a.only, op) {
			d.Operations[op] = core.Capability{Reason: "the fair has it not", Effect: effect}
		}
	}
	switch a.broken {
	case "no reason":
		d.Operations[core.OpQuote] = core.Capability{}
	case "unknown operation":
		d.Operations["dance"] = core.Capability{Support: core.Supported}
	case "declares a look-up":
		d.Idempotency = core.LookupByRef
	case "a write is a read":
		d.Operations[core.OpPay] = core.Capability{Support: core.Supported, Effect: core.Effect{Class: core.EffectRead}}
	case "a read is a write":
		d.Operations[core.OpTrack] = core.Capability{Support: core.Supported, Effect: core.Effect{Class: core.EffectLookup}}
	case "a read is undeclared":
		d.Operations[core.OpQuote] = core.Capability{Support: core.Supported}
	case "a fence below nothing":
		d.Operations[core.OpPay] = core.Capability{Support: core.Supported, Effect: core.Effect{Fence: -time.Second}}
	case "undeclared":
		d.Operations[core.OpCancelOrder] = core.Capability{Reason: "cannot be cancelled"}
	}
	return d, nil
}

// fail gives the error of what the gateway said.
func (a *adapter) fail(op core.Operation, err error, r core.CreateOrderRequest) error {
	if err == nil {
		return nil
	}
	e := &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Op: op, Message: "no answer", Err: err}
	switch {
	case errors.Is(err, errRefused):
		e.Code, e.Outcome, e.Message, e.Gateway = core.Refused, core.NotDone, "refused", core.GatewayError{Code: "1009", Message: "out of stock"}
	case errors.Is(err, errLimited):
		e.Code, e.Outcome, e.Message = core.RateLimited, core.NotDone, "too many calls"
	case errors.Is(err, context.Canceled):
		e.Code, e.Outcome, e.Message = core.Canceled, core.NotDone, "cancelled before it was sent"
	}
	switch {
	case a.is("lost is not done") && errors.Is(err, errLost):
		e.Outcome = core.NotDone
	case a.is("lost is refused") && errors.Is(err, errLost):
		e.Code, e.Outcome = core.Refused, core.NotDone
	case a.is("swallows"):
		return nil
	case a.is("address in error"):
		e.Message += " for " + r.Address.Mobile
	case a.is("secret in error"):
		e.Err = errors.New("signed with " + secret)
	case a.is("plain error"):
		return err
	}
	return e
}

func readFailure(op core.Operation, err error) error {
	if err == nil {
		return nil
	}
	return &core.Error{Code: core.Canceled, Outcome: core.NotDone, Op: op, Message: "cancelled", Err: err}
}

// write sends one attempt.
func (a *adapter) write(ctx context.Context, at core.Attempt, effect func() error) error {
	if !a.is("ignores the attempt") {
		if err := at.Check(time.Now()); err != nil {
			return err
		}
	}
	signedAt := at.SignedAt
	if a.is("own clock") {
		signedAt = time.Now()
	}
	if a.is("ignores the context") {
		ctx = context.WithoutCancel(ctx)
	}
	err := a.g.write(ctx, signedAt, effect)
	if a.is("retries") && errors.Is(err, errLost) {
		err = a.g.write(ctx, signedAt, effect)
	}
	return err
}

func typed(err error) bool { _, ok := errors.AsType[*core.Error](err); return ok }

func (a *adapter) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	if err := a.offered(ctx, core.OpCreateOrder); err != nil {
		return core.Order{}, err
	}
	if len(r.Lines) == 0 {
		return core.Order{}, core.Invalid("lines", "is empty")
	}
	if a.is("changes the request") {
		r.Lines[0].Quantity++
	}
	var made core.Order
	err := a.write(ctx, r.Attempt, func() error {
		order := a.newOrder(r)
		a.g.orders = append(a.g.orders, &order)
		made = order
		return nil
	})
	if err != nil && !typed(err) {
		err = a.fail(core.OpCreateOrder, err, r)
	}
	if err != nil {
		return core.Order{}, err
	}
	return made, nil
}

func (a *adapter) newOrder(r core.CreateOrderRequest) core.Order {
	order := core.Order{Ref: r.Ref, OrderRef: core.OrderRef{ID: core.OrderID("10" + strconv.Itoa(len(a.g.orders)))},
		Market: "fair", Status: core.AwaitingPayment, Totals: core.Totals{Payable: money.MustParse(price, "CNY")},
		Times: core.Times{Created: time.Now().UTC()}}
	for i, l := range r.Lines {
		order.Lines = append(order.Lines, core.Line{ID: core.LineID(strconv.Itoa(i + 1)), ProductID: l.ProductID, Quantity: l.Quantity})
	}
	switch {
	case a.is("cuts the ref"):
		order.Ref = r.Ref[:min(len(r.Ref), 30)]
	case a.is("lowers the ref"):
		order.Ref = core.Ref(strings.ToLower(string(r.Ref)))
	}
	switch a.broken {
	case "loses the ref":
		order.Ref = ""
	case "loses a piece":
		order.Lines[0].Quantity--
	case "invents money":
		order.Totals.Payable = money.MustParse("0.00", "CNY")
	case "two currencies":
		order.Totals.Goods = money.MustParse(price, "USD")
	case "local time":
		order.Times.Created = order.Times.Created.In(time.FixedZone("Shanghai", 8*3600))
	case "pays by itself":
		order.Status = core.Paid
	}
	return order
}

func (a *adapter) offered(ctx context.Context, op core.Operation) error {
	if a.is("undeclared") {
		return nil
	}
	d, _ := (&adapter{g: a.g, only: a.only}).Describe(ctx)
	return d.Check(op)
}

func (a *adapter) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if err := a.offered(ctx, core.OpListOrders); err != nil {
		return core.OrderPage{}, err
	}
	if (r.Ref != "" || !r.CreatedTo.IsZero()) && !a.is("ignores filters") {
		return core.OrderPage{}, core.NotOffered(core.OpListOrders, "the fair cannot filter by this")
	}
	var page core.OrderPage
	err := a.g.read(ctx, func() { page = a.page(r) })
	return page, readFailure(core.OpListOrders, err)
}

func (a *adapter) page(r core.ListOrdersRequest) (page core.OrderPage) {
	var fits []core.Order
	for _, o := range a.g.orders {
		if a.is("id filter misses") && r.ID != "" {
			continue
		}
		if a.is("ignores filters") || (r.ID == "" || r.ID == o.ID) && (r.Status == 0 || r.Status == o.Status) {
			fits = append(fits, *o)
		}
	}
	from, _ := strconv.Atoi(r.Cursor)
	size := r.PageSize
	if size == 0 {
		size = 100
	}
	to := min(from+size, len(fits))
	page.Orders = fits[from:to]
	if to < len(fits) {
		page.Next = strconv.Itoa(to)
	}
	switch {
	case a.is("list repeats") && from > 0:
		page.Orders = fits[from-1 : to-1]
	case a.is("list stands still") && page.Next != "":
		page.Next = r.Cursor + "0"
	case a.is("list stops early"):
		page.Next = ""
	}
	return page
}

func (a *adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	if err := a.offered(ctx, core.OpGetOrder); err != nil {
		return core.Order{}, err
	}
	var order core.Order
	if err := a.g.read(ctx, func() { order = *a.g.find(r.Order.ID) }); err != nil {
		return core.Order{}, readFailure(core.OpGetOrder, err)
	}
	if order.ID == "" && !a.is("empty for unknown") {
		e := &core.Error{Code: core.NotFound, Outcome: core.NotDone, Op: core.OpGetOrder, Message: "no such order"}
		if a.is("read in doubt") {
			e.Outcome = core.InDoubt
		}
		return core.Order{}, e
	}
	return order, nil
}

func (a *adapter) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	if err := a.offered(ctx, core.OpPay); err != nil {
		return core.Payment{}, err
	}
	err := a.write(ctx, r.Attempt, func() error { a.g.find(r.Order.ID).UpstreamStatus = "PAYING"; return nil })
	if err != nil && !typed(err) {
		err = a.fail(core.OpPay, err, core.CreateOrderRequest{})
	}
	if a.is("reads after it paid") && err == nil {
		_ = a.g.read(ctx, func() {})
	}
	payment := core.Payment{Order: r.Order, State: core.Accepted, Amount: r.Expect}
	switch a.broken {
	case "accepted is settled":
		payment.State = core.Settled
	case "payment unknown":
		payment.State = core.PaymentUnknown
	}
	return payment, err
}

func (a *adapter) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	if err := a.offered(ctx, core.OpTrack); err != nil {
		return core.Tracking{}, err
	}
	tracking := core.Tracking{Order: r.Order, EventsAvailable: !a.is("denies its events")}
	err := a.g.read(ctx, func() { tracking.Parcels = a.g.find(r.Order.ID).Parcels })
	return tracking, readFailure(core.OpTrack, err)
}

func (a *adapter) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	if err := a.offered(ctx, core.OpRefund); err != nil {
		return core.Refund{}, err
	}
	refund := core.Refund{Ref: r.Ref, Order: r.Order, State: core.RefundRequested, Amount: r.Amount}
	err := a.write(ctx, r.Attempt, func() error {
		refund.ID = core.RefundID("r" + strconv.Itoa(len(a.g.refunds)))
		a.g.refunds[refund.ID] = refund
		return nil
	})
	if err != nil && !typed(err) {
		err = a.fail(core.OpRefund, err, core.CreateOrderRequest{})
	}
	return refund, err
}

func (a *adapter) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	if err := a.offered(ctx, core.OpCancelOrder); err != nil {
		return core.Cancellation{}, err
	}
	err := a.write(ctx, r.Attempt, func() error { a.g.find(r.Order.ID).Status = core.Cancelled; return nil })
	if err != nil && !typed(err) {
		err = a.fail(core.OpCancelOrder, err, core.CreateOrderRequest{})
	}
	return core.Cancellation{Order: r.Order, State: core.CancelDone}, err
}

func (a *adapter) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	if err := a.offered(ctx, core.OpConfirmReceipt); err != nil {
		return core.Receipt{}, err
	}
	err := a.write(ctx, r.Attempt, func() error { a.g.find(r.Order.ID).Status = core.Received; return nil })
	if err != nil && !typed(err) {
		err = a.fail(core.OpConfirmReceipt, err, core.CreateOrderRequest{})
	}
	return core.Receipt{Order: r.Order}, err
}

func (a *adapter) Quote(ctx context.Context, _ core.QuoteRequest) (core.Quote, error) {
	if err := a.offered(ctx, core.OpQuote); err != nil {
		return core.Quote{}, err
	}
	if a.is("quote buys") {
		_ = a.g.write(ctx, time.Now(), func() error { return nil })
	}
	err := a.g.read(ctx, func() {})
	return core.Quote{Totals: core.Totals{Payable: money.MustParse(price, "CNY")}}, readFailure(core.OpQuote, err)
}

func (a *adapter) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	if err := a.offered(ctx, core.OpGetRefund); err != nil {
		return core.Refund{}, err
	}
	var refund core.Refund
	if err := a.g.read(ctx, func() { refund = a.g.refunds[r.ID] }); err != nil {
		return core.Refund{}, readFailure(core.OpGetRefund, err)
	}
	if refund.ID == "" {
		return core.Refund{}, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Op: core.OpGetRefund, Message: "no such refund"}
	}
	return refund, nil
}

// readSigned is a read whose signature has a time; the fair refuses one that is too old.
func (a *adapter) readSigned(ctx context.Context, at time.Time) (refused bool, err error) {
	err = a.g.read(ctx, func() { a.g.signedAt = at })
	return time.Since(at) > window, err
}

func (a *adapter) ProveFence(ctx context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	proof := core.FenceProof{Gateway: "memory", FreshTaken: true, OldRefused: true, Said: core.GatewayError{Code: "40102", Message: "too old"}}
	switch a.broken {
	case "no fence":
		return core.FenceProof{}, core.NotOffered("prove_fence", "the fair's requests have no time")
	case "proves from memory":
		return proof, nil
	case "proves nowhere":
		proof.Gateway = ""
	case "takes old signatures":
		proof.OldRefused = false
	case "takes no signature":
		proof.FreshTaken = false
	case "proof holds a secret":
		proof.Said.Message = "signed with " + secret
	case "cannot prove":
		return core.FenceProof{}, readFailure("prove_fence", errLost)
	case "proves by buying":
		_ = a.g.write(ctx, time.Now(), func() error { return nil })
	}
	age := r.Age
	if a.is("spoils the signature") {
		age = 0
	}
	var refused bool
	_, err := a.readSigned(ctx, time.Now())
	if err == nil {
		refused, err = a.readSigned(ctx, time.Now().Add(-age))
	}
	proof.OldRefused = proof.OldRefused && (refused || a.is("spoils the signature"))
	return proof, readFailure("prove_fence", err)
}

// bare has no optional method, whatever Describe says.
type bare struct{ core.Adapter }

// noProver has every optional method but ProveFence.
type noProver struct {
	core.Adapter
	core.OrderGetter
	core.Quoter
	core.Canceller
	core.ReceiptConfirmer
	core.RefundGetter
}

// harness opens a fresh fair for every test.
func harness(broken string, only []core.Operation) adaptertest.Harness {
	g := &gateway{refunds: map[core.RefundID]core.Refund{}}
	count := func(n *int) func(testing.TB) int {
		return func(testing.TB) int { g.mu.Lock(); defer g.mu.Unlock(); return *n }
	}
	move := func(change func(*core.Order)) func(testing.TB, core.OrderID) {
		return func(_ testing.TB, id core.OrderID) { g.mu.Lock(); defer g.mu.Unlock(); change(g.find(id)) }
	}
	return adaptertest.Harness{
		Open: func(testing.TB) core.Adapter {
			a := &adapter{g: g, broken: broken, only: only}
			if broken == "declares too much" {
				return bare{a}
			}
			if broken == "a fence that nobody proves" {
				return noProver{a, a, a, a, a, a}
			}
			return a
		},
		Order: func() core.CreateOrderRequest {
			return core.CreateOrderRequest{
				Lines:   []core.OrderLine{{ProductID: "tea", Quantity: 2, UnitPrice: money.MustParseUnit("8.00", "CNY")}},
				Address: core.Address{Name: "张三", Mobile: "13800138000", Street: "文一西路 1 号", City: "杭州市"}}
		},
		Payable:       money.MustParse(price, "CNY"),
		Effects:       count(&g.effects),
		Requests:      count(&g.requests),
		WriteRequests: count(&g.writes),
		SignedAt:      func(testing.TB) time.Time { g.mu.Lock(); defer g.mu.Unlock(); return g.signedAt },
		Fault:         func(_ testing.TB, f adaptertest.Fault) { g.mu.Lock(); defer g.mu.Unlock(); g.fault = f },
		Settle: move(func(o *core.Order) {
			if o.UpstreamStatus == "PAYING" {
				o.Status, o.UpstreamStatus = core.Paid, "PAID"
			}
		}),
		Ship: move(func(o *core.Order) {
			o.Status = core.Shipped
			o.Parcels = []core.Parcel{{Carrier: "post", Number: "SF1", Events: []core.Event{{Time: time.Now().UTC(), Text: "picked up"}}}}
		}),
		Secrets: []string{secret},
	}
}
