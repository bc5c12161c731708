package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// atOnce holds the journal's turn until all calls wait for it, so that they go into one transaction.
func atOnce(t *testing.T, j *Journal, calls ...func() error) []error {
	t.Helper()
	errs := make([]error, len(calls))
	j.group.turn <- struct{}{}
	var all sync.WaitGroup
	for n, call := range calls {
		all.Go(func() { errs[n] = call() })
		require.Eventually(t, func() bool { // in the order of the calls
			j.group.mu.Lock()
			defer j.group.mu.Unlock()
			return len(j.group.waiting) == n+1
		}, 5*time.Second, time.Millisecond)
	}
	<-j.group.turn
	all.Wait()
	return errs
}

func reserve(ctx context.Context, j *Journal, key string) func() error {
	return func() error {
		_, _, err := j.Reserve(ctx, intentOf(key, core.IntentReserved))
		return err
	}
}

func requireKept(t *testing.T, j *Journal, keys ...string) {
	t.Helper()
	found, err := j.Find(t.Context(), core.Filter{})
	require.NoError(t, err)
	var kept []string
	for _, i := range found {
		kept = append(kept, i.Key)
	}
	require.ElementsMatch(t, keys, kept)
	require.NoError(t, j.verifyChain(t.Context()))
}

func TestChangesAtTheSameTimeShareACommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	before := j.group.commits
	var calls []func() error
	var keys []string
	for n := range 100 {
		keys = append(keys, fmt.Sprint("ref-", n))
		calls = append(calls, reserve(t.Context(), j, keys[n]))
	}
	for _, err := range atOnce(t, j, calls...) {
		require.NoError(t, err)
	}
	require.Equal(t, before+1, j.group.commits)
	require.NoError(t, j.Close())
	requireKept(t, openAt(t, path), keys...)
}

func TestARefusalWithinACommitIsItsOwn(t *testing.T) {
	j := openAt(t, filepath.Join(t.TempDir(), "j.db"))
	before := j.group.commits
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	claims := func(key string) func() error {
		return func() error {
			i := intentOf(key, core.IntentReserved)
			i.Claims = []string{"number:7"}
			_, _, err := j.Reserve(t.Context(), i)
			return err
		}
	}
	stale := func() error {
		i := intentOf("a", core.IntentDone)
		i.Version = 9
		_, err := j.Update(t.Context(), i)
		return err
	}
	errs := atOnce(t, j, reserve(t.Context(), j, "a"), claims("b"), claims("c"), stale, reserve(gone, j, "d"), reserve(t.Context(), j, "a"), reserve(t.Context(), j, "e"))
	require.Equal(t, before+1, j.group.commits)
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	require.ErrorIs(t, errs[2], core.Conflict, "the claim of the one before counts")
	require.ErrorIs(t, errs[3], core.Conflict)
	require.ErrorIs(t, errs[4], context.Canceled)
	require.NoError(t, errs[5])
	require.NoError(t, errs[6])
	requireKept(t, j, "a", "b", "e")
}

func TestWhatSpoilsACommitSpoilsNoOther(t *testing.T) {
	j := openAt(t, filepath.Join(t.TempDir(), "j.db"))
	before := j.group.commits
	spoilt := errors.New("the disk says no")
	errs := atOnce(t, j, reserve(t.Context(), j, "a"),
		func() error { return j.inTransaction(t.Context(), func(*sql.Tx) error { return spoilt }) },
		func() error {
			return j.inTransaction(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), "ROLLBACK") // as SQLite does by itself on a full disk
				return errors.Join(err, spoilt)
			})
		},
		reserve(t.Context(), j, "b"))
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], spoilt)
	require.ErrorIs(t, errs[2], spoilt)
	require.NoError(t, errs[3])
	require.Equal(t, before+2, j.group.commits, "each was tried alone")
	requireKept(t, j, "a", "b")
}

func TestAnUpdateThatIsTriedAgainKeepsItsVersion(t *testing.T) {
	j := openAt(t, filepath.Join(t.TempDir(), "j.db"))
	i, _, err := j.Reserve(t.Context(), intentOf("a", core.IntentSending))
	require.NoError(t, err)
	i.State = core.IntentDone
	var updated core.Intent
	errs := atOnce(t, j, func() (err error) { updated, err = j.Update(t.Context(), i); return err },
		func() error { return j.inTransaction(t.Context(), func(*sql.Tx) error { return errors.New("spoilt") }) })
	require.NoError(t, errs[0])
	require.Equal(t, i.Version+1, updated.Version)
}

// BenchmarkManyPurchases is what the journal makes of many purchases at the same time, two durable
// changes each.
func BenchmarkManyPurchases(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers, "-at-a-time"), func(b *testing.B) {
			j, err := Open(b.Context(), filepath.Join(b.TempDir(), "j.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			next := make(chan int)
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for n := range next {
						i, _, err := j.Reserve(b.Context(), intentOf(fmt.Sprint(n), core.IntentSending))
						if err == nil {
							i.State = core.IntentDone
							_, err = j.Update(b.Context(), i)
						}
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			for n := 0; b.Loop(); n++ {
				next <- n
			}
			close(next)
			all.Wait()
			b.ReportMetric(float64(2*b.N)/float64(j.group.commits), "changes/commit")
		})
	}
}
