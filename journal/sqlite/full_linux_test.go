package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// smallDisk is a real file system of so many MiB.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	folder := t.TempDir()
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=700", mib))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skip("NOT RUN: only root may mount a small disk")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder
}

// fill leaves so many pages of 4 KiB on a disk.
func fill(t *testing.T, folder string, leave int64) {
	t.Helper()
	var s syscall.Statfs_t
	require.NoError(t, syscall.Statfs(folder, &s))
	size := int64(s.Bavail)*s.Bsize - leave*4096
	if size <= 0 {
		return
	}
	f, err := os.OpenFile(filepath.Join(folder, "filler"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Write(make([]byte, size))
	require.NoError(t, err)
}

func TestAFullDiskLosesNothingAndBeginsNothing(t *testing.T) {
	folder := smallDisk(t, 24)
	path := filepath.Join(folder, "j.db")
	j := openAt(t, path)
	var sent []core.Intent
	for n := range 50 {
		i, _, err := j.Reserve(t.Context(), intentOf(fmt.Sprint(n), core.IntentSending))
		require.NoError(t, err)
		sent = append(sent, i)
	}
	fill(t, folder, 0)
	_, _, err := j.Reserve(t.Context(), intentOf("new", core.IntentSending))
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	for n, i := range sent {
		i.State = core.IntentDone
		i.Result = fmt.Appendf(nil, `{"id":"%d"}`, n)
		_, err := j.Update(t.Context(), i)
		require.NoError(t, err, "outcome %d must still be recorded", n)
	}
	require.NoError(t, j.Close())
	require.NoError(t, os.Remove(filepath.Join(folder, "filler")))
	j = openAt(t, path)
	for n, i := range sent {
		got, known, err := j.Lookup(t.Context(), i.IntentKey)
		require.NoError(t, err)
		require.True(t, known && got.State == core.IntentDone, "outcome %d", n)
	}
	_, known, err := j.Lookup(t.Context(), intentOf("new", 0).IntentKey)
	require.NoError(t, err)
	require.False(t, known)
}

// TestADiskThatIsFullAtAnyPageLosesNothing has no floor and no ballast: every write meets the end of
// the disk itself.
func TestADiskThatIsFullAtAnyPageLosesNothing(t *testing.T) {
	folder := smallDisk(t, 24)
	acknowledged, failures := 0, 0
	for pages := range int64(60) {
		path := filepath.Join(folder, fmt.Sprintf("j%d.db", pages))
		j := openAt(t, path)
		j.floor = 0
		require.True(t, j.dropBallast())
		want := map[core.IntentKey]core.IntentState{}
		fill(t, folder, pages)
		for n := 0; ; n++ {
			i, _, err := j.Reserve(t.Context(), intentOf(fmt.Sprint(n), core.IntentSending))
			if err == nil {
				want[i.IntentKey] = core.IntentSending
				i.State = core.IntentDone
				if _, err = j.Update(t.Context(), i); err == nil {
					want[i.IntentKey] = core.IntentDone
				}
			}
			if err != nil {
				require.Equal(t, core.NotDone, core.OutcomeOf(err), "%v", err)
				failures++
				break
			}
		}
		got := map[core.IntentKey]core.IntentState{}
		found, err := j.Find(t.Context(), core.Filter{})
		require.NoError(t, err, "what was acknowledged stays readable")
		for _, i := range found {
			got[i.IntentKey] = i.State
		}
		require.Equal(t, want, got, "%d pages", pages)
		require.NoError(t, os.Remove(filepath.Join(folder, "filler")))
		_, _, err = j.Reserve(t.Context(), intentOf("after", core.IntentReserved))
		require.NoError(t, err, "writing resumes")
		require.NoError(t, j.Close())
		j = openAt(t, path)
		for key, state := range want {
			i, known, err := j.Lookup(t.Context(), key)
			require.NoError(t, err)
			require.True(t, known && i.State == state, "%d pages: %v was acknowledged as %s", pages, key, state)
			acknowledged++
		}
		require.NoError(t, j.Close())
		for _, more := range []string{"", ".lock", ".ballast"} {
			_ = os.Remove(path + more) // room for the next
		}
	}
	t.Logf("60 disks that filled up at every page: %d acknowledged records, 0 lost; %d writes refused", acknowledged, failures)
}

func intentOf(key string, state core.IntentState) core.Intent {
	return core.Intent{IntentKey: core.IntentKey{Account: "a", Op: core.OpPay, Key: key}, State: state}
}
