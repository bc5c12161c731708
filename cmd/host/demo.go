package main

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
)

//go:embed demo/*.json
var demoOrders embed.FS

// demoAccount is one row of the demonstration.
type demoAccount struct {
	title, adapter string
	// refund is what is asked back in the end; its lines and order are filled in.
	refund core.RefundRequest
}

var demoAccounts = []demoAccount{
	{"taobao (PandaPon)", "taobao", core.RefundRequest{Amount: money.FromFen(100), Goods: core.GoodsNotReceived, ReasonID: "1", Reason: "少发一件"}},
	{"1688 (PandaPon)", "alibaba1688", core.RefundRequest{Amount: money.FromFen(7500), Goods: core.GoodsNotReceived, ReasonID: "1", Reason: "质量问题"}},
	{"1688 (dajisaas)", "dajisaas", core.RefundRequest{Amount: money.FromFen(179), Goods: core.GoodsNotReceived, Reason: "质量问题"}},
}

func (a *app) demoCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{Use: "demo", Short: "buy on three accounts, offline, through three adapter processes", Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			a.running = true
			ctx, cancel := context.WithTimeout(c.Context(), a.timeout)
			defer cancel()
			return a.demo(ctx, full)
		}}
	c.Flags().BoolVar(&full, "full", false, "the whole life, from the preview to the money back, with messages of the gateways")
	return c
}

// demo plays one purchase per account, and the seller between its steps.
func (a *app) demo(ctx context.Context, full bool) error {
	server, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "the offline gateways cannot listen on this machine: " + err.Error(), Err: err}
	}
	defer func() { _ = server.Close() }() // nothing of the demonstration outlives it
	fmt.Fprintf(a.out, "Offline gateways (PandaPon, dajisaas) serve at %s. Nothing leaves this machine.\n", server.URL())

	accounts, err := a.startDemo(ctx, server)
	defer func() {
		for _, o := range accounts {
			if o != nil {
				o.close()
			}
		}
	}()
	if err != nil {
		return err
	}
	shows := make([]*demoShow, len(demoAccounts))
	for i, account := range demoAccounts {
		shows[i] = &demoShow{app: a, demoAccount: account, server: server, opened: accounts[i]}
	}
	if full {
		if err := a.demoFull(ctx, server, shows); err != nil {
			return err
		}
		return a.summarise(shows)
	}
	for _, s := range shows {
		s.play(ctx, s.shortLife())
	}
	return a.summarise(shows)
}

// startDemo starts the three adapters at the same time.
func (a *app) startDemo(ctx context.Context, server *sandbox.Server) ([]*opened, error) {
	accounts := make([]*opened, len(demoAccounts))
	failures := make([]error, len(demoAccounts))
	var wait sync.WaitGroup
	for i, account := range demoAccounts {
		wait.Go(func() {
			settings := sandboxSettings(account.adapter, server.PandaPonURL(), server.DajisaasURL())
			accounts[i], failures[i] = a.start(ctx, account.title, account.adapter, settings, core.BuyerOptions{})
		})
	}
	wait.Wait()
	for i, o := range accounts {
		if o != nil {
			fmt.Fprintf(a.out, "Adapter %-12s runs as process %d, for the account %q.\n", demoAccounts[i].adapter, o.client.PID(), demoAccounts[i].title)
		}
	}
	fmt.Fprintln(a.out)
	return accounts, errors.Join(failures...)
}

// demoShow is one account's purchase as it goes on.
type demoShow struct {
	*app
	demoAccount
	server *sandbox.Server
	opened *opened

	order                          core.Order
	goods, paid, tracked, refunded string
	failed                         error

	// news are the account's events, heard those that were taken, agreed is the price that the caller
	// agreed to: for the whole life only.
	news   chan core.OrderEvent
	heard  []core.OrderEvent
	agreed money.Amount
	// received says that the receipt was confirmed.
	received bool
}

type demoStep struct {
	name string
	do   func(context.Context) (string, error)
}

