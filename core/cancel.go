package core

import "context"

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
	return run(ctx, b, write[Cancellation]{
		op: OpCancelOrder, key: string(r.Order.ID), content: r.Order.ID, again: true,
		send: func(ctx context.Context, a Attempt) (Cancellation, error) {
			r.Attempt = a
			return canceller.CancelOrder(ctx, r)
		},
		check: func(c Cancellation) error {
			if c.State == CancelUnknown {
				return &Error{Code: BadAnswer, Outcome: InDoubt, Message: "the gateway does not say whether it cancelled; read the order"}
			}
			return nil
		},
	})
}
