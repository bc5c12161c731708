package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/listen"
)

// demoGateways are where the accounts of demoAccounts get their messages from.
var demoGateways = map[string]sandbox.Push{
	"taobao":      {Gateway: "pandapon", Market: "taobao"},
	"alibaba1688": {Gateway: "pandapon", Market: "1688"},
	"dajisaas":    {Gateway: "dajisaas", Market: "1688"},
}

// demoPatience is how long a step waits for a message.
const demoPatience = 15 * time.Second

// demoFull plays the whole life of one purchase per account. Whatever the seller or the gateway does
// reaches it by a signed message, or by the poll.
func (a *app) demoFull(ctx context.Context, server *sandbox.Server, shows []*demoShow) error {
	var buyers []*core.Buyer
	for _, s := range shows {
		s.news = make(chan core.OrderEvent, 100)
		buyers = append(buyers, s.opened.buyer)
	}
	inbox := core.NewMemoryInbox()
	l, err := listen.New(listen.Options{Buyers: buyers, Inbox: inbox, Log: inbox, Poll: time.Second, Logger: a.logger()})
	if err != nil {
		return err
	}
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: l, ReadHeaderTimeout: time.Second}
	ctx, stop := context.WithCancel(ctx)
	var jobs sync.WaitGroup
	jobs.Go(func() { _ = web.Serve(socket) }) // it ends when it is closed
	jobs.Go(func() { _ = l.Run(ctx) })
	jobs.Go(func() { tell(ctx, l, shows) })
	defer func() { stop(); _ = web.Close(); jobs.Wait() }()
	for _, s := range shows {
		to := demoGateways[s.adapter]
		to.URL = "http://" + socket.Addr().String() + "/messages/" + url.PathEscape(s.opened.buyer.Account())
		if err := server.PushTo(to); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.out, "The gateways push signed messages to http://%s/messages/ACCOUNT.\n\n", socket.Addr())
	for _, s := range shows {
		s.play(ctx, s.wholeLife())
	}
	return nil
}

// tell gives every event to the account that it is about.
func tell(ctx context.Context, l *listen.Listener, shows []*demoShow) {
	for event, err := range l.Events(ctx, "demo") {
		if err != nil {
			return
		}
		for _, s := range shows {
			if s.opened.buyer.Account() == event.Account {
				s.news <- event
			}
		}
	}
}

func (s *demoShow) wholeLife() []demoStep {
	return []demoStep{
		{"preview", s.preview}, {"create", s.create}, {"message", s.awaitSeen}, {"(seller)", s.raisePrice}, {"message", s.awaitPrice}, {"pay", s.payAtNewPrice},
		{"message", s.awaitStatus(core.Paid)}, {"(seller)", s.ship}, {"message", s.awaitStatus(core.Shipped)}, {"track", s.track},
		{"receive", s.receive}, {"message", s.awaitReceived}, {"read", s.read}, {"refund", s.askRefund}, {"(seller)", s.agree}, {"message", s.awaitMoney},
	}
}

