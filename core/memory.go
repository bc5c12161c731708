package core

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// MemoryJournal is a Journal that ends with the process. It is for tests, demonstrations and
// programs that keep their own record; a crash loses what it knew.
type MemoryJournal struct {
	mu      sync.Mutex
	now     func() time.Time
	made    time.Time
	intents map[IntentKey]Intent
	changes map[IntentKey][]Change
	leases  map[IntentKey]time.Time
}

var _ Journal = (*MemoryJournal)(nil)

// NewMemoryJournal gives an empty journal.
func NewMemoryJournal() *MemoryJournal { return NewMemoryJournalAt(time.Now) }

// NewMemoryJournalAt gives an empty journal with a clock of its own, for tests.
func NewMemoryJournalAt(now func() time.Time) *MemoryJournal {
	return &MemoryJournal{now: now, made: now(), intents: map[IntentKey]Intent{}, changes: map[IntentKey][]Change{}, leases: map[IntentKey]time.Time{}}
}

// Clock implements Journal.
func (j *MemoryJournal) Clock(context.Context) (now, made time.Time, err error) {
	return j.now(), j.made, nil
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
	if err := j.admit(intent, Intent{}); err != nil {
		return Intent{}, false, err
	}
	return j.keep(intent), false, nil
}

// Update implements Journal.
func (j *MemoryJournal) Update(_ context.Context, intent Intent) (Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	onRecord, known := j.intents[intent.IntentKey]
	switch {
	case !known || onRecord.Version != intent.Version:
		return Intent{}, ChangedMeanwhile(intent.Op)
	case !onRecord.State.MayBecome(intent.State):
		return Intent{}, MustNotMove(intent.Op, onRecord.State, intent.State)
	}
	if err := j.admit(intent, onRecord); err != nil {
		return Intent{}, err
	}
	intent.Version++
	return j.keep(intent), nil
}

// admit refuses a claim that another intent has and a Spend over its limit.
func (j *MemoryJournal) admit(intent, before Intent) error {
	for _, claim := range intent.Claims {
		if holder, taken := j.holder(intent.Account, claim); taken && holder.IntentKey != intent.IntentKey {
			return ClaimTaken(intent.Op, claim, holder.IntentKey)
		}
	}
	if !intent.Spend.Amount.IsSet() || intent.Spend.Equal(before.Spend) {
		return nil
	}
	total := intent.Spend.Amount
	for key, other := range j.intents {
		if key == intent.IntentKey || key.Account != intent.Account || other.Spend.Day != intent.Spend.Day || other.Spend.Amount.Currency() != total.Currency() {
			continue
		}
		var err error
		if total, err = total.Add(other.Spend.Amount); err != nil {
			return err
		}
	}
	return intent.Spend.Check(intent.Op, total)
}

func (j *MemoryJournal) keep(intent Intent) Intent {
	note := intent.Note
	intent.Note, intent.Claims = "", slices.Clone(intent.Claims)
	j.intents[intent.IntentKey] = intent
	delete(j.leases, intent.IntentKey)
	j.changes[intent.IntentKey] = append(j.changes[intent.IntentKey], Change{Version: intent.Version, At: j.now().UTC().Truncate(time.Millisecond),
		State: intent.State, Attempt: intent.Attempt, Failure: intent.Failure, Note: note})
	return intent
}

// Lookup implements Journal.
func (j *MemoryJournal) Lookup(_ context.Context, key IntentKey) (Intent, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	onRecord, known := j.intents[key]
	return onRecord, known, nil
}

// Find implements Journal.
func (j *MemoryJournal) Find(_ context.Context, f Filter) ([]Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.find(f.Limit, f.matches), nil
}

func (f Filter) matches(i Intent) bool {
	return (f.Account == "" || f.Account == i.Account) && (f.Op == "" || f.Op == i.Op) && (f.About == "" || f.About == i.About) &&
		(!f.Waiting || !i.Due.IsZero()) && (len(f.States) == 0 || slices.Contains(f.States, i.State)) && (f.After == IntentKey{} || i.Compare(f.After) > 0)
}

func (j *MemoryJournal) find(limit int, matches func(Intent) bool) []Intent {
	var found []Intent
	for _, intent := range j.intents {
		if matches(intent) {
			found = append(found, intent)
		}
	}
	slices.SortFunc(found, func(a, b Intent) int { return a.Compare(b.IntentKey) })
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

// Holder implements Journal.
func (j *MemoryJournal) Holder(_ context.Context, account, claim string) (Intent, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	onRecord, known := j.holder(account, claim)
	return onRecord, known, nil
}

func (j *MemoryJournal) holder(account, claim string) (Intent, bool) {
	for key, intent := range j.intents {
		if key.Account == account && slices.Contains(intent.Claims, claim) {
			return intent, true
		}
	}
	return Intent{}, false
}

// Lease implements Journal.
func (j *MemoryJournal) Lease(_ context.Context, account, owner string, most int, span time.Duration) ([]Intent, error) {
	if err := CheckLease(owner, most, span); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	due := j.find(most, func(i Intent) bool {
		return (account == "" || i.Account == account) && !i.Due.IsZero() && !i.Due.After(now) && !j.leases[i.IntentKey].After(now)
	})
	for _, i := range due {
		j.leases[i.IntentKey] = now.Add(span)
	}
	return due, nil
}

// CheckLease refuses what no journal can lease.
func CheckLease(owner string, most int, span time.Duration) error {
	switch {
	case strings.TrimSpace(owner) == "":
		return Invalid("owner", "is missing; name this run of this host")
	case most < 1:
		return Invalid("most", "is %d; lease at least one intent", most)
	case span < time.Millisecond:
		return Invalid("span", "is %s; a lease must last", span)
	}
	return nil
}

// Changes implements Journal.
func (j *MemoryJournal) Changes(_ context.Context, key IntentKey) ([]Change, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.changes[key]), nil
}