func (s *demoShow) shortLife() []demoStep {
	return []demoStep{{"create", s.create}, {"list", s.list}, {"pay", s.pay}, {"read", s.awaitPaid}, {"(seller)", s.ship},
		{"track", s.track}, {"refund", s.askRefund}}
}

// play plays the steps until one fails.
func (s *demoShow) play(ctx context.Context, steps []demoStep) {
	for _, step := range steps {
		what, err := step.do(ctx)
		if err != nil {
			s.failed = err
			s.say(step.name, "FAILED: "+err.Error())
			return
		}
		if what != "" {
			s.say(step.name, what)
		}
	}
	fmt.Fprintln(s.out)
}

// say prints one step; what does not fit a terminal goes on under itself.
func (s *demoShow) say(step, what string) {
	const margin, width = 28, 70
	head := fmt.Sprintf("%-18s%-10s", s.title, step)
	for line := range strings.SplitSeq(text.WrapSoft(plain(what), width), "\n") {
		fmt.Fprintln(s.out, strings.TrimRight(head+strings.TrimSpace(line), " "))
		head = strings.Repeat(" ", margin)
	}
}

func (s *demoShow) request() (r core.CreateOrderRequest, err error) {
	file, err := demoOrders.ReadFile("demo/" + s.adapter + ".json")
	if err == nil {
		err = json.Unmarshal(file, &r)
	}
	return r, err
}

