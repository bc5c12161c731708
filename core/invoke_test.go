package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// menu is a gateway's, with an entry of every kind.
var menu = []core.Endpoint{
	{Name: "fair.cart_list", Capability: core.Capability{Support: core.Supported, Effect: core.Effect{Class: core.EffectRead}}},
	{Name: "fair.cart_add.v1", Capability: core.Capability{Support: core.Provisional, Reason: "set endpoints"}},
	{Name: "fair.cart_add.v2", Capability: core.Capability{Support: core.Supported}},
	{Name: "fair.note.v1", Capability: core.Capability{Support: core.Supported}},
	{Name: "fair.note.v2", Capability: core.Capability{Support: core.Supported}},
	{Name: "fair.buy_now", Capability: core.Capability{Support: core.Supported}, Spends: true},
	{Name: "fair.pay_order", Capability: core.Capability{Support: core.Supported}, Typed: core.OpPay},
	{Name: "fair.callback", Capability: core.Capability{Reason: "the gateway calls it"}},
}

// invoking is a Buyer of a gateway with a menu.
func invoking(t *testing.T, o core.BuyerOptions) (*core.Buyer, *fake) {
	f := newFake()
	f.d.Endpoints = menu
	f.invoke = func(_ context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
		return core.InvokeAnswer{Endpoint: r.Endpoint, Data: json.RawMessage(`{"said":"yes"}`), RequestID: "r1"}, nil
	}
	b, err := core.NewBuyer(t.Context(), f, o)
	require.NoError(t, err)
	return b, f
}

func TestAReadByNameIsSentAsItIs(t *testing.T) {
	b, f := invoking(t, core.BuyerOptions{})
	for range 2 {
		answer, err := b.Invoke(t.Context(), core.InvokeRequest{Endpoint: "fair.cart.list"})
		require.NoError(t, err)
		require.JSONEq(t, `{"said":"yes"}`, string(answer.Data))
	}
	require.Equal(t, 2, f.calls[core.OpInvoke])
	f.invoke = func(context.Context, core.InvokeRequest) (core.InvokeAnswer, error) {
		return core.InvokeAnswer{}, errors.New("lost")
	}
	_, err := b.Invoke(t.Context(), core.InvokeRequest{Endpoint: "fair.cart_list"})
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "a read has no effect")
}

func TestAWriteByNameIsSentOnceForItsRef(t *testing.T) {
	b, f := invoking(t, core.BuyerOptions{})
	call := core.InvokeRequest{Endpoint: "fair.cart_add", Ref: "c1", Data: json.RawMessage(`{"b":1.50, "a":12345678901234567890}`)}
	answer, err := b.Invoke(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, "fair.cart_add.v2", answer.Endpoint)
	require.JSONEq(t, `{"said":"yes"}`, string(answer.Data))

	call.Data = json.RawMessage(`{"a":12345678901234567890,"b":1.50}`) // the same content
	answer, err = b.Invoke(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, core.InvokeAnswer{Endpoint: "fair.cart_add.v2", RequestID: "r1"}, answer, "what the gateway said is not kept")

	call.Data = json.RawMessage(`{"a":12345678901234567891,"b":1.50}`)
	_, err = b.Invoke(t.Context(), call)
	require.ErrorIs(t, err, core.Conflict)
	require.Equal(t, 1, f.calls[core.OpInvoke])

	intent, history, err := b.History(t.Context(), core.IntentKey{Account: "fake", Op: core.OpInvoke, Key: "c1"})
	require.NoError(t, err)
	text, err := json.Marshal([]any{intent, history})
	require.NoError(t, err)
	require.NotContains(t, string(text), "said", "the journal keeps no bodies")
	require.NotContains(t, string(text), "12345678901234567890", "the journal keeps no bodies")
}

