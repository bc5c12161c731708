package core

import (
	"context"
	"errors"
	"slices"
)

// ConfirmReceiptRequest says that goods came. It releases the money to the seller and cannot be
// undone.
type ConfirmReceiptRequest struct {
	Order OrderRef
	// Lines are the lines received; none means the whole order.
	Lines   []LineID
	Attempt Attempt
}

// Receipt is what came of a ConfirmReceipt.
type Receipt struct {
	Order OrderRef `json:"order"`
}

// ConfirmReceipt says that goods came. A cancelled or failed call may have happened, and what
// happened cannot be undone.
func (b *Buyer) ConfirmReceipt(ctx context.Context, r ConfirmReceiptRequest) (Receipt, error) {
	if err := r.Order.validate(); err != nil {
		return Receipt{}, atOp(OpConfirmReceipt, err)
	}
	confirmer, err := optional[ReceiptConfirmer](b, OpConfirmReceipt)
	if err != nil {
		return Receipt{}, err
	}
	return run(ctx, b, b.receiptWrite(r, confirmer))
}

// receiptInput is what the journal keeps of a receipt.
type receiptInput struct {
	Order OrderRef `json:"order"`
	Lines []LineID `json:"lines,omitempty"`
}

func (b *Buyer) receiptFrom(i Intent) (write[Receipt], error) {
	input, err := readInput[receiptInput](i)
	return b.receiptWrite(ConfirmReceiptRequest{Order: input.Order, Lines: input.Lines}, nil), err
}

func (b *Buyer) receiptWrite(r ConfirmReceiptRequest, confirmer ReceiptConfirmer) write[Receipt] {
	return write[Receipt]{
		op: OpConfirmReceipt, key: receiptKey(r), about: r.Order.ID, content: sortedLines(r.Lines), again: true,
		input: func(Intent) any { return receiptInput{r.Order, r.Lines} },
		send: func(ctx context.Context, i Intent) (Receipt, error) {
			r.Attempt = i.Attempt
			return confirmer.ConfirmReceipt(ctx, r)
		},
		guard: func(ctx context.Context) error { return b.guardReceipt(ctx, r.Order) },
		look: func(ctx context.Context, _ Intent) (Receipt, bool, error) {
			order, err := b.GetOrder(ctx, GetOrderRequest{Order: r.Order})
			got := order.Status == Received || order.Status == Completed
			return Receipt{Order: r.Order}, err == nil && got, err
		},
		blind: len(r.Lines) > 0, // an order does not say which of its lines were confirmed
	}
}

// guardReceipt refuses to confirm what was not shipped: it gives the money to the seller for good.
func (b *Buyer) guardReceipt(ctx context.Context, ref OrderRef) error {
	order, err := b.GetOrder(ctx, GetOrderRequest{Order: ref})
	switch {
	case errors.Is(err, Unsupported):
		return nil
	case err != nil:
		return err
	case order.Status != Shipped && order.Status != PartlyShipped:
		return guarded("order", "the order is %s, not shipped; nothing was sent", order.Status)
	}
	for _, f := range order.Refunds {
		if f.State == RefundRequested || f.State == RefundAwaitingReturn || f.State == RefundReturning {
			return guarded("order", "refund %s is open; end it first, or the money is gone; nothing was sent", f.ID)
		}
	}
	return nil
}

// receiptKey lets the lines of one order be confirmed one after the other.
func receiptKey(r ConfirmReceiptRequest) string {
	if len(r.Lines) == 0 {
		return string(r.Order.ID)
	}
	return string(r.Order.ID) + "/" + inputHash(sortedLines(r.Lines))[:16]
}

// sortedLines makes the same lines in another order the same receipt.
func sortedLines(lines []LineID) []LineID {
	if len(lines) == 0 {
		return nil
	}
	sorted := slices.Clone(lines)
	slices.Sort(sorted)
	return sorted
}