func (s *demoShow) create(ctx context.Context) (string, error) {
	r, err := s.request()
	if err != nil {
		return "", err
	}
	if s.order, err = s.opened.buyer.CreateOrder(ctx, r); err != nil {
		return "", err
	}
	pieces := int64(0)
	for _, line := range r.Lines {
		pieces += line.Quantity
	}
	s.goods = counted(len(r.Lines), "line") + ", " + counted(int(pieces), "piece")
	price := ""
	if !s.order.Totals.Payable.IsSet() {
		price = "; the gateway does not say yet what it costs"
	}
	return fmt.Sprintf("order %s under ref %q: %s%s", s.order.ID, r.Ref, s.goods, price), nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// list finds the order again, the way a program would after a restart, and learns its price.
func (s *demoShow) list(ctx context.Context) (string, error) {
	return s.until(ctx, "the order has no price yet", func() (string, bool, error) {
		for order, err := range s.opened.buyer.ListOrders(ctx, core.ListOrdersRequest{}) {
			if err != nil {
				return "", false, err
			}
			if order.ID != s.order.ID {
				continue
			}
			handle := s.order.Handle
			if s.order = order; order.Handle == "" {
				s.order.Handle = handle
			}
			return fmt.Sprintf("found: %s, payable %s", status(order.Status, order.UpstreamStatus), order.Totals.Payable), order.Totals.Payable.IsSet(), nil
		}
		return "", false, errors.New("the order is not in the list")
	})
}

func (s *demoShow) pay(ctx context.Context) (string, error) {
	payment, err := s.opened.buyer.Pay(ctx, core.PayRequest{Order: s.order.OrderRef, Expect: s.order.Totals.Payable})
	if err != nil {
		return "", err
	}
	how := map[core.PaymentState]string{core.Settled: "settled: the money has moved", core.Accepted: "accepted: the gateway will pay; only a later read shows that it did"}[payment.State]
	return fmt.Sprintf("%s expected and %s", s.order.Totals.Payable, how), nil
}

// awaitPaid reads the order until the money has moved: an accepted payment is not yet paid.
func (s *demoShow) awaitPaid(ctx context.Context) (string, error) {
	reads := 0
	return s.until(ctx, "the order was not paid", func() (string, bool, error) {
		reads++
		order, err := s.opened.buyer.GetOrder(ctx, core.GetOrderRequest{Order: s.order.OrderRef})
		s.paid = order.Totals.Payable.String()
		return fmt.Sprintf("%s, %s, after %s", order.Status, s.paid, counted(reads, "read")), order.Status.IsPaid(), err
	})
}

// until tries a bounded number of times.
func (s *demoShow) until(ctx context.Context, failure string, try func() (string, bool, error)) (string, error) {
	for range 20 {
		what, ok, err := try()
		if ok || err != nil {
			return what, err
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return "", errors.New(failure)
}

func (s *demoShow) ship(context.Context) (string, error) {
	id := string(s.order.ID)
	if err := s.server.Ship(id); err != nil {
		return "", err
	}
	if err := s.server.Scan(id, "快件已到达 杭州转运中心", "杭州市"); err != nil {
		return "", err
	}
	return "the demonstration plays the seller: shipped, scanned once", nil
}

func (s *demoShow) track(ctx context.Context) (string, error) {
	tracking, err := s.opened.buyer.Track(ctx, core.TrackRequest{Order: s.order.OrderRef})
	if err != nil {
		return "", err
	}
	if len(tracking.Parcels) == 0 {
		return "", errors.New("there is no parcel")
	}
	parcel := tracking.Parcels[0]
	if !tracking.EventsAvailable {
		s.tracked = "number only"
		return fmt.Sprintf("parcel %s %s: number only (%s)", parcel.Carrier, parcel.Number, tracking.Note), nil
	}
	s.tracked = counted(len(parcel.Events), "scan")
	latest := ""
	if len(parcel.Events) > 0 {
		latest = ", latest: " + parcel.Events[0].Text
	}
	return fmt.Sprintf("parcel %s %s: %s%s", parcel.Carrier, parcel.Number, s.tracked, latest), nil
}

// askRefund takes an Unsupported answer as what it is: the honest end of an account whose gateway
// has no refunds.
func (s *demoShow) askRefund(ctx context.Context) (string, error) {
	r := s.refund
	r.Ref, r.Order, r.Kind = "refund-"+core.Ref(s.adapter), s.order.OrderRef, core.RefundOnly
	if len(s.order.Lines) > 0 {
		r.Lines = []core.RefundLine{{ID: s.order.Lines[0].ID}}
	}
	refund, err := s.opened.buyer.Refund(ctx, r)
	if errors.Is(err, core.Unsupported) {
		s.refunded = "unsupported"
		return unsupported(err), nil
	}
	if err != nil {
		return "", err
	}
	s.refunded = refund.Amount.String()
	return fmt.Sprintf("%s of %s asked back, refund %s", refund.Amount, s.order.Totals.Payable, refund.ID), nil
}

var demoColumns = []column[*demoShow]{
	{title: "account", text: func(s *demoShow) string { return s.title }},
	{title: "order", text: func(s *demoShow) string { return string(s.order.ID) }},
	{title: "paid", text: func(s *demoShow) string { return s.paid }},
	{title: "tracking", text: func(s *demoShow) string { return s.tracked }},
	{title: "refund asked", text: func(s *demoShow) string { return s.refunded }},
	{title: "result", text: func(s *demoShow) string {
		if s.failed != nil {
			return "FAILED"
		}
		return "ok"
	}},
}

// demoFailed is what the demonstration ends with: what failed, and of what kind it was.
func demoFailed(s *demoShow) error {
	e := core.Error{Code: core.Internal, Outcome: core.NotDone}
	if cause, ok := errors.AsType[*core.Error](s.failed); ok {
		e = *cause
	}
	e.Message = fmt.Sprintf("the demonstration's account %q failed: %s", s.title, cmp.Or(e.Message, s.failed.Error()))
	return &e
}

func (a *app) summarise(shows []*demoShow) error {
	if err := writeTable(a.out, shows, demoColumns); err != nil {
		return err
	}
	for _, s := range shows {
		if s.failed != nil {
			return demoFailed(s)
		}
	}
	fmt.Fprintln(a.out, "Next: `host sandbox` serves the same gateways to your own sampan.toml;\n      `host adapters` says what each adapter can do, and why not.")
	return nil
}
