package core

import (
	"context"
	"errors"
)

// Verdict is what a person found out about a write in doubt.
type Verdict struct {
	// Version is that of the intent the person was shown; a write that has changed since is not
	// touched, because the evidence may be another.
	Version int64
	// Happened says whether it happened.
	Happened bool
	// OrderID is the order that a purchase became; required for one that happened.
	OrderID OrderID
	// RefundID is the refund that a request became. Without it the order is read, and the one refund on
	// it that is like the one asked for and that no other request owns is taken.
	RefundID RefundID
	// Again lets a purchase that the gateway refused begin anew, under a new number at the gateway.
	Again bool
	// Reason is required, and is kept in the history: what was seen, and by whom.
	Reason string
}

// Decide records a person's verdict on a write in doubt. One that did not happen may be tried again
// under the same key; one that happened replays from then on. That something did not happen can be
// said only when its quarantine is over.
func (b *Buyer) Decide(ctx context.Context, key IntentKey, v Verdict) (Intent, error) {
	intent, err := b.decidable(ctx, key, v)
	if err != nil {
		return Intent{}, err
	}
	if v.Again {
		intent.State, intent.Generation = IntentReserved, intent.generation()+1
	} else if intent, err = b.decided(ctx, intent, v); err != nil {
		return Intent{}, err
	}
	intent.Note = v.Reason
	updated, err := b.settle(ctx, intent)
	return updated, journalErrorOrNil(key.Op, err)
}

// decidable gives the intent if a verdict on it may be recorded. What was sent and not recorded
// becomes in doubt first, once its attempt is over.
func (b *Buyer) decidable(ctx context.Context, key IntentKey, v Verdict) (Intent, error) {
	if v.Reason == "" {
		return Intent{}, Invalid("reason", "is missing; say what was seen and by whom, it is kept in the history")
	}
	if v.Again && v.Happened {
		return Intent{}, Invalid("again", "and happened exclude each other")
	}
	intent, known, err := b.journal.Lookup(ctx, key)
	refuse := func(format string, args ...any) (Intent, error) {
		e := guarded("", format, args...)
		e.Code, e.Op = Conflict, key.Op
		return Intent{}, e
	}
	switch {
	case err != nil:
		return Intent{}, journalError(key.Op, err)
	case !known || key.Account != b.account:
		return Intent{}, unknownIntent(key)
	case intent.Version != v.Version:
		return Intent{}, ChangedMeanwhile(key.Op)
	case v.Again && intent.State != IntentRefused:
		return refuse("only what the gateway refused can begin again; its state is %s", intent.State)
	case v.Again:
		return intent, nil
	case !intent.State.IsOpen():
		return refuse("it is not in doubt: its state is %s", intent.State)
	}
	now, err := b.now(ctx)
	if err != nil {
		return Intent{}, journalError(key.Op, err)
	}
	over := attemptOver(intent)
	if !v.Happened { // what is not there yet may still come
		over = intent.Attempt.SignedAt.Add(b.fence.Quarantine())
	}
	if now.Before(over) {
		return refuse("its attempt is not over yet, and what is not there may still come; decide after %s", over.Format("2006-01-02T15:04:05Z07:00"))
	}
	if intent.State == IntentSending {
		return b.toDoubt(ctx, intent)
	}
	return intent, nil
}

// decided is the intent as the verdict makes it.
func (b *Buyer) decided(ctx context.Context, intent Intent, v Verdict) (Intent, error) {
	if !v.Happened {
		intent.State, intent.Result, intent.Reached = IntentNotApplied, nil, 0
		return intent, nil
	}
	var result any
	switch intent.Op {
	case OpCreateOrder:
		if v.OrderID == "" {
			return intent, Invalid("order", "is missing; name the order that the purchase became")
		}
		order, err := b.GetOrder(ctx, GetOrderRequest{Order: OrderRef{ID: v.OrderID}})
		if errors.Is(err, Unsupported) {
			order = b.own(Order{OrderRef: OrderRef{ID: v.OrderID}})
		} else if err != nil {
			return intent, err
		}
		order = withoutAddress(order)
		order.Ref = Ref(intent.Key)
		result = order
	case OpPay:
		result = Payment{Order: OrderRef{ID: intent.About}, State: Settled}
	case OpCancelOrder:
		result = Cancellation{Order: OrderRef{ID: intent.About}, State: CancelDone}
	case OpConfirmReceipt:
		result = Receipt{Order: OrderRef{ID: intent.About}}
	case OpInvoke:
		input, err := readInput[invokeInput](intent)
		if err != nil {
			return intent, unreadable(intent.Op)
		}
		result = InvokeAnswer{Endpoint: input.Endpoint}
	case OpRefund:
		refund, err := b.decidedRefund(ctx, intent, v)
		if err != nil {
			return intent, err
		}
		result = refund
	}
	intent.State, intent.Result, intent.Failure = IntentDone, marshalled(result), nil
	return intent, nil
}

// decidedRefund has the id of the refund, so that no other request takes it for its own.
func (b *Buyer) decidedRefund(ctx context.Context, intent Intent, v Verdict) (Refund, error) {
	r, err := readInput[RefundRequest](intent)
	if err != nil {
		return Refund{}, unreadable(intent.Op)
	}
	if v.RefundID != "" {
		return Refund{ID: v.RefundID, Ref: r.Ref, Order: r.Order, Kind: r.Kind, Amount: r.Amount, Shipping: r.Shipping}, nil
	}
	refund, found, err := b.findRefund(ctx, r, intent)
	if err != nil && !errors.Is(err, NeedsHuman) {
		return Refund{}, readError(OpRefund, err)
	}
	if !found {
		return Refund{}, Invalid("refund", "is missing; name the refund that the request became")
	}
	return refund, nil
}

func unreadable(op Operation) error {
	return &Error{Code: Internal, Outcome: NotDone, Op: op, Message: "the journal's copy of the request cannot be read"}
}
