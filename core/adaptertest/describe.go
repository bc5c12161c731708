package adaptertest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/sampan-go/sampan/core"
)

var describeRules = []rule{
	{name: "it says who it is", check: func(p *probe) {
		p.check(p.d.Adapter != "" && p.d.Version != "" && p.d.Market != "" && p.d.Gateway != "",
			fmt.Sprintf("adapter %q, version %q, market %q, gateway %q", p.d.Adapter, p.d.Version, p.d.Market, p.d.Gateway),
			"all four", "fill them in; they stand in errors and in listings")
	}},
	{name: "it is the same at every call and sends nothing", check: func(p *probe) {
		before := p.mark()
		again, err := p.adapter.Describe(p.Context())
		p.noError(err, "Describe")
		p.check(reflect.DeepEqual(again, p.d), again, p.d, "make it of the settings alone; programs plan by it")
		p.check(p.since(before) == mark{}, fmt.Sprintf("%d requests", p.since(before).requests), "0 requests", "answer Describe without the gateway")
	}},
	{name: "it lists known operations only", check: func(p *probe) {
		for op := range p.d.Operations {
			p.check(slices.Contains(core.Operations(), op), op, core.Operations(), "use core's constants; an operation that core does not know cannot be called")
		}
	}},
	{name: "an operation that is not offered has a reason", check: func(p *probe) {
		for _, op := range core.Operations() {
			c := p.d.Operations[op]
			p.check(c.Offered() || c.Reason != "", string(op)+" without a reason", "a reason, and what to set where that helps",
				fmt.Sprintf("add core.Capability{Reason: %q} for it", "why the gateway has it not"))
		}
	}},
	{name: "what is declared is implemented", check: func(p *probe) {
		for op, has := range implemented(p.adapter) {
			p.check(has || p.d.Check(op) != nil, string(op)+" is offered, and the adapter has no method for it", "both or neither",
				"implement the optional interface, or take the operation out of Description.Operations")
		}
	}},
	{name: "a write that is offered is declared as no read", check: func(p *probe) {
		for _, w := range writes {
			c := p.d.Operations[w.op]
			p.check(!c.Offered() || c.Effect.Class != core.EffectRead, string(w.op)+" is declared to change nothing", "human, lookup or dedup",
				"declare core.EffectLookup where a read shows whether it happened, else leave Capability.Effect out: a person decides then")
		}
	}},
	{name: "a read that is offered is declared as one", check: func(p *probe) {
		for _, op := range core.Operations() {
			c := p.d.Operations[op]
			p.check(!c.Offered() || isWrite(op) || c.Effect.Class == core.EffectRead, string(op)+" is declared "+c.Effect.Class.String(), core.EffectRead,
				"set Capability.Effect to core.Effect{Class: core.EffectRead}; the zero value is for a person")
		}
	}},
	{name: "a fence is declared only where it can be proved", check: func(p *probe) {
		_, proves := p.adapter.(core.FenceProver)
		for op, c := range p.d.Operations {
			p.check(c.Effect.Fence >= 0 && (proves || c.Effect.Fence == 0), fmt.Sprintf("%s has a fence of %s, and the adapter has no ProveFence", op, c.Effect.Fence), "no fence, or core.FenceProver",
				"implement ProveFence, or leave Effect.Fence 0: what nobody proved lets nothing be sent again")
		}
	}},
	{name: "the address and the secrets are not in it", check: func(p *probe) {
		p.lookSecrets(fmt.Errorf("%+v", p.d))
	}},
}

func isWrite(op core.Operation) bool {
	return slices.ContainsFunc(writes, func(w write) bool { return w.op == op })
}

// implemented says which optional operations an adapter has a method for.
func implemented(a core.Adapter) map[core.Operation]bool {
	_, get := a.(core.OrderGetter)
	_, quote := a.(core.Quoter)
	_, cancel := a.(core.Canceller)
	_, confirm := a.(core.ReceiptConfirmer)
	_, refund := a.(core.RefundGetter)
	return map[core.Operation]bool{core.OpGetOrder: get, core.OpQuote: quote, core.OpCancelOrder: cancel,
		core.OpConfirmReceipt: confirm, core.OpGetRefund: refund}
}

// checkRefusal calls an operation that is not offered. An optional one that has no method needs no
// call; across the process boundary all methods exist.
func checkRefusal(p *probe, op core.Operation) {
	if has, optional := implemented(p.adapter)[op]; optional && !has {
		return
	}
	before := p.mark()
	err := callAnyway(p, op)
	e, _ := errors.AsType[*core.Error](err)
	p.check(errors.Is(err, core.Unsupported) && e.Outcome == core.NotDone && e.Message != "",
		outcome(err), "Unsupported, not_done, with a reason",
		fmt.Sprintf("answer core.NotOffered(%q, reason) before anything is sent, or declare the operation in Describe", op))
	grown := p.since(before)
	p.check(grown == mark{}, fmt.Sprintf("%d requests, %d effects", grown.requests, grown.effects), "0 and 0",
		"refuse before anything is sent")
}

func callAnyway(p *probe, op core.Operation) error {
	ctx, ref, err := p.Context(), p.foreign(), error(nil)
	switch op {
	case core.OpCreateOrder:
		_, err = p.create(ctx, p.order())
	case core.OpListOrders:
		_, err = p.list(ctx, core.ListOrdersRequest{})
	case core.OpPay:
		_, err = p.pay(ctx, core.PayRequest{Order: ref, Expect: p.h.Payable, Attempt: p.attempt()})
	case core.OpTrack:
		_, err = p.track(ctx, ref)
	case core.OpRefund:
		_, err = p.refund(ctx, core.RefundRequest{Ref: newRef(), Order: ref, Kind: core.RefundOnly, Amount: p.h.Payable, Attempt: p.attempt()})
	case core.OpGetOrder:
		_, err = p.get(ctx, ref)
	case core.OpGetRefund:
		_, err = p.getRefund(ctx, ref, "999999999999999999")
	case core.OpCancelOrder:
		_, err = p.cancel(ctx, core.CancelOrderRequest{Order: ref, Attempt: p.attempt()})
	case core.OpConfirmReceipt:
		err = p.confirm(ctx, core.ConfirmReceiptRequest{Order: ref, Attempt: p.attempt()})
	case core.OpQuote:
		_, err = p.quote(ctx, p.order())
	}
	return err
}
