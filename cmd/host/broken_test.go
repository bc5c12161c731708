package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin"
)

// brokenPrefix begins the names under which a copy of this test's executable is a broken adapter.
const brokenPrefix = "broken-"

// broken is the adapter dajisaas with one thing wrong.
type broken struct {
	*dajisaas.Adapter
	defect   string
	describe int
}

// defects are the programs, each with the rule that must name it.
var defects = []struct{ name, rule string }{
	{"sends-twice", "create: one attempt is one request and one effect"},
	{"sends-late", "create: after NotAfter nothing is sent"},
	{"sends-without-an-attempt", "create: without an attempt nothing is sent"},
	{"tries-again", "faults: create_order under drop-before is honest, and sent once"},
	{"done-without-effect", "faults: create_order under drop-before is honest, and sent once"},
	{"lost-is-not-done", "faults: create_order under drop-after is honest, and sent once"},
	{"loses-the-ref", "create: the ref is kept"},
	{"fen-for-yuan", "create: money is exact or absent, never invented"},
	{"other-currency", "create: money is exact or absent, never invented"},
	{"pays-by-itself", "create: a new order is not paid"},
	{"list-repeats", "list: every order is found by paging, and none twice"},
	{"list-loses", "list: every order is found by paging, and none twice"},
	{"look-up-misses", "list: a filter gives what it names, or Unsupported, never more"},
	{"empty-for-unknown", "get: an order that the gateway does not know is an error"},
	{"address-in-error", "secrets: no error of a fault repeats a secret or an address"},
	{"quote-buys", "quote: it has no effect"},
	{"describe-changes", "describe: it is the same at every call and sends nothing"},
	{"no-reason", "describe: an operation that is not offered has a reason"},
	{"write-as-a-read", "describe: a write that is offered is declared as no read"},
	{"claims-refunds", "refund"},
	{"payment-unknown", "pay: it says how far the payment is"},
	{"dies-in-a-read", "list"},
	{"dies-of-size", "process: a request of 6 MiB reaches it, and an answer comes"},
	{"logs-the-secret", "process: no secret and no address stands in its log"},
	{"never-ends", "process: it ends by itself within 3 s of being asked to"},
	{"outlives-its-host", "process: it ends with its host"},
}

// serveBroken is the program. What a defect of the process needs is done here, the rest in broken.
func serveBroken(defect string) {
	if defect == "outlives-its-host" {
		_ = os.Unsetenv("SAMPAN_LIVENESS_FD")
	}
	plugin.Serve(plugin.ServeConfig{Name: defect, Version: "0", New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
		inner, err := dajisaas.New(settings)
		if defect == "logs-the-secret" {
			slog.Debug("called with", "settings", string(settings))
		}
		return &broken{Adapter: inner, defect: defect}, err
	}})
	if defect == "never-ends" {
		time.Sleep(time.Minute)
	}
}

func (b *broken) Describe(ctx context.Context) (core.Description, error) {
	d, err := b.Adapter.Describe(ctx)
	b.describe++
	change := func(op core.Operation, how func(*core.Capability)) {
		c := d.Operations[op]
		how(&c)
		d.Operations[op] = c
	}
	switch b.defect {
	case "describe-changes":
		d.Version = fmt.Sprint(b.describe)
	case "no-reason":
		change(core.OpRefund, func(c *core.Capability) { c.Reason = "" })
	case "write-as-a-read":
		change(core.OpPay, func(c *core.Capability) { c.Effect.Class = core.EffectRead })
	case "claims-refunds":
		change(core.OpRefund, func(c *core.Capability) { *c = core.Capability{Support: core.Supported} })
	}
	return d, err
}

func (b *broken) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	later := r.Attempt
	later.NotAfter = time.Now().Add(time.Minute)
	switch b.defect {
	case "sends-late":
		if r.Attempt.No > 0 {
			r.Attempt = later
		}
	case "sends-without-an-attempt":
		if r.Attempt.No == 0 {
			r.Attempt = core.Attempt{No: 1, SignedAt: time.Now(), NotAfter: later.NotAfter}
		}
	}
	order, err := b.Adapter.CreateOrder(ctx, r)
	switch b.defect {
	case "sends-twice":
		_, _ = b.Adapter.CreateOrder(ctx, r)
	case "tries-again":
		if core.OutcomeOf(err) == core.InDoubt {
			return b.Adapter.CreateOrder(ctx, r)
		}
	case "done-without-effect":
		if core.OutcomeOf(err) == core.InDoubt {
			return core.Order{OrderRef: core.OrderRef{ID: "2257164624870311973"}, Ref: r.Ref, Status: core.AwaitingPayment}, nil
		}
	case "lost-is-not-done":
		if core.OutcomeOf(err) == core.InDoubt {
			return order, &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "no answer came"}
		}
	case "loses-the-ref":
		order.Ref = "another"
	case "fen-for-yuan":
		order.Totals.Payable = money.MustParse("1196.00", money.CNY)
	case "other-currency":
		order.Totals.Payable = money.MustParse("11.96", money.USD)
	case "pays-by-itself":
		order.Status = core.Paid
	case "address-in-error":
		if e, ok := err.(*core.Error); ok {
			e.Message += " for " + r.Address.Name + ", " + r.Address.Street
		}
	}
	return order, err
}

