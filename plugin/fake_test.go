package plugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin"
)

// fake is an adapter whose behaviour its settings choose.
type fake struct {
	mode   string
	secret core.Secret
}

type fakeSettings struct {
	Mode   string      `json:"mode"`
	Secret core.Secret `json:"api_secret"`
}

func newFake(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
	var s fakeSettings
	if err := core.DecodeSettings(settings, &s); err != nil {
		return nil, err
	}
	if s.Mode == "log-secret" {
		slog.Error("my secret is " + s.Secret.Reveal())
	}
	switch s.Mode {
	case "no-term":
		signal.Ignore(syscall.SIGTERM)
	case "log-flood":
		go func() {
			for {
				fmt.Fprintln(os.Stderr, "one of very many lines")
			}
		}()
	case "log-long":
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 1<<20)+"\nafter it")
	case "refuse-secret":
		return nil, &core.Error{Code: core.Denied, Outcome: core.NotDone, Message: "the secret " + s.Secret.Reveal() + " is wrong"}
	case "nothing":
		return nil, nil
	}
	return &fake{s.Mode, s.Secret}, nil
}

func (f *fake) Describe(context.Context) (core.Description, error) {
	return core.Description{Adapter: "fake", Version: "1", Market: "fake", Operations: map[core.Operation]core.Capability{
		core.OpCreateOrder: {Support: core.Supported}, core.OpListOrders: {Support: core.Supported}}}, nil
}

func (f *fake) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	order := core.Order{OrderRef: core.OrderRef{ID: "o1"}, Ref: r.Ref, Status: core.AwaitingPayment,
		Totals: core.Totals{Payable: money.MustParse("232.00", money.CNY)}}
	switch f.mode {
	case "panic":
		panic("no such thing")
	case "exit":
		fmt.Fprintln(os.Stderr, "the last words of this adapter")
		os.Exit(3)
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "hang":
		<-ctx.Done()
		return core.Order{}, ctx.Err()
	case "deaf":
		time.Sleep(3 * time.Second)
	case "second":
		time.Sleep(time.Second)
	case "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Minute)
	case "huge":
		order.Raw = json.RawMessage(`"` + strings.Repeat("x", 9<<20) + `"`)
	case "bad-money":
		order.MarketplaceIDs = []string{"a\x1b[2J"}
	case "refused":
		return core.Order{}, &core.Error{Code: core.Refused, Outcome: core.NotDone, Message: "out of stock",
			Gateway: core.GatewayError{Code: "1009", Message: "库存不足", RequestID: "r1"}}
	case "plain-error":
		return core.Order{}, errors.New("something")
	case "env":
		return core.Order{}, &core.Error{Code: core.Internal, Message: strings.Join(os.Environ(), "\n")}
	case "say-secret":
		return core.Order{}, &core.Error{Code: core.Refused, Outcome: core.NotDone, Message: "bad " + f.secret.Reveal(),
			Gateway: core.GatewayError{Message: f.secret.Reveal()}, Detail: []string{f.secret.Reveal()}}
	case "no-id":
		order.ID = ""
	case "done":
		return core.Order{}, &core.Error{Code: core.Internal, Outcome: core.Done, Message: "bought"}
	case "nil-error":
		var none *core.Error
		return core.Order{}, none
	case "flood":
		flood(10 << 20)
	case "children":
		order.Number = children()
	case "print":
		fmt.Println("a word on standard output")
	}
	return order, nil
}

// ListOrders gives seven orders, one a page.
func (f *fake) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if f.mode == "hang" {
		<-ctx.Done()
		return core.OrderPage{}, ctx.Err()
	}
	if f.mode == "loop" {
		return core.OrderPage{Next: "same"}, nil
	}
	if once, ok := strings.CutPrefix(f.mode, "die-once:"); ok {
		if mark, err := os.OpenFile(once, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			_ = mark.Close()
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	n := len(r.Cursor) + 1
	page := core.OrderPage{Orders: []core.Order{{OrderRef: core.OrderRef{ID: core.OrderID(fmt.Sprint("o", n))}}}}
	if n < 7 {
		page.Next = strings.Repeat("x", n)
	}
	return page, nil
}

func (f *fake) Pay(context.Context, core.PayRequest) (core.Payment, error) {
	return core.Payment{}, errors.New("plain")
}
func (f *fake) Track(context.Context, core.TrackRequest) (core.Tracking, error) {
	return core.Tracking{}, errors.New("plain")
}
func (f *fake) Refund(context.Context, core.RefundRequest) (core.Refund, error) {
	return core.Refund{}, errors.New("plain")
}

// program is what this test's own executable becomes when it is started as an adapter.
func program(mode string) {
	serve := plugin.ServeConfig{Name: "fake", Version: "1", New: newFake}
	switch mode {
	case alibaba1688.Name:
		serve.New = func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			return alibaba1688.New(settings)
		}
		plugin.Serve(serve)
	case "rubbish":
		fmt.Println("Welcome to my adapter!")
	case "print-first":
		fmt.Println("1|hello")
	case "other-version":
		fmt.Println("1|7|unix|/nowhere|grpc|")
		time.Sleep(time.Minute)
	case "exit-at-start":
		fmt.Fprintln(os.Stderr, "cannot find my licence")
		os.Exit(3)
	case "deaf":
		l, err := net.Listen("unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s"))
		if err != nil {
			panic(err)
		}
		fmt.Printf("1|1|unix|%s|grpc|\n", l.Addr())
		time.Sleep(time.Minute)
	case "slow":
		time.Sleep(time.Minute)
	case "levels":
		serve.New = func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
			slog.Debug("a debug line")
			slog.Warn("a warning", "n", 7)
			slog.With("shop", "x").WithGroup("g").Error("an error line", slog.Group("in", "n", 8), "long", time.Minute)
			return newFake(ctx, account, nil)
		}
		plugin.Serve(serve)
	case nextMajor, nextMinor, nextMinorErrors, firstMinor:
		serveOther(mode)
	default:
		plugin.Serve(serve)
	}
}

// flood writes to the file of standard output itself, as a C library would, and without a line's end.
func flood(size int) {
	f := os.NewFile(1, "stdout")
	if _, err := f.WriteString(strings.Repeat("x", size)); err != nil {
		panic(err)
	}
}

// children starts one child in the adapter's group that holds nothing, and one that left the group
// and holds the adapter's standard error. It gives their ids.
func children() string {
	quiet := exec.Command("/bin/sleep", "60")
	left := exec.Command("/bin/sleep", "60")
	left.Stderr, left.SysProcAttr = os.Stderr, &syscall.SysProcAttr{Setsid: true}
	if err := errors.Join(quiet.Start(), left.Start()); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%d-%d", quiet.Process.Pid, left.Process.Pid)
}
