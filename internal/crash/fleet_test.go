package crash

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/pgtest"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/journal/postgres"
)

// The fleet, and its clock. A minute passes in a second, so that an attempt is over in one and a
// quarantine in fourteen; it is a day behind, because what is due must be due by the database's clock
// too, which runs as clocks do. Leases are the database's and last 15 real seconds.
const (
	fleetHosts  = 4
	fleetSpeed  = 60
	fleetBehind = -24 * time.Hour
	// longForm is from how many orders on hosts are also frozen for longer than a lease.
	longForm = 1000
)

// fleet is four hosts on one account, one database and one gateway.
type fleet struct {
	t       *testing.T
	plan    fleetPlan
	gateway *gateway
	rand    *rand.Rand
	hosts   [fleetHosts]*role
	all     []*role // also those that were killed
	thawing sync.WaitGroup
	still   atomic.Bool // nothing goes wrong any more

	kills, stops, adapterStops, longStops int
}

// TestFourHostsOnOneDatabase lets four hosts buy and pay the same orders while they are killed and
// frozen and the gateway loses answers and works late. Every purchase ends as one order, paid once.
func TestFourHostsOnOneDatabase(t *testing.T) {
	began := time.Now()
	orders, seed := environment(t, "SAMPAN_HOSTS_ORDERS", 100), environment(t, "SAMPAN_HOSTS_SEED", int(time.Now().UnixNano()%1e9))
	t.Logf("SAMPAN_HOSTS_SEED=%d repeats the choices of this run, though not its timing", seed)
	f := newFleet(t, orders, uint64(seed))
	journal, err := postgres.Open(t.Context(), f.plan.DSN)
	require.NoError(t, err)
	defer journal.Close()

	f.storm()
	stormed := time.Since(began)
	became := f.calm()

	found, err := settledHistories(t.Context(), journal, f.plan.Account)
	require.NoError(t, err)
	found.doubles = f.check(became)
	t.Logf("%s of storm, %s in all\norders | kills | stops | of adapters | over a lease | in doubt | by look-up | by a person | doubles\n%6d | %5d | %5d | %11d | %12d | %8d | %10d | %11d | %7d",
		stormed.Round(100*time.Millisecond), time.Since(began).Round(100*time.Millisecond),
		orders, f.kills, f.stops, f.adapterStops, f.longStops, found.doubted, found.lookedUp, found.decided, found.doubles)
}

func newFleet(t *testing.T, orders int, seed uint64) *fleet {
	c := clock{Start: time.Now(), Ahead: fleetBehind, Speed: fleetSpeed}
	f := &fleet{t: t, rand: rand.New(rand.NewPCG(seed, 1))}
	f.gateway = newGateway(t, c, f.sloppy(seed))
	t.Cleanup(f.gateway.close)
	t.Cleanup(func() { // also where the test fails in the middle
		for _, r := range f.all {
			r.kill()
		}
	})
	f.plan = fleetPlan{Orders: orders, site: site{DSN: pgtest.Database(t), Account: "shop", Adapter: alibaba1688.Name,
		Gateway: f.gateway.server.URL, Roots: f.gateway.roots, Clock: c}}
	f.gateway.Script(f.faults(orders)...)
	for i := range f.hosts {
		f.start(i)
	}
	return f
}

// sloppy is a gateway that takes its time, sometimes minutes of the fleet's clock, and loses answers.
func (f *fleet) sloppy(seed uint64) func(*gateway, point, string) bool {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 2))
	number := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	return func(_ *gateway, at point, _ string) bool {
		switch {
		case f.still.Load():
		case at == requestRead:
			pause := time.Duration(10+number(60)) * time.Millisecond
			if number(20) == 0 { // on its way for longer than its sender waits; the fence is at 10 real seconds
				pause = time.Duration(1000+number(4000)) * time.Millisecond
			}
			time.Sleep(pause)
		case at == afterEffect:
			return number(20) == 0
		}
		return false
	}
}

// faults are the sandbox's own, spread over the writes.
func (f *fleet) faults(orders int) (rules []sandbox.Rule) {
	for _, w := range []struct {
		path  string
		menu  []sandbox.Fault
		times int
	}{
		{"/alibaba/order/create", []sandbox.Fault{sandbox.DropBefore, sandbox.DropAfter, sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.Truncated, sandbox.Garbage}, orders / 12},
		{"/alibaba/order/pay/url", []sandbox.Fault{sandbox.DropBefore, sandbox.DropAfter, sandbox.ErrorAfter, sandbox.Garbage, sandbox.RefuseBefore, sandbox.TooMany}, orders / 8},
	} {
		for range w.times {
			rules = append(rules, sandbox.Rule{Path: w.path, Fault: w.menu[f.rand.IntN(len(w.menu))], Skip: f.rand.IntN(orders)})
		}
	}
	return rules
}

