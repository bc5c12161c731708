package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// IntentState is where a recorded write stands. The zero value is none of them.
type IntentState uint8

// The states of an intent.
const (
	IntentNone IntentState = iota
	// IntentReserved: recorded; no attempt of it can be on the wire.
	IntentReserved
	// IntentSending: an attempt was begun; its outcome is not recorded.
	IntentSending
	// IntentInDoubt: an attempt ended without an answer that settles it; it is looked up.
	IntentInDoubt
	// IntentDone: it happened; Result holds the answer.
	IntentDone
	// IntentRefused: the gateway refused for certain; Failure holds the error.
	IntentRefused
	// IntentNotApplied: it is proved, by a look-up or a person's word, that it did not happen. The
	// same call may try again.
	IntentNotApplied
	// IntentNeedsHuman: no look-up can settle it; the machine has stopped. Failure says why.
	IntentNeedsHuman
)

var intentStateNames = [...]string{
	IntentNone: "none", IntentReserved: "reserved", IntentSending: "sending",
	IntentInDoubt: "in_doubt", IntentDone: "done", IntentRefused: "refused",
	IntentNotApplied: "not_applied", IntentNeedsHuman: "needs_human",
}

// intentMoves is every move that there is. From InDoubt only a look-up or a person leads on, from
// NeedsHuman only a person. Done to Done is an answer brought up to date, NotApplied to NotApplied and
// Reserved to Reserved a claim taken or given back.
var intentMoves = map[IntentState][]IntentState{
	IntentNone:       {IntentReserved, IntentSending},
	IntentReserved:   {IntentReserved, IntentSending},
	IntentSending:    {IntentDone, IntentRefused, IntentReserved, IntentInDoubt, IntentNotApplied},
	IntentInDoubt:    {IntentDone, IntentNotApplied, IntentNeedsHuman},
	IntentDone:       {IntentDone},
	IntentRefused:    {IntentReserved, IntentNotApplied},
	IntentNotApplied: {IntentNotApplied, IntentSending, IntentDone, IntentNeedsHuman},
	IntentNeedsHuman: {IntentDone, IntentNotApplied},
}

// MayBecome reports whether an intent in state s may move to the other.
func (s IntentState) MayBecome(other IntentState) bool { return slices.Contains(intentMoves[s], other) }

// OpenStates are those whose outcome is not known.
func OpenStates() []IntentState {
	return []IntentState{IntentSending, IntentInDoubt, IntentNeedsHuman}
}

// IsOpen reports whether the outcome is not known.
func (s IntentState) IsOpen() bool { return slices.Contains(OpenStates(), s) }

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

// Compare orders keys by account, operation and key.
func (k IntentKey) Compare(other IntentKey) int {
	return cmp.Or(cmp.Compare(k.Account, other.Account), cmp.Compare(k.Op, other.Op), cmp.Compare(k.Key, other.Key))
}

// Intent is a write that is recorded before it is sent. It holds no address, no phone, no note to a
// seller and no key.
type Intent struct {
	IntentKey
	// InputHash tells the same content from another under one key.
	InputHash string `json:"input_hash"`
	// Input is what a look-up needs of the request: goods, quantities, amounts.
	Input json.RawMessage `json:"input,omitempty"`
	// About is the order that a money operation is about, or that a purchase became.
	About   OrderID     `json:"about,omitempty"`
	State   IntentState `json:"state"`
	Attempt Attempt     `json:"attempt,omitzero"`
	// Reached counts the attempts that may have reached the gateway and had no answer, since a person
	// looked last.
	Reached int `json:"reached,omitempty"`
	// Doubted says that some attempt had no answer: before every further one it is looked for.
	Doubted bool `json:"doubted,omitempty"`
	// Version grows by one with every change; a change names the version it was made from.
	Version int64 `json:"version"`
	// Generation is part of the number that a purchase has at the gateway. It starts at 1 and grows
	// only when a person lets a refused purchase begin anew.
	Generation int `json:"generation,omitempty"`
	// Claims are names that no other intent of the account may have at the same time. The journal
	// refuses a change that would let two have one.
	Claims []string `json:"claims,omitempty"`
	// Spend counts against the account's limit of a day for as long as the intent has it.
	Spend Spend `json:"spend,omitzero"`
	// Due is when the intent is to be looked up next; zero is never.
	Due time.Time `json:"due,omitzero"`
	// Result is the answer to replay, as JSON.
	Result json.RawMessage `json:"result,omitempty"`
	// Failure is the error of the last attempt, or why a person is needed.
	Failure *Error `json:"failure,omitempty"`
	// Note goes into the change that is written next and is not kept in the intent: a person's
	// reason.
	Note string `json:"-"`
}

func (i Intent) generation() int { return max(i.Generation, 1) }

