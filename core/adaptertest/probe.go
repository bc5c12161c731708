package adaptertest

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// probe is one rule at work on one adapter. Its calls look at every answer for what holds always.
type probe struct {
	testing.TB
	h       Harness
	d       core.Description
	adapter core.Adapter
	rule    string
}

// fail reports a broken rule in the one form that all failures have.
func (p *probe) fail(rule string, got, want any, do string) {
	p.Helper()
	p.Errorf("\nrule:  %s\ngot:   %v\nwant:  %v\ndo:    %s", rule, got, want, do)
}

// check fails the probe's own rule unless ok.
func (p *probe) check(ok bool, got, want any, do string) {
	p.Helper()
	if !ok {
		p.fail(p.rule, got, want, do)
	}
}

// must is check for what the rest of the rule stands on.
func (p *probe) must(ok bool, got, want any, do string) {
	p.Helper()
	p.check(ok, got, want, do)
	if !ok {
		p.FailNow()
	}
}

// noError is must for a call that has to work.
func (p *probe) noError(err error, what string) {
	p.Helper()
	p.must(err == nil, fmt.Sprintf("%s failed: %v", what, err), what+" works on a gateway where nothing goes wrong",
		"make it work; if the gateway refuses the suite's request, correct the Harness")
}

var refs atomic.Int64

// newRef is unique for as long as gateways remember.
func newRef() core.Ref {
	return core.Ref("at-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-" + strconv.FormatInt(refs.Add(1), 36))
}

func (p *probe) attempt() core.Attempt {
	now := p.h.now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

// order is the harness's purchase under a new ref.
func (p *probe) order() core.CreateOrderRequest {
	r := p.h.Order()
	r.Ref, r.Attempt = newRef(), p.attempt()
	return r
}

// created buys, as the first step of a rule that needs an order.
func (p *probe) created() core.Order {
	p.Helper()
	order, err := p.create(p.Context(), p.order())
	p.noError(err, "CreateOrder")
	p.must(order.ID != "", "an order without an id", "Order.ID", "give the id that the gateway's other calls take")
	return order
}

// paid buys, pays and lets the gateway finish.
func (p *probe) paid() core.Order {
	p.Helper()
	order := p.created()
	_, err := p.pay(p.Context(), p.payment(order))
	p.noError(err, "Pay")
	p.h.settle(p.TB, order.ID)
	return p.fresh(order)
}

// payment is the request to pay what the order costs.
func (p *probe) payment(order core.Order) core.PayRequest {
	p.Helper()
	return core.PayRequest{Order: order.OrderRef, Expect: p.payable(order), Attempt: p.attempt()}
}

func (p *probe) payable(order core.Order) money.Amount {
	p.Helper()
	payable := p.fresh(order).Totals.Payable
	if !payable.IsSet() {
		payable = p.h.Payable
	}
	p.must(payable.IsSet(), "no payable amount, neither in the order nor in the Harness", "an amount to pay",
		"set Harness.Payable, or give Totals.Payable in the order")
	return payable
}

// fresh reads the order again where that is offered; else it is the order as it is known.
func (p *probe) fresh(order core.Order) core.Order {
	p.Helper()
	if p.d.Check(core.OpGetOrder) != nil {
		return order
	}
	again, err := p.get(p.Context(), order.OrderRef)
	p.noError(err, "GetOrder")
	if again.Handle == "" {
		again.Handle = order.Handle
	}
	return again
}

func (p *probe) foreign() core.OrderRef {
	if p.h.Foreign.ID != "" {
		return p.h.Foreign
	}
	return core.OrderRef{ID: "999999999999999999"}
}

// mark remembers the gateway's counts, so that a rule can say how they grew.
type mark struct{ requests, writes, effects int }

func (p *probe) mark() mark {
	p.Helper()
	m := mark{requests: p.h.Requests(p.TB), effects: p.h.Effects(p.TB)}
	m.writes = m.requests
	if p.h.WriteRequests != nil {
		m.writes = p.h.WriteRequests(p.TB)
	}
	return m
}

func (p *probe) since(m mark) mark {
	now := p.mark()
	return mark{requests: now.requests - m.requests, writes: now.writes - m.writes, effects: now.effects - m.effects}
}

// sentNothing checks a write that had to be refused before it was sent.
func (p *probe) sentNothing(m mark, err error, do string) {
	p.Helper()
	grown := p.since(m)
	p.check(err != nil && core.OutcomeOf(err) == core.NotDone && grown == mark{},
		fmt.Sprintf("%s, %d requests, %d effects", outcome(err), grown.requests, grown.effects),
		"an error with outcome not_done, 0 requests, 0 effects", do)
}

// outcome prints an error with what it says of the write.
func outcome(err error) string {
	if err == nil {
		return "no error (done)"
	}
	return fmt.Sprintf("%s: %v", core.OutcomeOf(err), err)
}

// eventually waits for what a gateway does on its own, such as an effect whose answer is late.
func eventually(condition func() bool) bool {
	for range 100 {
		if condition() {
			return true
		}
		time.Sleep(30 * time.Millisecond)
	}
	return condition()
}

func (p *probe) bounded(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(p.Context(), d)
	p.Cleanup(cancel)
	return ctx
}
