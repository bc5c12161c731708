// Package journaltest is what every journal owes: one suite that runs on each of them, case for
// case. It imports core and the standard library. Start reading at Run; a rule is a row of rules.
package journaltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// Harness gives the suite its journals.
type Harness struct {
	// Open gives an empty journal; clean up with t.Cleanup.
	Open func(t *testing.T) core.Journal
	// Reopen gives the same journal as a new process would find it after the old one ended without
	// closing anything; nil for a journal that does not outlive its process.
	Reopen func(t *testing.T, j core.Journal) core.Journal
}

// Run checks every rule, one subtest each.
func Run(t *testing.T, h Harness) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) { r.check(&probe{t, h, h.Open(t)}) })
	}
	for _, r := range slices.Concat(moveRules(), claimRules, spendRules, findRules, leaseRules) {
		t.Run(r.name, func(t *testing.T) { r.check(&probe{t, h, h.Open(t)}) })
	}
	if h.Reopen == nil {
		return
	}
	for _, r := range durableRules {
		t.Run(r.name, func(t *testing.T) { r.check(&probe{t, h, h.Open(t)}) })
	}
}

type rule struct {
	name  string
	check func(*probe)
}

var rules = []rule{
	{"a new intent is at version 1 and reserved", func(p *probe) {
		got := p.reserve("1")
		p.want(got.Version == 1 && got.State == core.IntentReserved, "version 1, reserved", got)
	}},
	{"an intent may be recorded with its first attempt", func(p *probe) {
		i := intent("1")
		i.State, i.Attempt = core.IntentSending, attempt(1)
		got, known, err := p.j.Reserve(p.t.Context(), i)
		p.ok(err)
		p.want(!known && got.State == core.IntentSending && equal(got.Attempt, attempt(1)), "sending, attempt 1", got)
	}},
	{"a key that is known is given back unchanged", func(p *probe) {
		first := p.reserve("1")
		other := intent("1")
		other.InputHash, other.State = "other", core.IntentSending
		got, known, err := p.j.Reserve(p.t.Context(), other)
		p.ok(err)
		p.want(known && equal(got, first), first, got)
	}},
	{"keys differ by account, operation and key", func(p *probe) {
		for _, change := range []func(*core.Intent){
			func(*core.Intent) {}, func(i *core.Intent) { i.Account = "b" }, func(i *core.Intent) { i.Op = core.OpPay }, func(i *core.Intent) { i.Key = "2" },
			func(i *core.Intent) { i.Key = "1 " }, func(i *core.Intent) { i.Key = "１" }, func(i *core.Intent) { i.Account, i.Key = "a1", "" },
		} {
			i := intent("1")
			change(&i)
			_, known, err := p.j.Reserve(p.t.Context(), i)
			p.ok(err)
			p.want(!known, "a new intent", i.IntentKey)
		}
	}},
	{"of many that reserve one key, one does", func(p *probe) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, known, err := p.j.Reserve(p.t.Context(), intent("1")); err == nil && !known {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		p.want(won.Load() == 1, 1, won.Load())
	}},
	{"a change grows the version by one", func(p *probe) {
		i := p.reserve("1")
		for want := int64(2); want < 5; want++ {
			i = p.update(i)
			p.want(i.Version == want, want, i.Version)
		}
	}},
	{"a change made from an older view is a conflict and changes nothing", func(p *probe) {
		old := p.reserve("1")
		i := old
		i.State = core.IntentSending
		now := p.update(i)
		_, err := p.j.Update(p.t.Context(), old)
		p.conflict(err)
		p.want(equal(p.lookup("1"), now), now, p.lookup("1"))
	}},
	{"a change of what was never reserved is a conflict", func(p *probe) {
		_, err := p.j.Update(p.t.Context(), intent("1"))
		p.conflict(err)
		_, known, err := p.j.Lookup(p.t.Context(), intent("1").IntentKey)
		p.ok(err)
		p.want(!known, "nothing on record", known)
	}},
	{"of many changes from one version, one wins", func(p *probe) {
		i := p.reserve("1")
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := p.j.Update(p.t.Context(), i); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		p.want(won.Load() == 1, 1, won.Load())
	}},
	{"everything of an intent comes back", func(p *probe) {
		i := full(p.sending("1"))
		got := p.update(i)
		i.Version++
		p.want(equal(got, i), i, got)
		p.want(equal(p.lookup("1"), i), i, p.lookup("1"))
	}},
	{"a change may take away what was there", func(p *probe) {
		i := p.update(full(p.sending("1")))
		i.State, i.Result, i.Failure, i.Input, i.Claims, i.Spend, i.Due, i.About = core.IntentNotApplied, nil, nil, nil, nil, core.Spend{}, time.Time{}, ""
		i = p.update(i)
		p.want(equal(p.lookup("1"), i), i, p.lookup("1"))
	}},
	{"odd texts come back as they were", func(p *probe) {
		for _, key := range []string{"'; DROP TABLE intents; --", "é中文🙂", strings.Repeat("k", 512), `a"b\c`, "%_", "0", "null"} {
			i := intent(key)
			_, _, err := p.j.Reserve(p.t.Context(), i)
			p.ok(err)
			got, known, err := p.j.Lookup(p.t.Context(), i.IntentKey)
			p.ok(err)
			p.want(known && got.Key == key, key, got.Key)
		}
	}},
	{"the history holds every change in order, with a person's note", func(p *probe) {
		i := p.reserve("1")
		i.State, i.Attempt = core.IntentSending, attempt(1)
		i = p.update(i)
		i.State, i.Failure, i.Note = core.IntentInDoubt, failure(), "seen at the marketplace"
		p.update(i)
		changes := p.changes("1")
		p.want(len(changes) == 3, 3, len(changes))
		for n, state := range []core.IntentState{core.IntentReserved, core.IntentSending, core.IntentInDoubt} {
			c := changes[n]
			p.want(c.State == state && c.Version == int64(n+1) && !c.At.IsZero() && c.At.Location() == time.UTC, state, c)
		}
		p.want(equal(changes[1].Attempt, attempt(1)) && equal(changes[2].Failure, failure()), "attempt and failure", changes)
		p.want(changes[2].Note == "seen at the marketplace" && p.lookup("1").Note == "", "the note in the history only", changes[2])
	}},
	{"a change that lost leaves no trace in the history", func(p *probe) {
		i := p.reserve("1")
		p.update(i)
		_, err := p.j.Update(p.t.Context(), i)
		p.conflict(err)
		p.want(len(p.changes("1")) == 2, 2, len(p.changes("1")))
	}},
	{"the history of an unknown intent is empty", func(p *probe) { p.want(len(p.changes("1")) == 0, 0, p.changes("1")) }},
}

