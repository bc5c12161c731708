package simulate

import (
	"context"
	"time"

	"github.com/sampan-go/sampan/core"
)

// Mutant is a shortcut in the protocol that somebody will propose one day. The zero value is none.
// Each must be caught, or the simulator proves nothing.
type Mutant struct {
	Name string
	// Why it looks harmless.
	Why string

	// What it makes of the gateway, of the adapter and of what the operator believes.
	neverEnds, signsLate, believesInAFence bool
	forgets                                time.Duration

	wrap func(core.Journal) core.Journal
	said func(err error, effect func()) error
	take func(*World, *host)
}

// Mutants are the shortcuts that reliability engineers know by these numbers.
var Mutants = []Mutant{
	{Name: "M0 a time-out is a failure", Why: "it timed out, so it failed",
		said: func(err error, _ func()) error {
			if err != nil && core.OutcomeOf(err) == core.InDoubt {
				return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "timed out"}
			}
			return err
		}},
	{Name: "M1 a negative look-up is a failure", Why: "we looked, it is not there",
		take: func(w *World, h *host) {
			open, _ := h.buyer.Open(context.Background())
			for _, i := range open {
				if _, _, happened := w.ledger.truth(i); !happened && i.State == core.IntentInDoubt {
					i.State, i.Claims = core.IntentNotApplied, nil
					_, _ = w.journal.Update(context.Background(), i)
				}
			}
		}},
	{Name: "M2 sign when sending", Why: "a fresh signature avoids expiry", signsLate: true},
	{Name: "M3 no journal row before sending", Why: "one write less",
		wrap: func(j core.Journal) core.Journal { return forgetful{j} }},
	{Name: "M4 an expired lease permits a resend", Why: "the old owner is dead",
		take: func(w *World, h *host) {
			open, _ := h.buyer.Open(context.Background())
			for _, i := range open {
				if i.State == core.IntentSending && w.now.After(i.Attempt.NotAfter) {
					i.State, i.Claims = core.IntentReserved, nil
					_, _ = w.journal.Update(context.Background(), i)
				}
			}
		}},
	{Name: "M5 a quarantine without a fence", Why: "a quarter of an hour is surely enough", believesInAFence: true},
	{Name: "M6 the transport sends two copies", Why: "the HTTP client retries for us",
		said: func(err error, effect func()) error { effect(); return err }},
	{Name: "M7 a quarantine without the clocks' difference", Why: "NTP is on", forgets: 60 * time.Second},
	{Name: "M8 a quarantine without the list's lag", Why: "listings are immediate", forgets: lagMost},
	{Name: "M9 no compare-and-set", Why: "only one host works on it",
		wrap: func(j core.Journal) core.Journal { return careless{j} }},
	{Name: "M10 no unique key", Why: "we check before inserting",
		wrap: func(j core.Journal) core.Journal { return doubling{j} }},
	{Name: "M11 a gateway that works for ever", Why: "how long it takes is just a number", neverEnds: true},
}

func (m Mutant) journal(j core.Journal) core.Journal {
	if m.wrap == nil {
		return j
	}
	return m.wrap(j)
}

func (m Mutant) answer(err error, effect func()) error {
	if m.said == nil {
		return err
	}
	return m.said(err, effect)
}

func (m Mutant) before(w *World, h *host) {
	if m.take != nil && !w.calm {
		m.take(w, h)
	}
}

// forgetful acknowledges an intent that it does not keep until its end.
type forgetful struct{ core.Journal }

func (j forgetful) Reserve(_ context.Context, i core.Intent) (core.Intent, bool, error) {
	return i, false, nil
}

func (j forgetful) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if _, known, _ := j.Lookup(ctx, i.IntentKey); !known {
		got, _, err := j.Journal.Reserve(ctx, i)
		return got, err
	}
	return j.Journal.Update(ctx, i)
}

// careless writes over whatever is there.
type careless struct{ core.Journal }

func (j careless) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	if now, known, err := j.Lookup(ctx, i.IntentKey); err == nil && known {
		i.Version = now.Version
	}
	return j.Journal.Update(ctx, i)
}

// doubling takes a key that is known as if it were new.
type doubling struct{ core.Journal }

func (j doubling) Reserve(ctx context.Context, i core.Intent) (core.Intent, bool, error) {
	got, known, err := j.Journal.Reserve(ctx, i)
	if err != nil || !known {
		return got, known, err
	}
	i.Version = got.Version
	now, err := j.Update(ctx, i)
	return now, false, err
}
