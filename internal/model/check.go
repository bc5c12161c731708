package model

// Violation is a promise that a state breaks.
type Violation uint8

// The promises.
const (
	Nothing                 Violation = iota
	TwoOrders                         // the purchase was made twice
	DoneWithoutOrder                  // Done, and the gateway has nothing
	NotAppliedBesideAnOrder           // NotApplied, and an order exists or came later
	NoWayToFinish                     // faults have stopped, and the purchase still has no end
)

func (v Violation) String() string {
	return [...]string{
		"nothing", "two orders for one purchase", "Done without an order",
		"NotApplied beside an order", "no way to finish",
	}[v]
}

// invariant is a promise about every state that can be reached. "Even later"
// needs no memory: the late order appears in a state of its own.
type invariant struct {
	breaks Violation
	broken func(*state) bool
}

func invariants() []invariant {
	return []invariant{
		{TwoOrders, func(s *state) bool { return s.orders > 1 }},
		{DoneWithoutOrder, func(s *state) bool { return s.orders == 0 && s.anyRow(done) }},
		{NotAppliedBesideAnOrder, func(s *state) bool { return s.orders > 0 && s.anyRow(notApplied) }},
	}
}

func (s *state) anyRow(want status) bool {
	return s.rows[0].status == want || s.rows[1].status == want
}

// healthyOrder is what happens first once faults have stopped: answers arrive,
// requests arrive, host A does its work. Waiting comes last.
var healthyOrder = []event{
	makeOrder, answerKnown, refuseLate, refuseCopy, accept,
	send, adopt, resend, closeNotApplied, askPerson, keepWaiting,
	begin, lookUp, tick,
}

// canFinish lets all faults stop in s: hosts restart, what was in the network
// is lost, host A alone goes on working. It must bring the purchase to an end.
func (m *machine) canFinish(s state) bool {
	calm := *m
	calm.horizon, calm.steps = 0, nil
	s.crashes, s.hosts, s.requests = maxCrashes, [2]host{}, [3]request{}
	lookedThisTick := false
	for range 100 {
		if s.rows[0].status.ended() {
			return true
		}
		st, ok := calm.healthyStep(s, lookedThisTick)
		if !ok {
			return false
		}
		lookedThisTick = st.event != tick && (lookedThisTick || st.event == lookUp)
		s = st.next
	}
	return false
}

func (m *machine) healthyStep(s state, lookedThisTick bool) (step, bool) {
	steps := m.successors(s)
	for _, want := range healthyOrder {
		for _, st := range steps {
			if st.event != want || st.host != 0 || st.lost || want == lookUp && lookedThisTick {
				continue
			}
			return st, true
		}
	}
	return step{}, false
}
