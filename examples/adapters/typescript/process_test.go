package typescript_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

// fake starts src/test/fake.ts, which prints to standard output wherever it can.
func fake(t *testing.T, mode string) *plugin.Client {
	t.Helper()
	return openProgram(t, fakeSettings(mode), fakeCommand(built(t))...)
}

func fakeCommand(dist string) []string {
	node, err := exec.LookPath("node")
	if err != nil {
		panic(err)
	}
	return []string{node, filepath.Join(dist, "test", "fake.js")}
}

func fakeSettings(mode string) json.RawMessage {
	return json.RawMessage(`{"mode":"` + mode + `","api_secret":"canary-4711"}`)
}

func TestPrintingDoesNotBreakTheHandshake(t *testing.T) {
	c := fake(t, "print")
	order, err := c.CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
	require.NoError(t, err)
	require.Equal(t, "232.00 CNY", order.Totals.Payable.String())
	d, err := c.Describe(t.Context())
	require.NoError(t, err, "what was printed during a call must not stop the next one")
	require.Equal(t, "fake", d.Adapter)
}

func TestAnExceptionIsAFaultOfTheAdapter(t *testing.T) {
	for mode, kind := range map[string]string{"throw": "TypeError", "throw-text": "string"} {
		c := fake(t, mode)
		_, err := c.CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
		require.ErrorIs(t, err, core.Internal)
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "what a write had done by then is not known")
		require.ErrorContains(t, err, kind)
		for _, private := range []string{"13800000000", "canary-4711"} {
			require.NotContains(t, err.Error(), private, "an exception's text may hold what the call was about")
		}
		_, err = c.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "o1"}})
		require.ErrorIs(t, err, core.Internal)
		require.Equal(t, core.NotDone, core.OutcomeOf(err), "a read has no effect")
		_, err = c.ListOrders(t.Context(), core.ListOrdersRequest{})
		require.NoError(t, err, "one bad call must not take the others along")
	}
}

// In the adapter's own log; the host's would take out the secret, and not the phone.
func TestTheTextOfAnExceptionReachesNoLog(t *testing.T) {
	for mode, kind := range map[string]string{"throw": `"kind":"TypeError"`, "stray": `"kind":"RangeError"`} {
		command, raw := withRawLog(t, fakeCommand(built(t))...)
		c := start(t, fakeSettings(mode), slog.New(slog.DiscardHandler), command...)
		_, err := c.CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%s: %v", mode, err)
		_ = c.Close() // a stray exception ended it
		log := raw()
		require.Contains(t, log, kind)
		require.Contains(t, log, "fake.js:", "where it was thrown must be there")
		require.NotContains(t, log, "13800000000", mode)
		require.NotContains(t, log, "canary-4711", mode)
	}
}

// withRawLog gives the command that writes its log into a file, and a function that reads it.
func withRawLog(t *testing.T, command ...string) ([]string, func() string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stderr")
	return append([]string{"/bin/sh", "-c", `raw=$1; shift; exec "$@" 2>"$raw"`, "sh", file}, command...), func() string {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		return string(text)
	}
}

func TestAnAdaptersErrorArrivesAsItWas(t *testing.T) {
	_, err := fake(t, "refused").CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
	require.ErrorIs(t, err, core.Refused)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	e, _ := errors.AsType[*core.Error](err)
	require.Equal(t, core.GatewayError{Code: "1009", Message: "库存\uFFFD不足", RequestID: "r1"}, e.Gateway)
	require.Equal(t, core.OpCreateOrder, e.Op)
}

func TestWhatIsNotThereSaysSo(t *testing.T) {
	c := fake(t, "")
	_, err := c.Pay(t.Context(), core.PayRequest{Order: core.OrderRef{ID: "o1"}, Attempt: attempt()})
	require.ErrorIs(t, err, core.Unsupported)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	_, err = fake(t, "nothing").CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
	require.ErrorIs(t, err, core.BadAnswer, "an answer without a result")
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
}

func TestAMessageHasAtMost8MiB(t *testing.T) {
	order, err := fake(t, "large").CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Message: strings.Repeat("x", 7<<20), Attempt: attempt()})
	require.NoError(t, err)
	require.Len(t, order.UpstreamStatus, 1<<20, "the longest member that a host takes")
	_, err = fake(t, "huge").CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
	require.Error(t, err)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
}

