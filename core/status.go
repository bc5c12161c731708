package core

// Status is where an order stands. Unknown upstream words become StatusUnknown, never a guess.
type Status uint8

// The statuses.
const (
	StatusUnknown Status = iota
	// AwaitingPayment includes orders that the marketplace is still making.
	AwaitingPayment
	Paid
	PartlyShipped
	Shipped
	Received
	Completed
	// Cancelled: ended before payment. Closed: ended after it, by refund or by the marketplace.
	Cancelled
	Closed
)

var statusNames = [...]string{
	StatusUnknown: "unknown", AwaitingPayment: "awaiting_payment", Paid: "paid",
	PartlyShipped: "partly_shipped", Shipped: "shipped", Received: "received",
	Completed: "completed", Cancelled: "cancelled", Closed: "closed",
}

func (s Status) String() string { return nameOf(statusNames[:], uint8(s)) }

// MarshalText gives the status's name, such as "awaiting_payment".
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a status's name; an unknown one is StatusUnknown.
func (s *Status) UnmarshalText(text []byte) error {
	*s = Status(valueOf(statusNames[:], string(text)))
	return nil
}

// ParseStatus reads a status's name as a person types it.
func ParseStatus(word string) (Status, error) {
	s := Status(valueOf(statusNames[:], word))
	if s == StatusUnknown && word != statusNames[StatusUnknown] {
		return s, Invalid("status", "%q is not a status; use one of %v", word, statusNames[1:])
	}
	return s, nil
}

// statusMoves are the allowed moves. A status may also stay, and Unknown may become anything.
var statusMoves = map[Status][]Status{
	AwaitingPayment: {Paid, PartlyShipped, Shipped, Received, Completed, Cancelled, Closed},
	Paid:            {PartlyShipped, Shipped, Received, Completed, Closed},
	PartlyShipped:   {Shipped, Received, Completed, Closed},
	Shipped:         {Received, Completed, Closed},
	Received:        {Completed, Closed},
	Completed:       {Closed},
}

// CanBecome reports whether an order in status s may be seen in status next later.
func (s Status) CanBecome(next Status) bool {
	if s == StatusUnknown || s == next || next == StatusUnknown {
		return true
	}
	for _, allowed := range statusMoves[s] {
		if allowed == next {
			return true
		}
	}
	return false
}

// IsPaid reports whether an order in status s has been paid for certain.
func (s Status) IsPaid() bool {
	return s == Paid || s == PartlyShipped || s == Shipped || s == Received || s == Completed
}
