package core

import (
	"context"
	"strings"
	"time"
)

// OrderOf gives what a purchase became, known by the caller's own ref: from the journal, and read
// afresh where the account can read one order (Order.Source says which). A purchase that split has
// Siblings. A purchase in doubt, refused or unknown is an error that says so.
func (b *Buyer) OrderOf(ctx context.Context, ref Ref) (Order, error) {
	key := IntentKey{Account: b.account, Op: OpCreateOrder, Key: string(ref)}
	intent, known, err := b.journal.Lookup(ctx, key)
	switch {
	case err != nil:
		return Order{}, journalError(OpGetOrder, err)
	case !known:
		return Order{}, unknownIntent(key)
	case intent.State != IntentDone && intent.Failure != nil:
		return Order{}, intent.Failure
	case intent.State != IntentDone:
		return Order{}, stillInDoubt(intent)
	}
	order, err := replay[Order](intent)
	if OutcomeOf(err) != Done {
		return Order{}, err
	}
	return b.refreshed(ctx, order)
}

// refreshed reads a recorded order afresh, if that can be done. A read that fails is the caller's to
// know: an old status could be taken for the present one.
func (b *Buyer) refreshed(ctx context.Context, recorded Order) (Order, error) {
	order := b.own(recorded)
	order.Source = FromJournal
	for i := range order.Siblings {
		order.Siblings[i].Source = FromJournal
	}
	if b.description.Check(OpGetOrder) != nil {
		return order, nil
	}
	siblings := order.Siblings
	order, err := b.readAgain(ctx, order)
	if err != nil {
		return Order{}, err
	}
	for i := range siblings {
		if siblings[i], err = b.readAgain(ctx, siblings[i]); err != nil {
			return Order{}, err
		}
	}
	order.Siblings = siblings
	return order, nil
}

// readAgain keeps the names that only the journal knows.
func (b *Buyer) readAgain(ctx context.Context, recorded Order) (Order, error) {
	fresh, err := b.GetOrder(ctx, GetOrderRequest{Order: recorded.OrderRef})
	if err != nil {
		return Order{}, err
	}
	fresh.Ref, fresh.Source = recorded.Ref, FromJournalRefreshed
	if fresh.Handle == "" {
		fresh.Handle = recorded.Handle
	}
	return fresh, nil
}

// listJournal gives the orders that the journal knows to yield, newest key last; false if there are
// none and nothing was given.
func (b *Buyer) listJournal(ctx context.Context, r ListOrdersRequest, yield func(Order, error) bool) (given bool) {
	filter := Filter{Account: b.account, Op: OpCreateOrder, States: []IntentState{IntentDone}, Limit: journalPage}
	for {
		page, err := b.journal.Find(ctx, filter)
		if err != nil {
			yield(Order{}, journalError(OpListOrders, err))
			return true
		}
		for _, intent := range page {
			given = true
			order, err := replay[Order](intent)
			if OutcomeOf(err) == Done {
				order, err = b.refreshed(ctx, order)
			}
			if err != nil {
				yield(Order{}, readError(OpListOrders, err))
				return true
			}
			for _, o := range append([]Order{order}, order.Siblings...) {
				o.Siblings = nil
				if r.admits(o) && !yield(o, nil) {
					return true
				}
			}
		}
		if len(page) < journalPage {
			return given
		}
		filter.After = page[len(page)-1].IntentKey
	}
}

const journalPage = 100

// admits reports whether an order is one of those asked for.
func (r ListOrdersRequest) admits(o Order) bool {
	created := o.Times.Created
	return (r.Ref == "" || r.Ref == o.Ref) && (r.ID == "" || r.ID == o.ID) && (r.Status == StatusUnknown || r.Status == o.Status) &&
		(r.CreatedFrom.IsZero() || !created.Before(r.CreatedFrom)) && (r.CreatedTo.IsZero() || created.Before(r.CreatedTo))
}

// Orphans lists the orders since a time that carry a number of this account which no purchase on
// record owns: another host buys with another journal, or a journal was lost. It is an alarm; look
// before anything else is bought. Where the gateway keeps no number of ours it is Unsupported.
func (b *Buyer) Orphans(ctx context.Context, since time.Time) ([]Order, error) {
	if b.description.Idempotency == NoIdempotency {
		return nil, NotOffered(OpListOrders, "the gateway keeps no number of ours, so an order without a purchase cannot be told from another's")
	}
	var orphans []Order
	for order, err := range b.ListOrders(ctx, ListOrdersRequest{CreatedFrom: since}) {
		if err != nil {
			return orphans, err
		}
		if !b.isNumber(string(order.Ref)) {
			continue // a purchase on record has its ref back
		}
		if _, known, err := b.journal.Holder(ctx, b.account, numberClaim(string(order.Ref))); err != nil || !known {
			orphans = append(orphans, order)
		}
	}
	return orphans, nil
}

// isNumber reports whether a name at the gateway is one of this account's numbers.
func (b *Buyer) isNumber(name string) bool {
	rest, ours := strings.CutPrefix(name, b.prefix)
	return ours && generationOf(name) > 0 && strings.Index(rest, "-g") == numberHash
}