func TestAWriteByNameInDoubtIsForAPerson(t *testing.T) {
	now := noon
	b, f := invoking(t, core.BuyerOptions{Now: func() time.Time { return now }})
	f.invoke = func(context.Context, core.InvokeRequest) (core.InvokeAnswer, error) {
		return core.InvokeAnswer{}, errors.New("lost")
	}
	call := core.InvokeRequest{Endpoint: "fair.cart_add", Ref: "c1"}
	_, err := b.Invoke(t.Context(), call)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	now = now.Add(time.Hour)
	open, err := b.Recover(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, core.IntentNeedsHuman, open[0].State)
	_, err = b.Invoke(t.Context(), call)
	require.ErrorIs(t, err, core.NeedsHuman)
	require.Equal(t, 1, f.calls[core.OpInvoke], "nothing is sent again")

	_, err = b.Decide(t.Context(), open[0].IntentKey, core.Verdict{Version: open[0].Version, Happened: true, Reason: "seen in the cart"})
	require.NoError(t, err)
	answer, err := b.Invoke(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, "fair.cart_add.v2", answer.Endpoint)
	require.Equal(t, 1, f.calls[core.OpInvoke])
}

func TestWhatMayNotBeInvokedIsRefusedBeforeAnythingIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		request core.InvokeRequest
		is      core.Code
		says    string
	}{
		"no such entry":            {core.InvokeRequest{Endpoint: "fair.steal"}, core.Unsupported, "in no menu"},
		"an entry that is off":     {core.InvokeRequest{Endpoint: "fair.cart_add.v1", Ref: "r"}, core.Unsupported, "set endpoints"},
		"one that the gateway has": {core.InvokeRequest{Endpoint: "fair.callback"}, core.Unsupported, "the gateway calls it"},
		"two versions":             {core.InvokeRequest{Endpoint: "fair.note", Ref: "r"}, core.InvalidInput, "fair.note.v1 or fair.note.v2"},
		"a typed operation":        {core.InvokeRequest{Endpoint: "fair.pay_order", Ref: "r"}, core.Guarded, "the operation pay"},
		"a write without a ref":    {core.InvokeRequest{Endpoint: "fair.cart_add"}, core.InvalidInput, "ref"},
		"money without a bound":    {core.InvokeRequest{Endpoint: "fair.buy_now", Ref: "r"}, core.InvalidInput, "spend"},
		"a bound without money":    {core.InvokeRequest{Endpoint: "fair.cart_add", Ref: "r", Spend: cny("1.00")}, core.InvalidInput, "spend"},
		"more than the limit":      {core.InvokeRequest{Endpoint: "fair.buy_now", Ref: "r", Spend: cny("100.01")}, core.Guarded, "max_order"},
		"another currency":         {core.InvokeRequest{Endpoint: "fair.buy_now", Ref: "r", Spend: money.MustParse("1.00", money.USD)}, core.Guarded, "USD"},
		"data that is no object":   {core.InvokeRequest{Endpoint: "fair.cart_list", Data: json.RawMessage(`[1]`)}, core.InvalidInput, "data"},
		"two objects":              {core.InvokeRequest{Endpoint: "fair.cart_list", Data: json.RawMessage(`{}{}`)}, core.InvalidInput, "data"},
		"data without an end":      {core.InvokeRequest{Endpoint: "fair.cart_list", Data: json.RawMessage(`{"a":`)}, core.InvalidInput, "data"},
		"too much data":            {core.InvokeRequest{Endpoint: "fair.cart_list", Data: json.RawMessage(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`)}, core.InvalidInput, "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			b, f := invoking(t, core.BuyerOptions{Limits: core.BuyerLimits{MaxOrder: cny("100.00")}})
			_, err := b.Invoke(t.Context(), c.request)
			require.ErrorIs(t, err, c.is)
			require.ErrorContains(t, err, c.says)
			require.Equal(t, core.NotDone, core.OutcomeOf(err))
			require.Zero(t, f.calls[core.OpInvoke])
		})
	}
}

func TestWhatIsSpentByNameCountsAgainstTheDay(t *testing.T) {
	b, f := invoking(t, core.BuyerOptions{Limits: core.BuyerLimits{MaxDay: cny("100.00")}})
	_, err := b.Invoke(t.Context(), core.InvokeRequest{Endpoint: "fair.buy_now", Ref: "r1", Spend: cny("60.00")})
	require.NoError(t, err)
	_, err = b.Invoke(t.Context(), core.InvokeRequest{Endpoint: "fair.buy_now", Ref: "r2", Spend: cny("40.01")})
	require.ErrorIs(t, err, core.Guarded)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	require.Equal(t, 1, f.calls[core.OpInvoke])
}
