package crash

import (
	"context"
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// tally is what became of writes, by their histories.
type tally struct{ runs, acked, doubted, lookedUp, decided, doubles int }

func (a *tally) add(b tally) {
	a.runs += b.runs
	a.acked += b.acked
	a.doubted += b.doubted
	a.lookedUp += b.lookedUp
	a.decided += b.decided
	a.doubles += b.doubles
}

// settledHistories holds every intent of an account to the rules at the end of a test: none is open,
// none keeps an order or goods for an attempt that is over, and every history has only moves that
// there are. Reading a history verifies its chain of hashes.
func settledHistories(ctx context.Context, j core.Journal, account string) (found tally, err error) {
	intents, err := j.Find(ctx, core.Filter{Account: account})
	if err != nil {
		return found, err
	}
	for _, i := range intents {
		if i.State.IsOpen() {
			return found, fmt.Errorf("%s %s is left open: %s", i.Op, i.Key, i.State)
		}
		for _, claim := range i.Claims {
			if strings.HasPrefix(claim, "money:") || strings.HasPrefix(claim, "goods:") {
				return found, fmt.Errorf("%s %s is %s and still claims %s", i.Op, i.Key, i.State, claim)
			}
		}
		changes, err := j.Changes(ctx, i.IntentKey)
		if err != nil {
			return found, err
		}
		one, err := history(changes)
		if err != nil {
			return found, fmt.Errorf("%s %s: %w", i.Op, i.Key, err)
		}
		found.add(one)
	}
	return found, nil
}

// history follows one intent from its first change on.
func history(changes []core.Change) (tally, error) {
	var found tally
	was := core.IntentNone
	for _, c := range changes {
		if !was.MayBecome(c.State) {
			return found, fmt.Errorf("it moved from %s to %s", was, c.State)
		}
		switch {
		case c.Note == person:
			found.decided = 1
		case was == core.IntentInDoubt && (c.State == core.IntentDone || c.State == core.IntentNotApplied):
			found.lookedUp = 1
		}
		if c.State == core.IntentInDoubt {
			found.doubted = 1
		}
		was = c.State
	}
	return found, nil
}
