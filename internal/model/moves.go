package model

import "slices"

// event names a move.
type event uint8

const (
	reserve event = iota
	begin
	send
	timeOut
	lookUp
	adopt
	resend
	closeNotApplied
	askPerson
	keepWaiting
	ignore
	crash

	lose

	accept
	refuseLate
	refuseCopy
	failInside
	makeOrder
	answerKnown

	tick
)

// step is one move and where it leads.
type step struct {
	event   event
	host    uint8
	attempt uint8
	lost    bool // the gateway's answer reaches nobody
	late    bool // the new order is not listed yet
	next    state
}

// machine knows which moves a state allows.
type machine struct {
	p        *Protocol
	skew     int
	horizon  uint8 // 0: none
	attempts uint8 // how many may begin
	steps    []step
}

// successors lists every move. The slice is used again by the next call.
func (m *machine) successors(s state) []step {
	m.steps = m.steps[:0]
	m.gateway(s)
	m.network(s)
	m.hostMoves(s, 0)
	m.hostMoves(s, 1)
	m.clock(s)
	return m.steps
}

func (m *machine) add(st step, next state) {
	st.next = next
	m.steps = append(m.steps, st)
}

// gateway carries out what it accepted, and takes or refuses what arrives.
func (m *machine) gateway(s state) {
	for i, r := range s.requests {
		if slices.Contains(s.requests[:i], r) {
			continue
		}
		gone := s
		gone.requests[i] = request{}
		switch r.place {
		case atGateway:
			m.carryOut(gone, r)
		case inNetwork, copyInNetwork:
			m.arrive(s, gone, i)
		}
	}
}

func (m *machine) carryOut(gone state, r request) {
	if m.p.Gateway == Dedups && gone.orders > 0 {
		m.answer(gone, r, answerKnown, done, false)
	} else {
		for lag := listLag; lag >= 0; lag-- {
			n := gone
			n.unlisted = uint8(lag)
			if n.orders > 0 {
				n.unlisted = min(gone.unlisted, n.unlisted)
			}
			n.orders = min(n.orders+1, 3)
			m.answer(n, r, makeOrder, done, lag > 0)
		}
	}
	m.add(step{event: failInside, attempt: r.attempt, lost: true}, gone)
}

func (m *machine) arrive(s, gone state, i int) {
	r := s.requests[i]
	switch {
	case r.place == copyInNetwork && original(&s, r, inNetwork):
		return // what arrives first is called the original
	case m.p.Gateway == Fence && int(r.age)+m.skew > window:
		m.answer(gone, r, refuseLate, reserved, false)
	case r.place == copyInNetwork && (gone.orders > 0 || original(&s, r, atGateway)):
		m.answer(gone, r, refuseCopy, reserved, false)
	default:
		n := gone
		n.requests[i] = request{place: atGateway, attempt: r.attempt, host: r.host}
		m.add(step{event: accept, attempt: r.attempt}, n)
	}
}

// original tells whether the request that c copies is at the place where.
func original(s *state, c request, where place) bool {
	return slices.ContainsFunc(s.requests[:], func(r request) bool {
		return r.place == where && r.attempt == c.attempt && r.host == c.host
	})
}

// answer adds two moves: the answer is lost, and, where its sender still waits,
// the answer arrives and is recorded as outcome.
func (m *machine) answer(s state, r request, e event, outcome status, late bool) {
	m.add(step{event: e, attempt: r.attempt, lost: true, late: late}, s)
	h := s.hosts[r.host]
	if h.doing != waiting || h.attempt != r.attempt {
		return
	}
	m.record(&s, int(r.host), outcome)
	s.hosts[r.host] = host{}
	m.add(step{event: e, attempt: r.attempt, late: late}, s)
}

