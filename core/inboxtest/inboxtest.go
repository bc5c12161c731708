// Package inboxtest is what every inbox and its log of events owe: one suite that runs on each of them,
// case for case. It imports core and the standard library. Start reading at Run; a rule is a row.
package inboxtest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// Store is what is held to the rules.
type Store interface {
	core.Inbox
	core.EventLog
}

// Harness gives the suite its stores.
type Harness struct {
	// Open gives an empty store; clean up with t.Cleanup.
	Open func(t *testing.T) Store
	// Reopen gives the same store as a new process would find it after the old one ended without
	// closing anything; nil for one that does not outlive its process.
	Reopen func(t *testing.T, s Store) Store
}

// Run checks every rule, one subtest each.
func Run(t *testing.T, h Harness) {
	for _, r := range slices.Concat(letterRules, eventRules) {
		t.Run(r.name, func(t *testing.T) { r.check(&probe{t, h.Open(t)}) })
	}
	if h.Reopen == nil {
		return
	}
	t.Run("what was acknowledged is there for the next process", func(t *testing.T) {
		p := &probe{t, h.Open(t)}
		p.keep("a", "1", "2")
		p.read(letter("a", "1"))
		p.record(sight("17", 1), event("17"))
		p.ok(p.s.Advance(t.Context(), "r", 1))
		p.s = h.Reopen(t, p.s)
		p.unread("a", 0, 9, "2")
		p.wantNone(p.keep("a", "1", "2"))
		p.seen("17", 1)
		p.events(0, 9, "17")
		p.position("r", 1)
	})
}

type rule struct {
	name  string
	check func(*probe)
}

var letterRules = []rule{
	{"a letter is kept once, read or not, and every account has its own", func(p *probe) {
		p.wantAll(p.keep("a", "1"))
		p.wantNone(p.keep("a", "1"))
		p.wantAll(p.keep("b", "1"))
		p.read(letter("a", "1"))
		p.wantNone(p.keep("a", "1"))
		p.unread("a", 0, 9)
		p.unread("b", 0, 9, "1")
	}},
	{"of one letter twice in one call the first is kept", func(p *probe) {
		got := p.keep("a", "1", "2", "1")
		p.want(slices.Equal(got, []bool{true, true, false}), "true true false", got)
		p.unread("a", 0, 9, "1", "2")
	}},
	{"nothing is kept of no letters", func(p *probe) { p.want(len(p.keep("a")) == 0, "none", "some") }},
	{"unread letters come oldest first, bounded, and after a number", func(p *probe) {
		p.keep("a", "3", "1", "2")
		p.unread("a", 0, 9, "3", "1", "2")
		first := p.unread("a", 0, 1, "3")
		p.unread("a", first[0].Seq, 1, "1")
		p.unread("none", 0, 9)
	}},
	{"a letter comes back as it was kept", func(p *probe) {
		want := letter("a", "1")
		p.keep("a", "1")
		got := p.unread("a", 0, 9, "1")[0]
		p.want(got.Seq > 0, "a number", got.Seq)
		got.Seq = 0
		p.want(reflect.DeepEqual(got, want), want, got)
	}},
	{"what is read is read, also for who reads it again and for one that was never kept", func(p *probe) {
		p.keep("a", "1", "2")
		for range 2 {
			p.read(letter("a", "1"), letter("a", "never"))
			p.unread("a", 0, 9, "2")
		}
		p.read()
	}},
	{"of many that keep one letter, one does", func(p *probe) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 16 {
			wg.Go(func() {
				kept, err := p.s.Keep(p.t.Context(), []core.Letter{letter("a", "1"), letter("a", "2")})
				mu.Lock()
				defer mu.Unlock()
				for _, k := range kept {
					if err == nil && k {
						won++
					}
				}
			})
		}
		wg.Wait()
		p.want(won == 2, 2, won)
	}},
}

var eventRules = []rule{
	{"a sight comes back as it was recorded", func(p *probe) {
		want := sight("17", 1)
		p.record(want)
		got := p.seen("17", 1)
		p.want(reflect.DeepEqual(got, want), want, got)
		_, known, err := p.s.Seen(p.t.Context(), "other", "17")
		p.ok(err)
		p.want(!known, "not known", known)
	}},
	{"a sight made from an older one is a conflict, and none of its events is kept", func(p *probe) {
		p.record(sight("17", 1), event("17"))
		p.record(sight("17", 2))
		for _, version := range []int64{1, 2, 4} {
			err := p.s.Record(p.t.Context(), sight("17", version), []core.OrderEvent{event("no")})
			p.want(errors.Is(err, core.Conflict) && core.OutcomeOf(err) == core.NotDone, "conflict", err)
		}
		p.seen("17", 2)
		p.events(0, 9, "17")
	}},
	{"events come oldest first, bounded, and after a number", func(p *probe) {
		p.record(sight("1", 1), event("1"), event("2"))
		p.record(sight("3", 1), event("3"))
		all := p.events(0, 9, "1", "2", "3")
		p.want(all[0].Seq > 0 && all[0].Seq < all[1].Seq && all[1].Seq < all[2].Seq, "growing numbers", all)
		p.events(0, 2, "1", "2")
		p.events(all[0].Seq, 9, "2", "3")
		p.events(all[2].Seq, 9)
	}},
	{"an event comes back as it was recorded", func(p *probe) {
		want := event("17")
		p.record(sight("17", 1), want)
		got := p.events(0, 9, "17")[0]
		got.Seq = 0
		p.want(reflect.DeepEqual(got, want), want, got)
	}},
	{"open sights are those that are not final, by id, page by page", func(p *probe) {
		for _, id := range []core.OrderID{"3", "1", "2", "10"} {
			p.record(sight(id, 1))
		}
		done := sight("2", 2)
		done.Status, done.Refunds = core.Closed, nil
		p.record(done)
		p.open("a", "", 9, "1,10,3")
		p.open("a", "1", 1, "10")
		p.open("b", "", 9, "")
	}},
	{"a position moves on and never back", func(p *probe) {
		p.position("r", 0)
		for _, to := range []int64{3, 2, 3, 5} {
			p.ok(p.s.Advance(p.t.Context(), "r", to))
		}
		p.position("r", 5)
		p.position("other", 0)
	}},
	{"a reader that follows misses none of many writers' events", func(p *probe) {
		const writers, each = 8, 20
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					id := fmt.Sprintf("%d-%d", w, i)
					if err := p.s.Record(p.t.Context(), sight(core.OrderID(id), 1), []core.OrderEvent{event(id)}); err != nil {
						p.t.Error(err)
					}
				}
			})
		}
		found, after := map[string]bool{}, int64(0)
		for deadline := time.Now().Add(30 * time.Second); len(found) < writers*each && time.Now().Before(deadline); {
			events, err := p.s.Events(p.t.Context(), after, 7)
			p.ok(err)
			for _, e := range events {
				found[e.ID], after = true, e.Seq
			}
		}
		wg.Wait()
		p.want(len(found) == writers*each, writers*each, len(found))
	}},
}

