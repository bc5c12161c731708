package journaltest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

var states = []core.IntentState{core.IntentReserved, core.IntentSending, core.IntentInDoubt, core.IntentDone, core.IntentRefused, core.IntentNotApplied, core.IntentNeedsHuman}

// paths lead a new intent to each state.
var paths = map[core.IntentState][]core.IntentState{
	core.IntentReserved:   {},
	core.IntentSending:    {core.IntentSending},
	core.IntentInDoubt:    {core.IntentSending, core.IntentInDoubt},
	core.IntentDone:       {core.IntentSending, core.IntentDone},
	core.IntentRefused:    {core.IntentSending, core.IntentRefused},
	core.IntentNotApplied: {core.IntentSending, core.IntentInDoubt, core.IntentNotApplied},
	core.IntentNeedsHuman: {core.IntentSending, core.IntentInDoubt, core.IntentNeedsHuman},
}

func (p *probe) inState(key string, s core.IntentState) core.Intent {
	p.t.Helper()
	i := p.reserve(key)
	for _, i.State = range paths[s] {
		i = p.update(i)
	}
	return i
}

// moveRules has one rule for every pair of states.
func moveRules() (rules []rule) {
	for _, from := range states {
		for _, to := range states {
			rules = append(rules, rule{fmt.Sprintf("from %s to %s", from, to), func(p *probe) {
				before := p.inState("1", from)
				i := before
				i.State = to
				got, err := p.j.Update(p.t.Context(), i)
				if from.MayBecome(to) {
					p.ok(err)
					p.want(got.State == to, to, got.State)
					return
				}
				p.conflict(err)
				p.want(equal(p.lookup("1"), before), before, p.lookup("1"))
			}})
		}
	}
	return rules
}

func (p *probe) claim(i core.Intent, claims ...string) (core.Intent, error) {
	i.Claims = claims
	return p.j.Update(p.t.Context(), i)
}

