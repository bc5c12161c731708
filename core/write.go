package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// write is one write on its way through Buyer: what it is, how it is guarded, how it is sent.
type write[T any] struct {
	op  Operation
	key string
	// content is hashed: the same key with other content is a Conflict.
	content any
	// input is what the journal keeps of the request, for a look-up by a process that does not have it.
	input func(Intent) any
	// about is the order that a money operation is about: one at a time per order.
	about OrderID
	// again lets a later call try a refused write anew. It is for writes whose key is an order and
	// not the caller's own ref.
	again bool
	// spend is money that leaves.
	spend money.Amount
	// guard refuses before anything is sent. It may read.
	guard func(context.Context) error
	// send calls the adapter, once, for the intent's attempt.
	send func(context.Context, Intent) (T, error)
	// check holds the answer against what was asked.
	check func(T) error
	// refresh brings a recorded answer that is not final up to date, by reading.
	refresh func(context.Context, Intent, T) (newer T, changed bool)
	// look finds out by reading whether a write in doubt happened: found only if it did for certain.
	// An error that is NeedsHuman ends the looking. nil: nothing but a person can tell.
	look func(context.Context, Intent) (answer T, found bool, err error)
	// blind says that a look-up that finds nothing proves nothing, even behind a fence.
	blind bool
}

// run takes a write through the one protocol that all writes share: look it up, guard, begin, send
// once, record. The journal has the attempt before the adapter is called; a purchase that succeeds
// costs two durable steps, a money operation three, since it claims its order before it is guarded.
func run[T any](ctx context.Context, b *Buyer, w write[T]) (T, error) {
	var none T
	key := IntentKey{Account: b.account, Op: w.op, Key: w.key}
	release, err := b.inFlight.lock(ctx, key, IntentKey{Account: b.account, Op: "order", Key: string(w.about)})
	if err != nil {
		return none, atOp(w.op, err)
	}
	defer release()

	intent, known, err := b.journal.Lookup(ctx, key)
	switch {
	case err != nil:
		return none, &Error{Code: Unavailable, Outcome: InDoubt, Op: w.op, Err: err,
			Message: "the journal cannot be read: nothing was sent now, but what an earlier call did is not known"}
	case !known:
		return first(ctx, b, w, Intent{IntentKey: key, InputHash: inputHash(w.content), About: w.about})
	case intent.InputHash != inputHash(w.content) && !neverBegun(intent):
		return none, conflict(w.op)
	}
	intent.InputHash = inputHash(w.content)
	switch intent.State {
	case IntentDone:
		return again(ctx, b, w, intent)
	case IntentSending, IntentInDoubt:
		return lookUp(ctx, b, w, intent)
	case IntentNeedsHuman:
		return none, asError(intent.Failure)
	case IntentRefused:
		if !w.again {
			return none, asError(intent.Failure)
		}
	}
	return guardAndSend(ctx, b, w, intent)
}

// first begins a write that the journal does not know. A journal that is younger than a purchase may
// have lost it, so the gateway is asked first where it can be.
func first[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	var none T
	if w.op == OpCreateOrder && w.look != nil {
		young, err := b.young(ctx)
		if err != nil {
			return none, journalError(w.op, err)
		}
		if young {
			intent.Input = marshalled(w.input(intent))
			answer, found, err := w.find(ctx, intent)
			switch {
			case errors.Is(err, NeedsHuman):
				return none, b.adopt(ctx, intent, IntentNeedsHuman, nil, needsHuman(intent, err.Error()))
			case err != nil && !found:
				return none, notBegun(w.op, err)
			case found:
				return answer, b.adopt(ctx, intent, IntentDone, answer, err)
			}
		}
	}
	return guardAndSend(ctx, b, w, intent)
}

// notBegun is a look-up before the first send that failed: nothing was sent.
func notBegun(op Operation, err error) error {
	e, _ := errors.AsType[*Error](atOp(op, err))
	told := *e
	told.Outcome = NotDone
	told.Message = "the journal is new, so the purchase was looked for before it is sent, and that failed; nothing was sent: " + told.Message
	return &told
}

