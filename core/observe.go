package core

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// Observe reads one order afresh, records what that shows in the log, and gives the events. refunds are
// those that a message named; those that the order or the journal knows are read as well. It sends
// nothing that has an effect, and state moves forward only.
//
// Where the account cannot read an order, the event is a hint, and the error is nil.
func (b *Buyer) Observe(ctx context.Context, log EventLog, order OrderRef, refunds ...RefundID) ([]OrderEvent, error) {
	for {
		before, known, err := log.Seen(ctx, b.account, order.ID)
		if err != nil {
			return nil, journalError(OpGetOrder, err)
		}
		if !known {
			before = Sight{Account: b.account, OrderRef: order}
		}
		after, events, err := b.look(ctx, before, refunds)
		if err != nil || after.Version == before.Version {
			return nil, err
		}
		events = identified(after, events)
		err = log.Record(ctx, after, events)
		if errors.Is(err, Conflict) && ctx.Err() == nil {
			continue // another has seen the order meanwhile
		}
		return events, journalErrorOrNil(OpGetOrder, err)
	}
}

func (b *Buyer) look(ctx context.Context, before Sight, refunds []RefundID) (Sight, []OrderEvent, error) {
	now, err := b.now(ctx)
	if err != nil {
		return before, nil, journalError(OpGetOrder, err)
	}
	fresh, err := b.GetOrder(ctx, GetOrderRequest{Order: before.OrderRef})
	if errors.Is(err, Unsupported) {
		hint := before
		hint.Version, hint.At = before.Version+1, now.UTC()
		return hint, []OrderEvent{hint.event(EventHint)}, nil
	}
	if err != nil {
		return before, nil, err
	}
	if fresh.Refunds, err = b.withRefunds(ctx, fresh, before, refunds); err != nil {
		return before, nil, err
	}
	after, events := before.Next(fresh, now)
	return after, events, nil
}

// withRefunds adds to the refunds that an order shows those that it does not and that have not ended,
// where one refund can be read.
func (b *Buyer) withRefunds(ctx context.Context, fresh Order, before Sight, named []RefundID) ([]Refund, error) {
	all := slices.Clone(fresh.Refunds)
	if b.description.Check(OpGetRefund) != nil {
		return all, nil
	}
	ids := slices.Clone(named)
	for id := range before.Refunds {
		ids = append(ids, id)
	}
	unseen, err := b.unseenRefunds(ctx, fresh)
	if err != nil {
		return nil, readError(OpGetRefund, err)
	}
	for _, refund := range unseen {
		ids = append(ids, refund.ID)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		state := before.Refunds[id]
		if state == RefundPaid || state == RefundClosed || slices.ContainsFunc(fresh.Refunds, func(f Refund) bool { return f.ID == id }) {
			continue
		}
		refund, err := b.GetRefund(ctx, GetRefundRequest{Order: fresh.OrderRef, ID: id})
		switch {
		case errors.Is(err, NotFound), errors.Is(err, Refused), errors.Is(err, InvalidInput), errors.Is(err, Unsupported):
			continue // a message may name what is no refund of this account
		case err != nil:
			return nil, err
		}
		all = append(all, refund)
	}
	return all, nil
}

// OrdersOf are the orders that a message names, with the handles that the journal knows. Refs that are
// no purchase of this account are left out. unfinished says that one names a purchase whose outcome is
// not on record yet: a message can be faster than the answer to the call that it is about.
func (b *Buyer) OrdersOf(ctx context.Context, m Message) (found []OrderRef, unfinished bool, err error) {
	add := func(ref OrderRef) {
		if !slices.ContainsFunc(found, func(f OrderRef) bool { return f.ID == ref.ID }) {
			found = append(found, ref)
		}
	}
	for _, id := range m.Orders {
		orders, _, err := b.purchased(ctx, orderClaim(id))
		if err != nil {
			return nil, false, err
		}
		ref := OrderRef{ID: id}
		for _, o := range orders {
			if o.ID == id {
				ref = o.OrderRef
			}
		}
		add(ref)
	}
	for _, number := range m.Refs {
		orders, waits, err := b.purchased(ctx, numberClaim(string(number)))
		if err != nil {
			return nil, false, err
		}
		unfinished = unfinished || waits
		for _, o := range orders {
			add(o.OrderRef)
		}
	}
	return found, unfinished, nil
}

