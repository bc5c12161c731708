package plugin_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

const marker = "adapter-under-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == marker {
		program(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func config(programMode, adapterMode string) plugin.Config {
	return plugin.Config{Account: "acc", Adapter: "fake", Command: []string{os.Args[0], marker, programMode},
		Settings: []byte(`{"mode":"` + adapterMode + `","api_secret":"canary-4711"}`), StartTimeout: 20 * time.Second}
}

func open(t *testing.T, c plugin.Config) *plugin.Client {
	t.Helper()
	client, err := plugin.Open(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		requireGone(t, client.PID())
	})
	return client
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, 5*time.Second, 10*time.Millisecond,
		"process %d is still there", pid)
}

func create(c *plugin.Client) (core.Order, error) {
	now := time.Now()
	return c.CreateOrder(context.Background(), core.CreateOrderRequest{Ref: "r1",
		Attempt: core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}})
}

func TestAnAdapterProcessAnswers(t *testing.T) {
	c := open(t, config("serve", ""))
	require.NotEqual(t, os.Getpid(), c.PID())
	d, err := c.Describe(context.Background())
	require.NoError(t, err)
	require.Equal(t, "fake", d.Adapter)
	order, err := create(c)
	require.NoError(t, err)
	require.Equal(t, core.OrderID("o1"), order.ID)
	require.Equal(t, "232.00 CNY", order.Totals.Payable.String())
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "Close may be called again")
	_, err = create(c)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "nothing reaches an adapter that is not running")
}

func TestProgramsThatAreNoAdapters(t *testing.T) {
	notExecutable := filepath.Join(t.TempDir(), "adapter")
	require.NoError(t, os.WriteFile(notExecutable, []byte("x"), 0o600))
	for name, row := range map[string]struct {
		config plugin.Config
		words  []string
	}{
		"rubbish":           {config("rubbish", ""), []string{"Welcome to my adapter!", "handshake"}},
		"print before":      {config("print-first", ""), []string{"1|hello", "handshake"}},
		"other version":     {config("other-version", ""), []string{"version 7", "version 1", "upgrade the host"}},
		"exits at start":    {config("exit-at-start", ""), []string{"exit status 3"}},
		"slow":              {func() plugin.Config { c := config("slow", ""); c.StartTimeout = 300 * time.Millisecond; return c }(), []string{"300ms"}},
		"missing":           {plugin.Config{Command: []string{"/no/such/adapter"}}, []string{"no such file"}},
		"not executable":    {plugin.Config{Command: []string{notExecutable}}, []string{"chmod +x"}},
		"no program":        {plugin.Config{}, []string{"names no program"}},
		"setting not known": {func() plugin.Config { c := config("serve", ""); c.Settings = []byte(`{"moode":1}`); return c }(), []string{"settings.moode", "mode"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plugin.Open(context.Background(), row.config)
			require.Error(t, err)
			require.Equal(t, core.NotDone, core.OutcomeOf(err))
			for _, word := range row.words {
				require.Contains(t, err.Error(), word)
			}
			require.NotContains(t, err.Error(), "canary-4711")
		})
	}
}

func TestTheLastWordsAreInTheError(t *testing.T) {
	_, err := plugin.Open(context.Background(), config("exit-at-start", ""))
	e, ok := errors.AsType[*core.Error](err)
	require.True(t, ok)
	require.Contains(t, strings.Join(e.Detail, "\n"), "cannot find my licence")
}

func TestAWriteThatLosesItsAdapterIsInDoubt(t *testing.T) {
	for mode, how := range map[string]string{"kill": "signal: killed", "exit": "exit status 3"} {
		t.Run(mode, func(t *testing.T) {
			c := open(t, config("serve", mode))
			_, err := create(c)
			require.ErrorIs(t, err, core.Unavailable)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			require.Contains(t, err.Error(), how)
			if mode == "exit" {
				e, _ := errors.AsType[*core.Error](err)
				require.Contains(t, strings.Join(e.Detail, "\n"), "the last words of this adapter")
			}
			_, err = create(c)
			require.Equal(t, core.NotDone, core.OutcomeOf(err), "a dead adapter gets nothing")
			_, err = c.ListOrders(context.Background(), core.ListOrdersRequest{})
			require.Equal(t, core.NotDone, core.OutcomeOf(err))
		})
	}
}

