package plugin

import (
	"strings"
	"sync"

	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// What is kept of an adapter's log for its errors.
const (
	ringLines    = 50
	ringLineSize = 2 << 10
)

// ring keeps the last lines that an adapter wrote. They are made legible and scrubbed when they are
// asked for: an adapter may write very many.
type ring struct {
	scrub func(string) string

	mu   sync.Mutex
	kept []string
}

func (r *ring) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept = append(r.kept, line); len(r.kept) > ringLines {
		r.kept = r.kept[1:]
	}
}

func (r *ring) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := make([]string, 0, len(r.kept))
	for _, line := range r.kept {
		if line = legible(r.scrub(readRecord(line).String())); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// legible is a copy: the beginning of a long line would keep all of it in memory.
func legible(line string) string {
	return strings.Clone(short(strings.TrimSpace(wire.Text(line)), ringLineSize))
}
