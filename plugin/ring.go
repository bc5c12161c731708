package plugin

import (
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

// ring keeps the last lines that an adapter wrote. They are made legible and scrubbed when somebody
// asks for them: an adapter may write thousands, and nobody may ever ask.
type ring struct {
	scrub func(string) string

	mu   sync.Mutex
	kept []string
}

func (r *ring) add(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept = append(r.kept, short(line, maxLogLine)); len(r.kept) > ringLines {
		r.kept = r.kept[1:]
	}
}

func (r *ring) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, line := range r.kept {
		if line = short(r.scrub(legible(line)), ringLineSize); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
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
