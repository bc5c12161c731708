// Package model checks the rules by which Sampan makes one write at a gateway
// that has no idempotency key. It does not test code: it walks through every
// order of events that the rules allow for one purchase, and looks for one that
// ends with two orders.
//
// Two hosts share a journal. Hosts crash up to twice and pause for as long as
// they like; requests are lost or late; answers are lost; the gateway fails
// inside; its list lags; its clock differs from the journal's by -1, 0 or +1.
// Time passes in ticks: W=2, P=1, L=1, S=1 (the letters of the reliability
// text), and a lease lasts 2. Events within one tick happen in any order.
//
// Start with variants.go: the three safe protocols C1 to C3 and the twelve
// shortcuts M0 to M11. Then moves.go says who may do what, check.go what must
// never be, explore.go how all of it is searched, trace.go how a
// counterexample is told. To read one:
//
//	go test ./internal/model -run TestEachShortcut/M7 -v
//
// The full horizons, and three attempts at each, are behind a build tag:
//
//	SAMPAN_SOAK=1 go test -tags soak ./internal/model -run Soak -v
//
// Not covered: the code itself, more than one purchase or more than three
// attempts, definitive refusals, "proved not sent", partial and split orders,
// amounts, what a person decides after NeedsHuman, incomplete look-ups, a
// journal that loses a commit (A1), times other than the few ticks above. The
// epoch is not modelled: a compare-and-set here asks for the attempt and an
// undecided status, which permits more than the real one and so hides nothing.
//
// The package imports the standard library only.
package model

// The world, in ticks.
const (
	window     = 2 // W: the gateway refuses a signature older than this
	processing = 1 // P: an accepted request takes effect within this, or never
	listLag    = 1 // L: an order shows in a listing within this
	maxSkew    = 1 // S: the most by which clocks differ
	lease      = 2 // after this another host may take a Sending purchase over

	maxCrashes = 2

	usualAttempts = 2
	maxAttempts   = 3  // two bits, and a slot for each request
	maxHorizon    = 15 // four bits

	// Ages only meet the limits above, so they stop growing once they are past
	// them. That keeps the number of states finite without any horizon.
	oldSignature = window + maxSkew + 1
	oldAttempt   = window + processing + listLag + maxSkew
)

// status of a journal row, by the names of the reliability text.
type status uint8

const (
	noRow status = iota
	reserved
	sending
	inDoubt
	done
	notApplied
	needsHuman
)

func (s status) String() string {
	return [...]string{"no row", "Reserved", "Sending", "InDoubt", "Done", "NotApplied", "NeedsHuman"}[s]
}

// open tells whether the machine still has to bring the row to an end.
func (s status) open() bool { return s == reserved || s == sending || s == inDoubt }

// ended tells whether it has.
func (s status) ended() bool { return s == done || s == notApplied || s == needsHuman }

// row is the purchase in the journal.
type row struct {
	status  status
	attempt uint8
	age     uint8 // ticks since signed_at, while Sending or InDoubt
}

// activity is what a host is in the middle of, and loses in a crash.
type activity uint8

const (
	idle activity = iota
	recorded
	waiting
	looked
)

// host is the memory of one host process.
type host struct {
	doing   activity
	attempt uint8
	age     uint8 // recorded: ticks since signed_at

	found   bool // looked: the list showed an order
	settled bool // looked: the look-up started after the quarantine
}

// place is where a request is.
type place uint8

const (
	nowhere place = iota
	inNetwork
	copyInNetwork // a second copy that the transport made by itself
	atGateway     // accepted, not yet carried out
)

// request is one copy on the wire.
type request struct {
	place   place
	attempt uint8
	host    uint8
	age     uint8 // in the network: of the signature; at the gateway: since accepted
}

// state is the whole world at one moment, except the skew, which never changes
// within a search. It packs into 63 bits.
type state struct {
	clock    uint8 // stays 0 in a search without a horizon
	crashes  uint8
	rows     [2]row // the second one only where (account, ref) is not unique
	hosts    [2]host
	requests [3]request
	orders   uint8 // what must never exceed one
	unlisted uint8 // ticks until the first order is sure to be in a listing
}

// pack writes the state as one word. Two states that differ only in the order
// of their request slots give the same word.
func (s *state) pack() uint64 {
	k := uint64(s.clock)<<2 | uint64(s.crashes)
	for _, r := range s.rows {
		k = k<<8 | uint64(r.status)<<5 | uint64(r.attempt)<<3 | uint64(r.age)
	}
	for _, h := range s.hosts {
		k = k<<7 | uint64(h.doing)<<5 | uint64(h.attempt)<<3 | uint64(h.detail())
	}
	a, b, c := s.requests[0].pack(), s.requests[1].pack(), s.requests[2].pack()
	a, b = max(a, b), min(a, b)
	b, c = max(b, c), min(b, c)
	a, b = max(a, b), min(a, b)
	k = k<<24 | uint64(a)<<16 | uint64(b)<<8 | uint64(c)
	return k<<3 | uint64(s.orders)<<1 | uint64(s.unlisted)
}

func unpack(k uint64) state {
	var s state
	take := func(bits int) uint8 {
		v := uint8(k & (1<<bits - 1))
		k >>= bits
		return v
	}
	s.unlisted, s.orders = take(1), take(2)
	for i := len(s.requests) - 1; i >= 0; i-- {
		s.requests[i] = request{age: take(3), host: take(1), attempt: take(2), place: place(take(2))}
	}
	for i := len(s.hosts) - 1; i >= 0; i-- {
		detail := take(3)
		s.hosts[i] = host{attempt: take(2), doing: activity(take(2))}
		s.hosts[i].setDetail(detail)
	}
	for i := len(s.rows) - 1; i >= 0; i-- {
		s.rows[i] = row{age: take(3), attempt: take(2), status: status(take(3))}
	}
	s.crashes, s.clock = take(2), take(4)
	return s
}

func (r request) pack() uint8 {
	return uint8(r.place)<<6 | r.attempt<<4 | r.host<<3 | r.age
}

// detail is the part of a host's memory whose meaning depends on its activity.
func (h host) detail() uint8 {
	if h.doing != looked {
		return h.age
	}
	return bit(h.settled)<<1 | bit(h.found)
}

func (h *host) setDetail(d uint8) {
	if h.doing != looked {
		h.age = d
		return
	}
	h.settled, h.found = d&2 != 0, d&1 != 0
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
