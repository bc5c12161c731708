package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	grpcstatus "google.golang.org/grpc/status"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/plugin"
)

// processRules hold an adapter's process to what a host needs of it, beside the behaviour suite.
type processRules struct {
	process plugin.Config
	client  *plugin.Client // ended by the rule that it ends
	harness adaptertest.Harness
	hands   gatewayHands
	log     *watchedLog
}

// processRule fails with what was got, what was wanted and what to do.
type processRule struct {
	name  string
	check func(context.Context) *breach
}

type breach struct{ got, want, do string }

// errNotRun is a rule that could not be run.
var errNotRun = &breach{got: "NOT RUN: this gateway cannot be made to wait"}

func (r processRule) run(ctx context.Context) adaptertest.Result {
	began := time.Now()
	b := r.check(ctx)
	result := adaptertest.Result{Group: "process", Rule: r.name, Verdict: adaptertest.Passed, Millis: time.Since(began).Milliseconds()}
	switch {
	case b == errNotRun:
		result.Verdict, result.Said = adaptertest.Skipped, b.got
	case b != nil:
		result.Verdict = adaptertest.Failed
		result.Said = fmt.Sprintf("rule:  process: %s\ngot:   %s\nwant:  %s\ndo:    %s", r.name, b.got, b.want, b.do)
	}
	return result
}

func (p processRules) rules() []processRule {
	return []processRule{
		{"it says that it lives", p.lives},
		{"a word of a newer contract is refused, and nothing is sent", p.refusesStrangeWords},
		{"a request of 6 MiB reaches it, and an answer comes", p.readsLargeRequests},
		{"it ends by itself within 3 s of being asked to", p.endsWhenAsked},
		{"no secret and no address stands in its log", p.logsNothingPrivate},
		{"killed in a write it is in doubt, and sent once", p.killedInAWrite},
		{"it ends with its host", p.endsWithItsHost},
	}
}

func (p processRules) lives(ctx context.Context) *breach {
	if p.client.Healthy(ctx) {
		return nil
	}
	return &breach{"no answer, or another than SERVING, within a second", "SERVING for the service \"plugin\"", "serve grpc.health.v1.Health, which hosts ask every 15 s"}
}

// strange is a word that no contract has yet.
const strange = core.Status(99)

func (p processRules) refusesStrangeWords(ctx context.Context) *breach {
	before := p.hands.requests(hush{})
	_, err := p.client.ListOrders(ctx, core.ListOrdersRequest{Status: strange})
	sent := p.hands.requests(hush{}) - before
	if errors.Is(err, core.Unsupported) && sent == 0 {
		return nil
	}
	return &breach{fmt.Sprintf("%v, %d requests", err, sent), "Unsupported, and 0 requests",
		"refuse an enum value that your copy of the contract does not have; read as none it asks for something else"}
}

// readsLargeRequests sends a cursor that is none: whatever the adapter says of it, it must have read it.
func (p processRules) readsLargeRequests(ctx context.Context) *breach {
	_, err := p.client.ListOrders(ctx, core.ListOrdersRequest{Cursor: strings.Repeat("x", 6<<20)})
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Err == nil {
		return nil // its own verdict
	}
	if _, transport := grpcstatus.FromError(e.Err); !transport {
		return nil
	}
	return &breach{err.Error(), "an error of its own, or a page", "take and send messages of up to 8 MiB; many gRPC libraries stop at 4 MiB unless they are told"}
}

func (p processRules) endsWhenAsked(context.Context) *breach {
	began := time.Now()
	err := p.client.Close()
	exit := p.client.Exit()
	if err == nil && time.Since(began) <= 3*time.Second && !strings.HasPrefix(exit, "signal") {
		return nil
	}
	return &breach{fmt.Sprintf("%s after %s, %v", exit, time.Since(began).Round(time.Millisecond), err), "an end of its own",
		"answer plugin.GRPCController's Shutdown, then exit; do not wait for calls that hang"}
}

func (p processRules) logsNothingPrivate(context.Context) *breach {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	a := p.harness.Order().Address
	for _, line := range p.log.lines {
		for _, private := range []string{"[redacted]", a.Name, a.Street, a.Mobile, a.Phone} { // the host has redacted the secrets
			if len(private) > 3 && strings.Contains(line, private) {
				return &breach{"a line with a secret or a part of an address", "neither, at any level", "log what happened, not what was sent or answered"}
			}
		}
	}
	return nil
}

