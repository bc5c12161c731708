package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/pgtest"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/journal/postgres"
)

// strike is one run of the matrix: who dies where.
type strike struct {
	write   write
	at      point
	adapter bool // the adapter dies and not the host
	refused bool // the gateway refuses the write
	dsn     string
	number  int
}

func (s strike) String() string {
	journal, victim, refused := "sqlite", "host", ""
	if s.dsn != "" {
		journal = "postgres"
	}
	if s.adapter {
		victim = "adapter"
	}
	if s.refused {
		refused = ", refused"
	}
	return fmt.Sprintf("%s, %s dies %s, %s%s", s.write.name, victim, s.at, journal, refused)
}

// strikes is the whole matrix on one journal.
func strikes(dsn string) (all []strike) {
	for _, w := range writes {
		for _, p := range hostPoints {
			if w.has(p) {
				all = append(all, strike{write: w, at: p, dsn: dsn})
			}
		}
		for _, p := range adapterPoints {
			all = append(all, strike{write: w, at: p, adapter: true, dsn: dsn})
		}
		for _, p := range refusedPoints {
			if w.refusable {
				all = append(all, strike{write: w, at: p, refused: true, dsn: dsn})
			}
		}
	}
	return all
}

func environment(t *testing.T, name string, none int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return none
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return n
}

// TestKillAtEveryPoint kills a host or an adapter at every point of a create, a payment and a refund.
// A host that recovers an hour later, and a truthful person, then bring every write to one effect, or
// to none where the gateway refuses; and what the caller was told before stays true.
func TestKillAtEveryPoint(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { runMatrix(t, "") })
	t.Run("postgres", func(t *testing.T) { runMatrix(t, pgtest.Database(t)) })
}

func runMatrix(t *testing.T, dsn string) {
	var todo []strike
	for range environment(t, "SAMPAN_KILLS", 1) {
		todo = append(todo, strikes(dsn)...)
	}
	var shared core.Journal
	if dsn != "" {
		j, err := postgres.Open(t.Context(), dsn)
		require.NoError(t, err)
		defer j.Close()
		shared = j
	}
	rows := map[string]*tally{}
	var mu sync.Mutex
	var workers sync.WaitGroup
	next := make(chan strike)
	began := time.Now()
	for range 2 * runtime.NumCPU() {
		workers.Go(func() {
			for s := range next {
				found, err := s.run(t, shared)
				mu.Lock()
				if err != nil {
					t.Errorf("%s: %v", s, err)
				}
				if rows[s.row()] == nil {
					rows[s.row()] = &tally{}
				}
				rows[s.row()].add(found)
				mu.Unlock()
			}
		})
	}
	for n, s := range todo {
		s.number = n
		next <- s
	}
	close(next)
	workers.Wait()
	t.Logf("%d kills in %s\n%s", len(todo), time.Since(began).Round(100*time.Millisecond), table(rows))
}

// row is where a run is counted.
func (s strike) row() string {
	switch {
	case s.refused:
		return "refused: " + string(s.at)
	case s.adapter:
		return "adapter: " + string(s.at)
	}
	return "host: " + string(s.at)
}

func table(rows map[string]*tally) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "point\t| runs\t| acked before kill\t| in doubt\t| done by look-up\t| by a person\t| doubles")
	var sum tally
	line := func(name string, r tally) {
		fmt.Fprintf(w, "%s\t| %d\t| %d\t| %d\t| %d\t| %d\t| %d\n", name, r.runs, r.acked, r.doubted, r.lookedUp, r.decided, r.doubles)
	}
	for _, who := range []struct {
		name   string
		points []point
	}{{"host: ", hostPoints}, {"adapter: ", adapterPoints}, {"refused: ", refusedPoints}} {
		for _, p := range who.points {
			if r := rows[who.name+string(p)]; r != nil {
				line(who.name+string(p), *r)
				sum.add(*r)
			}
		}
	}
	line("all", sum)
	_ = w.Flush() // to memory
	return out.String()
}

