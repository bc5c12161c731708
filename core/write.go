package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// write is one write on its way through Buyer: what it is, how it is guarded, how it is sent.
type write[T any] struct {
	op  Operation
	key string
	// content is hashed: the same key with other content is a Conflict.
	content any
	// again lets a later call try a refused write anew. It is for writes whose key is an order and
	// not the caller's own ref.
	again bool
	// guard refuses before anything is sent. It may read.
	guard func(context.Context) error
	// send calls the adapter, once.
	send func(context.Context, Attempt) (T, error)
	// check holds the answer against what was asked.
	check func(T) error
	// order is what a money operation is about: one at a time per order.
	order OrderID
	// refresh brings a recorded answer that is not final up to date, by reading.
	refresh func(context.Context, T) (newer T, changed bool)
	// look finds out by reading whether a write in doubt happened; found only if it did for certain.
	// nil: nothing but a person can tell.
	look func(context.Context) (answer T, found bool, err error)
}

// run takes a write through the one protocol that all writes share: look it up, guard, begin, send
// once, record. The journal has the attempt before the adapter is called; a write that succeeds
// costs two durable steps.
func run[T any](ctx context.Context, b *Buyer, w write[T]) (T, error) {
	var none T
	key := IntentKey{Account: b.account, Op: w.op, Key: w.key}
	release, err := b.inFlight.lock(ctx, key, IntentKey{Account: b.account, Op: "order", Key: string(w.order)})
	if err != nil {
		return none, atOp(w.op, err)
	}
	defer release()

	intent, known, err := b.journal.Lookup(ctx, key)
	switch {
	case err != nil:
		return none, &Error{Code: Unavailable, Outcome: InDoubt, Op: w.op, Err: err,
			Message: "the journal cannot be read: nothing was sent now, but what an earlier call did is not known"}
	case known && intent.InputHash != inputHash(w.content):
		return none, conflict(w.op)
	case known && inDoubt(intent):
		return lookUp(ctx, b, w, intent)
	case known && intent.State == IntentDone:
		return again(ctx, b, w, intent)
	case known && intent.State == IntentRefused && !w.again:
		return none, asError(intent.Failure)
	}
	if err := b.excluded(ctx, key, w.order); err != nil {
		return none, atOp(w.op, err)
	}
	if w.guard != nil {
		if err := w.guard(ctx); err != nil {
			return none, atOp(w.op, err)
		}
	}
	if !known {
		intent = Intent{IntentKey: key, InputHash: inputHash(w.content)}
	}
	return attempt(ctx, b, w, intent)
}

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
	newer, changed := w.refresh(ctx, answer)
	if !changed {
		return answer, err
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

// excluded refuses a money operation on an order while another on it has no known end: two at once
// could move money twice.
func (b *Buyer) excluded(ctx context.Context, key IntentKey, order OrderID) error {
	if order == "" {
		return nil
	}
	open, err := b.journal.Unsettled(ctx, b.account)
	if err != nil {
		return journalError(key.Op, err)
	}
	for _, other := range open {
		if other.IntentKey != key && orderOf(other) == order {
			return &Error{Code: Conflict, Outcome: NotDone, Field: "order",
				Message: fmt.Sprintf("%s %q on this order is in doubt; settle it first, nothing was sent", other.Op, other.Key)}
		}
	}
	return nil
}

// orderOf is the order that an open money operation is about: begin records it where the answer will
// stand.
func orderOf(i Intent) OrderID {
	var about struct {
		Order OrderRef `json:"order"`
	}
	if json.Unmarshal(i.Result, &about) != nil {
		return ""
	}
	return about.Order.ID
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
	now := b.now().UTC().Truncate(time.Millisecond) // what the contract carries
	intent.State, intent.Failure, intent.Result = IntentSending, nil, nil
	intent.Attempt = Attempt{No: intent.Attempt.No + 1, SignedAt: now, NotAfter: now.Add(WriteDeadline)}
	if w.order != "" {
		intent.Result, _ = json.Marshal(map[string]OrderRef{"order": {ID: w.order}}) // two texts
	}
	intent, raced, err := b.begin(ctx, intent)
	if err != nil {
		return none, beginError(w.op, err)
	}
	if raced {
		return none, stillInDoubt(intent) // another host recorded it first and may be sending it
	}

	answer, err := w.send(ctx, intent.Attempt)
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
// host recorded the same write first: then its intent is returned.
func (b *Buyer) begin(ctx context.Context, intent Intent) (onRecord Intent, raced bool, err error) {
	if intent.Version == 0 {
		return b.journal.Reserve(ctx, intent)
	}
	onRecord, err = b.journal.Update(ctx, intent)
	return onRecord, false, err
}

// record writes down what came of an attempt. It must not be lost because the caller gave up, so
// it does not end with the caller's context. The error it returns is the attempt's own.
func (b *Buyer) record(ctx context.Context, intent Intent, answer any, failure error) error {
	intent.Failure, _ = errors.AsType[*Error](failure)
	switch {
	case OutcomeOf(failure) == Done:
		intent.State = IntentDone
		intent.Result, _ = json.Marshal(answer)
	case OutcomeOf(failure) == NotDone && errors.Is(failure, Refused):
		intent.State = IntentRefused
	case OutcomeOf(failure) == NotDone:
		intent.State = IntentReserved
	default:
		intent.State = IntentInDoubt
	}
	if _, err := b.journal.Update(context.WithoutCancel(ctx), intent); err != nil {
		b.log.ErrorContext(ctx, "outcome not recorded", "op", intent.Op, "key", intent.Key, "error", err)
		if failure == nil {
			return &Error{Code: Internal, Outcome: Done, Op: intent.Op, Message: "it was done, but the journal could not record it; keep the answer", Err: err}
		}
	}
	return failure
}

// beginError is a begin that was not recorded. If another host changed the intent, that host may be
// sending it.
func beginError(op Operation, err error) error {
	if errors.Is(err, Conflict) {
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

// inputHash is a hash of the content's JSON form, in which every member has one place.
func inputHash(content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		panic("core: content of a write cannot be marshalled: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// keyLocks lets callers of the same write wait for one another, so that they get equal answers.
type keyLocks struct {
	mu   sync.Mutex
	held map[IntentKey]chan struct{}
}

// lock takes the keys one after the other, always in the same order of the callers' making; an empty
// key is none.
func (l *keyLocks) lock(ctx context.Context, keys ...IntentKey) (release func(), err error) {
	var held []func()
	release = func() {
		for _, r := range held {
			r()
		}
	}
	for _, key := range keys {
		if key.Key == "" {
			continue
		}
		r, err := l.lockOne(ctx, key)
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, r)
	}
	return release, nil
}

func (l *keyLocks) lockOne(ctx context.Context, key IntentKey) (release func(), err error) {
	for {
		l.mu.Lock()
		if l.held == nil {
			l.held = map[IntentKey]chan struct{}{}
		}
		holder, taken := l.held[key]
		if !taken {
			mine := make(chan struct{})
			l.held[key] = mine
			l.mu.Unlock()
			return func() { l.release(key, mine) }, nil
		}
		l.mu.Unlock()
		select {
		case <-holder:
		case <-ctx.Done():
			return nil, &Error{Code: Canceled, Outcome: InDoubt, Message: "gave up waiting for another call of the same write, whose outcome is not known here", Err: ctx.Err()}
		}
	}
}

func (l *keyLocks) release(key IntentKey, mine chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, key)
	close(mine)
}
