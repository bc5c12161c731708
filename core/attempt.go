package core

import "time"

// WriteDeadline is how long after signing an attempt may still be sent.
const WriteDeadline = 45 * time.Second

// Attempt is one try of a write. Buyer fills it in; an adapter obeys it: it signs with SignedAt
// (never with its own clock), sends at most one request, and sends none after NotAfter.
type Attempt struct {
	// No counts from 1.
	No int `json:"no"`
	// SignedAt is the time to sign with, fixed before the attempt begins.
	SignedAt time.Time `json:"signed_at"`
	// NotAfter is when the attempt is over.
	NotAfter time.Time `json:"not_after"`
}

// Check refuses an attempt that must not be sent at the time now. Adapters call it last before
// they send; its errors are NotDone.
func (a Attempt) Check(now time.Time) error {
	switch {
	case a.No < 1 || a.SignedAt.IsZero() || a.NotAfter.IsZero():
		return Invalid("attempt", "missing: a write needs number, signing time and deadline; call it through core.Buyer")
	case now.After(a.NotAfter):
		return &Error{Code: Canceled, Outcome: NotDone, Field: "attempt.not_after",
			Message: "the attempt's time was over before it was sent; call again with the same ref"}
	}
	return nil
}