// An operation that takes no such filter says the same by itself, so the field is looked at.
func TestAWordOfANewerContractIsRefused(t *testing.T) {
	c := fake(t, "")
	_, err := c.ListOrders(t.Context(), core.ListOrdersRequest{Status: 99, Cursor: "9"})
	require.ErrorIs(t, err, core.Unsupported)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	e, _ := errors.AsType[*core.Error](err)
	require.Equal(t, "status", e.Field)
	_, err = c.ListOrders(t.Context(), core.ListOrdersRequest{Status: core.Paid, Cursor: "9"})
	require.NoError(t, err)
}

func TestPagesAreStreamed(t *testing.T) {
	var ids []core.OrderID
	for page, err := range fake(t, "").OrderPages(t.Context(), core.ListOrdersRequest{Cursor: "3"}) {
		require.NoError(t, err)
		ids = append(ids, page.Orders[0].ID)
	}
	require.Equal(t, []core.OrderID{"o3", "o4", "o5", "o6", "o7", "o8", "o9"}, ids)
	pages := 0
	var last error
	for _, err := range fake(t, "stuck").OrderPages(t.Context(), core.ListOrdersRequest{}) {
		pages, last = pages+1, err
	}
	require.ErrorIs(t, last, core.BadAnswer, "a list that does not move on")
	require.Equal(t, 2, pages)
}

func TestACallThatIsOverIsToldToTheAdapter(t *testing.T) {
	built(t)
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 200*time.Millisecond)
		},
		"cancellation": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(200*time.Millisecond, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			c := start(t, fakeSettings("hang"), log.logger(), fakeCommand(built(t))...)
			defer func() { require.NoError(t, c.Close()) }()
			ctx, cancel := end(t.Context())
			defer cancel()
			_, err := c.CreateOrder(ctx, core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
			require.ErrorIs(t, err, core.Canceled)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			require.Eventually(t, func() bool { return strings.Contains(log.String(), "the call is over") }, 2*time.Second, 10*time.Millisecond)
		})
	}
}

func TestLevelsArrive(t *testing.T) {
	var log lockedBuffer
	c := start(t, fakeSettings("log"), log.logger(), fakeCommand(built(t))...)
	_, err := c.CreateOrder(t.Context(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
	require.NoError(t, err)
	require.NoError(t, c.Close())
	for _, line := range []string{`level=DEBUG msg="a debug line"`, `level=INFO msg="an info line"`, "n=7", `level=WARN msg="a warning xxx`, "too long]", `level=ERROR msg="an error line with [redacted]"`,
		`level=DEBUG msg="Welcome to my adapter!"`} {
		require.Contains(t, log.String(), line)
	}
}

func TestItEndsWhenItIsAsked(t *testing.T) {
	for _, mode := range []string{"", "hang"} {
		c := start(t, fakeSettings(mode), slog.New(slog.DiscardHandler), fakeCommand(built(t))...)
		called := make(chan error, 1)
		go func() {
			_, err := c.CreateOrder(context.Background(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
			called <- err
		}()
		if mode == "" {
			require.NoError(t, <-called)
		} else {
			time.Sleep(100 * time.Millisecond) // so that the write is on its way
		}
		begin := time.Now()
		require.NoError(t, c.Close())
		require.Less(t, time.Since(begin), 1500*time.Millisecond, "the host kills after 2 s; Shutdown must have ended it")
		requireGone(t, c.PID())
		if mode == "hang" {
			require.Equal(t, core.InDoubt, core.OutcomeOf(<-called))
		}
	}
}

const dyingHost = "host-that-dies"

// beAHost starts the fake adapter and waits to be killed.
func beAHost(args []string) {
	dist, doing := args[0], args[1]
	c, err := plugin.Open(context.Background(), config(fakeSettings("hang"), slog.New(slog.DiscardHandler), fakeCommand(dist)...))
	if err != nil {
		panic(err)
	}
	fmt.Println(c.PID())
	if doing == "writing" {
		go func() {
			_, _ = c.CreateOrder(context.Background(), core.CreateOrderRequest{Ref: "r", Attempt: attempt()})
		}()
	}
	select {}
}

func TestItDoesNotOutliveAHostThatIsKilled(t *testing.T) {
	dist := built(t)
	for _, doing := range []string{"nothing", "writing"} {
		t.Run(doing, func(t *testing.T) {
			host := exec.Command(os.Args[0], dyingHost, dist, doing)
			out, err := host.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, host.Start())
			var pid int
			_, err = fmt.Fscan(out, &pid)
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(pid, 0), "the adapter must be there first")
			time.Sleep(200 * time.Millisecond) // so that a write is on its way
			begin := time.Now()
			require.NoError(t, host.Process.Kill())
			_ = host.Wait() // it was killed
			requireGone(t, pid)
			t.Logf("gone %v after its host", time.Since(begin).Round(time.Millisecond))
		})
	}
}

// requireGone gives a process 3 s. A zombie has ended: in a container nobody may collect it.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || bytes.Contains(stat, []byte(") Z "))
	}, 3*time.Second, 5*time.Millisecond, "process %d is still there", pid)
}

