package core

import (
	"context"
	"iter"
)

// Adapter is what the author of a marketplace implements. An Adapter serves one account.
//
// All methods may be called concurrently. Errors are *Error: on a write, Outcome NotDone only
// where the write provably did not happen; anything else is treated as "may have happened".
// Reads have no effect and their errors are NotDone.
type Adapter interface {
	// Describe says what this account can do. It sends nothing.
	Describe(context.Context) (Description, error)

	// CreateOrder buys: it makes one order at the marketplace, unpaid. A cancelled or failed call
	// may have happened. Where the marketplace splits a purchase, the first order is returned and
	// the rest are its Siblings.
	CreateOrder(context.Context, CreateOrderRequest) (Order, error)

	// ListOrders reads one page of orders, newest first where the gateway can.
	ListOrders(context.Context, ListOrdersRequest) (OrderPage, error)

	// Pay pays one order, or places the instruction to. A cancelled or failed call may have
	// happened. Only Payment.State Settled means that the money has moved.
	Pay(context.Context, PayRequest) (Payment, error)

	// Track reads where an order's parcels are.
	Track(context.Context, TrackRequest) (Tracking, error)

	// Refund asks for money back on lines of a paid order. A cancelled or failed call may have
	// happened. An accepted request is not yet money back: see Refund.State.
	Refund(context.Context, RefundRequest) (Refund, error)
}

// The optional interfaces. An adapter that has one also declares the operation in Describe.
type (
	// OrderGetter reads one order afresh.
	OrderGetter interface {
		// GetOrder gives NotFound for an order that the marketplace does not know.
		GetOrder(context.Context, GetOrderRequest) (Order, error)
	}
	// Quoter asks what a purchase would cost. It has no effect.
	Quoter interface {
		Quote(context.Context, QuoteRequest) (Quote, error)
	}
	// Canceller cancels an unpaid order.
	Canceller interface {
		// CancelOrder may have happened when it fails or is cancelled. State Accepted means that
		// the order must be read again to learn the end.
		CancelOrder(context.Context, CancelOrderRequest) (Cancellation, error)
	}
	// ReceiptConfirmer tells the marketplace that the goods came, which releases the money to the
	// seller and cannot be undone.
	ReceiptConfirmer interface {
		// ConfirmReceipt may have happened when it fails or is cancelled.
		ConfirmReceipt(context.Context, ConfirmReceiptRequest) (Receipt, error)
	}
	// RefundGetter reads one refund afresh.
	RefundGetter interface {
		GetRefund(context.Context, GetRefundRequest) (Refund, error)
	}
	// FenceProver shows, by harmless reads, that the gateway refuses old signatures. Operators run it
	// with "host doctor"; it is no operation of Describe.
	FenceProver interface {
		// ProveFence makes one read signed now and one signed Age ago, and says what the gateway said.
		ProveFence(context.Context, ProveFenceRequest) (FenceProof, error)
	}
	// OrderPager reads page after page from ListOrdersRequest.Cursor on, and stops when the caller
	// does. It is no operation of Describe: an adapter may have it beside ListOrders where it can read
	// pages ahead (see PagesAhead), and the process boundary has it, because it streams pages.
	OrderPager interface {
		OrderPages(context.Context, ListOrdersRequest) iter.Seq2[OrderPage, error]
	}
)
