package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/journal/sqlite"
	"github.com/sampan-go/sampan/listen"
)

// listenProcess is host listen as a process.
type listenProcess struct {
	t       *testing.T
	command *exec.Cmd
	urls    map[string]string
	mu      sync.Mutex
	events  []core.OrderEvent
	stderr  bytes.Buffer
}

// listening starts it, and waits until it takes messages of so many accounts.
func (h *hostProcess) listening(t *testing.T, accounts int, args ...string) *listenProcess {
	t.Helper()
	p := &listenProcess{t: t, urls: map[string]string{}}
	p.command = h.command(append([]string{"listen", "--addr", "127.0.0.1:0", "--output", "jsonl"}, args...)...)
	stdout, err := p.command.StdoutPipe()
	require.NoError(t, err)
	stderr, err := p.command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.command.Start())
	t.Cleanup(func() { _ = p.command.Process.Kill(); _, _ = p.command.Process.Wait() })
	go p.follow(stderr, func(line string) {
		p.stderr.WriteString(line + "\n")
		if url, ok := strings.CutPrefix(line, "host: listening at "); ok {
			url = strings.TrimSuffix(url, " until stopped.")
			p.urls[url[strings.LastIndex(url, "/")+1:]] = url
		}
	})
	go p.follow(stdout, func(line string) {
		var e core.OrderEvent
		if json.Unmarshal([]byte(line), &e) == nil {
			p.events = append(p.events, e)
		}
	})
	p.until("it listens", func() bool { return len(p.urls) >= accounts })
	return p
}

func (p *listenProcess) follow(from io.Reader, line func(string)) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		p.mu.Lock()
		line(lines.Text())
		p.mu.Unlock()
	}
}

func (p *listenProcess) until(rule string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		p.mu.Lock()
		done := holds()
		p.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(deadline) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("after 30 seconds not yet: %s\nevents: %v\n%s", rule, p.events, p.stderr.String())
		}
	}
}

// saw waits for an event, and gives it.
func (p *listenProcess) saw(account string, kind core.EventKind, change string) (found core.OrderEvent) {
	p.t.Helper()
	p.until(account+" "+kind.String()+" "+change, func() bool {
		for _, e := range p.events {
			if e.Account == account && e.Kind == kind && strings.Contains(changeOf(e), change) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

func (p *listenProcess) all() []core.OrderEvent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.events)
}

func (p *listenProcess) stop() {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Signal(syscall.SIGTERM))
	require.NoError(p.t, p.command.Wait(), "it ends well: %s", &p.stderr)
}

// bought buys with an account, and gives the id at the gateway.
func (h *hostProcess) bought(t *testing.T, account, file string) string {
	t.Helper()
	out, err := h.command("order", "create", "--account", account, "--file", orderFile(t, file), "--output", "json").Output()
	require.NoError(t, err)
	var o core.Order
	require.NoError(t, json.Unmarshal(out, &o))
	return string(o.ID)
}

func (h *hostProcess) pushTo(t *testing.T, p *listenProcess, change func(*sandbox.Push)) {
	t.Helper()
	for account, market := range map[string][2]string{"cn": {"pandapon", "1688"}, "tb": {"pandapon", "taobao"}, "dj": {"dajisaas", "1688"}} {
		to := sandbox.Push{Gateway: market[0], Market: market[1], URL: p.urls[account]}
		if change != nil {
			change(&to)
		}
		require.NoError(t, h.server.PushTo(to))
	}
}

func TestAPriceIsChangedByMessageAndPaidAfterConsent(t *testing.T) {
	h := newHostProcess(t)
	hook := httptest.NewServer(nil)
	defer hook.Close()
	posted := make(chan core.OrderEvent, 100)
	hook.Config.Handler = hookOf(t, posted)
	t.Setenv("HOOK_SECRET", hookSecret)
	p := h.listening(t, 4, "--webhook", hook.URL, "--webhook-secret", "env:HOOK_SECRET", "--log-level", "debug")
	h.pushTo(t, p, nil)
	for account, file := range map[string]string{"cn": "alibaba1688.json", "dj": "dajisaas.json", "tb": "taobao.json"} {
		id := h.bought(t, account, file) // beside the listener, over one SQLite journal
		require.Equal(t, core.OrderID(id), p.saw(account, core.EventOrderSeen, "").Order)
		require.NoError(t, h.server.SetTotal(id, 111))
		e := p.saw(account, core.EventPrice, "-> 1.11 CNY")
		require.NotEmpty(t, e.Ref, "the caller's own name of the purchase")
		c := h.command("pay", id, "--account", account, "--expect", e.PayableBefore.String())
		require.Error(t, c.Run(), "at the old price nothing is paid")
		require.NoError(t, h.command("pay", id, "--account", account, "--expect", e.Payable.String()).Run())
		h.server.Tick()
		p.saw(account, core.EventStatus, "awaiting_payment -> paid")
		require.NoError(t, h.server.Ship(id))
		p.saw(account, core.EventStatus, "paid -> shipped")
	}
	p.until("every event is posted", func() bool { return len(posted) >= len(p.events) })
	kept, err := os.ReadFile(filepath.Join(h.dir, "sampan.messages.db-wal")) // it is gone when the file is closed
	require.NoError(t, err)
	p.stop()
	closed, err := os.ReadFile(filepath.Join(h.dir, "sampan.messages.db"))
	require.NoError(t, err)
	require.Contains(t, string(kept)+string(closed), "demo-1688-1", "or this test looks at nothing")
	for _, canary := range []string{hookSecret, sandbox.DefaultAccessSecret, sandbox.DefaultAppSecret, "13800000000", "示例路1号", "张三", "15068763421", "测试地址"} {
		require.NotContains(t, p.stderr.String(), canary)
		require.NotContains(t, string(kept), canary, "a price message of 1688 holds the whole order, and so the address")
		require.NotContains(t, string(closed), canary)
	}
}

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func hookOf(t *testing.T, posted chan<- core.OrderEvent) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = listen.VerifyWebhook(core.NewSecret(hookSecret), r.Header, body, time.Now())
		}
		var in struct{ Data core.OrderEvent }
		if err == nil {
			err = json.Unmarshal(body, &in)
		}
		if err != nil {
			t.Error(err)
		}
		posted <- in.Data
	}
}

