package core

import (
	"context"
	"fmt"
	"slices"

	"github.com/sampan-go/sampan/core/money"
)

// CreateOrder buys: one unpaid order. Same Ref and same content again gives the recorded answer.
//
// A cancelled or failed call may have happened: see OutcomeOf. With Outcome Done and an error the
// order exists (it is returned) and something about it is not as asked. Lines that the marketplace
// refused while it took others carry Line.Problem.
func (b *Buyer) CreateOrder(ctx context.Context, r CreateOrderRequest) (Order, error) {
	if err := b.checkCreate(r); err != nil {
		return Order{}, atOp(OpCreateOrder, err)
	}
	// MaxTotal bounds a purchase, it is not part of what is bought: a caller may raise it.
	content := r
	content.MaxTotal = money.Amount{}
	order, err := run(ctx, b, write[Order]{
		op: OpCreateOrder, key: string(r.Ref), content: content,
		guard: func(ctx context.Context) error { return b.guardTotal(ctx, r) },
		send: func(ctx context.Context, a Attempt) (Order, error) {
			r.Attempt = a
			order, err := b.adapter.CreateOrder(ctx, r)
			return withoutAddress(order), err
		},
		check: func(o Order) error { return checkCreated(r, o) },
		look:  b.lookForCreated(r),
	})
	return b.own(order), err
}

func (b *Buyer) checkCreate(r CreateOrderRequest) error {
	if err := r.Validate(); err != nil {
		return err
	}
	if err := b.description.Check(OpCreateOrder); err != nil {
		return err
	}
	if most := b.description.Limits.LinesPerOrder; most > 0 && len(r.Lines) > most {
		return Invalid("lines", "has %d entries; %s takes at most %d in one order", len(r.Lines), b.description.Gateway, most)
	}
	return b.description.validOptions(r.Options)
}

// guardTotal holds the price against MaxTotal before anything is bought: by a quote where the
// adapter has one, else by the caller's own unit prices.
func (b *Buyer) guardTotal(ctx context.Context, r CreateOrderRequest) error {
	if !r.MaxTotal.IsSet() {
		return nil
	}
	total, err := b.expectedTotal(ctx, r)
	if err != nil {
		return err
	}
	over, err := total.Cmp(r.MaxTotal)
	if err != nil {
		return Invalid("max_total", "is in %s, but the goods are sold in %s", r.MaxTotal.Currency(), total.Currency())
	}
	if over > 0 {
		return &Error{Code: Guarded, Outcome: NotDone, Field: "max_total",
			Message: fmt.Sprintf("the purchase would cost %s, which is more than the %s allowed; nothing was sent", total, r.MaxTotal)}
	}
	return nil
}

