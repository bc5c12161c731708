package core

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// RefundKind is what is asked for. The zero value is none and is refused.
type RefundKind uint8

// The kinds of refund.
const (
	NoRefund RefundKind = iota
	// RefundOnly: money back, the goods stay or were never sent.
	RefundOnly
	// ReturnAndRefund: the goods go back, then the money.
	ReturnAndRefund
)

var refundKindNames = [...]string{NoRefund: "none", RefundOnly: "refund_only", ReturnAndRefund: "return_and_refund"}

func (k RefundKind) String() string { return nameOf(refundKindNames[:], uint8(k)) }

// MarshalText gives the kind's name.
func (k RefundKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name; an unknown one is NoRefund.
func (k *RefundKind) UnmarshalText(text []byte) error {
	*k = RefundKind(valueOf(refundKindNames[:], string(text)))
	return nil
}

// GoodsState is where the goods are when a refund is asked for.
type GoodsState uint8

// The states of goods.
const (
	GoodsUnknown GoodsState = iota
	GoodsNotShipped
	GoodsNotReceived
	GoodsReceived
)

var goodsStateNames = [...]string{GoodsUnknown: "unknown", GoodsNotShipped: "not_shipped", GoodsNotReceived: "not_received", GoodsReceived: "received"}

func (g GoodsState) String() string { return nameOf(goodsStateNames[:], uint8(g)) }

// MarshalText gives the state's name.
func (g GoodsState) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads a state's name; an unknown one is GoodsUnknown.
func (g *GoodsState) UnmarshalText(text []byte) error {
	*g = GoodsState(valueOf(goodsStateNames[:], string(text)))
	return nil
}

// RefundLine is part of an order to be refunded.
type RefundLine struct {
	ID LineID `json:"id"`
	// Quantity is in pieces; 0 means the whole line.
	Quantity int64 `json:"quantity,omitempty"`
}

// RefundRequest asks for money back. The sum of all refunds of an order never exceeds what was
// paid; Buyer checks it against a fresh read.
type RefundRequest struct {
	// Ref is the caller's own stable name for this refund.
	Ref   Ref          `json:"ref"`
	Order OrderRef     `json:"order"`
	Kind  RefundKind   `json:"kind"`
	Lines []RefundLine `json:"lines,omitempty"`
	// Amount is for the goods, Shipping for the freight, in the order's currency.
	Amount   money.Amount `json:"amount"`
	Shipping money.Amount `json:"shipping,omitzero"`
	Goods    GoodsState   `json:"goods,omitzero"`
	// ReasonID is the gateway's id of the reason, where it wants one; Reason is text for the seller.
	ReasonID string `json:"reason_id,omitempty"`
	Reason   string `json:"reason,omitempty"`
	// Evidence are pictures in the form that the gateway's upload gave.
	Evidence []string `json:"evidence,omitempty"`
	Attempt  Attempt  `json:"-"`
}

// RefundState is where a refund stands; it ends in RefundPaid, RefundRejected or RefundClosed.
type RefundState uint8

// The states of a refund.
const (
	RefundUnknown RefundState = iota
	// RefundRequested: the seller has not answered.
	RefundRequested
	// RefundAwaitingReturn: the seller agreed, the goods are to be sent back.
	RefundAwaitingReturn
	// RefundReturning: the goods are on their way back.
	RefundReturning
	// RefundPaid: the money is back.
	RefundPaid
	// RefundRejected: the seller refused; the buyer may amend it.
	RefundRejected
	// RefundClosed: ended without money.
	RefundClosed
)

var refundStateNames = [...]string{
	RefundUnknown: "unknown", RefundRequested: "requested", RefundAwaitingReturn: "awaiting_return",
	RefundReturning: "returning", RefundPaid: "paid", RefundRejected: "rejected", RefundClosed: "closed",
}

func (s RefundState) String() string { return nameOf(refundStateNames[:], uint8(s)) }

// MarshalText gives the state's name.
func (s RefundState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name; an unknown one is RefundUnknown.
func (s *RefundState) UnmarshalText(text []byte) error {
	*s = RefundState(valueOf(refundStateNames[:], string(text)))
	return nil
}

// Refund is one refund of an order.
type Refund struct {
	ID    RefundID    `json:"id,omitempty"`
	Ref   Ref         `json:"ref,omitempty"`
	Order OrderRef    `json:"order,omitzero"`
	Kind  RefundKind  `json:"kind,omitzero"`
	State RefundState `json:"state"`
	// UpstreamStatus is the gateway's own word.
	UpstreamStatus string       `json:"upstream_status,omitempty"`
	Amount         money.Amount `json:"amount,omitzero"`
	Shipping       money.Amount `json:"shipping,omitzero"`
	Lines          []RefundLine `json:"lines,omitempty"`
	Reason         string       `json:"reason,omitempty"`
	Created        time.Time    `json:"created,omitzero"`
}

// GetRefundRequest names the refund to read.
type GetRefundRequest struct {
	Order OrderRef
	ID    RefundID
}

// Refund asks for money back. Before anything is sent the order is read afresh: it must be paid,
// hold the lines, and have that much left to give back. A cancelled or failed call may have
// happened.
func (b *Buyer) Refund(ctx context.Context, r RefundRequest) (Refund, error) {
	if err := r.Validate(); err != nil {
		return Refund{}, atOp(OpRefund, err)
	}
	if err := b.description.Check(OpRefund); err != nil {
		return Refund{}, err
	}
	return run(ctx, b, b.refundWrite(r))
}

// refundFrom makes a refund again that may be looked up and not sent: the journal keeps no text.
func (b *Buyer) refundFrom(i Intent) (write[Refund], error) {
	r, err := readInput[RefundRequest](i)
	return b.refundWrite(r), err
}

func (b *Buyer) refundWrite(r RefundRequest) write[Refund] {
	kept := r
	kept.Reason, kept.Evidence = "", nil
	return write[Refund]{
		op: OpRefund, key: string(r.Ref), about: r.Order.ID, content: r,
		input: func(Intent) any { return kept },
		guard: func(ctx context.Context) error { return b.guardRefund(ctx, r) },
		send: func(ctx context.Context, i Intent) (Refund, error) {
			r.Attempt = i.Attempt
			refund, err := b.adapter.Refund(ctx, r)
			refund.Reason = "" // a text of the caller's has no place in the journal
			return refund, err
		},
		look: func(ctx context.Context, i Intent) (Refund, bool, error) { return b.findRefund(ctx, r, i) },
		check: func(f Refund) error {
			switch {
			case f.ID == "":
				return &Error{Code: BadAnswer, Outcome: InDoubt, Message: "the gateway took the refund but gave no id; read the order"}
			case f.Order.ID != "" && f.Order.ID != r.Order.ID || f.Amount.IsSet() && !sameRefundAmount(r, f):
				return &Error{Code: BadAnswer, Outcome: InDoubt, Message: fmt.Sprintf("refund %s exists, but not on the order or of the amount asked for; a person must look", f.ID)}
			}
			return nil
		},
	}
}

// findRefund reads the order: exactly one refund like the one asked for, which no other request of
// ours owns and which is not older than the attempt, is it.
func (b *Buyer) findRefund(ctx context.Context, r RefundRequest, i Intent) (Refund, bool, error) {
	order, err := b.GetOrder(ctx, GetOrderRequest{Order: r.Order})
	if err != nil {
		return Refund{}, false, err
	}
	var found []Refund
	for _, f := range order.Refunds {
		if !sameRefund(r, f) || !f.Created.IsZero() && f.Created.Before(i.Attempt.SignedAt.Add(-refundSlack)) {
			continue
		}
		owner, known, err := b.journal.Holder(ctx, b.account, "refund:"+string(f.ID))
		if err != nil {
			return Refund{}, false, err
		}
		if !known || owner.IntentKey == i.IntentKey {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return Refund{}, false, nil
	case 1:
		found[0].Ref, found[0].Order, found[0].Reason = r.Ref, r.Order, ""
		return found[0], true, nil
	}
	return Refund{}, false, &Error{Code: NeedsHuman, Outcome: InDoubt, Message: fmt.Sprintf("%d refunds of the order are like the one asked for", len(found))}
}

// refundSlack is how much older than its attempt a refund may look. It is less than clocks may differ:
// one of ours that looks older is left to a person, one that somebody else made is never taken.
const refundSlack = time.Minute

// sameRefund holds what the gateway says of a refund against what was asked for. What it does not
// say is no difference, but the amount must be said.
func sameRefund(r RefundRequest, f Refund) bool {
	return f.ID != "" && sameRefundAmount(r, f) && (f.Kind == NoRefund || f.Kind == r.Kind) && sameRefundLines(r.Lines, f.Lines)
}

// sameRefundAmount takes goods and freight apart or in one sum.
func sameRefundAmount(r RefundRequest, f Refund) bool {
	total := r.Amount
	if r.Shipping.IsSet() {
		total, _ = total.Add(r.Shipping) // validated: one currency
	}
	if f.Shipping.IsSet() {
		return f.Amount.Equal(r.Amount) && f.Shipping.Equal(r.Shipping)
	}
	return f.Amount.Equal(r.Amount) || f.Amount.Equal(total)
}

func sameRefundLines(asked, got []RefundLine) bool {
	ids := func(lines []RefundLine) []LineID {
		var out []LineID
		for _, l := range lines {
			out = append(out, l.ID)
		}
		return sortedLines(out)
	}
	return len(asked) == 0 || len(got) == 0 || slices.Equal(ids(asked), ids(got))
}

// GetRefund reads one refund afresh.
func (b *Buyer) GetRefund(ctx context.Context, r GetRefundRequest) (Refund, error) {
	if r.ID == "" {
		return Refund{}, atOp(OpGetRefund, Invalid("id", "is missing; it is the id that Refund gave"))
	}
	getter, err := optional[RefundGetter](b, OpGetRefund)
	if err != nil {
		return Refund{}, err
	}
	refund, err := getter.GetRefund(ctx, r)
	return refund, readError(OpGetRefund, err)
}

func (b *Buyer) guardRefund(ctx context.Context, r RefundRequest) error {
	order, err := b.freshOrder(ctx, r.Order, "no more may come back than was paid")
	if err != nil {
		return err
	}
	if !order.Status.IsPaid() {
		return guarded("order", "the order's status is %s (%s): nothing was paid that could come back; nothing was sent", order.Status, order.UpstreamStatus)
	}
	if err := guardRefundLines(r.Lines, order.Lines); err != nil {
		return err
	}
	unseen, err := b.unseenRefunds(ctx, order)
	if err != nil {
		return err
	}
	return guardRefundSum(r, order, unseen)
}

// unseenRefunds are those that we were promised and that the order does not show yet.
func (b *Buyer) unseenRefunds(ctx context.Context, order Order) ([]Refund, error) {
	done, err := b.journal.Find(ctx, Filter{Account: b.account, Op: OpRefund, About: order.ID, States: []IntentState{IntentDone}})
	if err != nil {
		return nil, journalError(OpRefund, err)
	}
	var unseen []Refund
	for _, i := range done {
		refund, err := replay[Refund](i)
		asked, inputErr := readInput[RefundRequest](i)
		if OutcomeOf(err) != Done || inputErr != nil {
			return nil, guarded("amount", "an earlier refund of this order, %q, cannot be counted; nothing was sent", i.Key)
		}
		if !slices.ContainsFunc(order.Refunds, func(f Refund) bool { return f.ID == refund.ID }) {
			unseen = append(unseen, Refund{ID: refund.ID, Amount: asked.Amount, Shipping: asked.Shipping})
		}
	}
	return unseen, nil
}

func guardRefundLines(asked []RefundLine, have []Line) error {
	quantity := map[LineID]int64{}
	for _, line := range have {
		quantity[line.ID] = line.Quantity
	}
	for i, line := range asked {
		field := fmt.Sprintf("lines[%d]", i)
		most, known := quantity[line.ID]
		if !known {
			return guarded(field, "line %s is not of this order; nothing was sent", line.ID)
		}
		if most > 0 && line.Quantity > most {
			return guarded(field, "asks for %d pieces, the line has %d; nothing was sent", line.Quantity, most)
		}
	}
	return nil
}

// guardRefundSum counts every refund that is not void: money that is on its way back cannot come
// back twice.
func guardRefundSum(r RefundRequest, order Order, unseen []Refund) error {
	left := order.Totals.Payable
	if !left.IsSet() {
		return guarded("amount", "the gateway does not say what was paid, so a refund cannot be bounded; nothing was sent")
	}
	taken, err := takenBack(order, unseen)
	if err != nil {
		return guarded("amount", "the order's refunds cannot be counted (%v); nothing was sent", err)
	}
	asked := r.Amount
	if r.Shipping.IsSet() {
		if asked, err = asked.Add(r.Shipping); err != nil {
			return Invalid("shipping", "%v", err)
		}
	}
	if left, err = left.Sub(taken); err != nil {
		return guarded("amount", "%v; nothing was sent", err)
	}
	over, err := asked.Cmp(left)
	if err != nil {
		return Invalid("amount", "is in %s, the order was paid in %s", asked.Currency(), left.Currency())
	}
	if over > 0 {
		return guarded("amount", "asks for %s back, but only %s is left of what was paid; nothing was sent", asked, left)
	}
	return nil
}

// takenBack is the larger of what the order says was refunded and what its refunds add up to, and what
// it does not show yet.
func takenBack(order Order, unseen []Refund) (money.Amount, error) {
	shown, err := shownBack(order)
	for _, f := range unseen {
		for _, part := range []money.Amount{f.Amount, f.Shipping} {
			if err == nil && part.IsSet() {
				shown, err = shown.Add(part)
			}
		}
	}
	return shown, err
}

func shownBack(order Order) (money.Amount, error) {
	sum, err := money.Sum(order.Totals.Payable.Currency())
	for _, f := range order.Refunds {
		if f.State == RefundRejected || f.State == RefundClosed {
			continue
		}
		if !f.Amount.IsSet() && (f.State != RefundPaid || !order.Totals.Refunded.IsSet()) {
			return money.Amount{}, fmt.Errorf("the gateway does not say how much refund %s is about", f.ID)
		}
		for _, part := range []money.Amount{f.Amount, f.Shipping} {
			if err == nil && part.IsSet() {
				sum, err = sum.Add(part)
			}
		}
	}
	if err != nil || !order.Totals.Refunded.IsSet() {
		return sum, err
	}
	if more, err := order.Totals.Refunded.Cmp(sum); err != nil || more > 0 {
		return order.Totals.Refunded, err
	}
	return sum, nil
}
