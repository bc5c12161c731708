package plugin

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// ListOrders implements core.Adapter: one page.
func (c *Client) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	for page, err := range c.stream(ctx, r, 1) {
		return page, err
	}
	return core.OrderPage{}, badAnswer(reading(core.OpListOrders), "the adapter ended the list without a page")
}

// OrderPages implements core.OrderPager: the adapter streams pages as they are read.
func (c *Client) OrderPages(ctx context.Context, r core.ListOrdersRequest) iter.Seq2[core.OrderPage, error] {
	return c.stream(ctx, r, 0)
}

// stream gives each page until the last. The deadline is the caller's, and each page has the time
// of one read.
func (c *Client) stream(ctx context.Context, r core.ListOrdersRequest, maxPages int) iter.Seq2[core.OrderPage, error] {
	return func(yield func(core.OrderPage, error) bool) {
		request := wire.ListOrdersTo(r, maxPages)
		if err := c.before(ctx, core.OpListOrders, request); err != nil {
			yield(core.OrderPage{}, err)
			return
		}
		limited, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		timer := time.AfterFunc(c.config.ReadTimeout, func() { cancel(context.DeadlineExceeded) })
		defer timer.Stop()
		pages, err := c.service.ListOrders(limited, request)
		loop := cursorLoop{last: r.Cursor}
		for ; ; timer.Reset(c.config.ReadTimeout) {
			var page core.OrderPage
			if err == nil {
				page, err = c.nextPage(pages, &loop)
			}
			timer.Stop()
			if !yield(page, c.listError(ctx, limited, err)) || err != nil || page.Next == "" {
				return
			}
		}
	}
}

// cursorLoop finds a list that goes round for ever, whatever the length of its round, and keeps one
// cursor for it: the one after 1, 2, 4, 8 ... pages (Brent's algorithm).
type cursorLoop struct {
	last        string
	pages, next int
}

// closes reports whether a cursor was there before.
func (l *cursorLoop) closes(cursor string) bool {
	if cursor == l.last {
		return true
	}
	if l.pages++; l.pages >= l.next {
		l.last, l.next = cursor, max(1, 2*l.pages)
	}
	return false
}

// nextPage reads one page. A list that ends before its last page is an error: a hole
// in it would look like proof that an order does not exist.
func (c *Client) nextPage(pages grpc.ServerStreamingClient[pb.ListOrdersResponse], loop *cursorLoop) (core.OrderPage, error) {
	k := reading(core.OpListOrders)
	message, err := pages.Recv()
	if errors.Is(err, io.EOF) {
		return core.OrderPage{}, badAnswer(k, "the adapter ended the list before its last page")
	}
	if err != nil {
		return core.OrderPage{}, err
	}
	if failure := message.GetError(); failure != nil {
		return core.OrderPage{}, c.verdict(k, failure)
	}
	page, err := present(message.GetPage(), wire.OrderPageFrom, pageHasIDs)
	if err != nil {
		return core.OrderPage{}, c.unbelievable(k, err)
	}
	if page.Next != "" && loop.closes(page.Next) {
		return core.OrderPage{}, badAnswer(k, "the list does not move on: the next page is one that was read before")
	}
	return page, nil
}

// listError makes the typed error of one that came from the transport.
func (c *Client) listError(ctx, limited context.Context, err error) error {
	if err == nil {
		return nil
	}
	if e, typed := errors.AsType[*core.Error](err); typed {
		return e
	}
	if errors.Is(context.Cause(limited), context.DeadlineExceeded) {
		err = status.Error(codes.DeadlineExceeded, "the time of one page was over")
	}
	return c.transportError(ctx, reading(core.OpListOrders), err)
}