// find looks a write up and holds what it finds against what was asked for. found with an error: it
// happened, and something about it is not as asked. What is something else altogether is for a person.
func (w write[T]) find(ctx context.Context, intent Intent) (answer T, found bool, err error) {
	answer, found, err = w.look(ctx, intent)
	if err != nil || !found || w.check == nil {
		return answer, found, err
	}
	bad := w.check(answer)
	if bad != nil && OutcomeOf(bad) != Done {
		return answer, false, &Error{Code: NeedsHuman, Outcome: InDoubt, Op: w.op, Message: "the look-up found something else than was asked for: " + bad.Error(), Err: bad}
	}
	return answer, true, atOp(w.op, bad)
}

// adopt records a purchase that exists although the journal does not know it. The error it returns is
// the purchase's own.
func (b *Buyer) adopt(ctx context.Context, intent Intent, state IntentState, answer any, failure error) error {
	intent.State = state
	intent.Failure, _ = errors.AsType[*Error](failure)
	if answer != nil {
		intent.Result = marshalled(answer)
	}
	intent.Note = "found at the gateway before the first send: the journal is younger than the purchase"
	intent.About, intent.Claims = aboutOf(intent), claimsOf(intent)
	if _, raced, err := b.journal.Reserve(ctx, intent); err != nil {
		return journalError(intent.Op, err)
	} else if raced {
		return stillInDoubt(intent)
	}
	return failure
}

// youngFor is longer than any intent stays in doubt before it has an end or waits for a person.
const youngFor = 30 * time.Minute

func (b *Buyer) young(ctx context.Context) (bool, error) {
	now, made, err := b.journal.Clock(ctx)
	return now.Sub(made) < youngFor, err
}

// mostReached is how many attempts of one write may reach the gateway before a person looks at why.
const mostReached = 3

// guardAndSend begins the next attempt if the guards let it. A money operation first takes its order for
// itself, so that what is read stays true.
func guardAndSend[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	var none T
	var err error
	if w.about != "" {
		intent.About = w.about
		if intent, err = b.claimOrder(ctx, intent); err != nil {
			return none, err
		}
	}
	if intent.State == IntentNotApplied {
		if answer, over, err := lookOnceMore(ctx, b, w, intent); over {
			return answer, err
		}
	}
	if w.guard != nil {
		if err := w.guard(ctx); err != nil {
			b.unclaim(ctx, intent)
			return none, atOp(w.op, err)
		}
	}
	return attempt(ctx, b, w, intent)
}

