package core

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// attemptOver is when an attempt whose owner is silent is taken for abandoned. The owner may be
// frozen and not dead, so this permits a look-up and nothing else.
func attemptOver(i Intent) time.Time { return i.Attempt.NotAfter.Add(overMargin) }

// overMargin is longer than a call may outlive its attempt.
const overMargin = 15 * time.Second

// noRead is how long a look-up may fail before a person is asked.
const noRead = 24 * time.Hour

// firstCheck is how long after its record an intent is looked up.
func firstCheck(i Intent) (wait time.Duration, waits bool) {
	switch {
	case i.State == IntentInDoubt:
		return 2 * time.Second, true
	case i.State == IntentDone && unfinished(i) != PaymentUnknown:
		return 30 * time.Second, true
	}
	return 0, false
}

// lookUp settles a write in doubt by reading, where that can be done: the same call again is how a
// caller asks. It sends nothing. What it does not find is proved not to have happened only behind a
// fence and late enough; without one a person is asked then.
func lookUp[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	var none T
	doubt := stillInDoubt(intent)
	began, err := b.now(ctx)
	if err != nil {
		return none, doubt
	}
	if intent.State == IntentSending {
		if began.Before(attemptOver(intent)) {
			return none, doubt
		}
		if intent, err = b.toDoubt(ctx, intent); err != nil {
			return none, doubt
		}
	}
	if w.look == nil {
		if began.Before(intent.Attempt.NotAfter) {
			return none, doubt
		}
		return none, b.stop(ctx, intent, "the gateway keeps no number of ours by which it could be found")
	}
	answer, found, err := w.find(ctx, intent)
	switch {
	case found:
		return answer, b.recordFound(ctx, intent, answer, err)
	case errors.Is(err, NeedsHuman):
		return none, b.stop(ctx, intent, err.Error())
	case err != nil && began.After(intent.Attempt.SignedAt.Add(noRead)):
		return none, b.stop(ctx, intent, "no look-up succeeded for a day: "+err.Error())
	case err != nil:
		return none, stillUnknown(doubt, err)
	}
	return none, b.notFound(ctx, intent, began, doubt, b.fenced(intent.Op) && !w.blind)
}

func (b *Buyer) recordFound(ctx context.Context, intent Intent, answer any, failure error) error {
	intent.Note = "found by a look-up"
	return b.record(ctx, intent, answer, failure)
}

// notFound decides what a look-up proves that began at a time and found nothing.
func (b *Buyer) notFound(ctx context.Context, intent Intent, began time.Time, doubt *Error, proves bool) error {
	late := !began.Before(intent.Attempt.SignedAt.Add(b.fence.Quarantine()))
	switch {
	case !late:
		return stillUnknown(doubt, nil)
	case proves:
		intent.State = IntentNotApplied
		intent.Failure = &Error{Code: Unavailable, Outcome: NotDone, Op: intent.Op,
			Message: "it did not happen: a look-up that began after every late request is refused found nothing; the same call tries again"}
		intent.Note = "a look-up behind the fence found nothing"
		if _, err := b.settle(context.WithoutCancel(ctx), intent); err != nil {
			return doubt
		}
		return intent.Failure
	}
	return b.stop(ctx, intent, "the look-up did not find it, and nothing proves that a late request can no longer take effect")
}

// fenced reports whether the gateway was shown to refuse late requests of this kind.
func (b *Buyer) fenced(op Operation) bool {
	effect := b.description.Operations[op].Effect
	return b.fence != nil && effect.Class == EffectLookup && effect.Fence > 0 && effect.Fence <= b.fence.Window
}

// stop hands a write over to a person.
func (b *Buyer) stop(ctx context.Context, intent Intent, reason string) error {
	e := needsHuman(intent, reason)
	intent.State, intent.Failure, intent.Note = IntentNeedsHuman, e, "handed over to a person"
	if _, err := b.settle(context.WithoutCancel(ctx), intent); err != nil {
		return stillInDoubt(intent)
	}
	return e
}

// needsHuman keeps what the gateway said of the attempt.
func needsHuman(intent Intent, reason string) *Error {
	e := &Error{Code: NeedsHuman, Outcome: InDoubt, Op: intent.Op, Message: reason + "; a person must look and decide, nothing is sent before that"}
	if intent.Failure != nil {
		e.Gateway, e.Detail, e.Field = intent.Failure.Gateway, intent.Failure.Detail, intent.Failure.Field
	}
	return e
}

