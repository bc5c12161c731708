package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

func inDoubt(i Intent) bool { return i.State == IntentSending || i.State == IntentInDoubt }

// lookUp settles a write in doubt by reading, where that can be done: the same call again is how a
// caller asks. It sends nothing. What it does not find stays in doubt, because a request may be late.
func lookUp[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	var none T
	doubt := stillInDoubt(intent)
	if w.look == nil || b.now().Before(intent.Attempt.NotAfter) {
		return none, doubt
	}
	answer, found, err := w.look(ctx)
	if err == nil && found && w.check != nil {
		err = w.check(answer)
	}
	if err != nil || !found {
		return none, stillUnknown(doubt, err)
	}
	intent.Note = "found by a look-up"
	return answer, b.record(ctx, intent, answer, nil)
}

// stillUnknown adds to a doubt what the look-up saw.
func stillUnknown(doubt *Error, lookErr error) error {
	told := *doubt
	if lookErr != nil {
		told.Message += "; the look-up failed: " + lookErr.Error()
	} else {
		told.Message += "; the look-up did not find it, which proves nothing: it may still be on its way"
	}
	return &told
}

// Recover moves what an earlier process left half-way to InDoubt, and gives all writes of this
// account whose outcome is not known. It sends nothing and looks nothing up. Call it at start.
func (b *Buyer) Recover(ctx context.Context) ([]Intent, error) {
	open, err := b.Unsettled(ctx)
	if err != nil {
		return nil, err
	}
	for i, intent := range open {
		// Until its attempt is over, another host may be sending it right now.
		if intent.State != IntentSending || b.now().Before(intent.Attempt.NotAfter.Add(recoverMargin)) {
			continue
		}
		intent.State, intent.Note = IntentInDoubt, "the host ended before it recorded what came of the attempt"
		if intent.Failure == nil || intent.Failure.Outcome != InDoubt {
			intent.Failure = &Error{Code: Unavailable, Outcome: InDoubt, Op: intent.Op, Message: "the host ended while this was sent"}
		}
		if open[i], err = b.journal.Update(ctx, intent); err != nil {
			return nil, journalError(intent.Op, err)
		}
	}
	return open, nil
}

// recoverMargin is longer than a call may outlive its attempt.
const recoverMargin = 15 * time.Second

// Verdict is what a person found out about a write in doubt.
type Verdict struct {
	// Version is that of the intent the person was shown; a write that has changed since is not
	// touched.
	Version int64
	// Happened says whether it happened.
	Happened bool
	// OrderID is the order that a purchase became; required for one that happened.
	OrderID OrderID
	// Reason is required, and is kept in the history: what was seen, and by whom.
	Reason string
}

// Decide records a person's verdict on a write in doubt. One that did not happen may be tried again
// under the same key; one that happened replays from then on.
func (b *Buyer) Decide(ctx context.Context, key IntentKey, v Verdict) (Intent, error) {
	if v.Reason == "" {
		return Intent{}, Invalid("reason", "is missing; say what was seen and by whom, it is kept in the history")
	}
	intent, known, err := b.journal.Lookup(ctx, key)
	switch {
	case err != nil:
		return Intent{}, journalError(key.Op, err)
	case !known:
		return Intent{}, &Error{Code: NotFound, Outcome: NotDone, Op: key.Op, Message: fmt.Sprintf("the journal knows no %s under %q", key.Op, key.Key)}
	case !inDoubt(intent):
		return Intent{}, &Error{Code: Conflict, Outcome: NotDone, Op: key.Op, Message: "it is not in doubt: its state is " + intent.State.String()}
	case intent.Version != v.Version:
		return Intent{}, ChangedMeanwhile(key.Op)
	case b.now().Before(intent.Attempt.NotAfter.Add(recoverMargin)):
		return Intent{}, &Error{Code: Conflict, Outcome: NotDone, Op: key.Op, Message: "its attempt is not over yet; decide after " + intent.Attempt.NotAfter.Add(recoverMargin).Format(time.RFC3339)}
	}
	if intent, err = b.decided(ctx, intent, v); err != nil {
		return Intent{}, err
	}
	intent.Note = v.Reason
	updated, err := b.journal.Update(ctx, intent)
	return updated, journalErrorOrNil(key.Op, err)
}

// decided is the intent as the verdict makes it.
func (b *Buyer) decided(ctx context.Context, intent Intent, v Verdict) (Intent, error) {
	if !v.Happened {
		intent.State, intent.Result = IntentReserved, nil
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
		order.Ref, order.Address = Ref(intent.Key), nil
		result = order
	case OpPay:
		result = Payment{Order: OrderRef{ID: OrderID(intent.Key)}, State: Settled}
	case OpCancelOrder:
		result = Cancellation{Order: OrderRef{ID: OrderID(intent.Key)}, State: CancelDone}
	case OpConfirmReceipt:
		result = Receipt{}
	default:
		result = Refund{Ref: Ref(intent.Key)}
	}
	text, err := json.Marshal(result)
	intent.State, intent.Result, intent.Failure = IntentDone, text, nil
	return intent, err
}

func journalErrorOrNil(op Operation, err error) error {
	if err == nil {
		return nil
	}
	return journalError(op, err)
}

// History is what became of one write, oldest first.
func (b *Buyer) History(ctx context.Context, key IntentKey) (Intent, []Change, error) {
	intent, known, err := b.journal.Lookup(ctx, key)
	if err != nil || !known {
		return Intent{}, nil, journalErrorOrNil(key.Op, err)
	}
	changes, err := b.journal.Changes(ctx, key)
	return intent, changes, journalErrorOrNil(key.Op, err)
}
