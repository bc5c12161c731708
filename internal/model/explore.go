package model

// Every so many unfinished states, one is asked whether it can finish.
const finishSample = 7

// Result is what a search found.
type Result struct {
	Protocol Protocol
	Bounds   Bounds
	States   int // summed over the skews that were searched
	Moves    int
	Finished int            // unfinished states that were seen to finish
	Ends     map[string]int // states by the status in which the machine has stopped
	Found    Violation
	Example  Example // the shortest way to Found
}

// Example is a way from the beginning to a violation.
type Example struct {
	Skew  int
	start state
	steps []step
}

// Bounds say how far a search goes.
type Bounds struct {
	Horizon  int // ticks, at most 15; 0: no horizon, every state there is
	Attempts int // how many may begin, at most 3; 0: two
}

// Explore visits every state that p can reach within b. It stops at the
// violation that p names; a protocol that names none stops at any. The search
// goes breadth first, so no example with that skew is shorter.
func Explore(p Protocol, b Bounds) Result {
	return explore(p, b, invariants())
}

func explore(p Protocol, b Bounds, promises []invariant) Result {
	if b.Attempts == 0 {
		b.Attempts = usualAttempts
	}
	if b.Horizon < 0 || b.Horizon > maxHorizon || b.Attempts < 0 || b.Attempts > maxAttempts {
		panic("model: bounds that do not fit into a state")
	}
	res := Result{Protocol: p, Bounds: b, Ends: map[string]int{}}
	for _, skew := range p.skews() {
		s := search{
			machine:  machine{p: &p, skew: skew, horizon: uint8(b.Horizon), attempts: uint8(b.Attempts)},
			promises: promises,
			res:      &res,
		}
		s.run()
		if res.Found != Nothing {
			break
		}
	}
	return res
}

// search is the walk through all states with one skew.
type search struct {
	machine
	promises []invariant
	seen     visited
	res      *Result
}

func (s *search) run() {
	start := state{}
	s.seen.add(start.pack(), 0)
	for i := 0; i < len(s.seen.keys); i++ {
		now := unpack(s.seen.keys[i])
		if v := s.judge(&now, i); v != Nothing {
			if v == s.p.Breaks || s.p.Breaks == Nothing {
				s.res.Found = v
				s.res.Example = s.example(i)
				break
			}
			continue // nothing good comes after it
		}
		for _, st := range s.successors(now) {
			s.res.Moves++
			s.seen.add(st.next.pack(), uint32(i))
		}
	}
	s.res.States += len(s.seen.keys)
}

func (s *search) judge(now *state, i int) Violation {
	for _, p := range s.promises {
		if p.broken(now) {
			return p.breaks
		}
	}
	first := now.rows[0].status
	if first.ended() {
		s.res.Ends[first.String()]++
	}
	if !first.open() || i%finishSample != 0 {
		return Nothing
	}
	if !s.canFinish(*now) {
		return NoWayToFinish
	}
	s.res.Finished++
	return Nothing
}

// example walks back from state i, then forward again to name the moves.
func (s *search) example(i int) Example {
	var path []uint64
	for ; i > 0; i = int(s.seen.parents[i]) {
		path = append(path, s.seen.keys[i])
	}
	ex := Example{Skew: s.skew}
	now := ex.start
	for j := len(path) - 1; j >= 0; j-- {
		for _, st := range s.successors(now) {
			if st.next.pack() == path[j] {
				ex.steps = append(ex.steps, st)
				now = st.next
				break
			}
		}
	}
	return ex
}

// visited is the set of states seen, in the order of their discovery. A hash
// table with open addressing points into that order: with the parents that is
// 18 to 24 bytes a state.
type visited struct {
	keys    []uint64
	parents []uint32
	slots   []uint32 // index into keys, plus one
}

func (v *visited) add(key uint64, parent uint32) {
	if len(v.keys)*10 >= len(v.slots)*7 {
		v.grow()
	}
	slot := v.find(key)
	if v.slots[slot] != 0 {
		return
	}
	v.keys = append(v.keys, key)
	v.parents = append(v.parents, parent)
	v.slots[slot] = uint32(len(v.keys))
}

// find returns the slot that holds key, or the free one where it belongs.
func (v *visited) find(key uint64) int {
	mask := len(v.slots) - 1
	slot := int(scatter(key)) & mask
	for v.slots[slot] != 0 && v.keys[v.slots[slot]-1] != key {
		slot = (slot + 1) & mask
	}
	return slot
}

func (v *visited) grow() {
	v.slots = make([]uint32, max(1<<12, 2*len(v.slots)))
	for i, key := range v.keys {
		v.slots[v.find(key)] = uint32(i + 1)
	}
}

// scatter spreads the bits of key; it is the finisher of MurmurHash3.
func scatter(key uint64) uint64 {
	key = (key ^ key>>33) * 0xff51afd7ed558ccd
	key = (key ^ key>>33) * 0xc4ceb9fe1a85ec53
	return key ^ key>>33
}
