package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheStoryOfADeadOwner(t *testing.T) {
	r := Explore(variant(t, "M4"), Bounds{Horizon: 6})
	assert.Equal(t, strings.TrimPrefix(`
M4, an expired lease alone allows the new owner to resend. It looks harmless: "the old owner is dead".
Q is 5 ticks. All clocks agree.
  1. tick 0: host A reserves the purchase in the journal
  2. tick 0: host A records attempt 1 as Sending and signs it
  3. tick 0: host A sends attempt 1
  4. tick 0: the gateway accepts the request of attempt 1
  5. tick 0: the gateway carries out the request of attempt 1: ORDER 1, in the list only 1 tick later; its answer reaches nobody
  6. tick 2: host B finds the lease over, believes the other host dead and begins attempt 2
  7. tick 2: host B sends attempt 2
  8. tick 2: the gateway accepts the request of attempt 2
  9. tick 2: the gateway carries out the request of attempt 2: ORDER 2, in the list only 1 tick later; its answer reaches nobody
     The end: two orders for one purchase.
`, "\n"), r.Story())
}

// The story of each shortcut tells the thing that the shortcut is about.
func TestEachStoryTellsItsShortcut(t *testing.T) {
	for id, words := range map[string]string{
		"M0":  "takes the time-out for a failure",
		"M1":  "believes the look-up",
		"M2":  "signed just now",
		"M3":  "finds nothing in the journal",
		"M4":  "believes the other host dead",
		"M5":  "after the quarantine: the list does not show it",
		"M6":  "takes the refusal as proof",
		"M7":  "clock is 1 tick behind",
		"M8":  "in the list only 1 tick later",
		"M9":  "writes over it",
		"M10": "inserts a second row for the same purchase",
		"M11": "after the quarantine: the list does not show it",
	} {
		r := Explore(variant(t, id), Bounds{Horizon: 6})
		assert.Contains(t, r.Story(), words, id)
	}
}

func TestCrashesAreTold(t *testing.T) {
	p := variant(t, "C1")
	for doing, want := range map[activity]string{
		recorded: "host A crashes before sending",
		waiting:  "host A crashes after sending",
		looked:   "host A crashes after its look-up",
	} {
		s := state{hosts: [2]host{{doing: doing}}}
		assert.Equal(t, want, p.tell(&s, step{event: crash}))
	}
}

func TestASafeProtocolHasNoStory(t *testing.T) {
	r := Explore(variant(t, "C2"), Bounds{Horizon: 3})
	assert.Empty(t, r.Story())
}