// probe is one store under one rule.
type probe struct {
	t *testing.T
	s Store
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, int(5*time.Millisecond), time.UTC)

func letter(account, sum string) core.Letter {
	return core.Letter{Account: account, Sum: sum, Received: noon, Message: core.Message{Kind: core.PriceChanged, Type: "价格", Market: core.Alibaba1688,
		Orders: []core.OrderID{"58218860983545941"}, Refs: []core.Ref{"po-1"}, Refunds: []core.RefundID{"TQ1"}, Sent: noon, Problem: "none"}}
}

func sight(id core.OrderID, version int64) core.Sight {
	return core.Sight{Account: "a", OrderRef: core.OrderRef{ID: id, Handle: "h"}, Ref: "po-1", Status: core.Closed, Payable: money.MustParse("0.10", money.CNY),
		Refunds: map[core.RefundID]core.RefundState{"TQ1": core.RefundReturning}, Version: version, At: noon}
}

func event(id string) core.OrderEvent {
	return core.OrderEvent{ID: id, Kind: core.EventPrice, Account: "a", Order: "17", Ref: "po-1", Status: core.Paid, StatusBefore: core.AwaitingPayment,
		Payable: money.MustParse("0.10", money.CNY), PayableBefore: money.MustParse("0.30", money.CNY), Refund: "TQ1",
		RefundState: core.RefundPaid, RefundStateBefore: core.RefundRequested, At: noon}
}

func (p *probe) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("got an error: %v", err)
	}
}

func (p *probe) want(holds bool, want, got any) {
	p.t.Helper()
	if !holds {
		p.t.Fatalf("rule:  %s\ngot:   %+v\nwant:  %+v", p.t.Name(), got, want)
	}
}

func (p *probe) keep(account string, sums ...string) []bool {
	p.t.Helper()
	var letters []core.Letter
	for _, sum := range sums {
		letters = append(letters, letter(account, sum))
	}
	kept, err := p.s.Keep(p.t.Context(), letters)
	p.ok(err)
	p.want(len(kept) == len(sums), len(sums), len(kept))
	return kept
}

func (p *probe) wantAll(kept []bool) {
	p.t.Helper()
	p.want(!slices.Contains(kept, false), "all are new", kept)
}

func (p *probe) wantNone(kept []bool) {
	p.t.Helper()
	p.want(!slices.Contains(kept, true), "none is new", kept)
}

func (p *probe) read(letters ...core.Letter) {
	p.t.Helper()
	p.ok(p.s.Read(p.t.Context(), letters, "done"))
}

func (p *probe) unread(account string, after int64, most int, want ...string) []core.Letter {
	p.t.Helper()
	letters, err := p.s.Unread(p.t.Context(), account, after, most)
	p.ok(err)
	var got []string
	for _, l := range letters {
		got = append(got, l.Sum)
	}
	p.want(slices.Equal(got, want), want, got)
	return letters
}

func (p *probe) record(s core.Sight, events ...core.OrderEvent) {
	p.t.Helper()
	p.ok(p.s.Record(p.t.Context(), s, events))
}

func (p *probe) seen(order core.OrderID, version int64) core.Sight {
	p.t.Helper()
	got, known, err := p.s.Seen(p.t.Context(), "a", order)
	p.ok(err)
	p.want(known && got.Version == version, version, got)
	return got
}

func (p *probe) events(after int64, most int, want ...string) []core.OrderEvent {
	p.t.Helper()
	events, err := p.s.Events(p.t.Context(), after, most)
	p.ok(err)
	var got []string
	for _, e := range events {
		got = append(got, e.ID)
	}
	p.want(slices.Equal(got, want), want, got)
	return events
}

func (p *probe) open(account string, after core.OrderID, most int, want string) {
	p.t.Helper()
	sights, err := p.s.OpenSights(p.t.Context(), account, after, most)
	p.ok(err)
	var got []string
	for _, s := range sights {
		got = append(got, string(s.ID))
	}
	p.want(strings.Join(got, ",") == want, want, got)
}

func (p *probe) position(reader string, want int64) {
	p.t.Helper()
	got, err := p.s.Position(p.t.Context(), reader)
	p.ok(err)
	p.want(got == want, want, got)
}