// run is one kill and what follows it. shared is the PostgreSQL journal.
func (s strike) run(t *testing.T, shared core.Journal) (tally, error) {
	folder, err := os.MkdirTemp(t.TempDir(), "run")
	if err != nil {
		return tally{}, err
	}
	w := s.write
	killer := &killer{strike: s, reads: w.reads, ready: make(chan struct{})}
	g := newGateway(t, clock{Start: time.Now(), Speed: 1}, killer.hook)
	defer g.close()
	if w.op == core.OpRefund {
		if err := g.PayAtCashier(orderID); err != nil {
			return tally{}, err
		}
	}
	if s.refused {
		g.Script(sandbox.Rule{Path: strings.TrimPrefix(w.path, "/pandapon"), Fault: sandbox.RefuseBefore, Times: -1})
	}
	p := plan{Op: w.op, site: site{DSN: s.dsn, Account: fmt.Sprintf("run-%d", s.number), Adapter: w.adapter, Gateway: g.server.URL, Roots: g.roots,
		Clock: *g.clock.Load(), MaxDay: cny(total)}}
	if s.dsn == "" {
		p.File = filepath.Join(folder, "journal.db")
	}
	told, err := killer.first(g, p)
	if err != nil {
		return tally{}, err
	}
	if n := g.count(w.effect); n > 1 {
		return tally{runs: 1, doubles: n - 1}, fmt.Errorf("the gateway did it %d times before any recovery", n)
	}
	if err := s.second(g, p, told); err != nil {
		return tally{runs: 1, doubles: max(0, g.count(w.effect)-1)}, err
	}
	journal, closeJournal := shared, func() {}
	if journal == nil {
		if journal, closeJournal, err = openJournal(context.Background(), p.site); err != nil {
			return tally{}, err
		}
	}
	defer closeJournal()
	found, err := settledHistories(context.Background(), journal, p.Account)
	found.runs, found.doubles = 1, max(0, g.count(w.effect)-1)
	if told != "" {
		found.acked = 1
	}
	return found, err
}

// second recovers an hour later and makes the same call again.
func (s strike) second(g *gateway, p plan, told string) error {
	later := *g.clock.Load()
	later.Ahead = time.Hour
	g.clock.Store(&later)
	p.Clock, p.HostDies, p.AdapterDies, p.Recover, p.Seen = later, "", "", true, g.truth()
	r, err := startRole(hostRole, p)
	if err != nil {
		return err
	}
	if err := errors.Join(r.wait(), r.adapterGone(), g.quiet()); err != nil {
		return fmt.Errorf("the recovery: %w: %s", err, r.story())
	}
	want, word := 1, sayAck
	if s.refused {
		want, word = 0, sayNotDone
	}
	if n := g.count(s.write.effect); n != want {
		return fmt.Errorf("the gateway did it %d times in the end, want %d: %s", n, want, r.story())
	}
	id, ok := r.said(word)
	switch {
	case !ok:
		return fmt.Errorf("the same call again did not say %s: %s", word, r.story())
	case told != "" && id != told:
		return fmt.Errorf("the caller was told %s before the kill and %s after it", told, id)
	}
	return nil
}

// killer strikes once, at its point.
type killer struct {
	strike
	reads  int64 // before the write
	host   atomic.Pointer[role]
	ready  chan struct{} // closed when host is set
	struck atomic.Bool
}

// hook is the gateway's.
func (k *killer) hook(g *gateway, at point, _ string) bool {
	if at != k.at || at == connected && g.reads.Load() < k.reads || !k.struck.CompareAndSwap(false, true) {
		return false
	}
	<-k.ready
	host := k.host.Load()
	if k.adapter {
		host.signalAdapter(syscall.SIGKILL)
	} else {
		host.kill()
	}
	return true
}

// first lets a host make the call and die of it, or its adapter. It gives what the caller was told.
func (k *killer) first(g *gateway, p plan) (told string, err error) {
	if k.adapter {
		p.AdapterDies = k.at
	} else {
		p.HostDies = k.at
	}
	host, err := startRole(hostRole, p)
	if err != nil {
		return "", err
	}
	k.host.Store(host)
	close(k.ready)
	killed := host.killed()
	if err := errors.Join(host.adapterGone(), g.quiet()); err != nil {
		return "", fmt.Errorf("after the kill: %w: %s", err, host.story())
	}
	told, acked := host.said(sayAck)
	_, doubt := host.said(sayDoubt)
	switch {
	case killed == k.adapter && (k.at != afterAnswer || !acked): // it may have been quicker than its killer
		return "", fmt.Errorf("the wrong one died: %s", host.story())
	case k.wire() && !k.struck.Load():
		return "", fmt.Errorf("it never came to the point: %s", host.story())
	case k.adapter && !doubt && k.at != afterAnswer:
		return "", fmt.Errorf("the host of a dead adapter is not in doubt: %s", host.story())
	case k.at == afterTheCaller && !acked:
		return "", fmt.Errorf("the caller was told nothing: %s", host.story())
	}
	return told, nil
}

// wire reports whether the gateway's side strikes.
func (k *killer) wire() bool {
	for _, p := range wirePoints {
		if p == k.at {
			return true
		}
	}
	return false
}
