package core

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// IntentState is where a recorded write stands. The zero value is none of them.
type IntentState uint8

// The states of an intent. It moves from Reserved to Sending, then to one of the others; from InDoubt
// only a look-up or a person leads on, and from Reserved a new attempt.
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

// MarshalText gives the state's name, such as "in_doubt".
func (s IntentState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name; an unknown one is IntentNone.
func (s *IntentState) UnmarshalText(text []byte) error {
	*s = IntentState(valueOf(intentStateNames[:], string(text)))
	return nil
}

// IntentKey names a write: one per account, operation and key, for ever.
type IntentKey struct {
	Account string    `json:"account"`
	Op      Operation `json:"op"`
	// Key is the caller's Ref for a purchase or a refund, and the order's id for a payment, a
	// cancellation and a receipt.
	Key string `json:"key"`
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
	// Note goes into the change that is written next and is not kept in the intent: a person's
	// reason.
	Note string
}

// Change is one entry of an intent's history: what it became, and when.
type Change struct {
	Version int64       `json:"version"`
	At      time.Time   `json:"at"`
	State   IntentState `json:"state"`
	Attempt Attempt     `json:"attempt,omitzero"`
	Failure *Error      `json:"failure,omitempty"`
	// Note is a person's reason, where a person decided.
	Note string `json:"note,omitempty"`
}

// Journal is what Buyer needs to remember its writes. A change that has been acknowledged survives
// whatever the journal's kind promises (nothing but the process for the one in memory). Every
// implementation passes core/journaltest.
//
// Errors of a Journal mean that nothing was recorded.
type Journal interface {
	// Reserve records a new intent at version 1, in the state that it has (Reserved if it has none).
	// If its key is known already, the intent on record is returned unchanged, with known true.
	Reserve(ctx context.Context, intent Intent) (onRecord Intent, known bool, err error)
	// Update writes intent over the version it was read at, and gives Conflict when another has
	// changed it since, or when there is none. It returns the intent with its new version.
	Update(ctx context.Context, intent Intent) (Intent, error)
	// Lookup reads one intent.
	Lookup(ctx context.Context, key IntentKey) (onRecord Intent, known bool, err error)
	// Unsettled lists intents in state Sending or InDoubt by key; account "" means all accounts.
	Unsettled(ctx context.Context, account string) ([]Intent, error)
	// Changes is the history of one intent, oldest first.
	Changes(ctx context.Context, key IntentKey) ([]Change, error)
}

// MemoryJournal is a Journal that ends with the process. It is for tests, demonstrations and
// programs that keep their own record; a crash loses what it knew.
type MemoryJournal struct {
	mu      sync.Mutex
	intents map[IntentKey]Intent
	changes map[IntentKey][]Change
}

// NewMemoryJournal gives an empty journal.
func NewMemoryJournal() *MemoryJournal {
	return &MemoryJournal{intents: map[IntentKey]Intent{}, changes: map[IntentKey][]Change{}}
}

// Reserve implements Journal.
func (j *MemoryJournal) Reserve(_ context.Context, intent Intent) (Intent, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if onRecord, known := j.intents[intent.IntentKey]; known {
		return onRecord, true, nil
	}
	intent.Version = 1
	if intent.State == IntentNone {
		intent.State = IntentReserved
	}
	j.keep(intent)
	return intent, false, nil
}

// Update implements Journal.
func (j *MemoryJournal) Update(_ context.Context, intent Intent) (Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if onRecord, known := j.intents[intent.IntentKey]; !known || onRecord.Version != intent.Version {
		return Intent{}, ChangedMeanwhile(intent.Op)
	}
	intent.Version++
	j.keep(intent)
	return intent, nil
}

func (j *MemoryJournal) keep(intent Intent) {
	note := intent.Note
	intent.Note = ""
	j.intents[intent.IntentKey] = intent
	j.changes[intent.IntentKey] = append(j.changes[intent.IntentKey], Change{Version: intent.Version, At: time.Now().UTC().Truncate(time.Millisecond),
		State: intent.State, Attempt: intent.Attempt, Failure: intent.Failure, Note: note})
}

// Lookup implements Journal.
func (j *MemoryJournal) Lookup(_ context.Context, key IntentKey) (Intent, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	onRecord, known := j.intents[key]
	return onRecord, known, nil
}

// Unsettled implements Journal.
func (j *MemoryJournal) Unsettled(_ context.Context, account string) ([]Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var open []Intent
	for _, intent := range j.intents {
		if (account == "" || intent.Account == account) && (intent.State == IntentSending || intent.State == IntentInDoubt) {
			open = append(open, intent)
		}
	}
	slices.SortFunc(open, func(a, b Intent) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Key, b.Key))
	})
	return open, nil
}

// Changes implements Journal.
func (j *MemoryJournal) Changes(_ context.Context, key IntentKey) ([]Change, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.changes[key]), nil
}

// ChangedMeanwhile is the error of a change that was made from an older view.
func ChangedMeanwhile(op Operation) error {
	return &Error{Code: Conflict, Outcome: NotDone, Op: op, Message: "another call has changed this intent meanwhile; read it again"}
}
