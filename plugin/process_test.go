package plugin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

const marker = "adapter-under-test"

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 2 && os.Args[1] == marker:
		program(os.Args[2])
	case slices.Equal(os.Args[1:], []string{"serve", "--debug"}):
		program("serve")
	case len(os.Args) > 1 && os.Args[1] == dyingHost:
		dyingHostMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == reaper:
		reaperMain(os.Args[2:])
	default:
		os.Exit(m.Run())
	}
	os.Exit(0)
}

const dyingHost = "host-that-dies"

// dyingHostMain opens an adapter, says its process id, and waits to be killed.
func dyingHostMain(args []string) {
	c := config(args[0], args[1])
	doing := append(args[2:], "", "")
	if doing[1] == "pinned" {
		own, err := os.ReadFile(os.Args[0])
		if err != nil {
			panic(err)
		}
		c.SHA256 = fmt.Sprintf("%x", sha256.Sum256(own))
	}
	client, err := plugin.Open(context.Background(), c)
	if err != nil {
		panic(err)
	}
	fmt.Println(client.PID())
	switch doing[0] {
	case "writing":
		go func() { _, _ = create(client) }()
	case "reading":
		go func() { _, _ = client.ListOrders(context.Background(), core.ListOrdersRequest{}) }()
	}
	time.Sleep(time.Minute) // it is killed long before
}

func TestNoAdapterOutlivesAHostThatIsKilled(t *testing.T) {
	t.Parallel()
	for doing, args := range map[string][]string{
		"nothing":           {"serve", ""},
		"a write":           {"serve", "hang", "writing"},
		"a read":            {"serve", "hang", "reading"},
		"a write, deaf":     {"serve", "deaf", "writing"},
		"without a pipe":    {"no-pipe", ""},
		"writing, no pipe":  {"no-pipe", "hang", "writing"},
		"writing to stdout": {"serve", "many-lines"},
	} {
		t.Run(doing, func(t *testing.T) {
			t.Parallel()
			folder, err := os.MkdirTemp("/tmp", "s")
			require.NoError(t, err)
			host := exec.Command(os.Args[0], append([]string{dyingHost}, args...)...)
			host.Env = append(os.Environ(), "TMPDIR="+folder)
			out, err := host.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, host.Start())
			var pid int
			_, err = fmt.Fscan(out, &pid)
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(pid, 0), "the adapter must be there first")
			time.Sleep(100 * time.Millisecond) // so that a write is on its way
			require.NoError(t, host.Process.Kill())
			killed := time.Now()
			_ = host.Wait() // it was killed
			requireEnded(t, pid)
			if args[0] != "no-pipe" {
				require.Less(t, time.Since(killed), 2*time.Second)
			}
			require.NoError(t, os.Remove(folder), "the adapter removes the folder that its host cannot remove any more")
		})
	}
}

func config(programMode, adapterMode string) plugin.Config {
	return plugin.Config{Account: "acc", Adapter: "fake", Command: []string{os.Args[0], marker, programMode},
		Settings: []byte(`{"mode":"` + adapterMode + `","api_secret":"canary-4711"}`), StartTimeout: 20 * time.Second,
		Env: []string{"GORACE=atexit_sleep_ms=0"}} // a race build sleeps for a second at its end
}

func open(t *testing.T, c plugin.Config) *plugin.Client {
	t.Helper()
	leaveNothing(t)
	client, err := plugin.Open(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		requireGone(t, client.PID())
	})
	return client
}

// leaveNothing holds a test to the goroutines that it began with.
func leaveNothing(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%d goroutines were left of %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
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
		"deaf":              {func() plugin.Config { c := config("deaf", ""); c.StartTimeout = 300 * time.Millisecond; return c }(), []string{"300ms", "no connection"}},
		"secret refused":    {config("serve", "refuse-secret"), []string{"the secret [redacted] is wrong"}},
		"no adapter made":   {config("serve", "nothing"), []string{"neither an adapter nor an error"}},
		"missing":           {plugin.Config{Command: []string{"/no/such/adapter"}}, []string{"no such file"}},
		"not executable":    {plugin.Config{Command: []string{notExecutable}}, []string{"chmod +x"}},
		"no program":        {plugin.Config{}, []string{"names no program"}},
		"setting not known": {func() plugin.Config { c := config("serve", ""); c.Settings = []byte(`{"moode":1}`); return c }(), []string{"settings.moode", "mode"}},
	} {
		t.Run(name, func(t *testing.T) {
			leaveNothing(t)
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
		"no-id": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.BadAnswer)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			require.Contains(t, err.Error(), "order.id: is missing")
		},
		"done": func(t *testing.T, _ core.Order, err error) {
			require.Equal(t, core.InDoubt, core.OutcomeOf(err), "an error has no order, so done is to be looked up")
		},
		"nil-error": func(t *testing.T, _ core.Order, err error) {
			require.ErrorIs(t, err, core.Internal)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
		},
		"say-secret": func(t *testing.T, _ core.Order, err error) {
			e, _ := errors.AsType[*core.Error](err)
			require.Equal(t, []string{"bad [redacted]", "[redacted]", "[redacted]"}, []string{e.Message, e.Gateway.Message, e.Detail[0]})
		},
		"flood": func(t *testing.T, _ core.Order, err error) { require.NoError(t, err) },
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
	begin := time.Now()
	require.NoError(t, c.Close())
	require.Less(t, time.Since(begin), 3500*time.Millisecond, "Close must not wait for a frozen adapter")
	requireGone(t, c.PID())
}

