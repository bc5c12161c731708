package adaptertest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
)

// soon is how long a call may take to notice that its caller has gone.
const soon = 2 * time.Second

// read is one reading operation on an order.
type read struct {
	op   core.Operation
	call func(*probe, context.Context, core.OrderRef) error
}

var reads = []read{
	{core.OpListOrders, func(p *probe, ctx context.Context, _ core.OrderRef) error {
		_, err := p.list(ctx, core.ListOrdersRequest{})
		return err
	}},
	{core.OpGetOrder, func(p *probe, ctx context.Context, ref core.OrderRef) error { _, err := p.get(ctx, ref); return err }},
	{core.OpTrack, func(p *probe, ctx context.Context, ref core.OrderRef) error { _, err := p.track(ctx, ref); return err }},
	{core.OpQuote, func(p *probe, ctx context.Context, _ core.OrderRef) error {
		_, err := p.quote(ctx, p.order())
		return err
	}},
}

func contextRules() []rule {
	var rules []rule
	for _, r := range reads {
		rules = append(rules,
			rule{name: string(r.op) + " ends soon when it is cancelled", needs: []core.Operation{r.op}, check: func(p *probe) { checkCancelled(p, r) }},
			rule{name: string(r.op) + " is a read: it has no effect", needs: []core.Operation{r.op, core.OpCreateOrder}, check: func(p *probe) { checkNoEffect(p, r) }})
	}
	return append(rules, rule{name: "eight callers at once get what one gets", needs: []core.Operation{core.OpCreateOrder}, check: checkParallel})
}

func checkCancelled(p *probe, r read) {
	ctx, cancel := context.WithCancel(p.Context())
	cancel()
	began := time.Now()
	err := r.call(p, ctx, p.foreign())
	p.check(err != nil, "no error", "an error that says that the call was cancelled", "hand the caller's context to every request")
	p.check(time.Since(began) < soon, time.Since(began), "less than "+soon.String(), "let no loop and no pause outlast the caller's context")
}

func checkNoEffect(p *probe, r read) {
	order := p.created()
	before := p.mark()
	_ = r.call(p, p.Context(), order.OrderRef) // that it works is another rule
	p.check(p.since(before).effects == 0, fmt.Sprintf("%d effects", p.since(before).effects), "0 effects", "use a call of the gateway that changes nothing")
}

func checkParallel(p *probe) {
	order := p.created()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if p.d.Check(core.OpGetOrder) == nil {
				again, err := p.get(p.Context(), order.OrderRef)
				p.check(err == nil && again.ID == order.ID, fmt.Sprintf("order %q, %v", again.ID, err), "order "+string(order.ID), "make the adapter safe for concurrent use")
			}
			if p.d.Check(core.OpListOrders) == nil {
				_, err := p.list(p.Context(), core.ListOrdersRequest{})
				p.check(err == nil, err, "no error", "make the adapter safe for concurrent use")
			}
		})
	}
	wg.Wait()
}
