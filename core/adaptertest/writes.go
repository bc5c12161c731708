package adaptertest

import (
	"context"
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core"
)

// write is one writing operation, prepared so far that only the write itself is left to send.
type write struct {
	op        core.Operation
	needs     []core.Operation
	needsShip bool
	prepare   func(*probe) func(context.Context, core.Attempt) error
}

var (
	createWrite = write{op: core.OpCreateOrder, prepare: func(p *probe) func(context.Context, core.Attempt) error {
		r := p.order()
		return func(ctx context.Context, a core.Attempt) error {
			r.Attempt = a
			_, err := p.create(ctx, r)
			return err
		}
	}}
	payWrite = write{op: core.OpPay, needs: []core.Operation{core.OpCreateOrder}, prepare: func(p *probe) func(context.Context, core.Attempt) error {
		r := p.payment(p.created())
		return func(ctx context.Context, a core.Attempt) error {
			r.Attempt = a
			_, err := p.pay(ctx, r)
			return err
		}
	}}
	cancelWrite = write{op: core.OpCancelOrder, needs: []core.Operation{core.OpCreateOrder}, prepare: func(p *probe) func(context.Context, core.Attempt) error {
		order := p.created().OrderRef
		return func(ctx context.Context, a core.Attempt) error {
			_, err := p.cancel(ctx, core.CancelOrderRequest{Order: order, Attempt: a})
			return err
		}
	}}
	refundWrite = write{op: core.OpRefund, needs: refundNeeds, prepare: func(p *probe) func(context.Context, core.Attempt) error {
		r := p.refundRequest(p.paid())
		return func(ctx context.Context, a core.Attempt) error {
			r.Attempt = a
			_, err := p.refund(ctx, r)
			return err
		}
	}}
	receiptWrite = write{op: core.OpConfirmReceipt, needs: refundNeeds, needsShip: true, prepare: func(p *probe) func(context.Context, core.Attempt) error {
		order := p.shipped().OrderRef
		return func(ctx context.Context, a core.Attempt) error {
			return p.confirm(ctx, core.ConfirmReceiptRequest{Order: order, Attempt: a})
		}
	}}
)

var writes = []write{createWrite, payWrite, cancelWrite, refundWrite, receiptWrite}

// writeRules are the rules that every writing operation owes.
func writeRules(w write) []rule {
	rules := []rule{
		{name: "one attempt is one request and one effect", check: func(p *probe) {
			send := w.prepare(p)
			before := p.mark()
			p.noError(send(p.Context(), p.attempt()), string(w.op))
			grown := p.since(before)
			p.check(grown.writes == 1 && grown.effects == 1, fmt.Sprintf("%d requests, %d effects", grown.writes, grown.effects), "1 and 1",
				"send one request per attempt, and no retry after it; a harness whose adapter reads around its writes sets Harness.WriteRequests")
		}},
		{name: "without an attempt nothing is sent", check: func(p *probe) {
			send := w.prepare(p)
			before := p.mark()
			p.sentNothing(before, send(p.Context(), core.Attempt{}), "call Attempt.Check last before sending; core/effect does it")
		}},
		{name: "after NotAfter nothing is sent", check: func(p *probe) {
			send, over := w.prepare(p), p.attempt()
			over.SignedAt, over.NotAfter = over.SignedAt.Add(-2*time.Minute), over.NotAfter.Add(-2*time.Minute)
			before := p.mark()
			p.sentNothing(before, send(p.Context(), over), "call Attempt.Check last before sending; core/effect does it")
		}},
		{name: "it signs with SignedAt", check: func(p *probe) { checkSignedAt(p, w) }},
		{name: "a call that is cancelled before it begins is honest", check: func(p *probe) {
			send := w.prepare(p)
			ctx, cancel := context.WithCancel(p.Context())
			cancel()
			before := p.mark()
			err := send(ctx, p.attempt())
			p.checkHonest(err, before, "hand the caller's context to the request; a call that was not sent is NotDone")
			p.check(err != nil, "no error", "an error", "hand the caller's context to the request")
		}},
	}
	for i := range rules {
		rules[i].needs, rules[i].needsShip = w.needs, w.needsShip
	}
	return rules
}

func checkSignedAt(p *probe, w write) {
	if p.h.SignedAt == nil {
		return // this gateway's signature holds no time
	}
	send, a := w.prepare(p), p.attempt()
	a.SignedAt, a.NotAfter = a.SignedAt.Add(-20*time.Second), a.NotAfter.Add(-20*time.Second)
	p.noError(send(p.Context(), a), string(w.op))
	got := p.h.SignedAt(p.TB)
	p.check(got.Truncate(time.Second).Equal(a.SignedAt.Truncate(time.Second)), got.UTC(), a.SignedAt,
		"sign with Attempt.SignedAt, never with your own clock: it bounds how long a lost request can still take effect")
}

// checkHonest holds what a write says of itself against what the gateway did.
func (p *probe) checkHonest(err error, before mark, do string) {
	p.Helper()
	effects := p.since(before).effects
	switch core.OutcomeOf(err) {
	case core.NotDone:
		p.check(effects == 0, fmt.Sprintf("%s, and %d effects at the gateway", outcome(err), effects), "in_doubt where an effect is possible", do)
	case core.Done:
		p.check(effects == 1, fmt.Sprintf("%s, and %d effects at the gateway", outcome(err), effects), "done only where it happened", do)
	case core.InDoubt: // honest whatever happened
	}
}