// killedInAWrite kills the process in the middle of a purchase that has its effect.
func (p processRules) killedInAWrite(ctx context.Context) *breach {
	if p.hands.hang == nil {
		return errNotRun
	}
	client, err := plugin.Open(ctx, p.process)
	if err != nil {
		return &breach{err.Error(), "a second start", "let two processes of the adapter run beside each other"}
	}
	defer func() { _ = client.Close() }() // it was killed
	t := hush{}
	effects := p.hands.effects(t)
	p.hands.hang(t)
	order := p.harness.Order()
	now := time.Now().UTC().Truncate(time.Millisecond)
	order.Ref, order.Attempt = core.Ref(fmt.Sprint("kill-", now.UnixNano())), core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
	ended := make(chan error, 1)
	go func() { _, err := client.CreateOrder(ctx, order); ended <- err }()
	for range 500 {
		if p.hands.effects(t) > effects {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	kill(client.PID())
	err = <-ended
	grown := p.hands.effects(t) - effects
	if core.OutcomeOf(err) == core.InDoubt && grown == 1 {
		return nil
	}
	return &breach{fmt.Sprintf("%v, %d effects", err, grown), "in_doubt, 1 effect", "send one request for one attempt"}
}

// endsWithItsHost kills a host of its own, and looks for the adapter.
func (p processRules) endsWithItsHost(ctx context.Context) *breach {
	pid, err := orphaned(ctx, p.process)
	if err != nil {
		return &breach{err.Error(), "a host that can be killed", "see why it does not start beside another one"}
	}
	for began := time.Now(); time.Since(began) < 2*time.Second; time.Sleep(20 * time.Millisecond) {
		if !runs(pid) {
			return nil
		}
	}
	kill(pid)
	return &breach{"it runs 2 s after its host was killed", "its end", "end when the open file whose number is in SAMPAN_LIVENESS_FD is at its end, also while calls are under way"}
}

// orphaned starts a host that has the adapter, and kills it.
func orphaned(ctx context.Context, process plugin.Config) (pid int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	settings, err := json.Marshal(held{process.Command, process.Settings})
	if err != nil {
		return 0, err
	}
	host := exec.CommandContext(ctx, self, "adapter", holding)
	host.Stdin = strings.NewReader(string(settings))
	out, err := host.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := host.Start(); err != nil {
		return 0, err
	}
	_, err = fmt.Fscan(out, &pid)
	_ = host.Process.Kill()
	_ = host.Wait() // killed
	return pid, err
}

// holding is the name under which this program is a host that only holds an adapter.
const holding = "held-by-a-host"

type held struct {
	Command  []string
	Settings json.RawMessage
}

// hold opens the adapter that stdin names, says its process, and waits for its own end.
func hold(in io.Reader) error {
	var h held
	if err := json.NewDecoder(in).Decode(&h); err != nil {
		return err
	}
	client, err := plugin.Open(context.Background(), plugin.Config{Account: "conform", Command: h.Command, Settings: h.Settings})
	if err != nil {
		return err
	}
	fmt.Println(client.PID())
	time.Sleep(time.Minute) // it is killed long before
	return client.Close()
}

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill() // it may have ended
	}
}

// runs reports whether a process is there. A zombie has ended: in a container nobody may collect it.
func runs(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// watchedLog keeps what an adapter logs, at every level, and passes it on.
type watchedLog struct {
	slog.Handler
	mu    *sync.Mutex
	lines []string
	top   *watchedLog
}

func watchLog(to *slog.Logger) *watchedLog {
	w := &watchedLog{Handler: to.Handler(), mu: new(sync.Mutex)}
	w.top = w
	return w
}

// Enabled is true at every level: what is not shown may be private all the same.
func (w *watchedLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (w *watchedLog) Handle(ctx context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	w.top.mu.Lock()
	w.top.lines = append(w.top.lines, line)
	w.top.mu.Unlock()
	if !w.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (w *watchedLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &watchedLog{Handler: w.Handler.WithAttrs(attrs), mu: w.mu, top: w.top}
}

// WithGroup implements slog.Handler.
func (w *watchedLog) WithGroup(name string) slog.Handler {
	return &watchedLog{Handler: w.Handler.WithGroup(name), mu: w.mu, top: w.top}
}

// hush is a testing.TB for hands that are used outside a rule.
type hush struct{ testing.TB }

func (hush) Helper() {}

func (hush) Fatalf(string, ...any) {}
