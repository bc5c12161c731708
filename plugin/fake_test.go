package plugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

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
	if s.Mode == "many-lines" {
		go manyLines()
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
	if gateway, ok := strings.CutPrefix(f.mode, "chatty:"); ok {
		return order, buyChattily(ctx, gateway)
	}
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
		order.Number = strings.Repeat("x", 9<<20)
	case "large-raw":
		order.Raw = json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`)
		order.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "o2"}, Raw: order.Raw}}
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
	case "flood-child":
		floodOfAChild()
	case "panic-goroutine":
		go func() { panic("lost in a goroutine") }()
		select {}
	case "waits": // for its turn, and has sent nothing
		<-ctx.Done()
		return core.Order{}, &core.Error{Code: core.Canceled, Outcome: core.NotDone, Message: "not sent"}
	case "sent":
		<-ctx.Done()
		return core.Order{}, &core.Error{Code: core.Canceled, Outcome: core.InDoubt, Message: "sent, no answer"}
	case "self":
		order.Number = self()
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
	if f.mode == "deaf" {
		time.Sleep(3 * time.Second)
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
	case "late":
		time.Sleep(time.Second)
		plugin.Serve(serve)
	case "no-pipe":
		_ = os.Unsetenv("SAMPAN_LIVENESS_FD")
		plugin.Serve(serve)
	case "200-lines":
		for n := range 200 {
			fmt.Println("line", n)
		}
		time.Sleep(time.Minute)
	case "long-lines":
		serve.New = func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
			long := strings.Repeat("x", 1<<20)
			slog.Error("slog "+long, "n", 1)
			hclog.Default().Error("hclog " + long)
			fmt.Fprintln(os.Stderr, "[ERROR] text "+long)
			slog.Error("an error line")
			return newFake(ctx, account, nil)
		}
		plugin.Serve(serve)
	case "odd-lines":
		serve.New = func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
			fmt.Fprintln(os.Stderr, "{\"@message\":7,\"@level\":null,\"@timestamp\":[]}")
			fmt.Fprintln(os.Stderr, "panic: this is only a text")
			fmt.Fprintln(os.Stderr, "a harmless text")
			slog.Error("an error line")
			return newFake(ctx, account, nil)
		}
		plugin.Serve(serve)
	case "levels":
		serve.New = func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
			slog.Debug("a debug line")
			slog.Warn("a warning", "n", 7)
			slog.Info("a notice")
			log.Print("[WARN] of package log")
			hclog.Default().Debug("a debug line of hclog")
			hclog.Default().Info("a notice of hclog")
			hclog.Default().Warn("a warning of hclog", "n", 9)
			hclog.Default().Error("an error of hclog")
			for _, level := range []string{"DEBUG", "INFO", "WARN", "ERROR"} {
				fmt.Fprintf(os.Stderr, "[%s] plain text\n", level)
			}
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

// A library that greets whoever loads it.
func init() {
	if len(os.Args) > 2 && os.Args[1] == marker && os.Args[2] == "greet" {
		fmt.Println("This is libgreet 1.0")
		fmt.Println("with a second line")
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

// floodOfAChild has a child write to its standard output, which is this process's file number 1.
func floodOfAChild() {
	number, err := syscall.Dup(1)
	if err != nil {
		panic(err)
	}
	out := os.NewFile(uintptr(number), "fd 1")
	defer out.Close()
	child := exec.Command("/bin/sh", "-c", "head -c 10485760 /dev/zero")
	child.Stdout = out
	if err := child.Run(); err != nil {
		panic(err)
	}
}

// manyLines logs 10,000 lines a second.
func manyLines() {
	for range time.Tick(10 * time.Millisecond) {
		for n := range 100 {
			slog.Info("one of many lines", "n", n)
		}
	}
}

// buyChattily sends one request to a gateway and logs all the time.
func buyChattily(ctx context.Context, gateway string) error {
	chat, quiet := context.WithCancel(ctx)
	defer quiet()
	go func() {
		for chat.Err() == nil {
			slog.Info("still waiting for the gateway")
			fmt.Fprintln(os.Stderr, "and waiting")
			fmt.Println("and waiting")
			time.Sleep(time.Millisecond)
		}
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, gateway, strings.NewReader(strings.Repeat("x", 1<<20)))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		answer.Body.Close()
	}
	for range 20 { // an adapter that logs its failure when nobody reads it any more
		slog.Error("the gateway did not answer", "error", err)
	}
	return err
}

// self says what the process got from its host.
func self() string {
	stdin, err := io.ReadAll(os.Stdin)
	var alive syscall.Stat_t
	pipe := syscall.Fstat(3, &alive) == nil && alive.Mode&syscall.S_IFMT == syscall.S_IFIFO
	return fmt.Sprintf("stdin=%q %v group=%t pipe=%t", stdin, err, syscall.Getpgrp() == os.Getpid(), pipe)
}