// toDoubt takes an attempt that was begun and not recorded for what it is.
func (b *Buyer) toDoubt(ctx context.Context, intent Intent) (Intent, error) {
	intent.Reached++
	intent.Doubted = true
	intent.State, intent.Note = IntentInDoubt, "the host ended before it recorded what came of the attempt"
	intent.Failure = &Error{Code: Unavailable, Outcome: InDoubt, Op: intent.Op, Message: "the host ended while this was sent"}
	return b.settle(context.WithoutCancel(ctx), intent)
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

// Resolve looks one recorded write up and gives it as it is then. It never sends. The error is that
// of the write, as the same call would give it; an intent that is settled already is given as it is.
func (b *Buyer) Resolve(ctx context.Context, key IntentKey) (Intent, error) {
	intent, known, err := b.journal.Lookup(ctx, key)
	switch {
	case err != nil:
		return Intent{}, journalError(key.Op, err)
	case !known || key.Account != b.account:
		return Intent{}, unknownIntent(key)
	}
	err = b.resolve(ctx, intent)
	if now, known, lookErr := b.journal.Lookup(ctx, key); lookErr == nil && known {
		intent = now
	}
	return intent, err
}

func unknownIntent(key IntentKey) error {
	return &Error{Code: NotFound, Outcome: NotDone, Op: key.Op, Message: fmt.Sprintf("the journal knows no %s under %q on account %s", key.Op, key.Key, key.Account)}
}

// resolve makes the write of an intent again, from what the journal kept of it.
func (b *Buyer) resolve(ctx context.Context, intent Intent) error {
	release, err := b.inFlight.lock(ctx, intent.IntentKey, IntentKey{Account: b.account, Op: "order", Key: string(intent.About)})
	if err != nil {
		return atOp(intent.Op, err)
	}
	defer release()
	return b.resolveHeld(ctx, intent.IntentKey)
}

// resolveHeld is resolve for a caller that keeps other callers of the same order away.
func (b *Buyer) resolveHeld(ctx context.Context, key IntentKey) error {
	intent, known, err := b.journal.Lookup(ctx, key)
	if err != nil || !known {
		return journalErrorOrNil(key.Op, err)
	}
	switch intent.Op {
	case OpCreateOrder:
		return resolveAs(ctx, b, intent, b.createFrom)
	case OpPay:
		return resolveAs(ctx, b, intent, b.payFrom)
	case OpRefund:
		return resolveAs(ctx, b, intent, b.refundFrom)
	case OpCancelOrder:
		return resolveAs(ctx, b, intent, b.cancelFrom)
	case OpConfirmReceipt:
		return resolveAs(ctx, b, intent, b.receiptFrom)
	case OpInvoke:
		return resolveAs(ctx, b, intent, b.invokeFrom)
	}
	return unknownIntent(intent.IntentKey)
}

func resolveAs[T any](ctx context.Context, b *Buyer, intent Intent, from func(Intent) (write[T], error)) error {
	switch intent.State {
	case IntentSending, IntentInDoubt, IntentDone:
		w, err := from(intent)
		if err != nil {
			return &Error{Code: Internal, Outcome: InDoubt, Op: intent.Op, Message: "the journal's copy of the request cannot be read; make the same call again", Err: err}
		}
		if intent.State == IntentDone {
			_, err = again(ctx, b, w, intent)
		} else {
			_, err = lookUp(ctx, b, w, intent)
		}
		return err
	case IntentReserved, IntentNotApplied:
		if err := b.dropStale(ctx, intent); err != nil {
			return err
		}
	}
	return asError(intent.Failure)
}

// Recover looks up every write of this account that is in doubt or not finished, and gives those
// that still have no known outcome. It sends nothing. Call it at start, before any new write.
func (b *Buyer) Recover(ctx context.Context) ([]Intent, error) {
	pending, err := b.journal.Find(ctx, Filter{Account: b.account, Waiting: true})
	if err != nil {
		return nil, err
	}
	for _, intent := range pending {
		if ctx.Err() != nil {
			break
		}
		_ = b.resolve(ctx, intent) // what it found is on record
	}
	return b.Open(context.WithoutCancel(ctx))
}

// How Watch works: it wakes, leases a few intents that are due, and stops looking one up before its
// lease ends.
const (
	watchEvery = 5 * time.Second
	watchMost  = 16
	watchLease = 15 * time.Second
	watchWork  = 10 * time.Second
)

// Watch looks up what is due until ctx ends, and gives ctx's error. Several hosts on one journal
// share the work. owner names this run of this host.
func (b *Buyer) Watch(ctx context.Context, owner string) error {
	if err := CheckLease(owner, watchMost, watchLease); err != nil {
		return err
	}
	for {
		more := b.watchOnce(ctx, owner)
		if more && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(watchEvery):
		}
	}
}

func (b *Buyer) watchOnce(ctx context.Context, owner string) (more bool) {
	due, err := b.journal.Lease(ctx, b.account, owner, watchMost, watchLease)
	if err != nil {
		b.log.WarnContext(ctx, "nothing could be leased", "error", err)
		return false
	}
	bounded, cancel := context.WithTimeout(ctx, watchWork) // all of them, before the first lease ends
	defer cancel()
	for _, intent := range due {
		if err := b.resolve(bounded, intent); err != nil && bounded.Err() == nil {
			b.log.InfoContext(ctx, "looked up", "op", intent.Op, "key", intent.Key, "error", err)
		}
	}
	return len(due) == watchMost
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
