package core

import (
	"context"
	"errors"
	"iter"
)

// GetOrder reads one order afresh.
func (b *Buyer) GetOrder(ctx context.Context, r GetOrderRequest) (Order, error) {
	if err := r.Order.validate(); err != nil {
		return Order{}, atOp(OpGetOrder, err)
	}
	getter, err := optional[OrderGetter](b, OpGetOrder)
	if err != nil {
		return Order{}, err
	}
	order, err := getter.GetOrder(ctx, r)
	if err != nil {
		return Order{}, readError(OpGetOrder, err)
	}
	if order.ID != r.Order.ID {
		return Order{}, &Error{Code: BadAnswer, Outcome: NotDone, Op: OpGetOrder, Message: "the gateway answered with another order than the one asked for"}
	}
	return b.own(b.named(ctx, order)), nil
}

// ListOrders gives order after order, reading pages as the caller goes on and no further. An error
// ends the list; what came before it stands. Where the gateway has no list these are the orders that
// the journal knows, each read afresh if one order can be read: Order.Source says so.
func (b *Buyer) ListOrders(ctx context.Context, r ListOrdersRequest) iter.Seq2[Order, error] {
	return func(yield func(Order, error) bool) {
		err := b.checkList(r)
		if errors.Is(err, Unsupported) && b.listJournal(ctx, r, yield) {
			return
		}
		if err != nil {
			yield(Order{}, atOp(OpListOrders, err))
			return
		}
		if r.Ref != "" {
			number, err := b.number(ctx, r.Ref)
			if err != nil {
				yield(Order{}, err)
				return
			}
			r.Ref = Ref(number)
		}
		for page, err := range b.pages(ctx, r) {
			if err != nil {
				yield(Order{}, readError(OpListOrders, err))
				return
			}
			for _, order := range page.Orders {
				if !yield(b.own(b.named(ctx, order)), nil) {
					return
				}
			}
		}
	}
}

func (b *Buyer) checkList(r ListOrdersRequest) error {
	if r.PageSize < 0 {
		return Invalid("page_size", "is %d; give 1 or more, or leave it out", r.PageSize)
	}
	if most := b.description.Limits.PageSize; most > 0 && r.PageSize > most {
		return Invalid("page_size", "is %d; %s gives at most %d", r.PageSize, b.description.Gateway, most)
	}
	if !r.CreatedFrom.IsZero() && !r.CreatedTo.IsZero() && !r.CreatedFrom.Before(r.CreatedTo) {
		return Invalid("created_to", "is not after created_from")
	}
	return b.description.Check(OpListOrders)
}

// pages streams where the adapter streams, and else asks for one page after the other.
func (b *Buyer) pages(ctx context.Context, r ListOrdersRequest) iter.Seq2[OrderPage, error] {
	if pager, ok := b.adapter.(OrderPager); ok {
		return pager.OrderPages(ctx, r)
	}
	return PagesOf(ctx, b.adapter.ListOrders, r)
}

// PagesOf turns a function that reads one page into the iterator over all of them. A cursor that
// does not move on ends it with BadAnswer.
func PagesOf(ctx context.Context, list func(context.Context, ListOrdersRequest) (OrderPage, error), r ListOrdersRequest) iter.Seq2[OrderPage, error] {
	return func(yield func(OrderPage, error) bool) {
		for {
			page, err := list(ctx, r)
			if err == nil && page.Next != "" && page.Next == r.Cursor {
				err = &Error{Code: BadAnswer, Outcome: NotDone, Op: OpListOrders, Message: "the list does not move on: the next page is the one just read"}
			}
			if !yield(page, err) || err != nil || page.Next == "" {
				return
			}
			r.Cursor = page.Next
		}
	}
}
