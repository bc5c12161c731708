package model

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judge says what is wrong with a result, or nil: a safe protocol must break
// nothing, a shortcut must break what its row in the table names.
func judge(r Result) error {
	if r.Found != r.Protocol.Breaks {
		return fmt.Errorf("%s, %s: found %s, want %s\n%s", r.Protocol.ID, r.Protocol.Name, r.Found, r.Protocol.Breaks, r.Story())
	}
	return nil
}

func variant(t *testing.T, id string) Protocol {
	t.Helper()
	for _, p := range Variants() {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no variant %s in the table", id)
	return Protocol{}
}

func explored(t *testing.T, p Protocol, b Bounds) Result {
	t.Helper()
	start := time.Now()
	r := Explore(p, b)
	t.Logf("%s, horizon %d, %d attempts: %d states, %d moves, %d seen to finish, ends %v, %v",
		p.ID, r.Bounds.Horizon, r.Bounds.Attempts, r.States, r.Moves, r.Finished, r.Ends, time.Since(start).Round(time.Millisecond))
	return r
}

func holds(t *testing.T, id string, b Bounds) {
	t.Helper()
	r := explored(t, variant(t, id), b)
	require.NoError(t, judge(r))
	assert.Positive(t, r.Finished, "no unfinished state was asked whether it can finish")
}

func TestSafeProtocolsHoldWithinTheHorizon(t *testing.T) {
	holds(t, "C1", Bounds{Horizon: 9})
	holds(t, "C2", Bounds{Horizon: 9})
	holds(t, "C3", Bounds{Horizon: 5})
}

func TestSafeProtocolsHoldWithoutAHorizon(t *testing.T) {
	for _, p := range safe() {
		holds(t, p.ID, Bounds{})
		holds(t, p.ID, Bounds{Attempts: 3})
	}
}

func TestEachShortcut(t *testing.T) {
	for _, p := range shortcuts() {
		t.Run(p.ID, func(t *testing.T) {
			r := explored(t, p, Bounds{Horizon: 6})
			require.NoError(t, judge(r))
			require.Equal(t, TwoOrders, r.Found)
			t.Log("\n" + r.Story())
		})
	}
}

func TestTheTableHasTheTwelveShortcuts(t *testing.T) {
	var ids []string
	for _, p := range shortcuts() {
		ids = append(ids, p.ID)
		assert.NotEmpty(t, p.Name, p.ID)
		assert.NotEmpty(t, p.Why, p.ID)
	}
	assert.Equal(t, []string{"M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M11"}, ids)
}

func TestEachShortcutIsOneStepAwayFromC1(t *testing.T) {
	c1 := variant(t, "C1")
	for _, p := range shortcuts() {
		changed := 0
		for _, differs := range []bool{
			p.Gateway != c1.Gateway, p.Processing != c1.Processing, p.Transport != c1.Transport,
			p.Resend != c1.Resend, p.Quarantine != c1.Quarantine, p.Signing != c1.Signing,
			p.Journal != c1.Journal, p.Update != c1.Update, p.Ref != c1.Ref,
		} {
			if differs {
				changed++
			}
		}
		assert.Equal(t, 1, changed, p.ID)
	}
}

func TestTheZeroProtocolIsTheCarefulOne(t *testing.T) {
	c2 := variant(t, "C2")
	c2.ID, c2.Name, c2.Why = "", "", ""
	assert.Equal(t, Protocol{}, c2)
}

// With clocks that agree the skew's tick covers for the lag, and the other way
// round. Clocks that agree are searched first, so a skew in the example means
// that there was none without.
func TestAShortQuarantineNeedsSlowClocksToFail(t *testing.T) {
	for _, id := range []string{"M7", "M8"} {
		r := Explore(variant(t, id), Bounds{Horizon: 6})
		assert.Equal(t, -1, r.Example.Skew, id)
	}
}

// Where Q or the fence is wrong, a purchase that was told NotApplied happens
// after all.
func TestNotAppliedIsContradictedLater(t *testing.T) {
	for _, id := range []string{"M2", "M7", "M8", "M11"} {
		p := variant(t, id)
		p.Breaks = NotAppliedBesideAnOrder
		require.NoError(t, judge(Explore(p, Bounds{Horizon: 6})))
	}
}
