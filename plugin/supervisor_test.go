package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func supervise(t *testing.T, c plugin.SuperviseConfig) *plugin.Supervisor {
	t.Helper()
	leaveNothing(t)
	s := plugin.Supervise(c)
	t.Cleanup(func() {
		pid := s.PID()
		require.NoError(t, s.Close())
		if pid != 0 {
			requireGone(t, pid)
		}
	})
	return s
}

func supervised(mode string) plugin.SuperviseConfig {
	return plugin.SuperviseConfig{Config: config("serve", mode), BackoffFrom: 20 * time.Millisecond, BackoffMost: 100 * time.Millisecond}
}

func createOn(ctx context.Context, a core.Adapter) (core.Order, error) {
	now := time.Now()
	return a.CreateOrder(ctx, core.CreateOrderRequest{Ref: "r1", Attempt: core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}})
}

func listOn(ctx context.Context, a core.Adapter) error {
	_, err := a.ListOrders(ctx, core.ListOrdersRequest{})
	return err
}

func state(s *plugin.Supervisor) plugin.State {
	now, _ := s.State()
	return now
}

func await(t *testing.T, s *plugin.Supervisor, want plugin.State) {
	t.Helper()
	require.Eventually(t, func() bool { return state(s) == want }, 15*time.Second, 5*time.Millisecond, "it must become %s", want)
}

func TestTheFirstCallStartsTheAdapter(t *testing.T) {
	s := supervise(t, supervised(""))
	require.Equal(t, plugin.Stopped, state(s))
	require.Zero(t, s.PID())
	order, err := createOn(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, core.OrderID("o1"), order.ID)
	require.Equal(t, plugin.Ready, state(s))
}

func TestAWarmAdapterIsThereBeforeTheFirstCall(t *testing.T) {
	c := supervised("")
	c.KeepWarm = true
	s := supervise(t, c)
	await(t, s, plugin.Ready)
	require.NoError(t, s.Start(t.Context()))
}

func TestAReadGoesOnAfterAKillBetweenCalls(t *testing.T) {
	s := supervise(t, supervised(""))
	require.NoError(t, listOn(t.Context(), s))
	before := s.PID()
	require.NoError(t, syscall.Kill(before, syscall.SIGKILL))
	require.NoError(t, listOn(t.Context(), s))
	require.NotEqual(t, before, s.PID())
}

func TestAReadThatLosesItsProcessIsMadeOnceMore(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "died")
	s := supervise(t, supervised("die-once:"+mark))
	require.NoError(t, listOn(t.Context(), s))
	require.FileExists(t, mark, "the first process must have died of the read")

	mark2 := filepath.Join(t.TempDir(), "died")
	s = supervise(t, supervised("die-once:"+mark2))
	n := 0
	for page, err := range s.OrderPages(t.Context(), core.ListOrdersRequest{}) {
		require.NoError(t, err)
		n += len(page.Orders)
	}
	require.Equal(t, 7, n, "a list goes on without a hole")
}

func TestAWriteThatLosesItsProcessIsInDoubtAndMadeOnce(t *testing.T) {
	s := supervise(t, supervised("kill"))
	require.NoError(t, listOn(t.Context(), s))
	before := s.PID()
	_, err := createOn(t.Context(), s)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%v", err)
	require.NoError(t, listOn(t.Context(), s), "reads work on the next process")
	require.NotEqual(t, before, s.PID())
	require.Equal(t, plugin.Ready, state(s), "a write made again would have killed this one too")
}

func TestAWriteWhileTheAdapterIsAwayIsNotDone(t *testing.T) {
	c := supervised("")
	c.BackoffFrom, c.BackoffMost = time.Hour, time.Hour
	s := supervise(t, c)
	require.NoError(t, listOn(t.Context(), s))
	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGKILL))
	await(t, s, plugin.Backoff)
	_, err := createOn(t.Context(), s)
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	require.ErrorContains(t, err, "signal: killed", "it says what the last process died of")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = listOn(ctx, s)
	require.ErrorIs(t, err, core.Canceled, "a read waits as long as its caller")
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestAnAdapterThatNeverComesUpIsGivenUp(t *testing.T) {
	c := supervised("")
	c.Config = config("exit-at-start", "")
	s := supervise(t, c)
	err := listOn(t.Context(), s)
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, plugin.Failed, state(s))
	e, ok := errors.AsType[*core.Error](err)
	require.True(t, ok)
	require.Contains(t, fmt.Sprint(e.Detail), "cannot find my licence")
	_, err = createOn(t.Context(), s)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	s.Reset()
	require.Equal(t, plugin.Stopped, state(s))
}

func TestWhatAnotherStartCannotMendIsGivenUpAtOnce(t *testing.T) {
	pinned := config("serve", "")
	pinned.SHA256 = "00"
	wrong := config("serve", "")
	wrong.Settings = []byte(`{"moode":1}`)
	for name, c := range map[string]plugin.Config{"wrong settings": wrong, "wrong sum": pinned, "other version": config("other-version", "")} {
		t.Run(name, func(t *testing.T) {
			s := supervise(t, plugin.SuperviseConfig{Config: c, BackoffFrom: time.Hour})
			require.Error(t, s.Start(t.Context()))
			require.Equal(t, plugin.Failed, state(s))
		})
	}
}