func (s *demoShow) preview(ctx context.Context) (string, error) {
	r, err := s.request()
	if err != nil {
		return "", err
	}
	quote, err := s.opened.buyer.Quote(ctx, core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
	if errors.Is(err, core.Unsupported) {
		return unsupported(err), nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s would cost %s, shipping %s", counted(len(quote.Lines), "line"), quote.Totals.Payable, quote.Totals.Shipping), nil
}

// awaitSeen learns what the order costs, which not every gateway says when it is made.
func (s *demoShow) awaitSeen(ctx context.Context) (string, error) {
	e, err := s.await(ctx, "the order", func(e core.OrderEvent) bool { return e.Payable.IsSet() })
	s.order.Totals.Payable = e.Payable
	return fmt.Sprintf("%s, payable %s", e.Status, e.Payable), err
}

// raisePrice is the seller adding 0.50 to what was agreed.
func (s *demoShow) raisePrice(context.Context) (string, error) {
	higher, err := s.order.Totals.Payable.Add(money.FromFen(50))
	if err != nil {
		return "", err
	}
	fen, err := higher.Minor()
	if err != nil {
		return "", err
	}
	return "the demonstration plays the seller: the price goes up to " + higher.String(), s.server.SetTotal(string(s.order.ID), fen)
}

func (s *demoShow) awaitPrice(ctx context.Context) (string, error) {
	e, err := s.await(ctx, "the new price", func(e core.OrderEvent) bool { return e.Kind == core.EventPrice })
	s.agreed = e.Payable
	return fmt.Sprintf("the order costs %s, and not %s any more", e.Payable, e.PayableBefore), err
}

// payAtNewPrice shows first that the old consent pays nothing.
func (s *demoShow) payAtNewPrice(ctx context.Context) (string, error) {
	old := s.order.Totals.Payable
	_, err := s.opened.buyer.Pay(ctx, core.PayRequest{Order: s.order.OrderRef, Expect: old})
	if !errors.Is(err, core.Guarded) {
		return "", fmt.Errorf("at the old price the payment must be refused before it is sent, and was not: %w", err)
	}
	s.order.Totals.Payable = s.agreed
	what, err := s.pay(ctx)
	return "at " + old.String() + " refused, and nothing was sent; the caller agrees to the new price: " + what, err
}

func (s *demoShow) awaitStatus(wanted ...core.Status) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		e, err := s.await(ctx, "the status "+wanted[0].String(), func(e core.OrderEvent) bool {
			for _, status := range wanted {
				if e.Status == status {
					return true
				}
			}
			return false
		})
		if e.Status.IsPaid() {
			s.paid = e.Payable.String()
		}
		return e.StatusBefore.String() + " -> " + e.Status.String(), err
	}
}

func (s *demoShow) receive(ctx context.Context) (string, error) {
	if err := s.server.Deliver(string(s.order.ID)); err != nil {
		return "", err
	}
	_, err := s.opened.buyer.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: s.order.OrderRef})
	if errors.Is(err, core.Unsupported) {
		return unsupported(err), nil
	}
	s.received = err == nil
	return "the goods are here; the seller gets the money", err
}

func (s *demoShow) awaitReceived(ctx context.Context) (string, error) {
	if !s.received {
		return "", nil
	}
	return s.awaitStatus(core.Received, core.Completed)(ctx)
}

// read learns the lines of the order, which a refund names.
func (s *demoShow) read(ctx context.Context) (string, error) {
	order, err := s.opened.buyer.GetOrder(ctx, core.GetOrderRequest{Order: s.order.OrderRef})
	if err == nil {
		s.order = order
	}
	return "", err
}

// agree is the seller giving the money back, where it was asked for.
func (s *demoShow) agree(context.Context) (string, error) {
	if s.refunded == "unsupported" {
		return "", nil
	}
	return "the demonstration plays the seller: agreed", s.server.SettleRefund(string(s.order.ID))
}

func (s *demoShow) awaitMoney(ctx context.Context) (string, error) {
	if s.refunded == "unsupported" {
		return "", nil
	}
	e, err := s.await(ctx, "that the money is back", func(e core.OrderEvent) bool { return e.Kind == core.EventRefund && e.RefundState == core.RefundPaid })
	return fmt.Sprintf("refund %s: the money is back", e.Refund), err
}

// await takes events until one is the one that is waited for.
func (s *demoShow) await(ctx context.Context, what string, is func(core.OrderEvent) bool) (core.OrderEvent, error) {
	for _, e := range s.heard {
		if is(e) {
			return e, nil
		}
	}
	timer := time.NewTimer(demoPatience)
	defer timer.Stop()
	for {
		select {
		case e := <-s.news:
			s.heard = append(s.heard, e)
			if e.Order == s.order.ID && is(e) {
				return e, nil
			}
		case <-ctx.Done():
			return core.OrderEvent{}, ctx.Err()
		case <-timer.C:
			return core.OrderEvent{}, errors.New("no message told " + what)
		}
	}
}

// unsupported takes an operation that the gateway does not have as what it is: the honest end of a step.
func unsupported(err error) string {
	e, _ := errors.AsType[*core.Error](err)
	return "unsupported, as the gateway is: " + e.Message
}
