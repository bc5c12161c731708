package plugin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// mostLogLines is how many lines a second of one adapter reach the host's log.
const mostLogLines = 1000

// logReader stands between an adapter's standard error and the runtime, which reads a line of more
// than 64 KiB as several, takes every line after one that says "panic: " for an error, and panics
// itself at a line whose @message is no text. All lines go to keep; the rest is for the host's log.
type logReader struct {
	from  *bufio.Reader
	keep  func(string)
	limit lineLimit
	ready []byte // of the line that is being given out
	cut   bool   // the rest of the current line is dropped
	err   error
}

func newLogReader(from io.Reader, keep func(string)) *logReader {
	return &logReader{from: bufio.NewReaderSize(from, maxLogLine), keep: keep, limit: lineLimit{now: time.Now}}
}

func (r *logReader) Read(b []byte) (int, error) {
	for len(r.ready) == 0 && r.err == nil {
		r.next()
	}
	if len(r.ready) == 0 {
		return 0, r.err
	}
	n := copy(b, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}

// next takes one line, or what there is of it.
func (r *logReader) next() {
	line, err := r.from.ReadSlice('\n')
	long := errors.Is(err, bufio.ErrBufferFull)
	rest := r.cut
	r.cut = long
	if text := bytes.TrimRight(line, "\r\n"); !rest && len(text) > 0 {
		r.take(text, long)
	}
	if err != nil && !long {
		r.err = err
		r.limit.end()
		r.tellLeftOut()
	}
}

func (r *logReader) take(line []byte, long bool) {
	if long {
		line = markCut(line)
	}
	r.keep(string(line))
	if r.limit.take() {
		r.tellLeftOut()
		r.give(harmless(line))
	}
}

func (r *logReader) give(line []byte) {
	r.ready = append(append(r.ready, line...), '\n')
}

func (r *logReader) tellLeftOut() {
	if n := r.limit.leftOut(); n > 0 {
		r.give(fmt.Appendf(nil, "[WARN] %d lines of the adapter's log were left out: at most %d a second are taken", n, mostLogLines))
	}
}

// levelAtStart finds the level in a line of JSON that is not whole: its writers put it first.
var levelAtStart = regexp.MustCompile(`^\{"@level":"(trace|debug|info|warn|error)"`)

// markCut says that a line was longer, and keeps its level.
func markCut(line []byte) []byte {
	line = append(bytes.Clone(line), " [cut: too long]"...)
	if level := levelAtStart.FindSubmatch(line); level != nil {
		return fmt.Appendf(nil, "[%s] %s", bytes.ToUpper(level[1]), line)
	}
	return line
}

// harmless makes of a line one that the runtime reads without harm.
func harmless(line []byte) []byte {
	switch {
	case bytes.HasPrefix(line, []byte("panic: ")), bytes.HasPrefix(line, []byte("fatal error: ")):
		return append([]byte("[ERROR] "), line...) // of this line alone: only a real exit is a panic
	case bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")) && !textFields(line):
		return append([]byte("[DEBUG] "), line...)
	}
	return line
}

// textFields reports whether the fields that the runtime takes for texts are.
func textFields(line []byte) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(line, &fields) != nil {
		return true // it takes the line as it is
	}
	for _, name := range []string{"@message", "@level", "@timestamp"} {
		if value, ok := fields[name]; ok && !bytes.HasPrefix(value, []byte(`"`)) {
			return false
		}
	}
	return true
}

// lineLimit lets so many lines through in each second and counts the rest.
type lineLimit struct {
	now   func() time.Time
	since time.Time
	taken int
	left  int // left out in this second
	owed  int // left out before, and not told yet
}

func (l *lineLimit) take() bool {
	if now := l.now(); now.Sub(l.since) >= time.Second {
		l.end()
		l.since, l.taken = now, 0
	}
	if l.taken >= mostLogLines {
		l.left++
		return false
	}
	l.taken++
	return true
}

func (l *lineLimit) end() { l.owed, l.left = l.owed+l.left, 0 }

func (l *lineLimit) leftOut() int {
	n := l.owed
	l.owed = 0
	return n
}
