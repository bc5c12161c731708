package core_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// paging makes the fake list n orders, two a page.
func paging(n int) *fake {
	f := newFake()
	f.list = func(_ context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
		from, _ := strconv.Atoi(r.Cursor)
		var page core.OrderPage
		for i := from; i < min(from+2, n); i++ {
			page.Orders = append(page.Orders, unpaid(core.OrderID(fmt.Sprint(i))))
		}
		if from+2 < n {
			page.Next = strconv.Itoa(from + 2)
		}
		return page, nil
	}
	return f
}

func ids(t *testing.T, b *core.Buyer, most int) (got []core.OrderID, last error) {
	t.Helper()
	for order, err := range b.ListOrders(t.Context(), core.ListOrdersRequest{}) {
		if err != nil {
			last = err
			continue
		}
		if got = append(got, order.ID); len(got) == most {
			break
		}
	}
	return got, last
}

func TestListOrdersGivesEveryPage(t *testing.T) {
	f := paging(5)
	got, err := ids(t, openWith(t, f, core.BuyerOptions{Account: "shop"}), -1)
	require.NoError(t, err)
	assert.Equal(t, []core.OrderID{"0", "1", "2", "3", "4"}, got)
	assert.Equal(t, 3, f.calls[core.OpListOrders])
}

func TestListOrdersReadsNoPageThatTheCallerDoesNotAskFor(t *testing.T) {
	for most, pages := range map[int]int{1: 1, 2: 1, 3: 2} {
		f := paging(100)
		got, err := ids(t, open(t, f), most)
		require.NoError(t, err)
		assert.Len(t, got, most)
		assert.Equal(t, pages, f.calls[core.OpListOrders], "after %d orders", most)
	}
}

func TestAnErrorEndsTheListAndWhatCameBeforeStands(t *testing.T) {
	f := paging(5)
	pages := f.list
	f.list = func(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
		if r.Cursor != "" {
			return core.OrderPage{}, errors.New("eof")
		}
		return pages(ctx, r)
	}
	got, err := ids(t, open(t, f), -1)
	assert.Equal(t, []core.OrderID{"0", "1"}, got)
	assertError(t, err, core.Internal, core.NotDone)
}

func TestACursorThatDoesNotMoveOnEndsTheList(t *testing.T) {
	f := newFake()
	f.list = func(context.Context, core.ListOrdersRequest) (core.OrderPage, error) {
		return core.OrderPage{Orders: []core.Order{unpaid("1")}, Next: "same"}, nil
	}
	got, err := ids(t, open(t, f), 100)
	assertError(t, err, core.BadAnswer, core.NotDone)
	assert.Equal(t, 2, f.calls[core.OpListOrders])
	assert.Len(t, got, 1, "a page that is known to be wrong is not shown")
}

func TestAListThatCannotBeAskedForIsRefused(t *testing.T) {
	for want, r := range map[string]core.ListOrdersRequest{
		"page_size":  {PageSize: -1},
		"created_to": {CreatedFrom: noon, CreatedTo: noon},
	} {
		f := paging(1)
		for _, err := range open(t, f).ListOrders(t.Context(), r) {
			assertError(t, err, core.InvalidInput, core.NotDone)
			assert.Equal(t, want, field(err))
		}
		assert.Empty(t, f.calls, want)
	}
	f := paging(1)
	f.d.Limits.PageSize = 50
	for _, err := range open(t, f).ListOrders(t.Context(), core.ListOrdersRequest{PageSize: 51}) {
		assert.ErrorContains(t, err, "Fair gives at most 50")
	}
}

// streaming has the OrderPager that the process boundary has.
type streaming struct{ *fake }

func (s streaming) OrderPages(context.Context, core.ListOrdersRequest) iter.Seq2[core.OrderPage, error] {
	return func(yield func(core.OrderPage, error) bool) {
		yield(core.OrderPage{Orders: []core.Order{unpaid("streamed")}}, nil)
	}
}

func TestPagesAreStreamedWhereTheAdapterStreams(t *testing.T) {
	f := paging(5)
	got, err := ids(t, open(t, streaming{f}), -1)
	require.NoError(t, err)
	assert.Equal(t, []core.OrderID{"streamed"}, got)
	assert.Zero(t, f.calls[core.OpListOrders])
}