// network loses what is under way. That it also delays needs no move of its
// own: a request may stay where it is.
func (m *machine) network(s state) {
	for i, r := range s.requests {
		if r.place != inNetwork && r.place != copyInNetwork || slices.Contains(s.requests[:i], r) {
			continue
		}
		n := s
		n.requests[i] = request{}
		m.add(step{event: lose, attempt: r.attempt}, n)
	}
}

// hostMoves are the moves of one host. It may also pause: nothing forces it.
func (m *machine) hostMoves(s state, h int) {
	switch s.hosts[h].doing {
	case idle:
		m.work(s, h)
		return
	case recorded:
		m.send(s, h)
	case waiting:
		n := s
		m.record(&n, h, inDoubt)
		n.hosts[h] = host{}
		m.add(step{event: timeOut, host: uint8(h), attempt: s.hosts[h].attempt}, n)
	case looked:
		m.decide(s, h)
	}
	if s.crashes < maxCrashes {
		n := s
		n.hosts[h] = host{}
		n.crashes++
		m.add(step{event: crash, host: uint8(h), attempt: s.hosts[h].attempt}, n)
	}
}

// work is what a free host does with the purchase: its caller calls, or its
// completer finds the row.
func (m *machine) work(s state, h int) {
	r := s.rows[m.rowOf(h)]
	switch r.status {
	case noRow:
		if m.p.Journal == AfterAnswer {
			m.begin(s, h, begin, uint8(h+1))
			return
		}
		n := s
		n.rows[m.rowOf(h)].status = reserved
		m.add(step{event: reserve, host: uint8(h)}, n)
	case reserved:
		if m.attemptsLeft(&s) {
			m.begin(s, h, begin, lastAttempt(&s)+1)
			return
		}
		m.close(s, h, askPerson, needsHuman)
	case sending:
		if r.age < lease {
			return
		}
		if m.p.Resend == AfterLease && m.attemptsLeft(&s) {
			m.begin(s, h, resend, r.attempt+1)
		}
		m.lookUp(s, h)
	case inDoubt:
		if m.p.Resend == AfterTimeOut && m.attemptsLeft(&s) {
			m.begin(s, h, resend, r.attempt+1)
		}
		m.lookUp(s, h)
	case notApplied:
		if m.attemptsLeft(&s) {
			m.lookUp(s, h)
		}
	}
}

// begin records an attempt; sending it is another move, and may come late.
func (m *machine) begin(s state, h int, e event, attempt uint8) {
	if m.p.Journal == BeforeSending {
		s.rows[m.rowOf(h)] = row{status: sending, attempt: attempt}
	}
	s.hosts[h] = host{doing: recorded, attempt: attempt}
	m.add(step{event: e, host: uint8(h), attempt: attempt}, s)
}

func (m *machine) send(s state, h int) {
	me := s.hosts[h]
	r := request{place: inNetwork, attempt: me.attempt, host: uint8(h), age: me.age}
	if m.p.Signing == WhenSent {
		r.age = 0
	}
	if !s.put(r) {
		return
	}
	if m.p.Transport == TwoCopies {
		r.place = copyInNetwork
		if !s.put(r) {
			return
		}
	}
	s.hosts[h] = host{doing: waiting, attempt: me.attempt}
	m.add(step{event: send, host: uint8(h), attempt: me.attempt}, s)
}

func (s *state) put(r request) bool {
	i := slices.Index(s.requests[:], request{})
	if i < 0 {
		return false
	}
	s.requests[i] = r
	return true
}

// lookUp reads the gateway's list. Whoever looks at a Sending row has found its
// lease over and takes it into InDoubt first.
func (m *machine) lookUp(s state, h int) {
	r := &s.rows[m.rowOf(h)]
	if r.status == sending {
		r.status = inDoubt
	}
	s.hosts[h] = host{
		doing: looked, attempt: r.attempt,
		found:   s.orders > 0 && s.unlisted == 0,
		settled: r.status == notApplied || r.age >= m.p.Quarantine.ticks(),
	}
	m.add(step{event: lookUp, host: uint8(h), attempt: r.attempt}, s)
}