func TestAnswersOfTheAdapterArriveAsTheyWere(t *testing.T) {
	for mode, check := range map[string]func(*testing.T, core.Order, error){
		"panic": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.Internal)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
		},
		"refused": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.Refused)
			require.Equal(t, core.NotDone, core.OutcomeOf(err))
			e, _ := errors.AsType[*core.Error](err)
			require.Equal(t, core.GatewayError{Code: "1009", Message: "库存不足", RequestID: "r1"}, e.Gateway)
		},
		"plain-error": func(t *testing.T, _ core.Order, err error) { require.Equal(t, core.InDoubt, core.OutcomeOf(err)) },
		"huge": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.BadAnswer)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
		},
		"bad-money": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.BadAnswer)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			require.Contains(t, err.Error(), "marketplace_ids")
		},
		"print": func(t *testing.T, o core.Order, err error) { require.NoError(t, err) },
	} {
		t.Run(mode, func(t *testing.T) {
			c := open(t, config("serve", mode))
			order, err := create(c)
			check(t, order, err)
			_, err = c.ListOrders(context.Background(), core.ListOrdersRequest{})
			require.NoError(t, err, "one bad call must not take the others along")
		})
	}
}

func TestADeadlineEndsACall(t *testing.T) {
	cfg := config("serve", "hang")
	cfg.WriteTimeout = 200 * time.Millisecond
	_, err := create(open(t, cfg))
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
}

func TestAFrozenAdapterIsEnded(t *testing.T) {
	cfg := config("serve", "stop")
	cfg.WriteTimeout = 200 * time.Millisecond
	c := open(t, cfg)
	_, err := create(c)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.NoError(t, c.Close())
	requireGone(t, c.PID())
}

func TestTheHostsEnvironmentIsNotPassedOn(t *testing.T) {
	t.Setenv("SAMPAN_TEST_CANARY", "canary-0815")
	_, err := create(open(t, config("serve", "env")))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "canary-0815")
	require.NotContains(t, err.Error(), "HOME=")
	require.Contains(t, err.Error(), "SAMPAN_ADAPTER", "the environment itself must be in the answer, or this test shows nothing")
}

func TestSecretsAreScrubbedFromTheAdaptersLog(t *testing.T) {
	log := captureLog(t, config("serve", "log-secret"))
	require.Contains(t, log, "my secret is [redacted]")
	require.NotContains(t, log, "canary-4711")
}

func TestLevelsArrive(t *testing.T) {
	log := captureLog(t, config("levels", ""))
	require.Contains(t, log, `level=DEBUG msg="a debug line"`)
	require.Contains(t, log, `level=WARN msg="a warning"`)
	require.Contains(t, log, "n=7")
	require.Contains(t, log, `level=ERROR msg="an error line"`)
}

// captureLog opens and closes an adapter and gives what its log had for the host.
func captureLog(t *testing.T, c plugin.Config) string {
	var out lockedBuffer
	c.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := open(t, c)
	require.Eventually(t, func() bool {
		return strings.Contains(out.String(), "an error line") || strings.Contains(out.String(), "my secret")
	}, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, client.Close())
	return out.String()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func TestACancelledStartLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := plugin.Open(ctx, config("slow", ""))
	require.ErrorIs(t, err, core.Canceled)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestSocketFoldersGoAway(t *testing.T) {
	count := func() int {
		folders, err := filepath.Glob(filepath.Join(os.TempDir(), "sampan-*"))
		require.NoError(t, err)
		return len(folders)
	}
	before := count()
	require.NoError(t, open(t, config("serve", "")).Close())
	require.Equal(t, before, count())
}
