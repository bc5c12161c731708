package simulate

import (
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// schedules is how many are played: SAMPAN_SCHEDULES, or 20,000.
func schedules(t *testing.T) uint64 {
	text := os.Getenv("SAMPAN_SCHEDULES")
	if text == "" {
		return 20_000
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, "SAMPAN_SCHEDULES must be a number")
	return n
}

func TestNothingIsBoughtOrPaidTwice(t *testing.T) {
	total := map[string]int{}
	n := schedules(t)
	for seed := range n {
		w, err := Run(seed, Mutant{})
		require.NoError(t, err, "seed %d", seed)
		for name, count := range w.Faults {
			total[name] += count
		}
	}
	var names []string
	for name := range total {
		names = append(names, name)
	}
	sort.Strings(names)
	t.Logf("%d schedules: 0 bought twice, 0 paid twice, 0 without an end", n)
	for _, name := range names {
		t.Logf("%9d  %s", total[name], name)
	}
	for _, f := range faults {
		require.GreaterOrEqual(t, total[f.name], 1000, "the fault %q must have been played often", f.name)
	}
	crashes := 0
	for name := range total {
		if strings.HasPrefix(name, "crash ") {
			crashes++
		}
	}
	require.GreaterOrEqual(t, crashes, 7, "crashes at every point")
}

func TestEveryShortcutIsCaught(t *testing.T) {
	for _, m := range Mutants {
		t.Run(m.Name, func(t *testing.T) {
			for seed := range uint64(20_000) {
				if _, err := Run(seed, m); err != nil {
					t.Logf("seed %d: %v (it looks harmless: %s)", seed, err, m.Why)
					return
				}
			}
			t.Fatal("20,000 schedules did not catch it, so they prove nothing about it")
		})
	}
}

func TestAScheduleFollowsFromItsSeed(t *testing.T) {
	for seed := range uint64(50) {
		a, errA := Run(seed, Mutant{})
		b, errB := Run(seed, Mutant{})
		require.Equal(t, errA, errB)
		require.Equal(t, a.Faults, b.Faults)
		require.Len(t, b.ledger.orders, len(a.ledger.orders))
	}
}
