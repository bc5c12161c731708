package adaptertest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
)

func TestAnHonestAdapterPasses(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, harness("", nil))
}

func TestAnHonestAdapterThatOnlyBuysPasses(t *testing.T) {
	adaptertest.Run(t, harness("", []core.Operation{core.OpCreateOrder}))
}

func TestAnAdapterThatOnlyReadsPasses(t *testing.T) {
	adaptertest.Run(t, harness("", []core.Operation{core.OpListOrders, core.OpGetOrder, core.OpTrack}))
}

func TestAnHonestAdapterWithoutAFencePasses(t *testing.T) {
	adaptertest.Run(t, harness("no fence", nil))
}

// variants are adapters with one thing wrong: the rules that see it, and the rule that names it.
var variants = []struct{ broken, where, rule string }{
	{"describe asks the gateway", "describe", "describe: it is the same at every call and sends nothing"},
	{"no reason", "describe", "describe: an operation that is not offered has a reason"},
	{"unknown operation", "describe", "describe: it lists known operations only"},
	{"declares too much", "describe", "describe: what is declared is implemented"},
	{"declares too much", "get", "describe: what is declared is implemented, and what is implemented is declared"},
	{"a write is a read", "describe", "describe: a write that is offered is declared as no read"},
	{"a read is a write", "describe", "describe: a read that is offered is declared as one"},
	{"a read is undeclared", "describe", "describe: a read that is offered is declared as one"},
	{"a fence that nobody proves", "describe", "describe: a fence is declared only where it can be proved"},
	{"a fence that nobody proves", "fence", "fence: what is declared can be proved, by reads alone"},
	{"a fence below nothing", "describe", "describe: a fence is declared only where it can be proved"},
	{"takes old signatures", "fence", "fence: what is declared can be proved, by reads alone"},
	{"takes no signature", "fence", "fence: what is declared can be proved, by reads alone"},
	{"cannot prove", "fence", "fence: what is declared can be proved, by reads alone"},
	{"proves nowhere", "fence", "fence: what is declared can be proved, by reads alone"},
	{"proves from memory", "fence", "fence: what is declared can be proved, by reads alone"},
	{"proves by buying", "fence", "fence: what is declared can be proved, by reads alone"},
	{"spoils the signature", "fence", "fence: what is declared can be proved, by reads alone"},
	{"proof holds a secret", "fence", "secrets: no error repeats a secret or an address"},
	{"asks without a fence", "fence", "fence: what is not declared is not proved, and asks nothing"},
	{"undeclared", "cancel", "cancel: what is not offered says so and sends nothing"},
	{"loses the ref", "create", "create: the ref is kept"},
	{"cuts the ref", "create", "create: a ref of 32 characters comes back whole"},
	{"lowers the ref", "create", "create: a ref of 32 characters comes back whole"},
	{"loses a piece", "create", "create: the lines are those asked for"},
	{"invents money", "create", "create: money is exact or absent, never invented"},
	{"pays by itself", "create", "create: a new order is not paid"},
	{"changes the request", "create", "create: the caller's request is not changed"},
	{"two currencies", "create", "orders: one order has one currency"},
	{"local time", "create", "orders: times are in UTC"},
	{"ignores the attempt", "create", "create: without an attempt nothing is sent"},
	{"ignores the attempt", "refund", "refund: after NotAfter nothing is sent"},
	{"own clock", "pay", "pay: it signs with SignedAt"},
	{"ignores the context", "create", "create: a call that is cancelled before it begins is honest"},
	{"list repeats", "list", "list: every order is found by paging, and none twice"},
	{"list stands still", "list", "list: every order is found by paging, and none twice"},
	{"list stops early", "list", "list: every order is found by paging, and none twice"},
	{"ignores filters", "list", "list: a filter gives what it names, or Unsupported, never more"},
	{"id filter misses", "list", "list: a filter gives what it names, or Unsupported, never more"},
	{"declares a look-up", "list", "list: a filter gives what it names, or Unsupported, never more"},
	{"empty for unknown", "get", "get: an order that the gateway does not know is an error"},
	{"read in doubt", "get", "errors: a failed read is not_done"},
	{"reads after it paid", "pay", "pay: one attempt is one request and one effect"},
	{"accepted is settled", "pay", "pay: settled means that the order is paid at once"},
	{"payment unknown", "pay", "pay: it says how far the payment is"},
	{"denies its events", "track", "track: events are newest first, and there are none where EventsAvailable is false"},
	{"quote buys", "quote", "quote: it has no effect"},
	{"retries", "faults/drop-before", "faults: create_order under drop-before is honest, and sent once"},
	{"lost is not done", "faults/drop-after", "faults: pay under drop-after is honest, and sent once"},
	{"lost is refused", "faults/error-before", "faults: cancel_order under error-before is honest, and sent once"},
	{"swallows", "faults/garbage", "faults: create_order under garbage is honest, and sent once"},
	{"address in error", "secrets", "secrets: no error repeats a secret or an address"},
	{"secret in error", "secrets", "secrets: no error repeats a secret or an address"},
	{"plain error", "secrets", "errors: every error is a *core.Error with a message"},
}

