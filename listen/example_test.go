package listen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/listen"
)

// A program buys, listens, and hears that the seller changed the price. Here the gateway is the offline
// one, and the adapter runs in the program itself.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	gateway, adapter := offline()
	defer gateway.Close()
	buyer, err := core.NewBuyer(ctx, adapter, core.BuyerOptions{Account: "cn"})
	if err != nil {
		log.Fatal(err)
	}
	inbox := core.NewMemoryInbox() // in a program: the journal, sqlite.Open(ctx, "sampan.db")
	l, err := listen.New(listen.Options{Buyers: []*core.Buyer{buyer}, Inbox: inbox, Log: inbox})
	if err != nil {
		log.Fatal(err)
	}
	go l.Run(ctx)
	server := httptest.NewServer(l) // in a program: an http.Server behind a proxy that speaks https
	defer server.Close()

	if err := gateway.PushTo(sandbox.Push{Gateway: "pandapon", Market: "1688", URL: server.URL + "/messages/cn"}); err != nil {
		log.Fatal(err)
	}
	order, err := buyer.CreateOrder(ctx, core.CreateOrderRequest{Ref: "po-4711",
		Address: core.Address{Name: "张三", Mobile: "13800000000", Province: "浙江省", City: "杭州市", District: "西湖区", Street: "示例路1号", Postcode: "310024"},
		Lines:   []core.OrderLine{{ProductID: "706627393257", SpecID: "b1f7eb839828d3781406f0a1074de3c9", Quantity: 3}}, MaxTotal: money.MustParse("250.00", money.CNY)})
	if err != nil {
		log.Fatal(err)
	}
	for event, err := range l.Events(ctx, "my-program") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Kind, event.Status, event.Payable)
		if event.Kind == core.EventPrice {
			break
		}
		if err := gateway.SetTotal(string(order.ID), 22000); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// order.seen awaiting_payment 232.00 CNY
	// order.price awaiting_payment 220.00 CNY
}

// A test of a program that listens needs no gateway: an adapter signs what a gateway would push.
func Example_signTestMessage() {
	gateway, adapter := offline()
	defer gateway.Close()
	m := adapter.SignTestMessage([]byte(`{"messageType":"ORDER_PAY_SUCCESS","messagePlatform":1,"timestamp":"1779263269913","messageBody":{"orderId":"17"}}`))
	r := httptest.NewRequest(http.MethodPost, "/messages/cn", nil)
	for name, value := range m.Header {
		r.Header.Set(name, value)
	}
	read, err := adapter.ParseMessage(context.Background(), m)
	fmt.Println(len(r.Header.Get("Authorization")), read.Kind, read.Orders, err)
	// Output: 64 order_changed [17] <nil>
}

func offline() (*sandbox.Server, *alibaba1688.Adapter) {
	server, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		log.Fatal(err)
	}
	settings, err := json.Marshal(map[string]any{"base_url": server.PandaPonURL(), "access_key": sandbox.DefaultAccessKey,
		"access_secret": sandbox.DefaultAccessSecret, "user_id": sandbox.DefaultUserID, "allow_private": true})
	if err != nil {
		log.Fatal(err)
	}
	adapter, err := alibaba1688.New(settings)
	if err != nil {
		log.Fatal(err)
	}
	return server, adapter
}
