package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sampan-go/sampan/core"
)

// plan says how long to measure.
type plan struct {
	rounds int
	span   time.Duration // of one way in one round
	orders int           // of a listing
}

// row is one line of the tables: a kind of work, with so many at a time, at a gateway that takes so long.
type row struct {
	name  string
	at    int
	delay time.Duration
	// work does one unit; pages and single orders are counted in units, listings in orders.
	work func(context.Context, subject) (units int, err error)
	// whole says that one unit of work is one measurement.
	whole  bool
	orders int // that the gateway has
}

func readOrder(ctx context.Context, s subject) (int, error) { return 1, s.Order(ctx) }

func readPage(ctx context.Context, s subject) (int, error) {
	orders := 0
	err := s.List(ctx, func(core.Order) { orders++ })
	if err == nil && orders != perPage {
		err = fmt.Errorf("a page of %d orders came", orders)
	}
	return 1, err
}

func readAll(want int) func(context.Context, subject) (int, error) {
	return func(ctx context.Context, s subject) (int, error) {
		orders := 0
		err := s.List(ctx, func(core.Order) { orders++ })
		if err == nil && orders != want {
			err = fmt.Errorf("%d orders came of %d", orders, want)
		}
		return orders, err
	}
}

func rows(p plan) []row {
	var all []row
	for _, at := range []int{1, 8, 64} {
		all = append(all, row{name: "order", at: at, work: readOrder, orders: perPage})
	}
	for _, at := range []int{1, 8, 64} {
		all = append(all, row{name: "page", at: at, work: readPage, orders: perPage})
	}
	for _, delay := range []time.Duration{20 * time.Millisecond, 50 * time.Millisecond} {
		all = append(all, row{name: "order", at: 8, delay: delay, work: readOrder, orders: perPage})
	}
	return append(all, row{name: "page", at: 8, delay: 20 * time.Millisecond, work: readPage, orders: perPage},
		row{name: "list", at: 1, work: readAll(p.orders), orders: p.orders, whole: true},
		row{name: "list", at: 1, delay: 20 * time.Millisecond, work: readAll(p.orders / 5), orders: p.orders / 5, whole: true})
}

// figure is what one way did in one round.
type figure struct {
	perSecond         float64
	p50, p99          time.Duration
	host, adapter     time.Duration // of processor time, per unit
	hostMiB, procsMiB float64
}

// figures are those of all rounds of a row, by way.
type figures [ways][]figure

// run measures everything, and prints it.
func run(ctx context.Context, p plan) error {
	url, stop, err := startGateway(ctx)
	if err != nil {
		return err
	}
	defer stop()
	printMachine(os.Stdout)
	starts, err := coldStarts(ctx, url, p.rounds*4)
	if err != nil {
		return err
	}
	var all []result
	for _, r := range rows(p) {
		f, err := measureRow(ctx, url, r, p)
		if err != nil {
			return fmt.Errorf("%s C=%d: %w", r.name, r.at, err)
		}
		all = append(all, result{r, f})
		fmt.Fprintf(os.Stderr, "measured %s C=%d %s\n", r.name, r.at, r.delay)
	}
	printResults(os.Stdout, all, starts)
	return nil
}

// result is a row with its figures.
type result struct {
	row
	figures
}

// measureRow goes round the ways: each round has all of them, one after the other, so that what else
// the machine does falls on all.
func measureRow(ctx context.Context, url string, r row, p plan) (f figures, err error) {
	all, pid, stop, err := subjects(ctx, fmt.Sprintf("%s/%s/%d", url, r.delay, r.orders))
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	for way := range ways {
		if _, err := r.work(ctx, all[way]); err != nil { // connections, caches
			return f, fmt.Errorf("%s: %w", wayNames[way], err)
		}
	}
	for range p.rounds {
		for way := range ways {
			one, err := measure(ctx, all[way], r, p.span, pid, way == wayProcess)
			if err != nil {
				return f, fmt.Errorf("%s: %w", wayNames[way], err)
			}
			f[way] = append(f[way], one)
		}
	}
	return f, nil
}

// measure lets r.at callers work for the span.
func measure(ctx context.Context, s subject, r row, span time.Duration, pid int, ownProcess bool) (figure, error) {
	host, adapter := ownTime(), timeOf(pid)
	began := time.Now()
	var units atomic.Int64
	took := make([][]time.Duration, r.at)
	failed := make([]error, r.at)
	var wait sync.WaitGroup
	for n := range r.at {
		wait.Go(func() {
			for failed[n] == nil && ctx.Err() == nil {
				start := time.Now()
				done, err := r.work(ctx, s)
				took[n], failed[n] = append(took[n], time.Since(start)), err
				units.Add(int64(done))
				if r.whole || time.Since(began) >= span {
					return
				}
			}
		})
	}
	wait.Wait()
	total := time.Since(began)
	if err := errors.Join(append(failed, ctx.Err())...); err != nil {
		return figure{}, err
	}
	calls := slices.Concat(took...)
	slices.Sort(calls)
	f := figure{perSecond: float64(units.Load()) / total.Seconds(), p50: calls[len(calls)/2], p99: calls[len(calls)*99/100],
		host: (ownTime() - host) / time.Duration(units.Load()), hostMiB: memoryOf(os.Getpid())}
	if ownProcess {
		f.adapter, f.procsMiB = (timeOf(pid)-adapter)/time.Duration(units.Load()), memoryOf(pid)
	}
	return f, nil
}

// coldStarts measures how long an adapter takes from nothing to its description.
func coldStarts(ctx context.Context, url string, n int) (one []time.Duration, err error) {
	for range n {
		began := time.Now()
		_, _, stop, err := subjects(ctx, url+"/0s/100")
		if err != nil {
			return nil, err
		}
		one = append(one, time.Since(began))
		if err := stop(); err != nil {
			return nil, err
		}
	}
	slices.Sort(one)
	return one, nil
}