// Spend is money that leaves, or may leave, on a day.
type Spend struct {
	Amount money.Amount `json:"amount,omitzero"`
	// Day is a date in UTC: "2026-11-23".
	Day string `json:"day,omitempty"`
	// Most is what the account may spend on that day in all. The journal refuses a change that sets
	// a Spend with which the day's sum would be more; unset means no limit.
	Most money.Amount `json:"most,omitzero"`
}

// Equal reports whether both are the same money on the same day.
func (s Spend) Equal(other Spend) bool { return s.Day == other.Day && s.Amount.Equal(other.Amount) }

// Check refuses a Spend that would bring its day's sum, other intents and this one, to total.
func (s Spend) Check(op Operation, total money.Amount) error {
	if !s.Most.IsSet() {
		return nil
	}
	over, err := total.Cmp(s.Most)
	if err != nil {
		return &Error{Code: Guarded, Outcome: NotDone, Op: op, Field: "limits.max_day", Message: fmt.Sprintf("the limit is %s, which says nothing of %s; nothing was sent", s.Most, s.Amount)}
	}
	if over > 0 {
		return &Error{Code: Guarded, Outcome: NotDone, Op: op, Field: "limits.max_day",
			Message: fmt.Sprintf("with %s the account would spend %s on %s (UTC), more than the %s allowed; payments in doubt count too. Nothing was sent", s.Amount, total, s.Day, s.Most)}
	}
	return nil
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

// Filter chooses intents; a member that is not set chooses all.
type Filter struct {
	Account string
	Op      Operation
	About   OrderID
	States  []IntentState
	// Waiting chooses those that wait for a look-up: their Due is set.
	Waiting bool
	// After and Limit read page after page, in the order of keys; Limit 0 is all.
	After IntentKey
	Limit int
}

// Journal is what Buyer needs to remember its writes. A change that has been acknowledged survives
// whatever the journal's kind promises (nothing but the process for the one in memory). Every
// implementation passes core/journaltest.
//
// Errors of a Journal mean that nothing was recorded, unless their Outcome is InDoubt.
type Journal interface {
	// Clock is the time by which attempts are signed and doubts are waited for, the same for all
	// hosts, and when the journal was made.
	Clock(ctx context.Context) (now, made time.Time, err error)
	// Reserve records a new intent at version 1, in the state that it has (Reserved if it has none).
	// If its key is known already, the intent on record is returned unchanged, with known true. It
	// gives Conflict for a claim that another intent has and Guarded for a Spend over its limit.
	Reserve(ctx context.Context, intent Intent) (onRecord Intent, known bool, err error)
	// Update writes intent over the version it was read at, and gives Conflict when another has
	// changed it since, when there is none, or when the state may not move so; claims and Spend as
	// in Reserve. It returns the intent with its new version.
	Update(ctx context.Context, intent Intent) (Intent, error)
	// Lookup reads one intent.
	Lookup(ctx context.Context, key IntentKey) (onRecord Intent, known bool, err error)
	// Find lists intents by key.
	Find(ctx context.Context, f Filter) ([]Intent, error)
	// Holder is the intent that has a claim.
	Holder(ctx context.Context, account, claim string) (onRecord Intent, known bool, err error)
	// Lease gives at most most intents that are due, each to one owner for a time: hosts share the
	// work of looking up. It decides only who works; it never permits a resend, and a change asks
	// for no lease. Account "" means all.
	Lease(ctx context.Context, account, owner string, most int, span time.Duration) ([]Intent, error)
	// Changes is the history of one intent, oldest first.
	Changes(ctx context.Context, key IntentKey) ([]Change, error)
}

// ChangedMeanwhile is the error of a change that was made from an older view.
func ChangedMeanwhile(op Operation) error {
	return &Error{Code: Conflict, Outcome: NotDone, Op: op, Message: "another call has changed this intent meanwhile; read it again"}
}

// MustNotMove is the error of a move that there is not.
func MustNotMove(op Operation, from, to IntentState) error {
	return &Error{Code: Conflict, Outcome: NotDone, Op: op, Message: fmt.Sprintf("an intent that is %s cannot become %s", from, to)}
}

// ClaimTaken is the error of a claim that another intent has.
func ClaimTaken(op Operation, claim string, holder IntentKey) error {
	e := &Error{Code: Conflict, Outcome: NotDone, Op: op, Field: "order", Err: &claimTaken{claim, holder},
		Message: fmt.Sprintf("%s %q on this order is in doubt or at work; settle it first, nothing was sent", holder.Op, holder.Key)}
	if strings.HasPrefix(claim, "goods:") {
		e.Field = "lines"
		e.Message = fmt.Sprintf("the same goods for the same address are being bought under ref %q, whose outcome is not known, and this gateway keeps no number that tells the two apart; settle it first, nothing was sent", holder.Key)
	}
	return e
}

// claimTaken says who has a claim, for a caller that can wait.
type claimTaken struct {
	claim  string
	holder IntentKey
}

func (e *claimTaken) Error() string { return "claimed" }
