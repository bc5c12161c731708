package evil

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin"
)

// secret is a setting of the account. The adapter knows it; nobody else may read it.
const secret = "canary-4711"

// patience is how long a call may take: long enough for a busy machine. Rows in which nothing comes
// have less.
const patience = 15 * time.Second

// report is what a host says of one meeting.
type report struct {
	// Got is what its calls came to, in the form of row.want.
	Got []string
	// Broken are the rules that hold in every case and did not here.
	Broken []string
	// Texts are all words that a caller or a reader of the log may see.
	Texts []string
	// Grown is by how much the host's memory was above its beginning at most, in KiB.
	Grown int
	// LogBytes is how much the host's log has.
	LogBytes int
	// Took is the whole meeting.
	Took time.Duration
}

// adapter is what both plugin.Client and plugin.Supervisor are.
type adapter interface {
	core.Adapter
	core.OrderGetter
	core.Quoter
	core.Canceller
	core.ReceiptConfirmer
	core.RefundGetter
	core.FenceProver
	core.OrderPager
	Close() error
}

// host meets one adapter.
type host struct {
	row     row
	report  report
	log     boundedLog
	adapter adapter
}

// hostProcess meets the adapters of some rows, one after the other, and reports.
func hostProcess(names []string) (reports []report) {
	warm := &host{row: rowNamed(wellBehaved)}
	warm.meet()
	for _, name := range names {
		h := &host{row: rowNamed(name)}
		before := standing()
		h.meet()
		h.compare(before, settled(before))
		h.report.Broken = append(h.report.Broken, warm.report.Broken...)
		h.report.LogBytes = h.log.written()
		h.say(h.log.String())
		reports = append(reports, h.report)
	}
	return reports
}

// meet opens the adapter, makes the calls of the row and closes it.
func (h *host) meet() {
	began := time.Now()
	defer func() { h.report.Took = time.Since(began) }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := h.open(ctx); err != nil {
		return
	}
	for range h.row.times {
		for _, want := range h.row.want[1:] {
			name, _, _ := strings.Cut(want, ":")
			value, err := calls[name](ctx, h.adapter)
			h.note(name, value, err)
		}
	}
	h.report.Got = unrepeated(h.report.Got)
	closing := time.Now()
	if err := h.adapter.Close(); err != nil {
		h.broken("Close failed: %v", err)
	}
	if took := time.Since(closing); took > 5*time.Second {
		h.broken("Close took %s", took)
	}
}

func (h *host) open(ctx context.Context) error {
	c := plugin.Config{Account: "acc", Adapter: "evil", Command: []string{os.Args[0], adapterRole, h.row.name},
		Env: []string{token + "=" + os.Getenv(token)}, Settings: json.RawMessage(`{"api_secret":"` + secret + `"}`),
		Logger:       slog.New(&plainLog{to: &h.log}),
		StartTimeout: 10 * time.Second, ReadTimeout: patience, WriteTimeout: patience}
	if h.row.config != nil {
		h.row.config(&c)
	}
	if h.row.supervised {
		s := plugin.Supervise(plugin.SuperviseConfig{Config: c, DrainTimeout: 100 * time.Millisecond, BackoffFrom: 10 * time.Millisecond, BackoffMost: 50 * time.Millisecond, MostFailures: 3})
		h.adapter = s
		h.note("open", nil, s.Start(ctx))
		return nil // also one that did not start is closed
	}
	client, err := plugin.Open(ctx, c)
	h.adapter = client
	h.note("open", nil, err)
	return err
}

// note keeps what a call came to, and holds its error to the rules of all errors.
func (h *host) note(name string, value any, err error) {
	if err == nil {
		h.report.Got = append(h.report.Got, name+": ok")
		if !h.row.unseen {
			h.say(written(value))
		}
		return
	}
	e, typed := errors.AsType[*core.Error](err)
	if !typed {
		h.broken("%s: an error without a type: %v", name, err)
		return
	}
	h.report.Got = append(h.report.Got, name+": "+e.Code.String()+" "+e.Outcome.String())
	if e.Outcome == core.Done && !strings.HasPrefix(name, "buyer.") || e.Outcome == core.InDoubt && !writes[name] {
		h.broken("%s: an error may not be %s", name, e.Outcome)
	}
	h.say(e.Error(), string(e.Op), e.Field, e.Gateway.String(), written(e))
	h.say(e.Detail...)
}

func (h *host) say(texts ...string) {
	for _, t := range texts {
		h.report.Texts = append(h.report.Texts, short(t))
	}
}

// short keeps a report small.
func short(s string) string { return s[:min(len(s), 64<<10)] }

func (h *host) broken(format string, args ...any) {
	h.report.Broken = append(h.report.Broken, fmt.Sprintf(format, args...))
}

// compare holds the host after the meeting to the host before it.
func (h *host) compare(before, after stand) {
	h.report.Grown = peak() - before.memory
	if after.goroutines > before.goroutines {
		stacks := make([]byte, 1<<20)
		h.broken("%d goroutines became %d:\n%s", before.goroutines, after.goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	if after.files > before.files {
		h.broken("%d open files became %d", before.files, after.files)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		h.broken("left in the temporary folder: %q", left)
	}
	if sockets, _ := os.ReadFile("/proc/net/unix"); strings.Contains(string(sockets), os.TempDir()) {
		h.broken("a socket is still open below %s", os.TempDir())
	}
}

// stand is what a host holds.
type stand struct{ goroutines, files, memory int }

func standing() stand {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins here; else it is that of the start
	files, _ := os.ReadDir("/proc/self/fd")
	return stand{goroutines: runtime.NumGoroutine(), files: len(files), memory: memory("VmRSS")}
}

// settled waits until the host has no more than before, or long enough to say that it leaks.
func settled(before stand) stand {
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		files, _ := os.ReadDir("/proc/self/fd")
		now := stand{goroutines: runtime.NumGoroutine(), files: len(files)}
		if now.goroutines <= before.goroutines && now.files <= before.files || time.Now().After(end) {
			return now
		}
	}
}

// peak is the most memory that this process had, in KiB.
func peak() int { return memory("VmHWM") }

// memory reads one number of what the system says of this process.
func memory(name string) int {
	all, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(all), name+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0 // only Linux tells
	}
	n, _ := strconv.Atoi(fields[0])
	return n
}

