package adaptertest

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// Level is what an adapter has shown. A level is earned: one rule that fails or is not run, and it is
// not.
type Level string

// The levels.
const (
	// Read: orders can be listed or read, and tracked where that is offered.
	Read Level = "read"
	// Order: it buys, and cancels where that is offered.
	Order Level = "order"
	// Pay: it pays, and confirms receipt where that is offered.
	Pay Level = "pay"
	// Refund: it asks for money back.
	Refund Level = "refund"
	// Recovery: whatever goes wrong with a write, it is sent once and told honestly.
	Recovery Level = "recovery"
)

// levelRow says what a level rests on: groups of rules, and operations of which one at least must be
// offered.
type levelRow struct {
	level  Level
	groups []string
	oneOf  []core.Operation
}

var levelRows = []levelRow{
	{Read, []string{"describe", "list", "get", "track", "contexts", "secrets"}, []core.Operation{core.OpListOrders, core.OpGetOrder}},
	{Order, []string{"describe", "create", "cancel", "quote"}, []core.Operation{core.OpCreateOrder}},
	{Pay, []string{"describe", "pay", "receipt"}, []core.Operation{core.OpPay}},
	{Refund, []string{"describe", "refund", "get_refund"}, []core.Operation{core.OpRefund}},
	// The rules of a process are run by "host conform" alone.
	{Recovery, []string{"faults", "secrets", "contexts", "fence", "process"}, []core.Operation{core.OpCreateOrder}},
}

// Verdict is what came of one rule.
type Verdict string

// The verdicts. A rule that was not run is no pass.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Skipped Verdict = "not run"
)

// Result is one rule.
type Result struct {
	Group   string  `json:"group"`
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	// Said is the failure (rule, got, want, do), or why it was not run.
	Said   string `json:"said,omitempty"`
	Millis int64  `json:"ms"`
}

// Report is what Check found.
type Report struct {
	Description core.Description `json:"description"`
	Levels      []Level          `json:"levels"`
	// Missing says for every other level why it is not earned.
	Missing map[Level]string `json:"missing"`
	Results []Result         `json:"results"`
}

// Check is Run without a test: it gives a report. progress, if it is not nil, is told every result.
func Check(ctx context.Context, h Harness, progress func(Result)) (Report, error) {
	report := Report{Missing: map[Level]string{}}
	t := &checker{ctx: ctx}
	t.run(func() { h.check(t) })
	if t.failed {
		return report, core.Invalid("harness", "%s", strings.Join(t.said, "\n"))
	}
	var err error
	t.run(func() { report.Description, err = h.Open(t).Describe(ctx) })
	t.end()
	if t.failed && err == nil {
		err = core.Invalid("harness", "%s", strings.Join(t.said, "\n"))
	}
	if err != nil {
		return report, err
	}
	for _, g := range groups() {
		for _, r := range g.applying(report.Description) {
			result := r.result(ctx, h, report.Description, g.name)
			report.Results = append(report.Results, result)
			if progress != nil {
				progress(result)
			}
		}
	}
	report.grade()
	return report, nil
}

// applying are the rules of a group that hold for an adapter: where its operation is not offered, the
// honest refusal.
func (g group) applying(d core.Description) (rules []rule) {
	if g.op != "" && d.Check(g.op) != nil {
		return []rule{{name: "what is not offered says so and sends nothing", check: func(p *probe) { checkRefusal(p, g.op) }}}
	}
	for _, r := range g.rules {
		if r.applies(d) {
			rules = append(rules, r)
		}
	}
	return rules
}

func (r rule) result(ctx context.Context, h Harness, d core.Description, group string) Result {
	began := time.Now()
	t := &checker{ctx: ctx}
	t.run(func() { r.run(t, h, d, group) })
	t.end()
	result := Result{Group: group, Rule: r.name, Verdict: Passed, Said: strings.TrimSpace(strings.Join(t.said, "\n")), Millis: time.Since(began).Milliseconds()}
	switch {
	case t.failed:
		result.Verdict = Failed
	case t.skipped:
		result.Verdict = Skipped
	}
	return result
}

// Add records the result of a rule that was run beside the suite, and grades anew.
func (r *Report) Add(result Result) {
	r.Results = append(r.Results, result)
	r.grade()
}

// grade finds the levels that are earned.
func (r *Report) grade() {
	r.Levels, r.Missing = nil, map[Level]string{}
	for _, row := range levelRows {
		if why := r.lacks(row); why != "" {
			r.Missing[row.level] = why
			continue
		}
		r.Levels = append(r.Levels, row.level)
	}
}

func (r *Report) lacks(row levelRow) string {
	if !slices.ContainsFunc(row.oneOf, func(op core.Operation) bool { return r.Description.Check(op) == nil }) {
		return string(row.oneOf[0]) + " is not offered"
	}
	for _, result := range r.Results {
		if slices.Contains(row.groups, result.Group) && result.Verdict != Passed {
			return fmt.Sprintf("%s: %s: %s", result.Group, result.Rule, result.Verdict)
		}
	}
	return ""
}

// Passed reports whether no rule failed.
func (r Report) Passed() bool {
	return !slices.ContainsFunc(r.Results, func(one Result) bool { return one.Verdict == Failed })
}

// checker is a testing.TB without a test.
type checker struct {
	testing.TB // for the method that nobody else can have
	ctx        context.Context
	mu         sync.Mutex
	said       []string
	failed     bool
	skipped    bool
	cleanups   []func()
}

// run does what the testing package does with a test: FailNow and Skip end it, a panic fails it.
func (c *checker) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				c.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		f()
	}()
	<-done
}

func (c *checker) end() {
	for _, cleanup := range slices.Backward(c.cleanups) {
		c.run(cleanup)
	}
	c.cleanups = nil
}

func (c *checker) say(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, text)
}

func (c *checker) Helper()                  {}
func (c *checker) Name() string             { return "conformance" }
func (c *checker) Context() context.Context { return c.ctx }
func (c *checker) Cleanup(f func())         { c.cleanups = append(c.cleanups, f) }
func (c *checker) Log(args ...any)          { c.say(fmt.Sprint(args...)) }
func (c *checker) Logf(format string, args ...any) {
	c.say(fmt.Sprintf(format, args...))
}
func (c *checker) Failed() bool  { return c.failed }
func (c *checker) Skipped() bool { return c.skipped }
func (c *checker) Fail()         { c.failed = true }
func (c *checker) FailNow()      { c.failed = true; runtime.Goexit() }
func (c *checker) SkipNow()      { c.skipped = true; runtime.Goexit() }
func (c *checker) Error(args ...any) {
	c.say(fmt.Sprint(args...))
	c.failed = true
}
func (c *checker) Errorf(format string, args ...any) {
	c.say(fmt.Sprintf(format, args...))
	c.failed = true
}
func (c *checker) Fatal(args ...any)                 { c.Error(args...); runtime.Goexit() }
func (c *checker) Fatalf(format string, args ...any) { c.Errorf(format, args...); runtime.Goexit() }
func (c *checker) Skip(args ...any)                  { c.say(fmt.Sprint(args...)); c.SkipNow() }
func (c *checker) Skipf(format string, args ...any)  { c.say(fmt.Sprintf(format, args...)); c.SkipNow() }
