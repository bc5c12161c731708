package main

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
)

// The baseline must do the same work: a client that reads less is quicker and worth nothing.
func TestThePlainClientReadsWhatTheAdapterReads(t *testing.T) {
	t.Chdir("../..") // where the samples are
	a, err := newAnswers()
	require.NoError(t, err)
	gateway := httptest.NewServer(a)
	defer gateway.Close()
	base := gateway.URL + "/0s/300"
	adapter, err := alibaba1688.New([]byte(`{"base_url":"` + base + `","access_key":"k","access_secret":"s","user_id":"u","allow_private":true}`))
	require.NoError(t, err)
	client := newPlain(base)

	theirs, err := client.order(t.Context(), tradeID)
	require.NoError(t, err)
	ours, err := adapter.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: tradeID}})
	require.NoError(t, err)
	require.Equal(t, ours, theirs)
	require.NoError(t, right(ours, nil))

	var all, plainly []core.Order
	require.NoError(t, fast{adapter}.List(t.Context(), func(o core.Order) { all = append(all, o) }))
	require.NoError(t, direct{client}.List(t.Context(), func(o core.Order) { plainly = append(plainly, o) }))
	require.Equal(t, all, plainly)
	buyer, err := core.NewBuyer(t.Context(), adapter, core.BuyerOptions{})
	require.NoError(t, err)
	var ahead []core.Order
	require.NoError(t, sampan{buyer}.List(t.Context(), func(o core.Order) { o.Account = ""; ahead = append(ahead, o) }))
	require.Equal(t, all, ahead, "pages that are read ahead come in their order")
	require.Len(t, all, 300)
	seen := map[core.OrderID]bool{}
	for _, o := range all {
		require.False(t, seen[o.ID], "%s came twice", o.ID)
		seen[o.ID] = true
	}
}