// durableRules are for journals that outlive their process.
var durableRules = []rule{
	{"what was acknowledged is there after the process ended", func(p *probe) {
		i := p.update(full(p.sending("1")))
		history := p.changes("1")
		p.j = p.h.Reopen(p.t, p.j)
		p.want(equal(p.lookup("1"), i), i, p.lookup("1"))
		p.want(equal(p.changes("1"), history), history, p.changes("1"))
		p.want(p.find(core.Filter{States: core.OpenStates()}) == "shop/1", "shop/1", p.find(core.Filter{}))
	}},
	{"versions go on after the process ended", func(p *probe) {
		i := p.reserve("1")
		p.j = p.h.Reopen(p.t, p.j)
		p.want(p.update(i).Version == 2, 2, p.lookup("1").Version)
		_, err := p.j.Update(p.t.Context(), i)
		p.conflict(err)
	}},
}

// probe is one rule at work.
type probe struct {
	t *testing.T
	h Harness
	j core.Journal
}

func intent(key string) core.Intent {
	return core.Intent{IntentKey: core.IntentKey{Account: "shop", Op: core.OpCreateOrder, Key: key}, InputHash: "hash"}
}

func attempt(no int) core.Attempt {
	at := time.Date(2026, 11, 22, 12, 0, 0, 123e6, time.UTC)
	return core.Attempt{No: no, SignedAt: at, NotAfter: at.Add(core.WriteDeadline)}
}

func failure() *core.Error {
	return &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Op: core.OpCreateOrder, Message: "no answer",
		Gateway: core.GatewayError{Code: "HTTP 500", Message: "系统繁忙", RequestID: "r1"}, Detail: []string{"line"}}
}

func full(i core.Intent) core.Intent {
	i.State, i.Attempt, i.Failure = core.IntentInDoubt, attempt(3), failure()
	i.Input = json.RawMessage(`{"lines":[{"product_id":"茶"}]}`)
	i.Result = json.RawMessage(`{"id":"2542285634920880794","n":2542285634920880794}`)
	i.About, i.Claims, i.Generation = "2542285634920880794", []string{"a", "b 茶"}, 2
	i.Spend = spend("12.34")
	i.Due = attempt(1).NotAfter
	return i
}

func spend(amount string) core.Spend {
	return core.Spend{Amount: money.MustParse(amount, money.CNY), Day: "2026-11-22", Most: money.MustParse("100.00", money.CNY)}
}

// equal compares by JSON, in which money and times have one form.
func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
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

func (p *probe) conflict(err error) {
	p.t.Helper()
	if !errors.Is(err, core.Conflict) || core.OutcomeOf(err) != core.NotDone {
		p.t.Fatalf("rule:  %s\ngot:   %v\nwant:  a Conflict that says that nothing was done", p.t.Name(), err)
	}
}

func (p *probe) reserve(key string) core.Intent {
	p.t.Helper()
	got, known, err := p.j.Reserve(p.t.Context(), intent(key))
	p.ok(err)
	p.want(!known, "a new intent", got)
	return got
}

// sending is a new intent whose first attempt was begun.
func (p *probe) sending(key string) core.Intent {
	p.t.Helper()
	i := p.reserve(key)
	i.State, i.Attempt = core.IntentSending, attempt(1)
	return p.update(i)
}

// refused reports an error that must be of this kind and must have recorded nothing.
func (p *probe) refused(err error, code core.Code) {
	p.t.Helper()
	if !errors.Is(err, code) || core.OutcomeOf(err) != core.NotDone {
		p.t.Fatalf("rule:  %s\ngot:   %v\nwant:  %v, and nothing recorded", p.t.Name(), err, code)
	}
}

func (p *probe) update(i core.Intent) core.Intent {
	p.t.Helper()
	got, err := p.j.Update(p.t.Context(), i)
	p.ok(err)
	return got
}

func (p *probe) lookup(key string) core.Intent {
	p.t.Helper()
	got, known, err := p.j.Lookup(p.t.Context(), intent(key).IntentKey)
	p.ok(err)
	p.want(known, "on record", key)
	return got
}

func (p *probe) changes(key string) []core.Change {
	p.t.Helper()
	got, err := p.j.Changes(p.t.Context(), intent(key).IntentKey)
	p.ok(err)
	return slices.Clone(got)
}

// find is the list as text: "shop/a shop/c".
func (p *probe) find(f core.Filter) string {
	p.t.Helper()
	found, err := p.j.Find(p.t.Context(), f)
	p.ok(err)
	return keys(found)
}

func keys(intents []core.Intent) string {
	var words []string
	for _, i := range intents {
		words = append(words, fmt.Sprintf("%s/%s", i.Account, i.Key))
	}
	return strings.Join(words, " ")
}