var claimRules = []rule{
	{"a claim that another intent has is refused, and nothing is recorded", func(p *probe) {
		a, err := p.claim(p.reserve("a"), "money:1")
		p.ok(err)
		b := p.reserve("b")
		_, err = p.claim(b, "money:0", "money:1", "money:2")
		p.conflict(err)
		p.want(equal(p.lookup("b"), b), b, p.lookup("b"))
		for claim, want := range map[string]string{"money:0": "", "money:1": "a", "money:2": ""} {
			p.holder("shop", claim, want)
		}
		p.want(len(p.changes("b")) == 1, 1, len(p.changes("b")))
		_ = a
	}},
	{"a reservation with a claim that another intent has is refused", func(p *probe) {
		_, err := p.claim(p.reserve("a"), "money:1")
		p.ok(err)
		i := intent("b")
		i.Claims = []string{"money:1"}
		_, _, err = p.j.Reserve(p.t.Context(), i)
		p.conflict(err)
		_, known, err := p.j.Lookup(p.t.Context(), i.IntentKey)
		p.ok(err)
		p.want(!known, "nothing on record", known)
	}},
	{"the refusal names who has the claim", func(p *probe) {
		_, err := p.claim(p.reserve("first-one"), "money:1")
		p.ok(err)
		_, err = p.claim(p.reserve("b"), "money:1")
		e, _ := errors.AsType[*core.Error](err)
		p.want(e != nil && strings.Contains(e.Message, "first-one"), "first-one", err)
	}},
	{"a claim that was given up is free", func(p *probe) {
		a, err := p.claim(p.reserve("a"), "money:1", "money:2")
		p.ok(err)
		_, err = p.claim(a, "money:2")
		p.ok(err)
		_, err = p.claim(p.reserve("b"), "money:1")
		p.ok(err)
		p.holder("shop", "money:1", "b")
		p.holder("shop", "money:2", "a")
	}},
	{"an intent keeps its own claim through its changes", func(p *probe) {
		a, err := p.claim(p.reserve("a"), "money:1")
		p.ok(err)
		a, err = p.claim(a, "money:1", "money:3")
		p.ok(err)
		p.want(len(p.lookup("a").Claims) == 2, 2, p.lookup("a").Claims)
		_ = a
	}},
	{"another account may have the same claim", func(p *probe) {
		_, err := p.claim(p.reserve("a"), "money:1")
		p.ok(err)
		other := intent("a")
		other.Account, other.Claims = "z", []string{"money:1"}
		_, _, err = p.j.Reserve(p.t.Context(), other)
		p.ok(err)
		p.holder("z", "money:1", "a")
	}},
	{"nobody holds a claim that nobody made", func(p *probe) { p.holder("shop", "money:1", "") }},
	{"of many that claim at once, one gets it", func(p *probe) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for n := range 12 {
			i := p.reserve(fmt.Sprint(n))
			wg.Go(func() {
				if _, err := p.claim(i, "money:1"); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		p.want(won.Load() == 1, 1, won.Load())
	}},
	{"many that claim the same two in either order all end", func(p *probe) {
		var wg sync.WaitGroup
		for n := range 12 {
			i := p.reserve(fmt.Sprint(n))
			wg.Go(func() {
				claims := []string{"money:1", "money:2"}
				if n%2 == 0 {
					claims = []string{"money:2", "money:1"}
				}
				if _, err := p.claim(i, claims...); err != nil && !errors.Is(err, core.Conflict) {
					p.t.Error(err)
				}
			})
		}
		wg.Wait()
	}},
}

func (p *probe) holder(account, claim, want string) {
	p.t.Helper()
	got, known, err := p.j.Holder(p.t.Context(), account, claim)
	p.ok(err)
	p.want(known == (want != "") && got.Key == want, want, got.Key)
}

func (p *probe) spend(key, amount, day string) error {
	p.t.Helper()
	i := intent(key)
	i.Spend = spend(amount)
	i.Spend.Day = day
	_, _, err := p.j.Reserve(p.t.Context(), i)
	return err
}

var spendRules = []rule{
	{"a day's spending may reach its limit", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		p.ok(p.spend("b", "40.00", "2026-11-22"))
	}},
	{"a day's spending may not pass its limit, and nothing is recorded", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		p.refused(p.spend("b", "40.01", "2026-11-22"), core.Guarded)
		_, known, err := p.j.Lookup(p.t.Context(), intent("b").IntentKey)
		p.ok(err)
		p.want(!known, "nothing on record", known)
		p.ok(p.spend("c", "40.00", "2026-11-22"))
	}},
	{"one payment alone may not pass the limit", func(p *probe) { p.refused(p.spend("a", "100.01", "2026-11-22"), core.Guarded) }},
	{"another day has its own sum", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		p.ok(p.spend("b", "60.00", "2026-11-23"))
	}},
	{"another account has its own sum", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		i := intent("a")
		i.Account, i.Spend = "z", spend("60.00")
		_, _, err := p.j.Reserve(p.t.Context(), i)
		p.ok(err)
	}},
	{"what is released may be spent again", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		i := p.lookup("a")
		i.Spend = core.Spend{}
		p.update(i)
		p.ok(p.spend("b", "100.00", "2026-11-22"))
	}},
	{"what stays is counted once, however often the intent changes", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		for range 3 {
			p.update(p.lookup("a"))
		}
		p.ok(p.spend("b", "40.00", "2026-11-22"))
		p.refused(p.spend("c", "0.01", "2026-11-22"), core.Guarded)
	}},
	{"a changed amount counts anew", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		i := p.lookup("a")
		i.Spend = spend("100.01")
		_, err := p.j.Update(p.t.Context(), i)
		p.refused(err, core.Guarded)
		i.Spend = spend("90.00")
		p.update(i)
		p.refused(p.spend("b", "10.01", "2026-11-22"), core.Guarded)
		p.ok(p.spend("c", "10.00", "2026-11-22"))
	}},
	{"a limit that was lowered stops nothing that was begun", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		i := p.lookup("a")
		i.Spend.Most = money.MustParse("1.00", money.CNY)
		p.update(i)
	}},
	{"a limit in another currency refuses", func(p *probe) {
		i := intent("a")
		i.Spend = spend("1.00")
		i.Spend.Most = money.MustParse("100.00", money.USD)
		_, _, err := p.j.Reserve(p.t.Context(), i)
		p.refused(err, core.Guarded)
	}},
	{"currencies are summed apart", func(p *probe) {
		p.ok(p.spend("a", "60.00", "2026-11-22"))
		i := intent("b")
		i.Spend = core.Spend{Amount: money.MustParse("60.00", money.USD), Day: "2026-11-22", Most: money.MustParse("100.00", money.USD)}
		_, _, err := p.j.Reserve(p.t.Context(), i)
		p.ok(err)
	}},
	{"without a limit everything is counted for one that comes later", func(p *probe) {
		i := intent("a")
		i.Spend = spend("70.00")
		i.Spend.Most = money.Amount{}
		_, _, err := p.j.Reserve(p.t.Context(), i)
		p.ok(err)
		p.refused(p.spend("b", "30.01", "2026-11-22"), core.Guarded)
	}},
	{"many that spend at once stay under the limit", func(p *probe) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for n := range 20 {
			wg.Go(func() {
				i := intent(fmt.Sprint(n))
				i.Spend = spend("9.00")
				if _, _, err := p.j.Reserve(p.t.Context(), i); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		p.want(won.Load() == 11, 11, won.Load())
	}},
}

// furnish makes an intent in every state on two accounts and operations.
func (p *probe) furnish() {
	for n, s := range states {
		p.inState(string(rune('a'+n)), s)
	}
	i := intent("p")
	i.Op, i.About, i.Due = core.OpPay, "77", attempt(1).NotAfter
	_, _, err := p.j.Reserve(p.t.Context(), i)
	p.ok(err)
	i = intent("q")
	i.Account, i.State = "z", core.IntentSending
	_, _, err = p.j.Reserve(p.t.Context(), i)
	p.ok(err)
}

func found(name string, f core.Filter, want string) rule {
	return rule{"find " + name, func(p *probe) {
		p.furnish()
		p.want(p.find(f) == want, want, p.find(f))
	}}
}

var findRules = []rule{
	found("all, by account, operation and key", core.Filter{}, "shop/a shop/b shop/c shop/d shop/e shop/f shop/g shop/p z/q"),
	found("those of an account", core.Filter{Account: "z"}, "z/q"),
	found("those of an operation", core.Filter{Op: core.OpPay}, "shop/p"),
	found("those about an order", core.Filter{About: "77"}, "shop/p"),
	found("those open", core.Filter{States: core.OpenStates()}, "shop/b shop/c shop/g z/q"),
	found("those in one state", core.Filter{States: []core.IntentState{core.IntentDone}}, "shop/d"),
	found("those that wait", core.Filter{Waiting: true}, "shop/p"),
	found("nothing of nobody", core.Filter{Account: "nobody"}, ""),
	found("one page", core.Filter{Limit: 2}, "shop/a shop/b"),
	found("the next page", core.Filter{Limit: 2, After: intent("b").IntentKey}, "shop/c shop/d"),
	found("the last page", core.Filter{Limit: 5, After: core.IntentKey{Account: "shop", Op: core.OpPay, Key: "p"}}, "z/q"),
	found("a page of some", core.Filter{Account: "shop", States: core.OpenStates(), Limit: 1, After: intent("b").IntentKey}, "shop/c"),
	found("by all at once", core.Filter{Account: "shop", Op: core.OpPay, About: "77", States: []core.IntentState{core.IntentReserved}, Waiting: true}, "shop/p"),
}

func (p *probe) due(key string, at time.Time) {
	p.t.Helper()
	i := p.sending(key)
	i.Due = at
	i.State = core.IntentInDoubt
	p.update(i)
}

func (p *probe) lease(account, owner string, most int, span time.Duration) string {
	p.t.Helper()
	got, err := p.j.Lease(p.t.Context(), account, owner, most, span)
	p.ok(err)
	return keys(got)
}

var leaseRules = []rule{
	{"the clock goes, and the journal was made before", func(p *probe) {
		now, made, err := p.j.Clock(p.t.Context())
		p.ok(err)
		p.want(!now.IsZero() && !made.IsZero() && !made.After(now), "made before now", []time.Time{made, now})
	}},
	{"a lease is of what is due, to one owner", func(p *probe) {
		now, _, err := p.j.Clock(p.t.Context())
		p.ok(err)
		p.due("a", now.Add(-time.Minute))
		p.due("b", now.Add(time.Hour))
		p.due("c", time.Time{})
		p.want(p.lease("", "x", 9, time.Minute) == "shop/a", "shop/a", "another")
		p.want(p.lease("", "y", 9, time.Minute) == "", "", "leased already")
	}},
	{"a lease is of the account, and of so many", func(p *probe) {
		now, _, err := p.j.Clock(p.t.Context())
		p.ok(err)
		for _, key := range []string{"a", "b", "c"} {
			p.due(key, now.Add(-time.Minute))
		}
		p.want(p.lease("other", "x", 9, time.Minute) == "", "", "of another account")
		first := p.lease("shop", "x", 2, time.Minute)
		second := p.lease("shop", "y", 2, time.Minute)
		p.want(len(first) == len("shop/a shop/b") && len(second) == len("shop/c"), "two, then one", first+" | "+second)
	}},
	{"a lease ends", func(p *probe) {
		now, _, err := p.j.Clock(p.t.Context())
		p.ok(err)
		p.due("a", now.Add(-time.Minute))
		p.want(p.lease("", "x", 9, 50*time.Millisecond) == "shop/a", "shop/a", "")
		time.Sleep(80 * time.Millisecond)
		p.want(p.lease("", "y", 9, time.Minute) == "shop/a", "shop/a", "")
	}},
	{"a lease is no change and stops none; a change ends it", func(p *probe) {
		now, _, err := p.j.Clock(p.t.Context())
		p.ok(err)
		p.due("a", now.Add(-time.Minute))
		before := p.lookup("a")
		p.lease("", "x", 9, time.Hour)
		p.want(equal(p.lookup("a"), before), before, p.lookup("a"))
		before.State = core.IntentNeedsHuman
		p.update(before) // still due, in a state of its own
		p.want(p.lease("", "y", 9, time.Minute) == "shop/a", "shop/a", "")
	}},
	{"of many that lease at once, each intent goes to one", func(p *probe) {
		now, _, err := p.j.Clock(p.t.Context())
		p.ok(err)
		const n = 30
		for k := range n {
			p.due(fmt.Sprint(k), now.Add(-time.Minute))
		}
		var mu sync.Mutex
		leased := map[string]int{}
		var wg sync.WaitGroup
		for o := range 6 {
			wg.Go(func() {
				for range 12 { // rows that another is about to lease are passed over, so one try says little
					got, err := p.j.Lease(p.t.Context(), "", fmt.Sprint("host ", o), 3, time.Hour)
					if err != nil {
						p.t.Error(err)
					}
					mu.Lock()
					for _, i := range got {
						leased[i.Key]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for key, times := range leased {
			p.want(times == 1, "one lease of "+key, times)
		}
		p.want(len(leased) == n, n, len(leased))
	}},
	{"a lease without an owner, a number or a span is refused", func(p *probe) {
		_, err := p.j.Lease(p.t.Context(), "", " ", 1, time.Minute)
		p.refused(err, core.InvalidInput)
		_, err = p.j.Lease(p.t.Context(), "", "x", 0, time.Minute)
		p.refused(err, core.InvalidInput)
		_, err = p.j.Lease(p.t.Context(), "", "x", 1, 0)
		p.refused(err, core.InvalidInput)
	}},
}
