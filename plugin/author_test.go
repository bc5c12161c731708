package plugin_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func TestAStartGivesNothingOfTheHosts(t *testing.T) {
	order, err := create(open(t, config("serve", "self")))
	require.NoError(t, err)
	require.Equal(t, `stdin="" <nil> group=true pipe=true`, order.Number)
}

func TestALibraryMayGreetBeforeTheHandshake(t *testing.T) {
	_, err := create(open(t, config("greet", "")))
	require.NoError(t, err)
}

func TestLinesWithoutAHandshakeAreNoAdapter(t *testing.T) {
	leaveNothing(t)
	began := time.Now()
	_, err := plugin.Open(context.Background(), config("200-lines", ""))
	require.ErrorContains(t, err, `is "line 0"`, "the first line that came")
	require.Less(t, time.Since(began), 10*time.Second, "it does not wait for the 20 s of a start")
}

func TestWhatIsPrintedDuringACallBlocksNothing(t *testing.T) {
	for _, mode := range []string{"flood", "flood-child"} {
		t.Run(mode, func(t *testing.T) {
			c := open(t, config("serve", mode))
			_, err := create(c)
			require.NoError(t, err)
			require.NoError(t, listOn(t.Context(), c))
		})
	}
}

func TestALineThatIsTooLongIsCutWithAMark(t *testing.T) {
	log := captureLog(t, config("long-lines", ""))
	for _, start := range []string{`level=ERROR msg="slog xxx`, `level=ERROR msg="{\"@level\":\"error\",\"@message\":\"hclog xxx`, `level=ERROR msg="[ERROR] text xxx`} {
		_, rest, found := strings.Cut(log, start)
		require.True(t, found, start)
		line, _, _ := strings.Cut(rest, "\n")
		require.Contains(t, line, "[cut: ")
		require.Less(t, len(line), 40<<10)
	}
}

// The runtime's own reader takes @message for a text without looking, and every line after "panic: "
// for an error.
func TestOddLinesOfALogHarmNobody(t *testing.T) {
	log := captureLog(t, config("odd-lines", ""))
	require.Contains(t, log, `level=DEBUG msg="{\"@message\":7`)
	require.Contains(t, log, `level=DEBUG msg="panic: this is only a text"`)
	require.Contains(t, log, `level=DEBUG msg="a harmless text"`)
}

func TestTheErrorNamesTheCauseOfACrash(t *testing.T) {
	for mode, row := range map[string]struct{ message, detail string }{
		"panic":           {"the adapter panicked (stack ", ""},
		"panic-goroutine": {"exit status 2", "panic: lost in a goroutine"},
		"exit":            {"exit status 3", "the last words of this adapter"},
		"kill":            {"signal: killed", ""},
	} {
		t.Run(mode, func(t *testing.T) {
			_, err := create(open(t, config("serve", mode)))
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			require.ErrorContains(t, err, row.message)
			e, _ := errors.AsType[*core.Error](err)
			require.Contains(t, strings.Join(e.Detail, "\n"), row.detail)
		})
	}
}

// A panic may leave a lock held for ever: only another process is free of it.
func TestAnAdapterThatPanicsTooOftenEnds(t *testing.T) {
	c := open(t, config("serve", "panic"))
	var places []string
	for range 5 {
		_, err := create(c)
		require.ErrorIs(t, err, core.Internal)
		places = append(places, err.Error())
	}
	require.Equal(t, 1, len(slices.Compact(places)), "one place in the code has one name: %v", places)
	requireGone(t, c.PID())
	require.Eventually(t, func() bool {
		_, err := create(c)
		return strings.Contains(err.Error(), "is not running (exit status 70)")
	}, 5*time.Second, 10*time.Millisecond)
}

func TestSIGTERMLetsAWriteEnd(t *testing.T) {
	c := open(t, config("serve", "second"))
	ended := make(chan error)
	go func() {
		_, err := create(c)
		ended <- err
	}()
	time.Sleep(300 * time.Millisecond)
	require.NoError(t, syscall.Kill(c.PID(), syscall.SIGTERM))
	time.Sleep(100 * time.Millisecond)
	_, err := create(c)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "nothing new begins: %v", err)
	require.ErrorContains(t, err, "takes no more calls")
	require.NoError(t, <-ended)
	requireGone(t, c.PID())
}

func TestARawThatIsTooLargeCostsNoOrder(t *testing.T) {
	order, err := create(open(t, config("serve", "large-raw")))
	require.NoError(t, err)
	require.Equal(t, core.OrderID("o2"), order.Siblings[0].ID)
	require.Empty(t, order.Raw)
}

func TestInterruptsAreTheHosts(t *testing.T) {
	c := open(t, config("serve", ""))
	require.NoError(t, syscall.Kill(c.PID(), syscall.SIGINT))
	time.Sleep(50 * time.Millisecond)
	require.NoError(t, listOn(t.Context(), c))
}

func TestACancelledReadReturnsAtOnce(t *testing.T) {
	c := open(t, config("serve", "deaf"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	err := listOn(ctx, c)
	require.Less(t, time.Since(began), time.Second)
	require.ErrorIs(t, err, core.Canceled)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestAWriteWhoseTimeIsOverReportsItsPhase(t *testing.T) {
	for mode, outcome := range map[string]core.Outcome{"waits": core.NotDone, "sent": core.InDoubt, "hang": core.InDoubt} {
		t.Run(mode, func(t *testing.T) {
			c := open(t, config("serve", mode))
			ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
			defer cancel()
			_, err := createOn(ctx, c)
			require.ErrorIs(t, err, core.Canceled)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, outcome, core.OutcomeOf(err))
		})
	}
}

func TestSlowStartsRunSideBySide(t *testing.T) {
	t.Parallel()
	began := time.Now()
	var wg sync.WaitGroup
	var took [2]time.Duration
	for n := range took {
		wg.Go(func() {
			defer func() { took[n] = time.Since(began) }()
			client, err := plugin.Open(t.Context(), config("late", ""))
			if err != nil {
				t.Error(err)
				return
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Less(t, (took[0] - took[1]).Abs(), time.Second, "each takes more than a second, and one must not wait for the other")
}

func TestAnAdapterThatStartsTooSlowlyIsToldApart(t *testing.T) {
	c := config("late", "")
	c.StartTimeout = 300 * time.Millisecond
	_, err := plugin.Open(t.Context(), c)
	require.ErrorContains(t, err, "was not ready after 300ms: no handshake came; if it only starts slowly, allow it more time")
}

func TestALongTempFolderIsNoObstacle(t *testing.T) {
	folder := t.TempDir() + "/" + strings.Repeat("x", 150)
	require.NoError(t, os.Mkdir(folder, 0o700))
	t.Setenv("TMPDIR", folder)
	_, err := create(open(t, config("serve", "")))
	require.NoError(t, err)
}

// SAMPAN_ROUNDS: how often each host starts and stops its adapter.
func TestTwoHostsInOneProcessStartAndStop(t *testing.T) {
	leaveNothing(t)
	var wg sync.WaitGroup
	for host := range 2 {
		n := rounds(t)
		if os.Getenv("SAMPAN_ROUNDS") == "" {
			n = 20
		}
		wg.Go(func() {
			c := config("serve", "")
			c.Account = []string{"cn", "hk"}[host]
			for range n {
				client, err := plugin.Open(context.Background(), c)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(listOn(context.Background(), client), client.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
