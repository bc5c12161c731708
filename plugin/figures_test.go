package plugin_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/plugin"
)

// beyondDrain is how much longer than its drain a stop may take, whatever the adapter does.
const beyondDrain = 3 * time.Second

func TestAStopTakesAtMost3sBeyondTheDrain(t *testing.T) {
	for name, row := range map[string]struct {
		mode   string
		before func(t *testing.T, s *plugin.Supervisor) (children []int)
	}{
		"idle":   {"", nothingBefore},
		"frozen": {"", frozenBefore},
		"frozen in a write": {"hang", func(t *testing.T, s *plugin.Supervisor) []int {
			go func() { _, _ = createOn(context.Background(), s) }() // it is cut off
			time.Sleep(100 * time.Millisecond)
			return frozenBefore(t, s)
		}},
		"a write that never ends": {"hang", func(_ *testing.T, s *plugin.Supervisor) []int {
			go func() { _, _ = createOn(context.Background(), s) }() // it is cut off
			time.Sleep(100 * time.Millisecond)
			return nil
		}},
		"SIGTERM ignored": {"no-term", nothingBefore},
		"forked children": {"children", func(t *testing.T, s *plugin.Supervisor) []int {
			order, err := createOn(t.Context(), s)
			require.NoError(t, err)
			var quiet, left int
			_, err = fmt.Sscanf(order.Number, "%d-%d", &quiet, &left)
			require.NoError(t, err)
			t.Cleanup(func() { _ = syscall.Kill(left, syscall.SIGKILL) }) // it left the group
			return []int{quiet}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := supervised(row.mode)
			c.DrainTimeout = 200 * time.Millisecond
			s := plugin.Supervise(c)
			require.NoError(t, s.Start(t.Context()))
			pid := s.PID()
			children := row.before(t, s)
			began := time.Now()
			require.NoError(t, s.Close())
			took := time.Since(began)
			require.LessOrEqual(t, took, c.DrainTimeout+beyondDrain)
			requireGone(t, pid)
			for _, child := range children {
				requireEnded(t, child)
			}
			t.Logf("%s: %s", name, took.Round(time.Millisecond))
		})
	}
}

func nothingBefore(*testing.T, *plugin.Supervisor) []int { return nil }

func frozenBefore(t *testing.T, s *plugin.Supervisor) []int {
	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGSTOP))
	return nil
}

// privateTemp gives a test a temporary folder of its own, short enough for sockets.
func privateTemp(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("/tmp", "s")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(parent)) })
	t.Setenv("TMPDIR", parent)
	return parent
}

func folders(t *testing.T, parent string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(parent, "sampan-*"))
	require.NoError(t, err)
	return found
}

func TestTheNextStartRemovesWhatTheDeadLeft(t *testing.T) {
	parent := privateTemp(t)
	for _, pinned := range []string{"", "pinned"} {
		host := exec.Command(os.Args[0], dyingHost, "no-pipe", "", "nothing", pinned)
		host.Env = append(os.Environ(), "TMPDIR="+parent)
		out, err := host.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, host.Start())
		var pid int
		_, err = fmt.Fscan(out, &pid)
		require.NoError(t, err)
		require.NoError(t, host.Process.Kill())
		_ = host.Wait() // it was killed
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "an adapter that lives removes the folder of its dead host, and without the pipe 3 s later")
		requireEnded(t, pid)
	}
	require.NotEmpty(t, folders(t, parent), "who is killed cannot clean up, or this test shows nothing")

	// What only looks like a host's is left alone: a name is no proof.
	strangers := filepath.Join(parent, "sampan-run7")
	require.NoError(t, os.Mkdir(strangers, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(strangers, "letters"), nil, 0o600))
	open := filepath.Join(parent, "sampan-run8")
	require.NoError(t, os.Mkdir(open, 0o755))

	living, err := plugin.Open(t.Context(), config("serve", ""))
	require.NoError(t, err)
	now := folders(t, parent)
	require.Len(t, now, 3, "its own and the strangers': %v", now)
	other, err := plugin.Open(t.Context(), config("serve", ""))
	require.NoError(t, err)
	require.Len(t, folders(t, parent), 4, "the folder of a host that lives stays")
	_, err = create(living)
	require.NoError(t, err)
	require.NoError(t, living.Close())
	require.NoError(t, other.Close())
	require.ElementsMatch(t, []string{strangers, open}, folders(t, parent))
}
