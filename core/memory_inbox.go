package core

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
)

// MemoryInbox is an Inbox and an EventLog that end with the process, for tests and demonstrations.
type MemoryInbox struct {
	mu        sync.Mutex
	seq       int64
	letters   map[letterKey]int64 // the Seq of every letter that was ever kept
	unread    map[int64]Letter
	sights    map[sightKey]Sight
	events    []OrderEvent
	positions map[string]int64
}

type (
	letterKey struct{ account, sum string }
	sightKey  struct {
		account string
		order   OrderID
	}
)

var (
	_ Inbox    = (*MemoryInbox)(nil)
	_ EventLog = (*MemoryInbox)(nil)
)

// NewMemoryInbox gives an empty one.
func NewMemoryInbox() *MemoryInbox {
	return &MemoryInbox{letters: map[letterKey]int64{}, unread: map[int64]Letter{}, sights: map[sightKey]Sight{}, positions: map[string]int64{}}
}

// Keep implements Inbox.
func (m *MemoryInbox) Keep(_ context.Context, letters []Letter) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := make([]bool, len(letters))
	for i, l := range letters {
		key := letterKey{l.Account, l.Sum}
		if m.letters[key] != 0 {
			continue
		}
		m.seq++
		l.Seq, kept[i] = m.seq, true
		m.letters[key], m.unread[l.Seq] = l.Seq, l
	}
	return kept, nil
}

// Unread implements Inbox.
func (m *MemoryInbox) Unread(_ context.Context, account string, after int64, most int) ([]Letter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Letter
	for _, seq := range slices.Sorted(maps.Keys(m.unread)) {
		if l := m.unread[seq]; seq > after && l.Account == account && len(found) < most {
			found = append(found, l)
		}
	}
	return found, nil
}

// Read implements Inbox.
func (m *MemoryInbox) Read(_ context.Context, letters []Letter, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range letters {
		delete(m.unread, m.letters[letterKey{l.Account, l.Sum}])
	}
	return nil
}

// Seen implements EventLog.
func (m *MemoryInbox) Seen(_ context.Context, account string, order OrderID) (Sight, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sight, known := m.sights[sightKey{account, order}]
	sight.Refunds = maps.Clone(sight.Refunds)
	return sight, known, nil
}

// Record implements EventLog.
func (m *MemoryInbox) Record(_ context.Context, sight Sight, events []OrderEvent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := sightKey{sight.Account, sight.ID}
	if m.sights[key].Version != sight.Version-1 {
		return SeenMeanwhile()
	}
	sight.Refunds = maps.Clone(sight.Refunds)
	m.sights[key] = sight
	for _, e := range events {
		e.Seq = int64(len(m.events)) + 1
		m.events = append(m.events, e)
	}
	return nil
}

// SeenMeanwhile is the error of a sight that was made from an older one.
func SeenMeanwhile() error {
	return &Error{Code: Conflict, Outcome: NotDone, Op: OpGetOrder, Message: "another has seen this order meanwhile; read it again"}
}

// OpenSights implements EventLog.
func (m *MemoryInbox) OpenSights(_ context.Context, account string, after OrderID, most int) ([]Sight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var open []Sight
	for key, sight := range m.sights {
		if key.account == account && key.order > after && !sight.Final() {
			open = append(open, sight)
		}
	}
	slices.SortFunc(open, func(a, b Sight) int { return cmp.Compare(a.ID, b.ID) })
	return open[:min(len(open), most)], nil
}

// Events implements EventLog.
func (m *MemoryInbox) Events(_ context.Context, after int64, most int) ([]OrderEvent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := min(max(after, 0), int64(len(m.events)))
	rest := m.events[from:]
	return slices.Clone(rest[:min(len(rest), most)]), nil
}

// Position implements EventLog.
func (m *MemoryInbox) Position(_ context.Context, reader string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.positions[reader], nil
}

// Advance implements EventLog.
func (m *MemoryInbox) Advance(_ context.Context, reader string, to int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.positions[reader] = max(m.positions[reader], to)
	return nil
}