func TestAPersonWhoStartsItIsToldWhatItIs(t *testing.T) {
	program := exec.Command(filepath.Join(built(t), "adapter"))
	program.Env = []string{}
	var stdout, stderr bytes.Buffer
	program.Stdout, program.Stderr = &stdout, &stderr
	err := program.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 2, exit.ExitCode())
	require.Contains(t, stderr.String(), "taobao-typescript 0.1.0 is a Sampan adapter")
	require.Contains(t, stderr.String(), "sampan.toml")
	require.Empty(t, stdout.String())
}

func TestNothingIsServedWithoutTheHostsCertificate(t *testing.T) {
	parent, err := os.MkdirTemp("/tmp", "s") // a Unix socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	t.Setenv("TMPDIR", parent)
	c := fake(t, "")
	sockets, err := filepath.Glob(filepath.Join(parent, "sampan-*", "*", "*.sock"))
	require.NoError(t, err)
	require.Len(t, sockets, 1, "the socket is in the host's private folder")
	conn, err := tls.Dial("unix", sockets[0], &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err == nil { // in TLS 1.3 the refusal comes after the client's own handshake
		require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
		_, _ = conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
	require.ErrorContains(t, err, "certificate required")
	_, err = c.Describe(t.Context())
	require.NoError(t, err, "a stranger at the door must not disturb the host")

	program := exec.Command(fakeCommand(built(t))[0], fakeCommand(built(t))[1])
	program.Env = []string{"SAMPAN_ADAPTER=8f4f2f0c-adapter-of-one-account", "PLUGIN_UNIX_SOCKET_DIR=" + parent}
	out, err := program.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "nothing is served without mutual TLS")
}

func TestSettingsThatCannotWorkNameTheFieldAndNeverTheSecret(t *testing.T) {
	built(t)
	for field, more := range map[string]table{"settings.colour": {"colour": "red"}, "settings.user_id": {"user_id": 7}, "settings.endpoints.payment": {"endpoints": table{"payment": "POST /x"}}} {
		_, err := plugin.Open(t.Context(), config(settingsFor("http://127.0.0.1:1", more), slog.New(slog.DiscardHandler), filepath.Join(built(t), "adapter")))
		require.ErrorIs(t, err, core.InvalidInput)
		e, _ := errors.AsType[*core.Error](err)
		require.Equal(t, field, e.Field)
		require.Equal(t, core.NotDone, e.Outcome)
		require.NotContains(t, err.Error(), sandbox.DefaultAccessSecret)
	}
	_, err := plugin.Open(t.Context(), config(fakeSettings("configure-throws"), slog.New(slog.DiscardHandler), fakeCommand(built(t))...))
	require.ErrorIs(t, err, core.Internal)
}

// The host scrubs an adapter's log too, so this looks at what the adapter wrote itself.
func TestNoSecretAndNoAddressReachTheLog(t *testing.T) {
	command, raw := withRawLog(t, filepath.Join(built(t), "adapter"))
	s := startSandbox(t)
	c := openProgram(t, settingsFor(s.PandaPonURL(), nil), command...)
	order, err := c.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	for _, fault := range []sandbox.Fault{sandbox.RefuseBefore, sandbox.DropAfter, sandbox.ErrorBefore, sandbox.Garbage} {
		s.Script(sandbox.Rule{Fault: fault})
		_, err := c.CreateOrder(t.Context(), purchase())
		require.Error(t, err)
	}
	_, err = c.GetOrder(t.Context(), core.GetOrderRequest{Order: order.OrderRef, Raw: true})
	require.NoError(t, err)
	require.NoError(t, c.Close())
	log := raw()
	require.Contains(t, log, "allow_private is set", "the log itself must be there, or this shows nothing")
	address := purchase().Address
	for _, private := range []string{sandbox.DefaultAccessSecret, sandbox.DefaultAccessKey, address.Name, address.Mobile, address.Street, s.Log()[0].Header.Get("signature")} {
		require.NotContains(t, log, private)
	}
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

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
