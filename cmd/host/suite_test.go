package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/plugintest"
)

// TestSuite runs the behaviour that every adapter owes on the three adapters, each in three ways:
// directly, over gRPC without a process, and as the real process. The way that fails names the room
// that broke.
func TestSuite(t *testing.T) {
	for _, subject := range suiteSubjects {
		for way, open := range ways {
			t.Run(subject.order+"/"+way, func(t *testing.T) {
				t.Parallel()
				s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
				require.NoError(t, err)
				t.Cleanup(func() { _ = s.Close() })
				named := sandboxSettings(subject.adapter, s.PandaPonURL(), s.DajisaasURL())
				if subject.order == "dajisaas-taobao" {
					named = dajiTaobaoSettings(s.DajisaasURL())
				}
				settings, err := json.Marshal(named)
				require.NoError(t, err)
				adapter := open(t, subject.adapter, settings)
				adaptertest.Run(t, subject.harness(s, adapter))
			})
		}
	}
}

var ways = map[string]func(*testing.T, string, json.RawMessage) core.Adapter{
	"direct": openDirect,
	"grpc": func(t *testing.T, name string, s json.RawMessage) core.Adapter {
		return plugintest.Connect(t, openDirect(t, name, s))
	},
	"process": openProcess,
}

func openDirect(t *testing.T, name string, settings json.RawMessage) core.Adapter {
	a, err := builtins[name].New(t.Context(), "suite", settings)
	require.NoError(t, err)
	return a
}

func openProcess(t *testing.T, name string, settings json.RawMessage) core.Adapter {
	client, err := plugin.Open(t.Context(), plugin.Config{Account: "suite", Adapter: name, Command: []string{os.Args[0], "adapter", name}, Settings: settings,
		Logger: slog.New(slog.DiscardHandler), Env: []string{"GORACE=atexit_sleep_ms=0"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// suiteSubject is what the suite must know of one adapter.
type suiteSubject struct {
	adapter string
	// order is the example of it in testdata/orders.
	order   string
	payable string // "" where the answer of create does not say
	refund  func(core.Order, core.RefundRequest) core.RefundRequest
	// writes are the paths, without the gateway's prefix, that ask for a write.
	writes []string
}

var suiteSubjects = []suiteSubject{
	{adapter: "taobao", order: "taobao", payable: "", refund: oneLine,
		writes: []string{"/open/order", "/open/order/pay", "/open/order/cancel", "/open/order/refund/submit"}},
	{adapter: "alibaba1688", order: "alibaba1688", payable: "232.00", refund: wholeOrder,
		writes: []string{"/alibaba/order/create", "/alibaba/order/pay/url", "/alibaba/order/cancel", "/alibaba/order/receivegoods", "/alibaba/refund/detail/create"}},
	{adapter: "dajisaas", order: "dajisaas", payable: "11.96",
		writes: []string{"/alibaba/trade/createCrossOrder", "/alibaba/trade/cancel", "/alibaba/trade/pay/protocolPay/preparePay", "/alibaba/trade/receiveGoods/confirm"}},
	{adapter: "dajisaas", order: "dajisaas-taobao", payable: "44.40",
		writes: []string{"/taobao/purchase/order/create", "/taobao/purchase/order/asyn/cancel", "/taobao/purchase/order/batch/pay"}},
}

// oneLine is a refund as Taobao takes it: one line, whole.
func oneLine(paid core.Order, r core.RefundRequest) core.RefundRequest {
	r.Lines = []core.RefundLine{{ID: paid.Lines[0].ID}}
	r.Amount = paid.Lines[0].Amount
	return wholeOrder(paid, r)
}

func wholeOrder(_ core.Order, r core.RefundRequest) core.RefundRequest {
	r.ReasonID, r.Reason, r.Goods = "1", "质量问题", core.GoodsNotShipped
	r.Shipping = money.Amount{}
	return r
}

func (u suiteSubject) harness(s *sandbox.Server, adapter core.Adapter) adaptertest.Harness {
	h := adaptertest.Harness{
		Open: func(testing.TB) core.Adapter { return adapter },
		Order: func() core.CreateOrderRequest {
			var r core.CreateOrderRequest
			text, err := os.ReadFile("../../testdata/orders/" + u.order + ".json")
			if err == nil {
				err = json.Unmarshal(text, &r)
			}
			if err != nil {
				panic(fmt.Sprint("the example order cannot be read: ", err))
			}
			r.MaxTotal = money.Amount{}
			return r
		},
		Refund:        u.refund,
		Effects:       func(testing.TB) int { return len(s.Effects()) },
		Requests:      func(testing.TB) int { return len(s.Log()) },
		WriteRequests: func(testing.TB) int { return u.writesIn(s.Log()) },
		Fault:         func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(suiteFaults[f]) },
		Settle:        func(testing.TB, core.OrderID) { s.Tick() },
		Ship:          func(t testing.TB, id core.OrderID) { require.NoError(t, s.Ship(string(id))) },
		Secrets:       []string{sandbox.DefaultAccessSecret, sandbox.DefaultAppSecret},
	}
	if u.payable != "" {
		h.Payable = money.MustParse(u.payable, money.CNY)
	}
	if u.adapter != "dajisaas" {
		h.SignedAt = func(t testing.TB) time.Time { return signedAt(t, s.Log()) }
	}
	return h
}

func (u suiteSubject) writesIn(log []sandbox.Access) int {
	count := 0
	for _, one := range log {
		_, path, _ := strings.Cut(strings.TrimPrefix(one.Path, "/"), "/")
		if slices.Contains(u.writes, "/"+path) {
			count++
		}
	}
	return count
}

// signedAt reads PandaPon's timestamp header, in milliseconds.
func signedAt(t testing.TB, log []sandbox.Access) time.Time {
	var ms int64
	_, err := fmt.Sscan(log[len(log)-1].Header.Get("timestamp"), &ms)
	require.NoError(t, err)
	return time.UnixMilli(ms).UTC()
}

var suiteFaults = map[adaptertest.Fault]sandbox.Rule{
	adaptertest.RefuseBefore:    {Fault: sandbox.RefuseBefore},
	adaptertest.DropBefore:      {Fault: sandbox.DropBefore},
	adaptertest.DropAfter:       {Fault: sandbox.DropAfter},
	adaptertest.LateAnswer:      {Fault: sandbox.Late, Delay: 2 * adaptertest.Patience},
	adaptertest.TooManyRequests: {Fault: sandbox.TooMany},
	adaptertest.ErrorBefore:     {Fault: sandbox.ErrorBefore},
	adaptertest.ErrorAfter:      {Fault: sandbox.ErrorAfter},
	adaptertest.Truncated:       {Fault: sandbox.Truncated},
	adaptertest.Garbage:         {Fault: sandbox.Garbage},
}
