package model

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func searched(p Protocol, skew int, horizon uint8) *search {
	res := Result{Ends: map[string]int{}}
	s := &search{
		machine:  machine{p: &p, skew: skew, horizon: horizon, attempts: usualAttempts},
		promises: invariants(), res: &res,
	}
	s.run()
	return s
}

func TestPackingLosesNothing(t *testing.T) {
	for _, p := range Variants() {
		s := searched(p, p.skews()[0], 5)
		for _, key := range s.seen.keys {
			now := unpack(key)
			if got := now.pack(); got != key {
				t.Fatalf("%s: %+v packs to %x, want %x", p.ID, now, got, key)
			}
			for _, st := range s.successors(now) {
				want, got := inOrder(st.next), inOrder(unpack(st.next.pack()))
				if got != want {
					t.Fatalf("%s: event %d from %+v: got %+v, want %+v", p.ID, st.event, now, got, want)
				}
			}
		}
	}
}

// inOrder sorts the request slots, whose order means nothing.
func inOrder(s state) state {
	slices.SortFunc(s.requests[:], func(a, b request) int { return int(a.pack()) - int(b.pack()) })
	return s
}

func TestRequestSlotsAreInterchangeable(t *testing.T) {
	a, b, c := request{place: inNetwork, attempt: 1}, request{place: atGateway, attempt: 2, host: 1, age: 1}, request{}
	first := state{requests: [3]request{a, b, c}}
	for _, slots := range [][3]request{{a, c, b}, {b, a, c}, {b, c, a}, {c, a, b}, {c, b, a}} {
		s := state{requests: slots}
		assert.Equal(t, first.pack(), s.pack())
	}
}

// A search without a horizon forgets the clock and caps every age. What it
// reaches must be what ever longer horizons reach, no more and no less.
func TestNoHorizonIsTheLimitOfTheHorizons(t *testing.T) {
	for _, p := range safe() {
		for _, skew := range p.skews() {
			timeless := map[uint64]bool{}
			for _, key := range searched(p, skew, maxHorizon).seen.keys {
				s := unpack(key)
				s.clock = 0
				timeless[s.pack()] = true
			}
			all := searched(p, skew, 0).seen.keys
			assert.Len(t, timeless, len(all), "%s, skew %d", p.ID, skew)
			for _, key := range all {
				require.True(t, timeless[key], "%s, skew %d: %+v", p.ID, skew, unpack(key))
			}
		}
	}
}

// A model in which something never happens proves nothing about it.
func TestEveryMoveHappensAndHasWords(t *testing.T) {
	seen := map[event]bool{}
	for _, p := range Variants() {
		s := searched(p, p.skews()[0], 6)
		for _, key := range s.seen.keys {
			now := unpack(key)
			for _, st := range s.successors(now) {
				if seen[st.event] {
					continue
				}
				seen[st.event] = true
				if st.event != tick {
					assert.NotContains(t, p.tell(&now, st), "no words")
				}
			}
		}
	}
	for e := reserve; e <= tick; e++ {
		assert.True(t, seen[e], "event %d never happens", e)
	}
}

func TestAnExampleLeadsFromTheBeginningToTheViolation(t *testing.T) {
	for _, p := range shortcuts() {
		r := Explore(p, Bounds{Horizon: 6})
		require.NotEmpty(t, r.Example.steps, p.ID)
		last := r.Example.steps[len(r.Example.steps)-1].next
		assert.Greater(t, last.orders, uint8(1), p.ID)
	}
}

func TestBoundsThatDoNotFitAreRefused(t *testing.T) {
	for _, b := range []Bounds{{Horizon: -1}, {Horizon: maxHorizon + 1}, {Attempts: maxAttempts + 1}, {Attempts: -1}} {
		assert.Panics(t, func() { Explore(Protocol{}, b) }, "%+v", b)
	}
}
