package plugin

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
)

// gate counts the calls under way in an adapter, and lets no new one begin when the adapter ends.
type gate struct {
	mu     sync.Mutex
	under  map[core.Operation]int
	calls  int
	closed string        // why no call may begin; "" while they may
	idle   chan struct{} // closed when no call may begin and none is under way
	end    context.Context
	cancel context.CancelCauseFunc
}

func newGate() *gate {
	g := &gate{under: map[core.Operation]int{}, idle: make(chan struct{})}
	g.end, g.cancel = context.WithCancelCause(context.Background())
	return g
}

// enter lets a call begin. Its error is NotDone: nothing of the call was done.
func (g *gate) enter(op core.Operation) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != "" {
		return nil, &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: op, Message: "the adapter takes no more calls: " + g.closed + "; nothing was sent"}
	}
	g.calls++
	g.under[op]++
	return func() { g.leave(op) }, nil
}

func (g *gate) leave(op core.Operation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls--
	g.under[op]--
	g.settle()
}

// settle tells those who wait for it that nothing is under way any more. The caller holds mu.
func (g *gate) settle() {
	if g.closed == "" || g.calls > 0 {
		return
	}
	select {
	case <-g.idle:
	default:
		close(g.idle)
	}
}

// shut lets no new call begin, and gives what is under way by operation.
func (g *gate) shut(why string) map[core.Operation]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed == "" {
		g.closed = why
	}
	g.settle()
	under := map[core.Operation]int{}
	for op, n := range g.under {
		if n > 0 {
			under[op] = n
		}
	}
	return under
}

var errHostGone = errors.New("the host is gone")

// bound gives a call's context, which ends with the host too.
func (g *gate) bound(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(g.end, func() { cancel(errHostGone) })
	return ctx, func() { stop(); cancel(nil) }
}

// abandon ends what is under way: the contexts at once, and it waits for the calls at most so long.
func (g *gate) abandon(why string, most time.Duration) {
	g.shut(why)
	g.cancel(errHostGone)
	within(g.idle, most)
}
