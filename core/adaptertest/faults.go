package adaptertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
)

// faultRow is what one fault does at the gateway.
type faultRow struct {
	fault  Fault
	effect bool
	do     string
}

var faultRows = []faultRow{
	{RefuseBefore, false, "only a code that is documented to mean no effect is not_done, with Error.Gateway filled in; else in_doubt"},
	{DropBefore, false, "a request that was handed to the connection is in_doubt"},
	{DropAfter, true, "a lost answer is in_doubt"},
	{LateAnswer, true, "a caller that stops waiting leaves the write in_doubt"},
	{TooManyRequests, false, "not_done only where the limiter is documented to act before the effect"},
	{ErrorBefore, false, "a 5xx cannot be told from one after the effect: in_doubt"},
	{ErrorAfter, true, "a 5xx may come after the effect: in_doubt"},
	{Truncated, true, "an answer that breaks off is in_doubt"},
	{Garbage, true, "an answer that cannot be read is in_doubt"},
}

// faultRules are every fault on every write: create_order/drop-after.
func faultRules() []rule {
	var rules []rule
	for _, w := range writes {
		for _, row := range faultRows {
			rules = append(rules, rule{
				name:  string(w.op) + " under " + string(row.fault) + " is honest, and sent once",
				needs: append([]core.Operation{w.op}, w.needs...), needsShip: w.needsShip, needsFault: true,
				check: func(p *probe) { checkFault(p, w, row) },
			})
		}
	}
	return rules
}

func checkFault(p *probe, w write, row faultRow) {
	send := w.prepare(p)
	before := p.mark()
	p.h.Fault(p.TB, row.fault)
	ctx := p.Context()
	if row.fault == LateAnswer {
		ctx = p.bounded(Patience)
	}
	err := send(ctx, p.attempt())
	if row.effect {
		p.must(eventually(func() bool { return p.since(before).effects > 0 }), "no effect at the gateway", "one",
			"this is the Harness: under "+string(row.fault)+" the gateway does what was asked, then fails to say so")
	}
	p.checkFaultOutcome(err, row, p.since(before))
}

func (p *probe) checkFaultOutcome(err error, row faultRow, grown mark) {
	p.Helper()
	got := core.OutcomeOf(err)
	switch {
	case err == nil:
		p.check(false, "no error", "an error", row.do)
	case row.effect:
		p.check(got == core.InDoubt, outcome(err), core.InDoubt, row.do)
	default:
		p.check(got == core.InDoubt || got == core.NotDone && grown.effects == 0, outcome(err), "in_doubt, or not_done without an effect", row.do)
	}
	if errors.Is(err, core.Refused) && got == core.NotDone {
		e, _ := errors.AsType[*core.Error](err)
		p.check(row.fault == RefuseBefore && e.Gateway != core.GatewayError{}, fmt.Sprintf("refused: %v", err),
			"Refused only where the gateway refused, with what it said", "fill in Error.Gateway; use Unavailable or RateLimited where it did not refuse")
	}
	p.check(grown.writes == 1, fmt.Sprintf("%d requests", grown.writes), "1 request", "send a write once, whatever happens; core/effect does")
}

// secretRules provoke errors of every kind; what they must not hold is looked at with every call.
var secretRules = []rule{
	{name: "no error of a fault repeats a secret or an address", needs: []core.Operation{core.OpCreateOrder}, needsFault: true, check: func(p *probe) {
		for _, fault := range []Fault{RefuseBefore, DropBefore, ErrorBefore, Garbage} {
			p.h.Fault(p.TB, fault)
			_, err := p.create(p.Context(), p.order())
			p.check(err != nil, "no error under "+string(fault), "an error", "report what goes wrong")
		}
	}},
	{name: "no error of a wrong request repeats an address", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		r := p.order()
		r.Lines = nil
		_, err := p.create(p.Context(), r)
		p.check(err != nil, "an order without lines", "an error", "refuse what the gateway would not take")
	}},
	{name: "no error of a cancelled call repeats a secret or an address", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		ctx, cancel := context.WithCancel(p.Context())
		cancel()
		_, err := p.create(ctx, p.order())
		p.check(err != nil, "no error", "an error", "hand the caller's context to the request")
	}},
}