// purchased are the orders of the purchase that has a claim; none if it has not become any yet.
func (b *Buyer) purchased(ctx context.Context, claim string) (orders []Order, unfinished bool, err error) {
	intent, known, err := b.journal.Holder(ctx, b.account, claim)
	if err != nil {
		return nil, false, journalError(OpGetOrder, err)
	}
	if !known {
		return nil, false, nil
	}
	return ordersOf(intent), intent.State.IsOpen() || intent.State == IntentReserved, nil
}

// ordersOf are the orders that a purchase became.
func ordersOf(intent Intent) []Order {
	if intent.Op != OpCreateOrder || intent.State != IntentDone {
		return nil
	}
	order, err := replay[Order](intent)
	if OutcomeOf(err) != Done {
		return nil
	}
	return slices.DeleteFunc(append([]Order{order}, order.Siblings...), func(o Order) bool { return o.ID == "" })
}

// AtWork reports whether a call that changes an order is on its way: what is read meanwhile is the state
// before it, or after it without what its answer will say.
func (b *Buyer) AtWork(ctx context.Context, order OrderID) (bool, error) {
	sending, err := b.journal.Find(ctx, Filter{Account: b.account, About: order, States: []IntentState{IntentSending}, Limit: 1})
	return len(sending) > 0, journalErrorOrNil(OpGetOrder, err)
}

// OpenOrders gives the orders that may still change: the purchases of the journal, and whatever else
// was seen, but for those that the log saw end.
func (b *Buyer) OpenOrders(ctx context.Context, log EventLog) iter.Seq2[OrderRef, error] {
	return func(yield func(OrderRef, error) bool) {
		given := map[OrderID]bool{}
		for order, err := range b.openPurchases(ctx, log) {
			given[order.ID] = true
			if !yield(order, err) || err != nil {
				return
			}
		}
		after := OrderID("")
		for {
			page, err := log.OpenSights(ctx, b.account, after, journalPage)
			if err != nil {
				yield(OrderRef{}, journalError(OpGetOrder, err))
				return
			}
			for _, sight := range page {
				after = sight.ID
				if !given[sight.ID] && !yield(sight.OrderRef, nil) {
					return
				}
			}
			if len(page) < journalPage {
				return
			}
		}
	}
}

func (b *Buyer) openPurchases(ctx context.Context, log EventLog) iter.Seq2[OrderRef, error] {
	return func(yield func(OrderRef, error) bool) {
		filter := Filter{Account: b.account, Op: OpCreateOrder, States: []IntentState{IntentDone}, Limit: journalPage}
		for {
			page, err := b.journal.Find(ctx, filter)
			if err != nil {
				yield(OrderRef{}, journalError(OpGetOrder, err))
				return
			}
			for _, intent := range page {
				for _, order := range ordersOf(intent) {
					open, err := b.stillOpen(ctx, log, order)
					if err != nil {
						yield(OrderRef{}, err)
						return
					}
					if open && !yield(order.OrderRef, nil) {
						return
					}
				}
			}
			if len(page) < journalPage {
				return
			}
			filter.After = page[len(page)-1].IntentKey
		}
	}
}

// stillOpen reports whether an order has not been seen to end, or has a refund of ours that the log has
// not seen yet.
func (b *Buyer) stillOpen(ctx context.Context, log EventLog, order Order) (bool, error) {
	sight, known, err := log.Seen(ctx, b.account, order.ID)
	if err != nil {
		return false, journalError(OpGetOrder, err)
	}
	if !known || !sight.Final() {
		return true, nil
	}
	refunds, err := b.journal.Find(ctx, Filter{Account: b.account, Op: OpRefund, About: order.ID, States: []IntentState{IntentDone}})
	if err != nil {
		return false, journalError(OpGetOrder, err)
	}
	for _, intent := range refunds {
		refund, err := replay[Refund](intent)
		if _, seen := sight.Refunds[refund.ID]; OutcomeOf(err) == Done && !seen {
			return true, nil
		}
	}
	return false, nil
}
