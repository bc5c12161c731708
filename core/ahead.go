package core

import (
	"context"
	"iter"
)

// PagesAhead is PagesOf for a list whose pages are numbered: up to ahead pages are on their way while the
// caller takes one, in their order. later gives the cursor that lies so many pages behind another (before
// it, if pages is negative); "" is the first page's.
//
// A list may change while it is read. An order that is there all the time is given, and once: what comes
// again is left out, and a page whose total is not that of the page before is read anew, from as far back
// as orders may have moved up. What totals cannot tell is a list that gains an order and loses another
// while the same few pages are on their way; with ahead 0 that makes no difference either. Reading ahead
// ends where the gateway tells no total.
func PagesAhead(ctx context.Context, ahead int, list func(context.Context, ListOrdersRequest) (OrderPage, error),
	later func(cursor string, pages int) string, r ListOrdersRequest) iter.Seq2[OrderPage, error] {
	return func(yield func(OrderPage, error) bool) {
		ctx, stop := context.WithCancel(ctx) // ends what is on its way
		defer stop()
		a := aheadOf{ctx: ctx, list: list, later: later, request: r, most: ahead, seen: map[OrderID]int{}}
		page, err := a.read(r.Cursor)
		for {
			if err != nil {
				yield(OrderPage{}, err)
				return
			}
			a.remember(page)
			if !yield(a.fresh(page), nil) || page.Next == "" {
				return
			}
			page, err = a.next()
		}
	}
}

// pagesSeen is how many pages an order is remembered for: a list moves by a few orders while it is read.
const pagesSeen = 64

// aheadOf is one list that is read.
type aheadOf struct {
	ctx     context.Context
	list    func(context.Context, ListOrdersRequest) (OrderPage, error)
	later   func(string, int) string
	request ListOrdersRequest
	most    int

	coming []coming // in the order of the pages
	// cursor is that of the next page, number how many were given; total and size are those of the last.
	cursor      string
	number      int
	total, size int
	seen        map[OrderID]int // by the number of the page that had it
}

// coming is a page on its way.
type coming struct {
	cursor string
	result chan listed
}

type listed struct {
	page OrderPage
	err  error
}

func (a *aheadOf) read(cursor string) (OrderPage, error) {
	r := a.request
	r.Cursor = cursor
	page, err := a.list(a.ctx, r)
	if err == nil && page.Next != "" && page.Next == cursor {
		err = &Error{Code: BadAnswer, Outcome: NotDone, Op: OpListOrders, Message: "the list does not move on: the next page is the one just read"}
	}
	return page, err
}

// next gives the page behind the last.
func (a *aheadOf) next() (OrderPage, error) {
	a.fill()
	if len(a.coming) == 0 {
		page, err := a.read(a.cursor)
		return a.settled(page, err)
	}
	first := a.coming[0]
	a.coming = a.coming[1:]
	var got listed
	select {
	case got = <-first.result:
	case <-a.ctx.Done():
		return OrderPage{}, a.ctx.Err()
	}
	if got.err == nil && got.page.Total == a.total {
		return got.page, nil
	}
	a.coming = nil // what was asked for before may be of another state of the list
	page, err := a.read(a.cursor)
	return a.settled(page, err)
}

// settled goes back if the list has become shorter: orders that were behind have moved up, onto pages
// that were given. Those are read again and given with the page, so that the list moves on.
func (a *aheadOf) settled(page OrderPage, err error) (OrderPage, error) {
	var orders []Order
	for at := a.cursor; err == nil; page, err = a.read(at) {
		if a.size > 0 && page.Total < a.total {
			at = a.later(at, -(a.total-page.Total+a.size-1)/a.size)
			a.total = page.Total
			continue
		}
		a.total = page.Total
		orders = append(orders, page.Orders...)
		if at == a.cursor || page.Next == "" {
			page.Orders = orders
			return page, nil
		}
		at = page.Next
	}
	return OrderPage{}, err
}

// fill asks for pages as far as the list goes.
func (a *aheadOf) fill() {
	if a.total <= 0 || a.size <= 0 {
		return
	}
	left := (a.total+a.size-1)/a.size - a.number
	for len(a.coming) < min(a.most, left) {
		c := coming{a.later(a.cursor, len(a.coming)), make(chan listed, 1)}
		a.coming = append(a.coming, c)
		go func() {
			page, err := a.read(c.cursor)
			c.result <- listed{page, err}
		}()
	}
}

// remember takes down where the list stands after a page.
func (a *aheadOf) remember(page OrderPage) {
	a.number++
	a.cursor, a.total = page.Next, page.Total
	if a.size == 0 {
		a.size = len(page.Orders) // of the first; one that was put together has more
	}
	for id, number := range a.seen {
		if number < a.number-pagesSeen {
			delete(a.seen, id)
		}
	}
}

// fresh leaves out what an earlier page had.
func (a *aheadOf) fresh(page OrderPage) OrderPage {
	var orders []Order
	for _, o := range page.Orders {
		_, known := a.seen[o.ID]
		if known && o.ID != "" {
			continue
		}
		a.seen[o.ID] = a.number
		orders = append(orders, o)
	}
	page.Orders = orders
	return page
}
