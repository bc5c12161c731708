package simulate

import (
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// playAll plays the schedules of seeds 0 to n-1 on all cores until one breaks, and counts their faults.
func playAll(n uint64, m Mutant) (total map[string]int, seed uint64, broken error) {
	total = map[string]int{}
	var next atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				mine := next.Add(1) - 1
				if mine >= n {
					return
				}
				w, err := Run(mine, m)
				mu.Lock()
				for name, count := range w.Faults {
					total[name] += count
				}
				if err != nil && (broken == nil || mine < seed) {
					seed, broken = mine, err
					next.Store(n)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total, seed, broken
}

func TestNothingIsBoughtOrPaidTwice(t *testing.T) {
	n := schedules(t)
	total, seed, broken := playAll(n, Mutant{})
	require.NoError(t, broken, "seed %d", seed)
	var names []string
	for name := range total {
		names = append(names, name)
	}
	sort.Strings(names)
	t.Logf("%d schedules: 0 bought twice, 0 paid twice, 0 wrong amounts, 0 refunded too much, 0 without an end", n)
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
			_, seed, broken := playAll(20_000, m)
			require.Error(t, broken, "20,000 schedules did not catch it, so they prove nothing about it")
			t.Logf("seed %d: %v (it looks harmless: %s)", seed, broken, m.Why)
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