func (b *Buyer) expectedTotal(ctx context.Context, r CreateOrderRequest) (money.Amount, error) {
	if b.description.Check(OpQuote) == nil {
		quote, err := b.Quote(ctx, QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
		if err != nil {
			return money.Amount{}, err
		}
		if problem := quoteProblem(quote); problem != nil {
			return money.Amount{}, &Error{Code: Guarded, Outcome: NotDone, Message: "the marketplace says that it cannot be ordered; nothing was sent", Gateway: *problem}
		}
		if quote.Totals.Payable.IsSet() {
			return quote.Totals.Payable, nil
		}
	}
	return goodsTotal(r.Lines)
}

func quoteProblem(q Quote) *GatewayError {
	if q.Problem != nil {
		return q.Problem
	}
	for _, line := range q.Lines {
		if line.Problem != nil {
			return line.Problem
		}
	}
	return nil
}

// goodsTotal is the sum of the caller's own prices.
func goodsTotal(lines []OrderLine) (money.Amount, error) {
	var amounts []money.Amount
	for i, line := range lines {
		if !line.UnitPrice.IsSet() {
			return money.Amount{}, Invalid(fmt.Sprintf("lines[%d].unit_price", i), "is missing; max_total cannot be checked without it on this account")
		}
		amount, err := line.UnitPrice.Total(line.Quantity, money.Up)
		if err != nil {
			return money.Amount{}, Invalid(fmt.Sprintf("lines[%d].unit_price", i), "%v", err)
		}
		amounts = append(amounts, amount)
	}
	return money.Sum(amounts[0].Currency(), amounts...)
}

// checkCreated holds the marketplace's order against the request. What it finds does not undo the
// order, so its errors are never NotDone.
func checkCreated(r CreateOrderRequest, o Order) error {
	if o.ID == "" {
		return &Error{Code: BadAnswer, Outcome: InDoubt, Message: "the adapter says that it was done, but gives no order id"}
	}
	orders := append([]Order{o}, o.Siblings...)
	if field, ok := covered(r.Lines, orders); !ok {
		return &Error{Code: BadAnswer, Outcome: InDoubt, Field: field,
			Message: fmt.Sprintf("order %s exists, but its lines are not those that were asked for; do not pay it before a person has looked", o.ID)}
	}
	return checkPayable(r.MaxTotal, orders)
}

// covered reports whether the orders hold what was asked for, all of it and nothing else, and names
// the line at fault. Orders that say nothing of their lines pass: what they hold is read later. A
// line with a Problem is covered; it was refused by name.
func covered(asked []OrderLine, orders []Order) (field string, ok bool) {
	var got []Line
	for _, o := range orders {
		got = append(got, o.Lines...)
	}
	if len(got) == 0 {
		return "", true
	}
	key := sharedKey(asked, got)
	wanted := map[string]int64{}
	for _, l := range asked {
		wanted[key(l.ProductID, l.SKUID, l.SpecID)] += l.Quantity
	}
	for _, l := range got {
		wanted[key(l.ProductID, l.SKUID, l.SpecID)] -= l.Quantity
	}
	for i, l := range asked {
		if wanted[key(l.ProductID, l.SKUID, l.SpecID)] != 0 {
			return fmt.Sprintf("lines[%d]", i), false
		}
	}
	for _, open := range wanted {
		if open != 0 {
			return "lines", false // goods that nobody asked for
		}
	}
	return "", true
}

// sharedKey names goods by an id that every asked and every answered line has: the SKU, the spec,
// or else the product, which has other ids in some answers than in the request.
func sharedKey(asked []OrderLine, got []Line) func(ProductID, SKUID, SpecID) string {
	skus := !slices.ContainsFunc(asked, func(l OrderLine) bool { return l.SKUID == "" }) &&
		!slices.ContainsFunc(got, func(l Line) bool { return l.SKUID == "" })
	specs := !slices.ContainsFunc(asked, func(l OrderLine) bool { return l.SpecID == "" }) &&
		!slices.ContainsFunc(got, func(l Line) bool { return l.SpecID == "" })
	return func(product ProductID, sku SKUID, spec SpecID) string {
		switch {
		case skus:
			return string(sku)
		case specs:
			return string(spec)
		}
		return string(product)
	}
}

func checkPayable(most money.Amount, orders []Order) error {
	if !most.IsSet() {
		return nil
	}
	total, err := money.Sum(most.Currency())
	for _, o := range orders {
		if err == nil && o.Totals.Payable.IsSet() {
			total, err = total.Add(o.Totals.Payable)
		}
	}
	over, cmpErr := total.Cmp(most)
	if err != nil || cmpErr != nil || over > 0 {
		return &Error{Code: Guarded, Outcome: Done, Field: "max_total",
			Message: fmt.Sprintf("the order was made, but it costs %s and not at most %s; it is not paid: cancel it or agree to the price", total, most)}
	}
	return nil
}

// withoutAddress keeps the address out of the journal; whoever creates an order knows it.
func withoutAddress(o Order) Order {
	o.Address = nil
	siblings := make([]Order, 0, len(o.Siblings))
	for _, s := range o.Siblings {
		siblings = append(siblings, withoutAddress(s))
	}
	if o.Siblings != nil {
		o.Siblings = siblings
	}
	return o
}

// lookForCreated is nil where the gateway keeps no number of ours: then only a person can tell.
func (b *Buyer) lookForCreated(r CreateOrderRequest) func(context.Context) (Order, bool, error) {
	if b.description.Idempotency == NoIdempotency {
		return nil
	}
	return func(ctx context.Context) (Order, bool, error) { return b.findCreated(ctx, r) }
}

// findCreated looks a purchase up by its ref: the one order that has it, if there is exactly one.
// Two are for a person.
func (b *Buyer) findCreated(ctx context.Context, r CreateOrderRequest) (Order, bool, error) {
	var found []Order
	for order, err := range b.ListOrders(ctx, ListOrdersRequest{Ref: r.Ref}) {
		if err != nil {
			return Order{}, false, err
		}
		if order.Ref == r.Ref {
			found = append(found, withoutAddress(order))
		}
	}
	if len(found) > 1 {
		return Order{}, false, &Error{Code: Conflict, Outcome: InDoubt, Message: fmt.Sprintf("%d orders have this ref; a person must look", len(found))}
	}
	if len(found) == 0 || len(found[0].Lines) == 0 {
		return Order{}, false, nil
	}
	return found[0], true, nil
}

// own fills in what only the host knows.
func (b *Buyer) own(o Order) Order {
	o.Account = b.account
	if o.Market == "" {
		o.Market = b.description.Market
	}
	o.Siblings = slices.Clone(o.Siblings)
	for i := range o.Siblings {
		o.Siblings[i] = b.own(o.Siblings[i])
	}
	return o
}