func (f *fleet) start(i int) {
	p := f.plan
	p.Seed, p.Owner = f.rand.Uint64(), fmt.Sprintf("host-%d-%d", i, len(f.all))
	r, err := startRole(fleetRole, p)
	require.NoError(f.t, err)
	f.hosts[i], f.all = r, append(f.all, r)
}

// storm strikes at random, and goes on until nothing more happens at the gateway: the rest waits for a
// person.
func (f *fleet) storm() {
	for range 20 + f.plan.Orders/5 {
		time.Sleep(time.Duration(100+f.rand.IntN(300)) * time.Millisecond)
		f.strike(f.rand.IntN(fleetHosts))
	}
	for before := -1; len(f.gateway.Effects()) != before && !f.resting(); time.Sleep(2 * time.Second) {
		before = len(f.gateway.Effects())
	}
	f.thawing.Wait()
	for _, r := range f.hosts {
		r.kill()
	}
	for _, r := range f.all {
		_ = r.wait() // killed
		require.NoError(f.t, r.adapterGone())
	}
	require.NoError(f.t, f.gateway.quiet())
}

func (f *fleet) resting() bool {
	for _, r := range f.hosts {
		if _, rests := r.saidSoFar(sayRest); !rests {
			return false
		}
	}
	return true
}

// strike kills a host and starts another in its place, or freezes one, or its adapter.
func (f *fleet) strike(i int) {
	host := f.hosts[i]
	pause := time.Duration(1200+f.rand.IntN(2500)) * time.Millisecond
	switch n := f.rand.IntN(10); {
	case n < 5:
		f.kills++
		host.kill()
		_ = host.wait() // killed
		f.start(i)
	case n < 8:
		f.stops++
		if f.plan.Orders >= longForm && f.rand.IntN(6) == 0 {
			f.longStops++
			pause += 16 * time.Second
		}
		f.freeze(pause, host.signal)
	default:
		f.adapterStops++
		if _, up := host.saidSoFar(sayAdapter); up {
			f.freeze(pause, host.signalAdapter)
		}
	}
}

// freeze stops a process and lets it go on later, whatever happened meanwhile.
func (f *fleet) freeze(pause time.Duration, signal func(syscall.Signal)) {
	signal(syscall.SIGSTOP)
	f.thawing.Go(func() {
		time.Sleep(pause)
		signal(syscall.SIGCONT)
	})
}

// calm starts all hosts an hour later, with a gateway that works. It gives what each host believes that
// the purchases became.
func (f *fleet) calm() []map[core.Ref]core.OrderID {
	c := clock{Start: time.Now(), Speed: 1}
	c.Ahead = f.plan.Clock.now().Add(time.Hour).Sub(c.Start)
	f.gateway.clock.Store(&c)
	f.gateway.Script() // drops what is left
	f.still.Store(true)
	f.plan.Clock, f.plan.Calm, f.plan.Seen = c, true, f.gateway.truth()
	for i := range f.hosts {
		f.start(i)
	}
	for _, r := range f.hosts {
		_, ok := r.said(sayRecovered)
		require.True(f.t, ok, "a host did not recover: %s", r.story())
	}
	for _, r := range f.hosts {
		_, err := fmt.Fprintln(r.stdin, "go on")
		require.NoError(f.t, err)
	}
	var became []map[core.Ref]core.OrderID
	for _, r := range f.hosts {
		text, ok := r.said(sayAll)
		require.True(f.t, ok, "a host did not get to the end: %s", r.story())
		require.NoError(f.t, errors.Join(r.wait(), r.adapterGone()))
		became = append(became, read[map[core.Ref]core.OrderID](text))
	}
	return became
}

// check counts what happened more than once, and holds what the hosts believe against the ledger.
func (f *fleet) check(became []map[core.Ref]core.OrderID) (doubles int) {
	if doubles = f.gateway.paidAgain(); doubles > 0 {
		f.t.Errorf("%d payments of paid orders were sent; the sandbox alone refused them", doubles)
	}
	made, paid := map[core.Ref][]core.OrderID{}, map[core.OrderID]int{}
	for _, e := range f.gateway.Effects() {
		switch e.Kind {
		case sandbox.EffectCreate:
			ref, _, _ := strings.Cut(e.Number, " ")
			made[core.Ref(ref)] = append(made[core.Ref(ref)], core.OrderID(e.OrderID))
		case sandbox.EffectPay:
			paid[core.OrderID(e.OrderID)]++
		}
	}
	for n := range f.plan.Orders {
		ref := refOf(n)
		if len(made[ref]) != 1 {
			f.t.Errorf("%s was bought %d times", ref, len(made[ref]))
			doubles += max(0, len(made[ref])-1)
			continue
		}
		id := made[ref][0]
		if paid[id] != 1 {
			f.t.Errorf("%s, order %s, was paid %d times", ref, id, paid[id])
			doubles += max(0, paid[id]-1)
		}
		for _, b := range became {
			if b[ref] != id {
				f.t.Errorf("%s is order %s, and a host believes that it is %q", ref, id, b[ref])
			}
		}
	}
	return doubles
}
