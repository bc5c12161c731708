package core

import (
	"context"
	"errors"
)

// CancelOrderRequest cancels an unpaid order.
type CancelOrderRequest struct {
	Order OrderRef
	// Reason is text for the seller.
	Reason  string
	Attempt Attempt
}

// CancelState says how far a cancellation is.
type CancelState uint8

// The states of a cancellation.
const (
	CancelUnknown CancelState = iota
	// CancelDone: the order is cancelled.
	CancelDone
	// CancelAccepted: the gateway took it; read the order to see the end.
	CancelAccepted
)

var cancelStateNames = [...]string{CancelUnknown: "unknown", CancelDone: "done", CancelAccepted: "accepted"}

func (s CancelState) String() string { return nameOf(cancelStateNames[:], uint8(s)) }

// MarshalText gives the state's name.
func (s CancelState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name; an unknown one is CancelUnknown.
func (s *CancelState) UnmarshalText(text []byte) error {
	*s = CancelState(valueOf(cancelStateNames[:], string(text)))
	return nil
}

// Cancellation is what came of a CancelOrder.
type Cancellation struct {
	Order OrderRef    `json:"order"`
	State CancelState `json:"state"`
}

// CancelOrder cancels an unpaid order. A cancelled or failed call may have happened.
func (b *Buyer) CancelOrder(ctx context.Context, r CancelOrderRequest) (Cancellation, error) {
	if err := r.Order.validate(); err != nil {
		return Cancellation{}, atOp(OpCancelOrder, err)
	}
	if err := validText("reason", r.Reason, maxMessageBytes); err != nil {
		return Cancellation{}, atOp(OpCancelOrder, err)
	}
	canceller, err := optional[Canceller](b, OpCancelOrder)
	if err != nil {
		return Cancellation{}, err
	}
	return run(ctx, b, b.cancelWrite(r, canceller))
}

// cancelInput is what the journal keeps of a cancellation.
type cancelInput struct {
	Order OrderRef `json:"order"`
}

func (b *Buyer) cancelFrom(i Intent) (write[Cancellation], error) {
	input, err := readInput[cancelInput](i)
	return b.cancelWrite(CancelOrderRequest{Order: input.Order}, nil), err
}

func (b *Buyer) cancelWrite(r CancelOrderRequest, canceller Canceller) write[Cancellation] {
	return write[Cancellation]{
		op: OpCancelOrder, key: string(r.Order.ID), about: r.Order.ID, content: r.Order.ID, again: true,
		input: func(Intent) any { return cancelInput{r.Order} },
		guard: func(ctx context.Context) error { return b.guardCancel(ctx, r.Order) },
		send: func(ctx context.Context, i Intent) (Cancellation, error) {
			r.Attempt = i.Attempt
			return canceller.CancelOrder(ctx, r)
		},
		check: func(c Cancellation) error {
			if c.State == CancelUnknown {
				return &Error{Code: BadAnswer, Outcome: InDoubt, Message: "the gateway does not say whether it cancelled; read the order"}
			}
			return nil
		},
		refresh: func(ctx context.Context, _ Intent, c Cancellation) (Cancellation, bool) {
			if c.State != CancelAccepted {
				return c, false
			}
			order, err := b.GetOrder(ctx, GetOrderRequest{Order: r.Order})
			ended := err == nil && (order.Status == Cancelled || order.Status == Closed)
			return Cancellation{Order: r.Order, State: CancelDone}, ended
		},
		look: func(ctx context.Context, _ Intent) (Cancellation, bool, error) {
			order, err := b.GetOrder(ctx, GetOrderRequest{Order: r.Order})
			ended := order.Status == Cancelled || order.Status == Closed
			return Cancellation{Order: r.Order, State: CancelDone}, err == nil && ended, err
		},
	}
}

// guardCancel refuses to cancel what is paid: a late cancel must not hit a paid order. Where one
// order cannot be read, the gateway's own rule has to do.
func (b *Buyer) guardCancel(ctx context.Context, ref OrderRef) error {
	order, err := b.GetOrder(ctx, GetOrderRequest{Order: ref})
	switch {
	case errors.Is(err, Unsupported):
		return nil
	case err != nil:
		return err
	case order.Status.IsPaid():
		return guarded("order", "the order is %s: a paid order is not cancelled but refunded; nothing was sent", order.Status)
	case order.Status == Cancelled || order.Status == Closed:
		return guarded("order", "the order is %s already; nothing was sent", order.Status)
	}
	return nil
}