// A suite that cannot fail proves nothing, so each variant is run in a process of its own, whose
// failure must name the rule.
func TestABrokenAdapterFailsAndTheRuleIsNamed(t *testing.T) {
	for _, v := range variants {
		t.Run(v.broken+" in "+v.where, func(t *testing.T) {
			t.Parallel()
			out, failed := runVariant(t, v.broken, v.where)
			if !failed || !strings.Contains(out, "rule:  "+v.rule) {
				t.Errorf("rule:  the suite finds the variant %q\ngot:   failed %v:\n%s\nwant:  a failure of the rule %q", v.broken, failed, out, v.rule)
			}
			for _, part := range []string{"got: ", "want: ", "do: "} {
				if !strings.Contains(out, part) {
					t.Errorf("rule:  a failure says %s\ngot:   %s", part, out)
				}
			}
		})
	}
}

func TestReadsAroundAWriteAreAllowedWhereTheHarnessCountsWrites(t *testing.T) {
	if out, failed := runVariant(t, "reads after it paid, counted", "pay"); failed {
		t.Errorf("rule:  only writes are counted where the harness can tell them\ngot:   %s\nwant:  a pass", out)
	}
}

func TestFaultsThatAreNotRunSaySo(t *testing.T) {
	out, failed := runVariant(t, "no fault hook", "faults")
	if failed || !strings.Contains(out, "NOT RUN: Harness.Fault is nil") {
		t.Errorf("rule:  rules that the harness cannot run are skipped with a clear word\ngot:   failed %v:\n%s", failed, out)
	}
}

func TestAHarnessWithoutCountsIsRefused(t *testing.T) {
	out, failed := runVariant(t, "no counts", "describe")
	if !failed || !strings.Contains(out, "Harness.Effects is missing") {
		t.Errorf("rule:  what proves nothing is refused\ngot:   failed %v:\n%s", failed, out)
	}
}

const variantVariable = "ADAPTERTEST_VARIANT"

// runVariant runs the rules at where: a group, or a group and part of a rule's name.
func runVariant(t *testing.T, broken, where string) (out string, failed bool) {
	t.Helper()
	group, rule, _ := strings.Cut(where, "/")
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^TestVariantOfAnotherProcess$/^"+group+"$/"+rule)
	c.Env = append(os.Environ(), variantVariable+"="+broken)
	text, err := c.CombinedOutput()
	return string(text), err != nil
}

// TestVariantOfAnotherProcess is the body of the processes above, and empty in this one.
func TestVariantOfAnotherProcess(t *testing.T) {
	broken, ok := os.LookupEnv(variantVariable)
	if !ok {
		return
	}
	adaptertest.Run(t, variantHarness(broken))
}

func variantHarness(broken string) adaptertest.Harness {
	h := harness(strings.TrimSuffix(broken, ", counted"), nil)
	switch broken {
	case "reads after it paid":
		h.WriteRequests = nil
	case "no fault hook":
		h.Fault = nil
	case "no counts":
		h.Effects = nil
	}
	return h
}
