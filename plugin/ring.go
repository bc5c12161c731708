package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
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
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "\uFFFD"))
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

// scrubber takes the account's secrets out of a text: every setting whose name says that it is one.
func scrubber(settings json.RawMessage) func(string) string {
	var tree map[string]any
	if json.Unmarshal(settings, &tree) != nil {
		tree = nil
	}
	var pairs []string
	secretsIn(tree, func(secret string) { pairs = append(pairs, secret, "[redacted]") })
	return strings.NewReplacer(pairs...).Replace
}

func secretsIn(tree map[string]any, found func(string)) {
	for name, value := range tree {
		switch v := value.(type) {
		case map[string]any:
			secretsIn(v, found)
		case string:
			if len(v) >= 4 && soundsSecret(name) {
				found(v)
			}
		}
	}
}

func soundsSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "key", "token", "password"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