func TestAKillBetweenAcknowledgementAndReadingLosesNothing(t *testing.T) {
	h := newHostProcess(t)
	id := h.bought(t, "cn", "alibaba1688.json")
	require.NoError(t, os.Remove(filepath.Join(h.dir, "sampan.db"))) // so that no poll knows the order: only the messages do
	p := h.listening(t, 1, "--account", "cn", "--poll", "1000h")
	require.NoError(t, h.server.PushTo(sandbox.Push{Gateway: "pandapon", Market: "1688", URL: p.urls["cn"], Hold: true}))
	h.server.Script(sandbox.Rule{Fault: sandbox.ErrorBefore}) // nothing can be read
	for i := range 20 {
		require.NoError(t, h.server.SetTotal(id, int64(9000+i)))
	}
	for _, d := range h.server.Flush(t.Context()) {
		require.Equal(t, 200, d.Status)
	}
	require.NoError(t, p.command.Process.Kill()) // kill -9
	_, _ = p.command.Process.Wait()
	h.server.Script()
	require.NoError(t, h.server.PushTo(sandbox.Push{Gateway: "pandapon", Market: "1688"})) // no message comes any more
	p = h.listening(t, 1, "--account", "cn", "--poll", "1000h")
	e := p.saw("cn", core.EventOrderSeen, "90.19 CNY")
	require.Equal(t, core.OrderID(id), e.Order)
	p.stop()
	require.Len(t, p.all(), 1, "twenty messages are one read")
	reads := 0
	for _, access := range h.server.Log() {
		if access.Status == http.StatusOK && !strings.Contains(access.Path, "preview") {
			reads++
		}
	}
	require.LessOrEqual(t, reads, 3)
	p = h.listening(t, 1, "--account", "cn", "--poll", "1000h")
	p.stop()
	require.Empty(t, p.all(), "what was printed is not printed again")
}

// The process form of TestEveryHistoryEndsWhereTheOrderedOneEnds in listen.
func TestShuffledDoubledAndLostMessagesEndInTheGatewaysState(t *testing.T) {
	for seed := range 3 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := newHostProcess(t)
			id := h.bought(t, "cn", "alibaba1688.json")
			p := h.listening(t, 1, "--account", "cn", "--poll", "1s")
			h.pushTo(t, p, func(to *sandbox.Push) {
				to.Hold, to.Shuffle, to.Double, to.Lose = true, true, 40, 40
			})
			acts := []func() error{func() error { return h.server.SetTotal(id, 9000) }, func() error { return h.server.SetTotal(id, 9100) },
				func() error { return h.server.PayAtCashier(id) }, func() error { return h.server.Ship(id) }, func() error { return h.server.Scan(id, "到达", "杭州") }}
			for i, act := range acts {
				require.NoError(t, act())
				if i%(seed+2) == 0 {
					h.server.Flush(t.Context())
				}
			}
			h.server.Flush(t.Context())
			p.until("shipped at the last price", func() bool {
				if len(p.events) == 0 {
					return false
				}
				last := p.events[len(p.events)-1]
				return last.Status == core.Shipped && last.Payable.String() == "91.00 CNY"
			})
			status := core.StatusUnknown
			for _, e := range p.all() {
				require.True(t, status.CanBecome(e.Status), "%s after %s", e.Status, status)
				status = e.Status
			}
			p.stop()
		})
	}
}

