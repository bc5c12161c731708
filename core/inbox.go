package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Letter is a pushed message that was verified and read, kept until the orders that it names were read
// again. It holds no byte of the message itself, which may have an address in it.
type Letter struct {
	// Seq is given by the inbox and grows with every letter that it keeps.
	Seq     int64  `json:"seq,omitempty"`
	Account string `json:"account"`
	// Sum tells one message from another: see SumOf.
	Sum      string    `json:"sum"`
	Received time.Time `json:"received"`
	Message  Message   `json:"message"`
}

// SumOf is the SHA-256 of a message's body, in hexadecimal: the same body again is the same message.
func SumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Inbox keeps messages between the answer to the gateway and the reading of what they name. What it
// acknowledged survives as a Journal's change does. Every implementation passes core/inboxtest.
//
// Errors of an Inbox mean that nothing was kept, unless their Outcome is InDoubt; keeping again what
// was kept is harmless.
type Inbox interface {
	// Keep keeps letters, all or none. kept says of each whether it is new: an account's second letter
	// with the same Sum is not, for ever, whatever came of the first.
	Keep(ctx context.Context, letters []Letter) (kept []bool, err error)
	// Unread lists at most most letters of an account that were not read, oldest first, with a Seq
	// above after.
	Unread(ctx context.Context, account string, after int64, most int) ([]Letter, error)
	// Read marks letters as read, with a word on what came of them. Reading again changes nothing.
	Read(ctx context.Context, letters []Letter, note string) error
}

// EventLog keeps what was last seen of each order, and the events that followed from it. Every
// implementation passes core/inboxtest.
type EventLog interface {
	// Seen gives what was last seen of an order.
	Seen(ctx context.Context, account string, order OrderID) (Sight, bool, error)
	// Record keeps a sight, over the version that it was made from, and its events with it: both or
	// neither. It gives Conflict when another was recorded since. The log gives each event its Seq;
	// a reader that has seen one has seen all below it.
	Record(ctx context.Context, sight Sight, events []OrderEvent) error
	// OpenSights lists at most most sights of an account that are not final, in the order of their
	// ids, after the given one.
	OpenSights(ctx context.Context, account string, after OrderID, most int) ([]Sight, error)
	// Events lists at most most events with a Seq above after, oldest first.
	Events(ctx context.Context, after int64, most int) ([]OrderEvent, error)
	// Position is the Seq up to which a reader is done; 0 for one that is not known.
	Position(ctx context.Context, reader string) (int64, error)
	// Advance moves a reader's position on. It never moves back.
	Advance(ctx context.Context, reader string, to int64) error
}
