package core

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// EventKind says what changed about an order. The zero value is: not known.
type EventKind uint8

// The kinds of events.
const (
	EventUnknown EventKind = iota
	// EventOrderSeen: the order was read for the first time.
	EventOrderSeen
	// EventStatus: the order's status moved on.
	EventStatus
	// EventPrice: the order costs another amount. Nothing pays it before the caller agreed to it.
	EventPrice
	// EventRefund: a refund of the order is new, or its state moved on.
	EventRefund
	// EventHint: the gateway said that something changed, and this account has no way to read the order.
	EventHint
)

var eventKindNames = [...]string{EventUnknown: "unknown", EventOrderSeen: "order.seen", EventStatus: "order.status",
	EventPrice: "order.price", EventRefund: "order.refund", EventHint: "order.hint"}

func (k EventKind) String() string { return nameOf(eventKindNames[:], uint8(k)) }

// MarshalText gives the kind's name, such as "order.status".
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name; an unknown one is EventUnknown.
func (k *EventKind) UnmarshalText(text []byte) error {
	*k = EventKind(valueOf(eventKindNames[:], string(text)))
	return nil
}

// OrderEvent is one change of an order as a fresh read showed it. It may be delivered more than once: ID is
// the same then.
type OrderEvent struct {
	// Seq is its place in the log.
	Seq     int64     `json:"seq,omitempty"`
	ID      string    `json:"id"`
	Kind    EventKind `json:"kind"`
	Account string    `json:"account"`
	Order   OrderID   `json:"order"`
	Ref     Ref       `json:"ref,omitempty"`
	// Status is the order's now, and StatusBefore what it was where that changed.
	Status       Status `json:"status"`
	StatusBefore Status `json:"status_before,omitzero"`
	// Payable is what the order costs now, and PayableBefore what it did where that changed.
	Payable       money.Amount `json:"payable,omitzero"`
	PayableBefore money.Amount `json:"payable_before,omitzero"`
	// Refund and its states stand in an EventRefund.
	Refund            RefundID    `json:"refund,omitempty"`
	RefundState       RefundState `json:"refund_state,omitzero"`
	RefundStateBefore RefundState `json:"refund_state_before,omitzero"`
	// At is when the change was seen, in UTC.
	At time.Time `json:"at"`
}

// Sight is what was last seen of an order. It moves forward only, and holds no address.
type Sight struct {
	Account string `json:"account"`
	OrderRef
	Ref     Ref                      `json:"ref,omitempty"`
	Status  Status                   `json:"status"`
	Payable money.Amount             `json:"payable,omitzero"`
	Refunds map[RefundID]RefundState `json:"refunds,omitempty"`
	// Version grows by one with every record; 0 was never recorded.
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
}

// Final reports whether the order has ended and no refund of it is open.
func (s Sight) Final() bool {
	if s.Status != Completed && s.Status != Cancelled && s.Status != Closed {
		return false
	}
	for _, state := range s.Refunds {
		if state != RefundPaid && state != RefundClosed {
			return false
		}
	}
	return true
}

// Next gives the sight after a fresh read of the order, and what changed; none if nothing did. An
// answer that is older than what was seen before, because a message came late or a gateway's copy lags,
// changes nothing.
func (s Sight) Next(fresh Order, at time.Time) (Sight, []OrderEvent) {
	if !s.Status.CanBecome(fresh.Status) {
		return s, nil
	}
	n := s
	n.Version, n.At, n.Refunds = s.Version+1, at.UTC().Truncate(time.Millisecond), maps.Clone(s.Refunds)
	n.Ref, n.Handle = cmp.Or(fresh.Ref, s.Ref), cmp.Or(fresh.Handle, s.Handle)
	if fresh.Status != StatusUnknown {
		n.Status = fresh.Status
	}
	if fresh.Totals.Payable.IsSet() {
		n.Payable = fresh.Totals.Payable
	}
	var events []OrderEvent
	switch {
	case s.Version == 0:
		events = append(events, n.event(EventOrderSeen))
	case n.Status != s.Status:
		e := n.event(EventStatus)
		e.StatusBefore = s.Status
		events = append(events, e)
	}
	if s.Payable.IsSet() && !n.Payable.Equal(s.Payable) {
		e := n.event(EventPrice)
		e.PayableBefore = s.Payable
		events = append(events, e)
	}
	events = append(events, n.takeRefunds(fresh.Refunds)...)
	if len(events) == 0 && n.Handle == s.Handle && n.Ref == s.Ref && n.Payable.Equal(s.Payable) {
		return s, nil
	}
	return n, events
}

// takeRefunds moves the states of refunds forward.
func (s *Sight) takeRefunds(fresh []Refund) []OrderEvent {
	var events []OrderEvent
	for _, f := range slices.SortedFunc(slices.Values(fresh), func(a, b Refund) int { return cmp.Compare(a.ID, b.ID) }) {
		before, known := s.Refunds[f.ID]
		if f.ID == "" || known && (before == f.State || !refundMayBecome(before, f.State)) {
			continue
		}
		if s.Refunds == nil {
			s.Refunds = map[RefundID]RefundState{}
		}
		s.Refunds[f.ID] = f.State
		e := s.event(EventRefund)
		e.Refund, e.RefundState, e.RefundStateBefore = f.ID, f.State, before
		events = append(events, e)
	}
	return events
}

// refundMayBecome reports whether a refund in state s may be seen in state next later. What is paid or
// closed has ended; what was rejected may be amended.
func refundMayBecome(s, next RefundState) bool {
	switch {
	case next == RefundUnknown, s == RefundPaid, s == RefundClosed:
		return false
	case s == RefundUnknown, s == RefundRejected, next == RefundRejected:
		return true
	}
	return next > s // they are listed in the order of a refund's life
}

func (s Sight) event(kind EventKind) OrderEvent {
	return OrderEvent{Kind: kind, Account: s.Account, Order: s.ID, Ref: s.Ref, Status: s.Status, Payable: s.Payable, At: s.At}
}

// identified gives each event an id that follows from what it is about, so that a reader can tell a second
// delivery from a second change.
func identified(sight Sight, events []OrderEvent) []OrderEvent {
	for i := range events {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %s %q", sight.Account, sight.ID, sight.Version, events[i].Kind, events[i].Refund))
		events[i].ID = "evt_" + hex.EncodeToString(sum[:16])
	}
	return events
}