// unrepeated leaves out what a repeated call said again.
func unrepeated(got []string) []string {
	var once []string
	seen := map[string]bool{}
	for _, g := range got {
		if !seen[g] {
			once = append(once, g)
		}
		seen[g] = true
	}
	return once
}

// boundedLog keeps the beginning of a log and counts the rest.
type boundedLog struct {
	mu   sync.Mutex
	kept bytes.Buffer
	size int
}

func (l *boundedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.size += len(p)
	l.kept.Write(p[:min(len(p), max(0, 64<<10-l.kept.Len()))])
	return len(p), nil
}

func (l *boundedLog) written() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

func (l *boundedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.String()
}

// plainLog writes records as they are: other handlers would hide what a terminal must not see.
type plainLog struct{ to *boundedLog }

func (l *plainLog) Enabled(context.Context, slog.Level) bool { return true }

func (l *plainLog) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.Key + "=" + a.Value.String()
		return true
	})
	_, err := l.to.Write([]byte(line + "\n"))
	return err
}

func (l *plainLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *plainLog) WithGroup(string) slog.Handler      { return l }

// calls are those that a host makes, by the name that rows give them.
var calls = map[string]func(context.Context, adapter) (any, error){
	"describe": func(ctx context.Context, a adapter) (any, error) { return a.Describe(ctx) },
	"get": func(ctx context.Context, a adapter) (any, error) {
		return a.GetOrder(ctx, core.GetOrderRequest{Order: ref})
	},
	"list": func(ctx context.Context, a adapter) (any, error) { return a.ListOrders(ctx, core.ListOrdersRequest{}) },
	"pages": func(ctx context.Context, a adapter) (any, error) {
		var n int
		for page, err := range a.OrderPages(ctx, core.ListOrdersRequest{}) {
			if err != nil {
				return nil, err
			}
			n += len(page.Orders)
		}
		return n, nil
	},
	"track": func(ctx context.Context, a adapter) (any, error) { return a.Track(ctx, core.TrackRequest{Order: ref}) },
	"quote": func(ctx context.Context, a adapter) (any, error) { return a.Quote(ctx, core.QuoteRequest{}) },
	"refund?": func(ctx context.Context, a adapter) (any, error) {
		return a.GetRefund(ctx, core.GetRefundRequest{Order: ref, ID: "r1"})
	},
	"fence": func(ctx context.Context, a adapter) (any, error) {
		return a.ProveFence(ctx, core.ProveFenceRequest{Age: time.Hour})
	},
	"create": func(ctx context.Context, a adapter) (any, error) {
		return a.CreateOrder(ctx, core.CreateOrderRequest{Ref: "po-1", Lines: []core.OrderLine{{ProductID: "1", Quantity: 1}}, Attempt: attempt()})
	},
	"pay": func(ctx context.Context, a adapter) (any, error) {
		return a.Pay(ctx, core.PayRequest{Order: ref, Expect: money.MustParse(price, money.CNY), Attempt: attempt()})
	},
	"refund": func(ctx context.Context, a adapter) (any, error) {
		return a.Refund(ctx, core.RefundRequest{Ref: "re-1", Order: ref, Kind: core.RefundOnly, Attempt: attempt()})
	},
	"cancel": func(ctx context.Context, a adapter) (any, error) {
		return a.CancelOrder(ctx, core.CancelOrderRequest{Order: ref, Attempt: attempt()})
	},
	"confirm": func(ctx context.Context, a adapter) (any, error) {
		return a.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: ref, Attempt: attempt()})
	},
	"buyer.create": buying(func(ctx context.Context, b *core.Buyer) (any, error) {
		return b.CreateOrder(ctx, core.CreateOrderRequest{Ref: "po-1", Lines: []core.OrderLine{{ProductID: "1", Quantity: 1}}, Address: core.Address{Name: "x", Mobile: "1", Street: "x"}})
	}),
	"buyer.pay": buying(func(ctx context.Context, b *core.Buyer) (any, error) {
		return b.Pay(ctx, core.PayRequest{Order: ref, Expect: money.MustParse(price, money.CNY)})
	}),
	"again": func(ctx context.Context, a adapter) (any, error) { // a read, later
		time.Sleep(300 * time.Millisecond)
		return a.GetOrder(ctx, core.GetOrderRequest{Order: ref})
	},
}

// buying makes a call as programs do, through a core.Buyer, which holds answers against requests.
func buying(call func(context.Context, *core.Buyer) (any, error)) func(context.Context, adapter) (any, error) {
	return func(ctx context.Context, a adapter) (any, error) {
		buyer, err := core.NewBuyer(ctx, a, core.BuyerOptions{Account: "acc"})
		if err != nil {
			return nil, err
		}
		return call(ctx, buyer)
	}
}

var ref = core.OrderRef{ID: asked}

// writes are the calls that may have happened when they fail.
var writes = map[string]bool{"buyer.create": true, "buyer.pay": true, "create": true, "pay": true, "refund": true, "cancel": true, "confirm": true}

func attempt() core.Attempt {
	now := time.Now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}
