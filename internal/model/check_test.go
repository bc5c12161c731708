package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnEmptyCheckerIsNoticed(t *testing.T) {
	for _, id := range []string{"M0", "M5", "M7"} {
		r := explore(variant(t, id), Bounds{Horizon: 6}, nil)
		assert.Error(t, judge(r), "%s passes although nothing is checked", id)
	}
}

func TestACheckerThatMissesOnePromiseIsNoticed(t *testing.T) {
	late := variant(t, "M7")
	late.Breaks = NotAppliedBesideAnOrder
	for _, c := range []struct {
		without Violation
		p       Protocol
	}{
		{TwoOrders, variant(t, "M7")},
		{NotAppliedBesideAnOrder, late},
	} {
		var rest []invariant
		for _, inv := range invariants() {
			if inv.breaks != c.without {
				rest = append(rest, inv)
			}
		}
		require.Len(t, rest, len(invariants())-1)
		assert.Error(t, judge(explore(c.p, Bounds{Horizon: 6}, rest)), "without %s", c.without)
		assert.NoError(t, judge(explore(c.p, Bounds{Horizon: 6}, invariants())))
	}
}

func TestACheckerThatAlwaysComplainsIsNoticed(t *testing.T) {
	always := []invariant{{TwoOrders, func(*state) bool { return true }}}
	for _, p := range safe() {
		assert.Error(t, judge(explore(p, Bounds{Horizon: 2}, always)), p.ID)
	}
}

func TestInvariantsOnStatesMadeByHand(t *testing.T) {
	row1 := func(st status, orders uint8) state { return state{rows: [2]row{{status: st}}, orders: orders} }
	row2 := func(st status, orders uint8) state { return state{rows: [2]row{{}, {status: st}}, orders: orders} }
	for _, c := range []struct {
		name string
		s    state
		want Violation
	}{
		{"nothing has happened", state{}, Nothing},
		{"in doubt with an order", row1(inDoubt, 1), Nothing},
		{"in doubt without one", row1(inDoubt, 0), Nothing},
		{"Done with its order", row1(done, 1), Nothing},
		{"NotApplied with none", row1(notApplied, 0), Nothing},
		{"a person is asked, with an order", row1(needsHuman, 1), Nothing},
		{"two orders", row1(sending, 2), TwoOrders},
		{"two orders and Done", row1(done, 2), TwoOrders},
		{"Done, no order", row1(done, 0), DoneWithoutOrder},
		{"second row Done, no order", row2(done, 0), DoneWithoutOrder},
		{"NotApplied, an order", row1(notApplied, 1), NotAppliedBesideAnOrder},
		{"second row NotApplied, an order", row2(notApplied, 1), NotAppliedBesideAnOrder},
	} {
		got := Nothing
		for _, inv := range invariants() {
			if inv.broken(&c.s) {
				got = inv.breaks
				break
			}
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestAPurchaseWithoutAnEndIsNoticed(t *testing.T) {
	for _, p := range []Protocol{variant(t, "C1"), variant(t, "C2")} {
		p.Quarantine = WithoutEnd
		p.Breaks = NoWayToFinish
		require.NoError(t, judge(Explore(p, Bounds{Horizon: 6})))
	}
}
