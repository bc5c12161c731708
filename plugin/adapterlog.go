package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// adapterLog takes an adapter's standard error line by line: into the host's log, with its levels, and
// into the ring that errors quote. The runtime's own reader is not used: a record of the wrong type,
// such as {"@message":5}, makes it panic, and a line that begins with "panic: " turns all later ones
// into errors.
type adapterLog struct {
	to    *slog.Logger
	scrub func(string) string
	ring  *ring
	now   func() time.Time

	mu    sync.Mutex
	line  []byte
	cut   bool
	quota quota
}

// drained reads a pipe into the log and then is at its end: it gives the runtime nothing.
type drained struct {
	io.ReadCloser
	log *adapterLog
}

func (d drained) Read([]byte) (int, error) {
	_, _ = io.Copy(d.log, d.ReadCloser) // however the pipe ends, it is over
	d.log.end()
	return 0, io.EOF
}

// Write takes a piece of standard error; it never fails.
func (l *adapterLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := b; ; {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		l.hold(line)
		if !found {
			return len(b), nil
		}
		l.emit()
		rest = after
	}
}

// hold keeps the beginning of a line.
func (l *adapterLog) hold(piece []byte) {
	room := maxLogLine - len(l.line)
	l.cut = l.cut || len(piece) > room
	l.line = append(l.line, piece[:min(len(piece), room)]...)
}

// end gives what stands there without a line's end.
func (l *adapterLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emit()
	l.report(l.quota.renew(l.now()))
}

func (l *adapterLog) emit() {
	line, cut := string(bytes.TrimSpace(l.line)), l.cut
	l.line, l.cut = l.line[:0], false
	if line == "" {
		return
	}
	if cut {
		line += " [cut: a line has at most 32 KiB]"
	}
	l.ring.add(line)
	taken, dropped := l.quota.take(l.now(), len(line))
	l.report(dropped)
	if taken {
		r := readRecord(line)
		l.to.Log(context.Background(), r.level, l.clean(r.message), l.attributes(r)...)
	}
}

// report says how much of the log is not there.
func (l *adapterLog) report(dropped int) {
	if dropped > 0 {
		l.to.Warn("the adapter writes too much: lines of its log were dropped", "lines", dropped)
	}
}

func (l *adapterLog) clean(text string) string { return wire.Text(l.scrub(text)) }

// attributes keeps numbers and truths, and makes everything else a text without secrets.
func (l *adapterLog) attributes(r record) []any {
	var all []any
	for _, name := range fieldNames(r.fields) {
		value := r.fields[name]
		switch value.(type) {
		case bool, float64:
		default:
			value = l.clean(fmt.Sprint(value))
		}
		all = append(all, l.clean(name), value)
	}
	return all
}

// record is one line of an adapter's log.
type record struct {
	level   slog.Level
	message string
	fields  map[string]any // nil for a line of text
}

// readRecord reads a line in the form of hclog, and takes any other as text.
func readRecord(line string) record {
	var fields map[string]any
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &fields) != nil {
		return record{level: levelOf(line), message: line}
	}
	message, ok := fields["@message"].(string)
	if !ok {
		return record{level: slog.LevelDebug, message: line}
	}
	level, _ := fields["@level"].(string)
	return record{level: levelNamed(level), message: message, fields: fields}
}

// String is the record in words.
func (r record) String() string {
	if r.fields == nil {
		return r.message
	}
	words := []string{fmt.Sprintf("[%s] %s", strings.ToLower(r.level.String()), r.message)}
	for _, name := range fieldNames(r.fields) {
		words = append(words, fmt.Sprintf("%s=%v", name, r.fields[name]))
	}
	return strings.Join(words, " ")
}

// fieldNames are those of a record beside the ones that every record has.
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

var levels = map[string]slog.Level{"error": slog.LevelError, "warn": slog.LevelWarn, "info": slog.LevelInfo}

func levelNamed(name string) slog.Level {
	if level, ok := levels[strings.ToLower(name)]; ok {
		return level
	}
	return slog.LevelDebug
}

// levelAtStart finds the level in a record that was cut: its writers put it first.
var levelAtStart = regexp.MustCompile(`^\{"@level":"([a-z]+)"`)

// levelOf finds the level of a line such as "[WARN] ...", or of a record that is not whole.
func levelOf(line string) slog.Level {
	if level := levelAtStart.FindStringSubmatch(line); level != nil {
		return levelNamed(level[1])
	}
	name, _, found := strings.Cut(strings.TrimPrefix(line, "["), "]")
	if !found || !strings.HasPrefix(line, "[") || len(name) > len("error") {
		return slog.LevelDebug
	}
	return levelNamed(name)
}

// What one adapter may write into the host's log in a second: a flood would fill the disk.
const (
	mostLines     = 1_000
	mostLineBytes = 1 << 20
)

// quota counts what was written in this second.
type quota struct {
	began                 time.Time
	lines, bytes, dropped int
}

// take reports whether a line may be written, and how many were dropped in the second before.
func (q *quota) take(now time.Time, size int) (taken bool, dropped int) {
	if now.Sub(q.began) >= time.Second {
		dropped = q.renew(now)
	}
	if q.lines >= mostLines || q.bytes+size > mostLineBytes {
		q.dropped++
		return false, dropped
	}
	q.lines, q.bytes = q.lines+1, q.bytes+size
	return true, dropped
}

func (q *quota) renew(now time.Time) (dropped int) {
	dropped = q.dropped
	*q = quota{began: now}
	return dropped
}
