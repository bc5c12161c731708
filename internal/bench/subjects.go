package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

// The account of the measured gateway, which takes any.
const (
	accessKey    = "bench-key"
	accessSecret = "bench-secret"
	userID       = "bench-user"
)

// subject reads orders in one of the ways that are compared.
type subject interface {
	// Order reads one order.
	Order(context.Context) error
	// List reads all orders of the gateway that base names, in pages of 100, and gives each to take.
	List(ctx context.Context, take func(core.Order)) error
}

// tradeID is the id of the one order that the gateway's detail gives.
const tradeID = core.OrderID("2257164624870311973")

// direct is the plain client as a subject.
type direct struct{ *plain }

func (d direct) Order(ctx context.Context) error {
	order, err := d.order(ctx, tradeID)
	return right(order, err)
}

func (d direct) List(ctx context.Context, take func(core.Order)) error {
	for n := 1; ; n++ {
		orders, total, err := d.page(ctx, n)
		if err != nil {
			return err
		}
		for _, order := range orders {
			take(order)
		}
		if n*perPage >= total {
			return nil
		}
	}
}

// fast is a direct client with the adapter's own decoder: what the boundary alone costs is what is
// between it and sampan.
type fast struct{ adapter *alibaba1688.Adapter }

func (f fast) Order(ctx context.Context) error {
	order, err := f.adapter.GetOrder(ctx, core.GetOrderRequest{Order: core.OrderRef{ID: tradeID}})
	return right(order, err)
}

func (f fast) List(ctx context.Context, take func(core.Order)) error {
	for page, err := range core.PagesOf(ctx, f.adapter.ListOrders, core.ListOrdersRequest{PageSize: perPage}) {
		if err != nil {
			return err
		}
		for _, order := range page.Orders {
			take(order)
		}
	}
	return nil
}

// sampan is a program that links the library, with the adapter in process or in a process of its own.
type sampan struct{ buyer *core.Buyer }

func (s sampan) Order(ctx context.Context) error {
	order, err := s.buyer.GetOrder(ctx, core.GetOrderRequest{Order: core.OrderRef{ID: tradeID}})
	return right(order, err)
}

func (s sampan) List(ctx context.Context, take func(core.Order)) error {
	for order, err := range s.buyer.ListOrders(ctx, core.ListOrdersRequest{PageSize: perPage}) {
		if err != nil {
			return err
		}
		take(order)
	}
	return nil
}

// right holds the answer to what it must be: a client that reads nothing is quick.
func right(order core.Order, err error) error {
	if err != nil {
		return err
	}
	if order.ID != tradeID || len(order.Lines) != 1 || order.Totals.Payable.Decimal() != "11.96" {
		return errors.New("another order came than the one that the gateway gave")
	}
	return nil
}

// The ways, in the order of the tables.
const (
	wayPlain = iota
	wayFast
	wayInProcess
	wayProcess
	ways
)

var wayNames = [ways]string{"plain", "fast", "in process", "process"}

// subjects are all ways to read from the gateway at base. pid is the adapter's process.
func subjects(ctx context.Context, base string) (all [ways]subject, pid int, stop func() error, err error) {
	settings, err := json.Marshal(map[string]any{"base_url": base, "access_key": accessKey, "access_secret": accessSecret, "user_id": userID, "allow_private": true})
	if err != nil {
		return all, 0, nil, err
	}
	adapter, err := alibaba1688.New(settings)
	if err != nil {
		return all, 0, nil, err
	}
	inProcess, err := core.NewBuyer(ctx, adapter, core.BuyerOptions{})
	if err != nil {
		return all, 0, nil, err
	}
	own, err := os.Executable()
	if err != nil {
		return all, 0, nil, err
	}
	client, err := plugin.Open(ctx, plugin.Config{Account: "bench", Adapter: alibaba1688.Name, Command: []string{own, "adapter"}, Settings: settings})
	if err != nil {
		return all, 0, nil, fmt.Errorf("the adapter did not start: %w", err)
	}
	process, err := core.NewBuyer(ctx, client, core.BuyerOptions{})
	if err != nil {
		return all, 0, nil, errors.Join(err, client.Close())
	}
	return [ways]subject{direct{newPlain(base)}, fast{adapter}, sampan{inProcess}, sampan{process}}, client.PID(), client.Close, nil
}