func TestEveryTypeOfMessageThatIsKnownIsUnderstood(t *testing.T) {
	h := newHostProcess(t)
	p := h.listening(t, 4, "--poll", "1000h")
	h.pushTo(t, p, func(to *sandbox.Push) { to.Hold = true })
	for account, c := range map[string][3]string{"cn": {"alibaba1688.json", "pandapon", "1688"}, "dj": {"dajisaas.json", "dajisaas", "1688"}, "tb": {"taobao.json", "pandapon", "taobao"}} {
		id := h.bought(t, account, c[0])
		types := sandbox.MessageTypes(c[1], c[2])
		require.NotEmpty(t, types)
		for _, name := range types {
			require.NoError(t, h.server.PushType(id, name))
		}
	}
	for _, d := range h.server.Flush(t.Context()) {
		require.Equal(t, 200, d.Status, d.Type)
	}
	for _, account := range []string{"cn", "dj", "tb"} {
		p.saw(account, core.EventOrderSeen, "")
	}
	p.stop()
	require.NotContains(t, p.stderr.String(), "not understood")
}

func TestListenRefusesWhatItCannotDo(t *testing.T) {
	h := newHostProcess(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--poll", "0s"}, "--poll"},
		{[]string{"--webhook", "https://example.com", "--webhook-secret", hookSecret}, "others can read"},
		{[]string{"--webhook", "https://example.com", "--webhook-secret", "env:NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE"},
		{[]string{"--webhook-secret", "env:X"}, "--webhook"},
		{[]string{"--addr", "nowhere", "--account", "cn"}, "addr"},
	} {
		out, err := h.command(append([]string{"listen"}, c.args...)...).CombinedOutput()
		exit, ok := err.(*exec.ExitError)
		require.True(t, ok, "%v", err)
		require.Equal(t, exitUsage, exit.ExitCode(), "%s", out)
		require.Contains(t, string(out), c.says)
		require.NotContains(t, string(out), hookSecret)
	}
}

func TestAJournalIsNotMovedWhileMessagesWait(t *testing.T) {
	h := newHostProcess(t)
	h.bought(t, "cn", "alibaba1688.json")
	j, err := sqlite.Open(t.Context(), filepath.Join(h.dir, "sampan.messages.db"))
	require.NoError(t, err)
	letter := core.Letter{Account: "cn", Sum: "1"}
	_, err = j.Keep(t.Context(), []core.Letter{letter})
	require.NoError(t, err)
	require.NoError(t, j.Close())
	out, err := h.command("journal", "migrate", "--dsn", "host=/nowhere dbname=x").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "acknowledged and not read yet")
	j, err = sqlite.Open(t.Context(), filepath.Join(h.dir, "sampan.messages.db"))
	require.NoError(t, err)
	require.NoError(t, j.Read(t.Context(), []core.Letter{letter}, "read"))
	require.NoError(t, j.Close())
	out, err = h.command("journal", "migrate", "--dsn", "host=/nowhere dbname=x").CombinedOutput()
	require.Error(t, err)
	require.NotContains(t, string(out), "not read yet", "now it gets as far as the database")
}

func TestARefundIsToldUntilTheMoneyIsBack(t *testing.T) {
	h := newHostProcess(t)
	p := h.listening(t, 4)
	h.pushTo(t, p, nil)
	for account, c := range map[string][4]string{
		"cn": {"alibaba1688.json", "232.00 CNY", "75.00 CNY", "not_received"},
		"tb": {"taobao.json", "4.00 CNY", "2.00 CNY", "not_received"},
	} {
		id := h.bought(t, account, c[0])
		p.saw(account, core.EventOrderSeen, "")
		out, err := h.command("order", "get", id, "--account", account, "--output", "json").Output()
		require.NoError(t, err)
		var o core.Order
		require.NoError(t, json.Unmarshal(out, &o))
		require.NoError(t, h.command("pay", id, "--account", account, "--expect", c[1]).Run())
		h.server.Tick()
		out, err = h.command("refund", id, "--account", account, "--handle", string(o.Handle), "--ref", "r1", "--kind", "refund_only", "--amount", c[2],
			"--line", string(o.Lines[0].ID), "--goods", c[3], "--reason-id", "1", "--reason", "质量问题").CombinedOutput()
		require.NoError(t, err, "%s", out)
		p.saw(account, core.EventRefund, "unknown -> requested")
		require.NoError(t, h.server.SettleRefund(id))
		p.saw(account, core.EventRefund, "requested -> paid")
	}
	p.stop()
}
