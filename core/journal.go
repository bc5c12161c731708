package core

import (
	"context"
	"encoding/json"
	"sort"
	"sync"
)

// IntentState is where a recorded write stands. The zero value is none of them.
type IntentState uint8

// The states of an intent. It moves Reserved, Sending, then one of the others; from InDoubt only a
// look-up leads on, and from Reserved or NotApplied a new attempt.
const (
	IntentNone IntentState = iota
	// IntentReserved: recorded; no attempt of it can be on the wire.
	IntentReserved
	// IntentSending: an attempt was begun; its outcome is not recorded.
	IntentSending
	// IntentInDoubt: an attempt ended without an answer that settles it.
	IntentInDoubt
	// IntentDone: it happened; Result holds the answer.
	IntentDone
	// IntentRefused: the gateway refused for certain; Failure holds the error.
	IntentRefused
)

var intentStateNames = [...]string{
	IntentNone: "none", IntentReserved: "reserved", IntentSending: "sending",
	IntentInDoubt: "in_doubt", IntentDone: "done", IntentRefused: "refused",
}

func (s IntentState) String() string { return nameOf(intentStateNames[:], uint8(s)) }

// IntentKey names a write: one per account, operation and key, for ever.
type IntentKey struct {
	Account string
	Op      Operation
	// Key is the caller's Ref for a purchase or a refund, and the order's id for a payment, a
	// cancellation and a receipt.
	Key string
}

// Intent is a write that is recorded before it is sent.
type Intent struct {
	IntentKey
	// InputHash tells the same content from another under one key. It is a hash, so that the
	// journal holds no address.
	InputHash string
	State     IntentState
	Attempt   Attempt
	// Version grows by one with every change; a change names the version it was made from.
	Version int64
	// Result is the answer to replay, as JSON.
	Result json.RawMessage
	// Failure is the error of the last attempt.
	Failure *Error
}

// Journal is what Buyer needs to remember its writes. A change that has been acknowledged survives
// whatever the journal's kind promises (nothing but the process for the one in memory).
type Journal interface {
	// Reserve records a new intent in state Reserved. If its key is known already, the intent on
	// record is returned unchanged, with known true.
	Reserve(ctx context.Context, intent Intent) (onRecord Intent, known bool, err error)
	// Update writes intent over the version it was read at, and gives Conflict when another has
	// changed it since. It returns the intent with its new version.
	Update(ctx context.Context, intent Intent) (Intent, error)
	// Unsettled lists the account's intents in state Sending or InDoubt, oldest key first.
	Unsettled(ctx context.Context, account string) ([]Intent, error)
}

// MemoryJournal is a Journal that ends with the process. It is for tests, demonstrations and
// programs that keep their own record; a crash loses what it knew.
type MemoryJournal struct {
	mu      sync.Mutex
	intents map[IntentKey]Intent
}

// NewMemoryJournal gives an empty journal.
func NewMemoryJournal() *MemoryJournal {
	return &MemoryJournal{intents: map[IntentKey]Intent{}}
}

// Reserve implements Journal.
func (j *MemoryJournal) Reserve(_ context.Context, intent Intent) (Intent, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if onRecord, known := j.intents[intent.IntentKey]; known {
		return onRecord, true, nil
	}
	intent.State, intent.Version = IntentReserved, 1
	j.intents[intent.IntentKey] = intent
	return intent, false, nil
}

// Update implements Journal.
func (j *MemoryJournal) Update(_ context.Context, intent Intent) (Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.intents[intent.IntentKey].Version != intent.Version {
		return Intent{}, &Error{Code: Conflict, Outcome: NotDone, Op: intent.Op,
			Message: "another call has changed this intent meanwhile; read it again"}
	}
	intent.Version++
	j.intents[intent.IntentKey] = intent
	return intent, nil
}

// Unsettled implements Journal.
func (j *MemoryJournal) Unsettled(_ context.Context, account string) ([]Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var open []Intent
	for _, intent := range j.intents {
		if intent.Account == account && (intent.State == IntentSending || intent.State == IntentInDoubt) {
			open = append(open, intent)
		}
	}
	sort.Slice(open, func(a, b int) bool { return open[a].Key < open[b].Key })
	return open, nil
}
