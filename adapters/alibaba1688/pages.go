package alibaba1688

import (
	"context"
	"iter"

	"github.com/sampan-go/sampan/core"
)

// pagesAhead is how many pages of the list are on their way at a time. PandaPon's limit of requests is
// UNKNOWN, so it is small.
const pagesAhead = 4

// OrderPages implements core.OrderPager: pages have numbers, so that the next ones can be asked for
// before one has come.
func (a *Adapter) OrderPages(ctx context.Context, r core.ListOrdersRequest) iter.Seq2[core.OrderPage, error] {
	return core.PagesAhead(ctx, pagesAhead, a.ListOrders, later, r)
}

// later moves a cursor of this adapter's own by pages.
func later(text string, pages int) string {
	at, err := parseCursor(core.ListOrdersRequest{Cursor: text})
	if err != nil {
		return text // ListOrders refuses it
	}
	at.num = max(at.num+pages, 1)
	return at.String()
}
