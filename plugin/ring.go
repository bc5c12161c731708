package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// What is kept of an adapter's log for its errors.
const (
	ringLines    = 50
	ringLineSize = 2 << 10
)

// ring keeps the last lines that an adapter wrote, scrubbed and legible.
type ring struct {
	scrub func(string) string

	mu   sync.Mutex
	rest []byte
	kept []string
}

// Write takes a piece of the adapter's standard error; it never fails.
func (r *ring) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = append(r.rest, b...)
	for {
		line, rest, found := bytes.Cut(r.rest, []byte("\n"))
		if !found && len(r.rest) < maxLogLine {
			return len(b), nil
		}
		r.keep(string(line))
		r.rest = append([]byte{}, rest...)
	}
}

func (r *ring) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(line)
}

func (r *ring) keep(line string) {
	line = short(r.scrub(legible(line)), ringLineSize)
	if strings.TrimSpace(line) == "" {
		return
	}
	if r.kept = append(r.kept, line); len(r.kept) > ringLines {
		r.kept = r.kept[1:]
	}
}

func (r *ring) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := append([]string{}, r.kept...)
	if len(r.rest) > 0 {
		lines = append(lines, short(r.scrub(legible(string(r.rest))), ringLineSize))
	}
	return lines
}

// legible turns a JSON line of log into words, and drops what would move a terminal's cursor.
func legible(line string) string {
	var fields map[string]any
	if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &fields) == nil && fields["@message"] != nil {
		words := []string{fmt.Sprintf("[%v] %v", fields["@level"], fields["@message"])}
		for _, key := range fieldNames(fields) {
			words = append(words, fmt.Sprintf("%s=%v", key, fields[key]))
		}
		line = strings.Join(words, " ")
	}
	return wire.Text(line)
}

func fieldNames(fields map[string]any) []string {
	var names []string
	for name := range fields {
		if !strings.HasPrefix(name, "@") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
