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
	order, err := run(ctx, b, b.createWrite(r))
	return b.own(order), err
}

// createInput is what the journal keeps of a purchase: enough to find it and to hold what was found
// against what was asked for.
type createInput struct {
	// Number is the purchase's name at the gateway.
	Number string `json:"number"`
	// Goods is a hash of goods and address where the gateway keeps no number.
	Goods    string       `json:"goods,omitempty"`
	Lines    []OrderLine  `json:"lines"`
	MaxTotal money.Amount `json:"max_total,omitzero"`
}

func (b *Buyer) createWrite(r CreateOrderRequest) write[Order] {
	// MaxTotal bounds a purchase, it is not part of what is bought: a caller may raise it.
	content := r
	content.MaxTotal = money.Amount{}
	return write[Order]{
		op: OpCreateOrder, key: string(r.Ref), content: content,
		input: func(i Intent) any { return b.createInput(r, i) },
		guard: func(ctx context.Context) error { return b.guardTotal(ctx, r) },
		send:  func(ctx context.Context, i Intent) (Order, error) { return b.sendCreate(ctx, r, i) },
		check: func(o Order) error { return checkCreated(r.Lines, b.limits.bound(r.MaxTotal), o) },
		look:  b.lookForCreated(r),
	}
}

// createInput fixes the purchase's number when it is first recorded; a new one needs a new
// generation.
func (b *Buyer) createInput(r CreateOrderRequest, i Intent) createInput {
	input := createInput{Number: Number(b.prefix, b.account, r.Ref, i.generation()), Lines: r.Lines, MaxTotal: r.MaxTotal}
	if before, err := readInput[createInput](i); err == nil && generationOf(before.Number) == i.generation() {
		input.Number = before.Number
	}
	if b.description.Idempotency == NoIdempotency {
		input.Goods = inputHash([]any{r.Lines, r.Address})
	}
	return input
}

// createFrom makes a purchase again that may be looked up and not sent.
func (b *Buyer) createFrom(i Intent) (write[Order], error) {
	input, err := readInput[createInput](i)
	return b.createWrite(CreateOrderRequest{Ref: Ref(i.Key), Lines: input.Lines, MaxTotal: input.MaxTotal}), err
}

// sendCreate puts our number in the place of the caller's ref: the gateway takes few characters, and
// two accounts may use one ref.
func (b *Buyer) sendCreate(ctx context.Context, r CreateOrderRequest, i Intent) (Order, error) {
	input, err := readInput[createInput](i)
	if err != nil {
		return Order{}, &Error{Code: Internal, Outcome: NotDone, Message: "the journal's copy of the request cannot be read; nothing was sent", Err: err}
	}
	r.Attempt, r.Ref = i.Attempt, Ref(input.Number)
	order, err := b.adapter.CreateOrder(ctx, r)
	return calledBack(withoutAddress(order), input.Number, Ref(i.Key)), err
}

// calledBack gives an order of ours the caller's ref.
func calledBack(o Order, number string, ref Ref) Order {
	if o.Ref == Ref(number) {
		o.Ref = ref
	}
	for i := range o.Siblings {
		o.Siblings[i] = calledBack(o.Siblings[i], number, ref)
	}
	return o
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

// checkCreated holds the marketplace's order against the request. What it finds does not undo the
// order, so its errors are never NotDone.
func checkCreated(asked []OrderLine, most money.Amount, o Order) error {
	if o.ID == "" {
		return &Error{Code: BadAnswer, Outcome: InDoubt, Message: "the adapter says that it was done, but gives no order id"}
	}
	orders := append([]Order{o}, o.Siblings...)
	if field, ok := covered(asked, orders); !ok {
		return &Error{Code: BadAnswer, Outcome: InDoubt, Field: field,
			Message: fmt.Sprintf("order %s exists, but its lines are not those that were asked for; do not pay it before a person has looked", o.ID)}
	}
	return checkPayable(most, orders)
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
func (b *Buyer) lookForCreated(r CreateOrderRequest) func(context.Context, Intent) (Order, bool, error) {
	if b.description.Idempotency == NoIdempotency {
		return nil
	}
	return func(ctx context.Context, i Intent) (Order, bool, error) { return b.findCreated(ctx, r, i) }
}

// findCreated looks a purchase up by its number: the one order that has it, if there is exactly one.
// Two are for a person.
func (b *Buyer) findCreated(ctx context.Context, r CreateOrderRequest, i Intent) (Order, bool, error) {
	input, err := readInput[createInput](i)
	if err != nil {
		return Order{}, false, err
	}
	if err := b.description.Check(OpListOrders); err != nil {
		return Order{}, false, err
	}
	var found []Order
	for page, err := range b.pages(ctx, ListOrdersRequest{Ref: Ref(input.Number)}) {
		if err != nil {
			return Order{}, false, readError(OpListOrders, err)
		}
		for _, order := range page.Orders {
			if order.Ref == Ref(input.Number) {
				found = append(found, b.own(calledBack(withoutAddress(order), input.Number, r.Ref)))
			}
		}
	}
	if len(found) > 1 {
		return Order{}, false, &Error{Code: NeedsHuman, Outcome: InDoubt, Message: fmt.Sprintf("%d orders have the number %s", len(found), input.Number)}
	}
	if len(found) == 0 {
		return Order{}, false, nil
	}
	order, err := b.withLines(ctx, found[0])
	return order, err == nil, err
}

// withLines reads an order that its list tells nothing of. It is ours, so it is never "not found"; but
// what cannot be held against the request is for a person.
func (b *Buyer) withLines(ctx context.Context, o Order) (Order, error) {
	if len(o.Lines) == 0 && b.description.Check(OpGetOrder) == nil {
		full, err := b.GetOrder(ctx, GetOrderRequest{Order: o.OrderRef})
		if err != nil {
			return o, err
		}
		ref := o.Ref
		o = withoutAddress(full)
		o.Ref = ref
	}
	if len(o.Lines) == 0 {
		return o, &Error{Code: NeedsHuman, Outcome: InDoubt, Message: fmt.Sprintf("order %s has our number, but its lines are not told", o.ID)}
	}
	return o, nil
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
