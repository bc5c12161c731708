package plugin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestOnlyThePinnedBytesAreGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "adapter-tea")
	good := bytes.Repeat([]byte("good"), 1<<16)
	require.NoError(t, os.WriteFile(path, good, 0o700))
	copied, err := pinnedCopy(path, t.TempDir(), sumOf(good))
	require.NoError(t, err)
	got, err := os.ReadFile(copied)
	require.NoError(t, err)
	require.Equal(t, good, got)
	info, err := os.Stat(copied)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o500), info.Mode().Perm())

	_, err = pinnedCopy(path, t.TempDir(), sumOf([]byte("other")))
	require.ErrorIs(t, err, core.Denied)
	require.ErrorContains(t, err, sumOf(good), "both sums are named")
	require.ErrorContains(t, err, sumOf([]byte("other")))
	_, err = pinnedCopy(path+"-gone", t.TempDir(), sumOf(good))
	require.ErrorIs(t, err, core.Denied)
}

// TestASwappedProgramIsNeverGiven exchanges the file all the time: what is given is what was pinned, or
// nothing is.
func TestASwappedProgramIsNeverGiven(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "adapter-tea")
	good, evil := bytes.Repeat([]byte("good"), 1<<14), bytes.Repeat([]byte("evil"), 1<<14)
	require.NoError(t, os.WriteFile(path, good, 0o700))
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		swaps := 0
		for ; ; swaps++ {
			select {
			case <-stop:
				stopped <- swaps
				return
			default:
			}
			bytesNow := [][]byte{good, evil}[swaps%2]
			if swaps%3 == 0 { // in place
				_ = os.WriteFile(path, bytesNow, 0o700)
				continue
			}
			_ = os.WriteFile(path+".new", bytesNow, 0o700)
			_ = os.Rename(path+".new", path)
		}
	}()
	given, refused := 0, 0
	for range 1000 {
		private := t.TempDir()
		copied, err := pinnedCopy(path, private, sumOf(good))
		if err != nil {
			require.ErrorIs(t, err, core.Denied)
			refused++
			continue
		}
		got, err := os.ReadFile(copied)
		require.NoError(t, err)
		require.Equal(t, sumOf(good), sumOf(got), "the swapped bytes were given")
		given++
	}
	close(stop)
	swaps := <-stopped
	require.Positive(t, refused, "the file must have been exchanged under the copy")
	t.Logf("%d swaps under 1,000 starts: %d refused, %d given, each of them the pinned bytes", swaps, refused, given)
}
