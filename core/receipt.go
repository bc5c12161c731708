package core

import "context"

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
	return run(ctx, b, write[Receipt]{
		op: OpConfirmReceipt, key: receiptKey(r), content: r.Lines, again: true,
		send: func(ctx context.Context, a Attempt) (Receipt, error) {
			r.Attempt = a
			return confirmer.ConfirmReceipt(ctx, r)
		},
	})
}

// receiptKey lets the lines of one order be confirmed one after the other.
func receiptKey(r ConfirmReceiptRequest) string {
	if len(r.Lines) == 0 {
		return string(r.Order.ID)
	}
	return string(r.Order.ID) + "/" + inputHash(r.Lines)[:16]
}