// decide is what a host makes of its look-up, possibly much later.
func (m *machine) decide(s state, h int) {
	me, r := s.hosts[h], s.rows[m.rowOf(h)]
	current := r.attempt == me.attempt && (r.status == inDoubt || r.status == notApplied)
	if m.p.Update == CompareAndSet && !current {
		m.close(s, h, ignore, r.status)
		return
	}
	if me.found {
		m.close(s, h, adopt, done)
		return
	}
	again := m.mayResend(&s, me)
	if again {
		m.begin(s, h, resend, me.attempt+1)
	}
	switch {
	case me.settled && m.p.Gateway == Fence:
		m.close(s, h, closeNotApplied, notApplied)
	case again:
	case me.settled:
		m.close(s, h, askPerson, needsHuman)
	default:
		m.close(s, h, keepWaiting, r.status)
	}
}

// mayResend is the rule for a host whose look-up was negative. A host that
// overwrites counts from the attempt that it remembers.
func (m *machine) mayResend(s *state, h host) bool {
	if h.attempt >= m.attempts || m.p.Update == CompareAndSet && !m.attemptsLeft(s) {
		return false
	}
	switch m.p.Resend {
	case Never:
		return false
	case AfterLookUp:
		return true
	default:
		return h.settled
	}
}

// close frees the host and leaves the row with status to.
func (m *machine) close(s state, h int, e event, to status) {
	r := &s.rows[m.rowOf(h)]
	if r.status != to {
		r.status = to
		if to != inDoubt {
			r.age = 0
		}
	}
	attempt := s.hosts[h].attempt
	s.hosts[h] = host{}
	m.add(step{event: e, host: uint8(h), attempt: attempt}, s)
}

// record writes the outcome of an attempt, if the row still is where the host
// left it. Otherwise the answer is evidence only.
func (m *machine) record(s *state, h int, outcome status) {
	r := &s.rows[m.rowOf(h)]
	if m.p.Journal == AfterAnswer {
		if outcome == done {
			r.status = done
		}
		return
	}
	if m.p.Update == CompareAndSet && (r.status != sending || r.attempt != s.hosts[h].attempt) {
		return
	}
	r.status = outcome
	if outcome != inDoubt {
		r.age = 0
	}
}

func (m *machine) rowOf(h int) int {
	if m.p.Ref == CheckThenInsert {
		return h
	}
	return 0
}

// lastAttempt is the highest number given out; a second row does not get the
// numbers of the first.
func lastAttempt(s *state) uint8 { return max(s.rows[0].attempt, s.rows[1].attempt) }

func (m *machine) attemptsLeft(s *state) bool { return lastAttempt(s) < m.attempts }

// clock lets a tick pass, unless the gateway owes an effect within P.
func (m *machine) clock(s state) {
	for _, r := range s.requests {
		if r.place == atGateway && r.age >= processing && m.p.Processing == WithinP {
			return
		}
	}
	if m.horizon > 0 {
		if s.clock >= m.horizon {
			return
		}
		s.clock++
	}
	for i := range s.rows {
		if r := &s.rows[i]; r.status == sending || r.status == inDoubt {
			r.age = min(r.age+1, oldAttempt)
		}
	}
	signatureAges := m.p.Gateway == Fence
	for i := range s.hosts {
		if h := &s.hosts[i]; h.doing == recorded && signatureAges {
			h.age = min(h.age+1, oldSignature)
		}
	}
	for i := range s.requests {
		switch r := &s.requests[i]; r.place {
		case atGateway:
			r.age = min(r.age+1, processing)
		case inNetwork, copyInNetwork:
			if signatureAges {
				r.age = min(r.age+1, oldSignature)
			}
		}
	}
	if s.unlisted > 0 {
		s.unlisted--
	}
	m.add(step{event: tick}, s)
}