func (b *broken) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if b.defect == "dies-in-a-read" {
		os.Exit(3)
	}
	if b.defect == "dies-of-size" && len(r.Cursor) > 4<<20 {
		os.Exit(4)
	}
	page, err := b.Adapter.ListOrders(ctx, r)
	switch b.defect {
	case "list-repeats":
		page.Orders = append(page.Orders, page.Orders...)
	case "list-loses":
		page.Orders = page.Orders[min(1, len(page.Orders)):]
	case "look-up-misses":
		if r.Ref != "" || r.ID != "" {
			page.Orders = nil
		}
	}
	return page, err
}

func (b *broken) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	order, err := b.Adapter.GetOrder(ctx, r)
	if err != nil && b.defect == "empty-for-unknown" {
		return core.Order{OrderRef: r.Order}, nil
	}
	return order, err
}

func (b *broken) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	if b.defect == "quote-buys" {
		now := time.Now()
		_, _ = b.Adapter.CreateOrder(ctx, core.CreateOrderRequest{Ref: core.Ref(fmt.Sprint("q", now.UnixNano())), Lines: r.Lines, Address: r.Address,
			Attempt: core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(time.Minute)}})
	}
	return b.Adapter.Quote(ctx, r)
}

func (b *broken) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	payment, err := b.Adapter.Pay(ctx, r)
	if b.defect == "payment-unknown" {
		payment.State = core.PaymentUnknown
	}
	return payment, err
}

// host conform finds each of these programs out, names the rule, and gives no level that rests on it.
func TestConformFindsBrokenAdapters(t *testing.T) {
	const honest = "not" // the same program without a defect
	found := conformAll(t, honest)
	require.Zero(t, found[honest].code, "%s", found[honest].said)
	require.Len(t, found[honest].report.Levels, 4)
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			f := found[d.name]
			require.Equal(t, exitNotDone, f.code, "%s", f.said)
			var failed []string
			named := false
			for _, result := range f.report.Results {
				if result.Verdict != "failed" {
					continue
				}
				rule := result.Group + ": " + result.Rule
				failed = append(failed, rule)
				named = named || strings.HasPrefix(rule, d.rule)
				for _, part := range []string{"rule: ", "got: ", "want: ", "do: "} {
					require.Contains(t, result.Said, part)
				}
			}
			require.True(t, named, "want %q among\n%s", d.rule, strings.Join(failed, "\n"))
			require.Less(t, len(f.report.Levels), 4, "every level that dajisaas allows was given")
			t.Logf("%-26s %2d rules failed, levels %v", d.name, len(failed), f.report.Levels)
		})
	}
}

// conformRun is what came of one program.
type conformRun struct {
	code   int
	report conformReport
	said   string
}

// conformAll runs the command on every program, some at a time: they wait more than they work.
func conformAll(t *testing.T, honest string) map[string]conformRun {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	folder := t.TempDir()
	found := map[string]conformRun{}
	var mu sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, 6)
	names := []string{honest}
	for _, d := range defects {
		names = append(names, d.name)
	}
	for _, name := range names {
		program := filepath.Join(folder, brokenPrefix+name)
		require.NoError(t, os.Symlink(self, program))
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			f := conformed(t.Context(), self, program)
			mu.Lock()
			defer mu.Unlock()
			found[name] = f
		})
	}
	group.Wait()
	return found
}

// conformReport is what --output json gives.
type conformReport struct {
	Levels  []string
	Results []struct{ Group, Rule, Verdict, Said string }
}

// conformed runs the command in a process of its own.
func conformed(ctx context.Context, self, program string) (f conformRun) {
	c := exec.CommandContext(ctx, self, hostMarker, "conform", program, "--settings", "../../testdata/conform/dajisaas.toml", "--output", "json")
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	_ = c.Run()                                // its code says it
	_ = json.Unmarshal(out.Bytes(), &f.report) // the code and what was said tell why there is none
	f.code, f.said = c.ProcessState.ExitCode(), errs.String()
	return f
}
