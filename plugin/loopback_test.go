package plugin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/plugintest"
)

func TestListOrdersStreamsPages(t *testing.T) {
	c := plugintest.Connect(t, &fake{})
	var pages int
	for page, err := range c.OrderPages(context.Background(), core.ListOrdersRequest{}) {
		require.NoError(t, err)
		require.Len(t, page.Orders, 1)
		pages++
	}
	require.Equal(t, 7, pages)

	page, err := c.ListOrders(context.Background(), core.ListOrdersRequest{Cursor: "xx"})
	require.NoError(t, err)
	require.Equal(t, core.OrderID("o3"), page.Orders[0].ID)
	require.Equal(t, "xxx", page.Next)

	for range c.OrderPages(context.Background(), core.ListOrdersRequest{}) {
		break // a caller that stops must not leave anything behind; Close in Cleanup would hang
	}
}

func TestAListThatDoesNotMoveOnEnds(t *testing.T) {
	c := plugintest.Connect(t, &fake{mode: "loop"})
	var last error
	pages := 0
	for _, err := range c.OrderPages(context.Background(), core.ListOrdersRequest{}) {
		last = err
		pages++
	}
	require.ErrorIs(t, last, core.BadAnswer)
	require.Equal(t, 2, pages)
}

func TestMissingOptionalOperationsAreUnsupported(t *testing.T) {
	c := plugintest.Connect(t, &fake{})
	_, err := c.GetOrder(context.Background(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	require.ErrorIs(t, err, core.Unsupported)
	_, err = c.CancelOrder(context.Background(), core.CancelOrderRequest{Order: core.OrderRef{ID: "1"}})
	require.ErrorIs(t, err, core.Unsupported)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

// prover is a fake that also proves its fence.
type prover struct {
	fake
	proof core.FenceProof
	asked core.ProveFenceRequest
}

func (p *prover) ProveFence(_ context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	p.asked = r
	if p.mode == "panic" {
		panic("no such thing")
	}
	return p.proof, nil
}

func TestAFenceIsProvedAcrossTheBoundary(t *testing.T) {
	p := &prover{proof: core.FenceProof{Gateway: "https://api.example.com", FreshTaken: true, OldRefused: true,
		Said: core.GatewayError{Code: "40102", Message: "请求已过期", RequestID: "r1"}}}
	got, err := plugintest.Connect(t, p).ProveFence(context.Background(), core.ProveFenceRequest{Age: 700 * time.Second})
	require.NoError(t, err)
	require.Equal(t, p.proof, got)
	require.Equal(t, 700*time.Second, p.asked.Age)
}

// What proves nothing must not look like a proof.
func TestAFenceThatIsNotProved(t *testing.T) {
	for name, row := range map[string]struct {
		adapter core.Adapter
		code    core.Code
	}{
		"not implemented": {&fake{}, core.Unsupported},
		"panic":           {&prover{fake: fake{mode: "panic"}}, core.Internal},
		"nowhere":         {&prover{proof: core.FenceProof{FreshTaken: true, OldRefused: true}}, core.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			proof, err := plugintest.Connect(t, row.adapter).ProveFence(context.Background(), core.ProveFenceRequest{Age: 700 * time.Second})
			require.ErrorIs(t, err, row.code)
			require.Equal(t, core.NotDone, core.OutcomeOf(err), "it is a read")
			require.Zero(t, proof)
		})
	}
}

func TestAPlainErrorIsInDoubtOnAWriteAndNotDoneOnARead(t *testing.T) {
	c := plugintest.Connect(t, &fake{})
	_, err := c.Pay(context.Background(), core.PayRequest{})
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	_, err = c.Track(context.Background(), core.TrackRequest{})
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestACallWhoseTimeIsOverIsNotHandedOver(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := plugintest.Connect(t, &fake{}).CreateOrder(ctx, core.CreateOrderRequest{})
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

// invoker answers a call by name with as much as it is told to.
type invoker struct {
	core.Adapter
	size int
}

func (i invoker) Invoke(_ context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	return core.InvokeAnswer{Endpoint: r.Endpoint, Data: []byte(`"` + strings.Repeat("x", i.size-2) + `"`), RequestID: "r1"}, nil
}

func TestAnAnswerByNameHasAtMost1MiB(t *testing.T) {
	read := core.InvokeRequest{Endpoint: "shop.cart"}
	write := core.InvokeRequest{Endpoint: "shop.cart", Ref: "r", Attempt: core.Attempt{No: 1, SignedAt: time.Now(), NotAfter: time.Now().Add(time.Minute)}}
	answer, err := plugintest.Connect(t, invoker{size: core.MaxInvokeData}).Invoke(t.Context(), read)
	require.NoError(t, err)
	require.Len(t, answer.Data, core.MaxInvokeData)
	c := plugintest.Connect(t, invoker{size: core.MaxInvokeData + 1})
	_, err = c.Invoke(t.Context(), read)
	require.ErrorIs(t, err, core.BadAnswer)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	answer, err = c.Invoke(t.Context(), write)
	require.NoError(t, err, "it happened")
	require.Equal(t, core.InvokeAnswer{Endpoint: "shop.cart", RequestID: "r1"}, answer)
}