// lookOnceMore looks before what was proved not to have happened is tried again: what did happen after
// all must not be bought twice. over says that nothing may be sent.
func lookOnceMore[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (answer T, over bool, err error) {
	if w.look != nil {
		var found bool
		answer, found, err = w.find(ctx, intent)
		switch {
		case errors.Is(err, NeedsHuman):
			return answer, true, b.stop(ctx, intent, err.Error())
		case found:
			b.log.ErrorContext(ctx, "an assumption is broken: a write that was proved not to have happened did", "op", w.op, "key", w.key)
			intent.Note = "found after all, although it was proved not to have happened: an assumption is broken"
			if w.spend.IsSet() { // what is spent is spent, whatever the limit
				intent.Spend = Spend{Amount: w.spend, Day: intent.Attempt.SignedAt.UTC().Format(time.DateOnly)}
			}
			return answer, true, b.record(ctx, intent, answer, err)
		case err != nil:
			b.unclaim(ctx, intent)
			return answer, true, &Error{Code: Unavailable, Outcome: NotDone, Op: w.op, Err: err, Message: "it is looked for once more before it is tried again, and that failed; nothing was sent: " + err.Error()}
		}
	}
	if intent.Reached >= mostReached {
		return answer, true, b.stop(ctx, intent, fmt.Sprintf("%d attempts may have reached the gateway, and none was found", intent.Reached))
	}
	return answer, false, nil
}

// neverBegun reports whether guards stopped a write before its first attempt: its key binds nothing.
func neverBegun(i Intent) bool { return i.State == IntentReserved && i.Attempt.No == 0 }

func conflict(op Operation) error {
	return &Error{Code: Conflict, Outcome: NotDone, Op: op, Field: "ref",
		Message: "was used before with other content; a new purchase needs a new ref"}
}

// again gives the recorded answer of a write that was done, brought up to date where it was not
// final.
func again[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	answer, err := replay[T](intent)
	if w.refresh == nil || OutcomeOf(err) != Done {
		return answer, err
	}
	newer, changed := w.refresh(ctx, intent, answer)
	if !changed {
		return answer, err
	}
	if err == nil && w.check != nil {
		err = atOp(w.op, w.check(newer))
	}
	if OutcomeOf(err) != Done { // what was done stays done; what is wrong with it is said
		e, _ := errors.AsType[*Error](err)
		told := *e
		told.Outcome = Done
		err = &told
	}
	intent.Note = "seen by a later read"
	return newer, b.record(ctx, intent, newer, err)
}

// replay reads the recorded answer.
func replay[T any](intent Intent) (answer T, err error) {
	if err := json.Unmarshal(intent.Result, &answer); err != nil {
		return answer, &Error{Code: Internal, Outcome: Done, Op: intent.Op, Message: "it was done, but the record of the answer cannot be read", Err: err}
	}
	return answer, asError(intent.Failure)
}

func stillInDoubt(intent Intent) *Error {
	e := Error{Code: Unavailable, Op: intent.Op}
	if intent.Failure != nil {
		e = *intent.Failure
	}
	e.Outcome = InDoubt
	e.Message = "an earlier attempt is in doubt, so nothing was sent again; look at the marketplace whether it happened"
	return &e
}

// asError keeps a nil *Error from becoming a non-nil error.
func asError(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// attempt begins, sends and records one attempt.
func attempt[T any](ctx context.Context, b *Buyer, w write[T], intent Intent) (T, error) {
	var none T
	reserved := intent
	intent.State, intent.Failure, intent.Result = IntentSending, nil, nil
	intent.Attempt.No++
	intent.Input = marshalled(w.input(intent))
	intent, raced, err := b.begin(ctx, intent, w.spend)
	switch {
	case err != nil:
		if w.about != "" {
			b.unclaim(ctx, reserved)
		}
		return none, beginError(w.op, err)
	case raced:
		return none, stillInDoubt(intent) // another host recorded it first and may be sending it
	}

	answer, err := w.send(ctx, intent)
	if err != nil && OutcomeOf(err) == Done {
		err = &Error{Code: BadAnswer, Outcome: InDoubt, Op: w.op, Message: "the adapter says that it was done and that it failed: " + err.Error(), Err: err}
	}
	if err == nil && w.check != nil {
		err = w.check(answer)
	}
	err = atOp(w.op, err)
	b.log.InfoContext(ctx, "write", "op", w.op, "key", w.key, "attempt", intent.Attempt.No, "outcome", OutcomeOf(err).String(), "error", err)
	return answer, b.record(ctx, intent, answer, err)
}

// begin records an attempt, in one durable step, before anything is sent. raced says that another
// host recorded the same write first: then its intent is returned. Where the gateway takes no number
// of ours, two purchases of the same goods for the same address could not be told apart: while the
// first is sent, the second waits until its caller's deadline, or is refused if there is none.
func (b *Buyer) begin(ctx context.Context, intent Intent, spend money.Amount) (onRecord Intent, raced bool, err error) {
	for {
		now, err := b.now(ctx)
		if err != nil {
			return Intent{}, false, err
		}
		now = now.UTC().Truncate(time.Millisecond) // what the contract carries
		intent.Attempt.SignedAt, intent.Attempt.NotAfter = now, now.Add(WriteDeadline)
		intent.Due = attemptOver(intent)
		intent.Claims = claimsOf(intent)
		if spend.IsSet() {
			intent.Spend = Spend{Amount: spend, Day: now.Format(time.DateOnly), Most: b.limits.MaxDay}
		}
		if intent.Version == 0 {
			onRecord, raced, err = b.journal.Reserve(ctx, intent)
		} else {
			onRecord, err = b.journal.Update(ctx, intent)
		}
		if _, patient := ctx.Deadline(); err == nil || !patient || !b.beingSent(ctx, err) {
			return onRecord, raced, err
		}
		select {
		case <-ctx.Done():
			return Intent{}, false, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// record writes down what came of an attempt or a look-up. It must not be lost because the caller
// gave up, so it does not end with the caller's context. The error it returns is the attempt's own.
func (b *Buyer) record(ctx context.Context, intent Intent, answer any, failure error) error {
	ctx = context.WithoutCancel(ctx)
	before := intent.State
	intent.Failure, _ = errors.AsType[*Error](failure)
	switch {
	case OutcomeOf(failure) == Done:
		intent.State, intent.Result = IntentDone, marshalled(answer)
	case OutcomeOf(failure) == NotDone && errors.Is(failure, Refused):
		intent.State = IntentRefused
	case OutcomeOf(failure) == NotDone && intent.Doubted:
		intent.State = IntentNotApplied // what went before is still to be looked for
	case OutcomeOf(failure) == NotDone:
		intent.State = IntentReserved
	default:
		intent.State, intent.Doubted = IntentInDoubt, true
		intent.Reached++
	}
	err := b.settleAnswer(ctx, intent)
	if taken, ok := errors.AsType[*claimTaken](err); ok { // what it became is another's already
		intent.Result, intent.Doubted = nil, true
		what := fmt.Sprintf("the gateway's answer names what %s %q owns already", taken.holder.Op, taken.holder.Key)
		if intent.State = IntentInDoubt; before == IntentSending {
			intent.Failure = &Error{Code: BadAnswer, Outcome: InDoubt, Op: intent.Op, Field: taken.claim, Message: what}
		} else {
			intent.State, intent.Failure = IntentNeedsHuman, needsHuman(intent, what)
		}
		failure = intent.Failure
		_, err = b.settle(ctx, intent)
	}
	if err != nil {
		b.log.ErrorContext(ctx, "outcome not recorded", "op", intent.Op, "key", intent.Key, "error", err)
		if failure == nil {
			return &Error{Code: Internal, Outcome: Done, Op: intent.Op, Message: "it was done, but the journal could not record it; keep the answer", Err: err}
		}
	}
	return failure
}

// settleAnswer writes what came of an attempt, and tries again where the journal cannot be reached: it
// is all that will ever be known of it. If another host took the attempt for abandoned meanwhile, an
// answer that it was done ends that doubt; any other is too late.
func (b *Buyer) settleAnswer(ctx context.Context, intent Intent) error {
	_, err := b.settle(ctx, intent)
	for wait := 50 * time.Millisecond; errors.Is(err, Unavailable) && wait < 2*time.Second; wait *= 4 {
		time.Sleep(wait)
		_, err = b.settle(ctx, intent)
	}
	if _, taken := errors.AsType[*claimTaken](err); taken || !errors.Is(err, Conflict) || intent.State != IntentDone {
		return err
	}
	now, known, lookErr := b.journal.Lookup(ctx, intent.IntentKey)
	if lookErr != nil || !known || now.State != IntentInDoubt || now.Attempt.No != intent.Attempt.No {
		return err
	}
	intent.Version, intent.Note = now.Version, "the answer came after the attempt was taken for abandoned"
	_, err = b.settle(ctx, intent)
	return err
}

// settle writes an intent in a new state, with what follows from the state: what it must have alone,
// what it spends and when it is looked up.
func (b *Buyer) settle(ctx context.Context, intent Intent) (Intent, error) {
	intent.About, intent.Claims, intent.Due = aboutOf(intent), claimsOf(intent), time.Time{}
	if !intent.State.IsOpen() && intent.State != IntentDone {
		intent.Spend = Spend{}
	}
	wait, waits := firstCheck(intent)
	if waits {
		now, err := b.now(ctx)
		if err != nil {
			now = intent.Attempt.NotAfter // late rather than never
		}
		intent.Due = now.UTC().Truncate(time.Millisecond).Add(wait)
	}
	return b.journal.Update(ctx, intent)
}

// beginError is a begin that was not recorded. If another host changed the intent, that host may be
// sending it.
func beginError(op Operation, err error) error {
	_, taken := errors.AsType[*claimTaken](err)
	if errors.Is(err, Conflict) && !taken {
		return &Error{Code: Conflict, Outcome: InDoubt, Op: op, Message: "another host is at work on this write; nothing was sent here", Err: err}
	}
	return journalError(op, err)
}

func journalError(op Operation, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return atOp(op, e)
	}
	return &Error{Code: Unavailable, Outcome: NotDone, Op: op, Message: "the journal cannot be written, so nothing was sent", Err: err}
}

// marshalled is the JSON form of what is ours and always has one.
func marshalled(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("core: a value of ours cannot be marshalled: " + err.Error())
	}
	return text
}

// inputHash is a hash of the content's JSON form, in which every member has one place.
func inputHash(content any) string {
	sum := sha256.Sum256(marshalled(content))
	return hex.EncodeToString(sum[:])
}