func TestCloseLetsAWriteEnd(t *testing.T) {
	s := supervise(t, supervised("second"))
	require.NoError(t, s.Start(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := createOn(context.Background(), s)
		if err != nil {
			t.Error(err)
		}
	})
	time.Sleep(200 * time.Millisecond)
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	await(t, s, plugin.Draining)
	_, err := createOn(t.Context(), s)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "nothing new begins: %v", err)
	wg.Wait()
	require.NoError(t, <-closed)
}

func TestCloseCutsOffAWriteThatTakesTooLong(t *testing.T) {
	c := supervised("hang")
	c.DrainTimeout = 200 * time.Millisecond
	s := supervise(t, c)
	require.NoError(t, s.Start(t.Context()))
	ended := make(chan error)
	go func() {
		_, err := createOn(context.Background(), s)
		ended <- err
	}()
	time.Sleep(200 * time.Millisecond)
	pid := s.PID()
	require.NoError(t, s.Close())
	require.Equal(t, core.InDoubt, core.OutcomeOf(<-ended))
	requireGone(t, pid)
}

func TestAFrozenAdapterIsNoticedAndReplaced(t *testing.T) {
	c := supervised("")
	c.HealthEvery = 50 * time.Millisecond
	s := supervise(t, c)
	require.NoError(t, listOn(t.Context(), s))
	frozen := s.PID()
	require.NoError(t, syscall.Kill(frozen, syscall.SIGSTOP))
	require.Eventually(t, func() bool { return s.PID() != frozen && s.PID() != 0 }, 15*time.Second, 10*time.Millisecond)
	requireGone(t, frozen)
	require.NoError(t, listOn(t.Context(), s))
}

func TestAnUpgradeLetsOldCallsEnd(t *testing.T) {
	s := supervise(t, supervised("second"))
	require.NoError(t, s.Start(t.Context()))
	old := s.PID()
	ended := make(chan error)
	go func() {
		_, err := createOn(context.Background(), s)
		ended <- err
	}()
	time.Sleep(100 * time.Millisecond)
	require.NoError(t, s.Upgrade(t.Context(), config("serve", "")))
	require.NotEqual(t, old, s.PID())
	_, err := createOn(t.Context(), s)
	require.NoError(t, err, "new calls go to the new process")
	require.NoError(t, syscall.Kill(old, 0), "the old one is still at work")
	require.NoError(t, <-ended)
	requireGone(t, old)

	now := s.PID()
	require.Error(t, s.Upgrade(t.Context(), config("exit-at-start", "")))
	require.Equal(t, now, s.PID(), "what does not come up changes nothing")
}

func TestTwoSupervisorsDoNotDisturbEachOther(t *testing.T) {
	leaveNothing(t)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			s := plugin.Supervise(supervised(""))
			for range 10 {
				if err := listOn(t.Context(), s); err != nil {
					t.Error(err)
				}
				if pid := s.PID(); pid != 0 {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// rounds is how often a process is killed: SAMPAN_ROUNDS, or 20.
func rounds(t *testing.T) int {
	text := os.Getenv("SAMPAN_ROUNDS")
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "SAMPAN_ROUNDS must be a number")
	return n
}

func TestCrashesLeaveNothingBehind(t *testing.T) {
	parent, err := os.MkdirTemp("/tmp", "s")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.Remove(parent), "nothing may be left in it") })
	t.Setenv("TMPDIR", parent)
	c := supervised("")
	c.BackoffFrom, c.BackoffMost = time.Millisecond, time.Millisecond
	s := supervise(t, c)
	crash := func() {
		require.NoError(t, listOn(t.Context(), s))
		pid := s.PID()
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return s.PID() != pid }, 10*time.Second, time.Millisecond)
	}
	for range 3 { // what a first start makes for good
		crash()
	}
	settled := func() held {
		require.NoError(t, listOn(t.Context(), s))
		var now held
		for range 50 {
			now = holding(t, parent)
			time.Sleep(10 * time.Millisecond)
		}
		return now
	}
	before := settled()
	require.Equal(t, [3]int{1, 1, 1}, [3]int{before.sockets, before.processes, before.folders}, "those of the one adapter, or this test counts nothing")
	n := rounds(t)
	for range n {
		crash()
	}
	after := settled()
	require.LessOrEqual(t, after.goroutines, before.goroutines+2)
	require.LessOrEqual(t, after.files, before.files+2)
	require.Equal(t, before.sockets, after.sockets)
	require.Equal(t, before.processes, after.processes)
	require.Equal(t, before.folders, after.folders)
	t.Logf("%d crashes: %+v, then %+v", n, before, after)
}

// held is what a host has of the system.
type held struct{ goroutines, files, sockets, processes, folders int }

// holding counts what this process holds; sockets and folders are those below parent.
func holding(t *testing.T, parent string) held {
	t.Helper()
	now := held{goroutines: runtime.NumGoroutine(), files: openFiles(t), folders: len(folders(t, parent))}
	sockets, err := filepath.Glob(filepath.Join(parent, "*", "*", "*"))
	require.NoError(t, err)
	now.sockets = len(sockets)
	tasks, err := filepath.Glob("/proc/self/task/*/children") // of every thread: each has its own
	require.NoError(t, err)
	for _, path := range tasks {
		children, _ := os.ReadFile(path) // a thread may have ended
		now.processes += len(strings.Fields(string(children)))
	}
	return now
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // only Linux tells
	}
	return len(entries)
}
