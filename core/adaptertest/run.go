package adaptertest

import (
	"slices"
	"testing"

	"github.com/sampan-go/sampan/core"
)

// rule is one behaviour that an adapter owes.
type rule struct {
	// name is the behaviour in words, as a failure prints it.
	name string
	// needs are the operations without which there is nothing to check.
	needs []core.Operation
	// needsShip and needsFault name hooks that the harness may lack.
	needsShip, needsFault bool
	check                 func(*probe)
}

// group is what one subtest of Run holds: the rules of one subject.
type group struct {
	name string
	// op is the operation that the group is about. Where it is not offered, its honest refusal is
	// checked in place of its rules.
	op    core.Operation
	rules []rule
}

// groups is the suite. A new rule is a row in a group's table.
func groups() []group {
	return []group{
		{name: "describe", rules: describeRules},
		{name: "fence", rules: fenceRules},
		{name: "quote", op: core.OpQuote, rules: quoteRules},
		{name: "create", op: core.OpCreateOrder, rules: slices.Concat(createRules, writeRules(createWrite))},
		{name: "list", op: core.OpListOrders, rules: listRules},
		{name: "get", op: core.OpGetOrder, rules: getRules},
		{name: "pay", op: core.OpPay, rules: slices.Concat(payRules, writeRules(payWrite))},
		{name: "track", op: core.OpTrack, rules: trackRules},
		{name: "receipt", op: core.OpConfirmReceipt, rules: slices.Concat(receiptRules, writeRules(receiptWrite))},
		{name: "cancel", op: core.OpCancelOrder, rules: slices.Concat(cancelRules, writeRules(cancelWrite))},
		{name: "refund", op: core.OpRefund, rules: slices.Concat(refundRules, writeRules(refundWrite))},
		{name: "get_refund", op: core.OpGetRefund, rules: getRefundRules},
		{name: "faults", rules: faultRules()},
		{name: "secrets", rules: secretRules},
		{name: "contexts", rules: contextRules()},
	}
}

// Run checks every rule that applies to the harness's adapter, one subtest each: create/ref_is_kept.
func Run(t *testing.T, h Harness) {
	t.Helper()
	h.check(t)
	description, err := h.Open(t).Describe(t.Context())
	if err != nil {
		t.Fatalf("rule:  describe: it always answers\ngot:   %v\nwant:  a Description\ndo:    answer Describe from the settings alone; it sends nothing and cannot fail", err)
	}
	for _, g := range groups() {
		t.Run(g.name, func(t *testing.T) { g.run(t, h, description) })
	}
}

func (g group) run(t *testing.T, h Harness, d core.Description) {
	for _, r := range g.applying(d) {
		t.Run(r.name, func(t *testing.T) { r.run(t, h, d, g.name) })
	}
}

func (r rule) applies(d core.Description) bool {
	return !slices.ContainsFunc(r.needs, func(op core.Operation) bool { return d.Check(op) != nil })
}

func (r rule) run(t testing.TB, h Harness, d core.Description, group string) {
	if r.needsFault && h.Fault == nil {
		t.Skip("NOT RUN: Harness.Fault is nil, so nothing is known of this adapter when a write goes wrong")
	}
	if r.needsShip && h.Ship == nil {
		t.Skip("NOT RUN: Harness.Ship is nil, so nothing is known of this adapter when goods are shipped")
	}
	r.check(&probe{TB: t, h: h, d: d, adapter: h.Open(t), rule: group + ": " + r.name})
}
