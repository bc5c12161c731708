package plugin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

// A program starts an adapter, buys and pays. Here the gateway is the offline one.
func Example() {
	program, settings, stop := offline()
	defer stop()
	journal := core.NewMemoryJournal() // in a program: sqlite.Open(ctx, "sampan.db")

	ctx := context.Background()
	adapter, err := plugin.Open(ctx, plugin.Config{Account: "cn", Command: program, Settings: settings})
	if err != nil {
		log.Fatal(err)
	}
	defer adapter.Close()
	buyer, err := core.NewBuyer(ctx, adapter, core.BuyerOptions{Account: "cn", Journal: journal})
	if err != nil {
		log.Fatal(err)
	}
	order, err := buyer.CreateOrder(ctx, core.CreateOrderRequest{Ref: "po-4711", Address: warehouse,
		Lines:    []core.OrderLine{{ProductID: "706627393257", SpecID: "b1f7eb839828d3781406f0a1074de3c9", Quantity: 3}},
		MaxTotal: money.MustParse("250.00", money.CNY)})
	if err != nil {
		log.Fatal(core.OutcomeOf(err), err) // in_doubt: look before you try again
	}
	payment, err := buyer.Pay(ctx, core.PayRequest{Order: order.OrderRef, Expect: order.Totals.Payable})
	fmt.Println(order.ID, order.Totals.Payable, payment.State, err)
	// Output: 2542285634920880794 232.00 CNY settled <nil>
}

var warehouse = core.Address{Name: "张三", Mobile: "13800000000", Province: "浙江省", City: "杭州市", District: "西湖区",
	Town: "转塘街道", Street: "示例路1号", Postcode: "310024"}

// offline starts a gateway for the example and gives the adapter program and its settings.
func offline() (program []string, settings json.RawMessage, stop func()) {
	server, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		log.Fatal(err)
	}
	settings, err = json.Marshal(map[string]any{"base_url": server.PandaPonURL(), "access_key": sandbox.DefaultAccessKey,
		"access_secret": sandbox.DefaultAccessSecret, "user_id": sandbox.DefaultUserID, "allow_private": true})
	if err != nil {
		log.Fatal(err)
	}
	return []string{os.Args[0], marker, alibaba1688.Name}, settings, func() { _ = server.Close() }
}