func TestChildrenOfAnAdapterNeitherStayNorHoldTheHost(t *testing.T) {
	c := open(t, config("serve", "children"))
	order, err := create(c)
	require.NoError(t, err)
	var quiet, left int
	_, err = fmt.Sscanf(order.Number, "%d-%d", &quiet, &left)
	require.NoError(t, err)
	defer func() { _ = syscall.Kill(left, syscall.SIGKILL) }()
	begin := time.Now()
	require.NoError(t, c.Close())
	require.Less(t, time.Since(begin), 3500*time.Millisecond, "a process that left the group must not hold Close by its pipe")
	requireGone(t, c.PID())
	requireEnded(t, quiet)
}

// requireEnded accepts a zombie: in a container nobody may collect the children of others.
func requireEnded(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || strings.Contains(string(stat), ") Z ")
	}, 5*time.Second, 10*time.Millisecond, "process %d is still there", pid)
}

func TestAnAdapterKilledBetweenCallsGetsNothing(t *testing.T) {
	c := open(t, config("serve", ""))
	require.NoError(t, syscall.Kill(c.PID(), syscall.SIGKILL))
	requireGone(t, c.PID())
	require.Eventually(t, func() bool {
		_, err := c.Describe(context.Background())
		return err != nil && strings.Contains(err.Error(), "is not running (signal: killed)")
	}, 5*time.Second, 10*time.Millisecond)
	_, err := create(c)
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestACallersDeadlineIsCanceled(t *testing.T) {
	c := open(t, config("serve", "deaf"))
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	now := time.Now()
	_, err := c.CreateOrder(ctx, core.CreateOrderRequest{Ref: "r1", Attempt: core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(time.Minute)}})
	require.ErrorIs(t, err, core.Canceled)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
}

func TestAProgramStartedByHandSaysWhatItIs(t *testing.T) {
	program := exec.Command(os.Args[0], marker, "serve")
	program.Env = []string{"PATH=/bin"}
	var stderr bytes.Buffer
	program.Stderr = &stderr
	err := program.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 2, exit.ExitCode())
	require.Contains(t, stderr.String(), "fake 1 is a Sampan adapter")
	require.Contains(t, stderr.String(), "sampan.toml")
}

func TestAnExplicitVariableWinsOverTheHosts(t *testing.T) {
	t.Setenv("TZ", "Asia/Shanghai")
	cfg := config("serve", "env")
	cfg.Env = []string{"TZ=Europe/Berlin"}
	_, err := create(open(t, cfg))
	require.ErrorContains(t, err, "TZ=Europe/Berlin")
	require.NotContains(t, err.Error(), "Shanghai")
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
	for level, texts := range map[string][]string{
		"DEBUG": {"a debug line of hclog", "[DEBUG] plain text"},
		"INFO":  {"a notice", "a notice of hclog", "[INFO] plain text"},
		"WARN":  {"of package log", "a warning of hclog", "[WARN] plain text"},
		"ERROR": {"an error of hclog", "[ERROR] plain text"},
	} {
		for _, text := range texts {
			require.Contains(t, log, fmt.Sprintf("level=%s msg=%q", level, text))
		}
	}
	for _, attribute := range []string{"shop=x", "g.in.n=8", "g.long=1m0s"} {
		require.Contains(t, log, attribute)
	}
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
	leaveNothing(t)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := plugin.Open(ctx, config("slow", ""))
	require.ErrorIs(t, err, core.Canceled)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestSocketFoldersGoAway(t *testing.T) {
	parent, err := os.MkdirTemp("/tmp", "s") // a folder of the test's own: others have adapters too
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.Remove(parent), "nothing may be left in it") })
	t.Setenv("TMPDIR", parent)
	folders := func() []string {
		found, err := filepath.Glob(filepath.Join(parent, "sampan-*"))
		require.NoError(t, err)
		return found
	}
	c := open(t, config("serve", ""))
	require.Len(t, folders(), 1)
	info, err := os.Stat(folders()[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, c.Close())
	require.Empty(t, folders())

	_, err = plugin.Open(context.Background(), config("rubbish", ""))
	require.Error(t, err)
	require.Empty(t, folders())
}
