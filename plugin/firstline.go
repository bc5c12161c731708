package plugin

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
)

// linesBefore is how many lines a program may print before its handshake: a library may greet when it
// is loaded, before the adapter's main can do anything about it.
const linesBefore = 100

// keptOfLine is how much of a line is kept for an error.
const keptOfLine = 4 << 10

// firstLine passes on the first line of standard output that has the shape of a handshake. Whatever
// follows is read and dropped here: go-plugin stops reading at a line of 64 KiB, and the adapter would
// block for ever on its full pipe. Without a handshake among the first lines it passes on the very
// first.
type firstLine struct {
	io.Closer
	from   *bufio.Reader
	before func(string) // takes the lines before the handshake
	ready  []byte
	lines  int
	passed bool

	mu   sync.Mutex
	line string // the handshake, or the first line
}

func newFirstLine(from io.ReadCloser, before func(string)) *firstLine {
	return &firstLine{Closer: from, from: bufio.NewReaderSize(from, 64<<10), before: before}
}

func (f *firstLine) Read(b []byte) (int, error) {
	for len(f.ready) == 0 {
		if f.passed {
			_, err := io.Copy(io.Discard, f.from)
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		f.next()
	}
	n := copy(b, f.ready)
	f.ready = f.ready[n:]
	return n, nil
}

// next reads one line, and decides whether it is the one to pass on.
func (f *firstLine) next() {
	line, err := f.from.ReadSlice('\n')
	text := strings.TrimSpace(string(line[:min(len(line), keptOfLine)]))
	if _, shaped := handshakeVersion(text); shaped {
		f.note(text)
		f.pass(bytes.Clone(line))
		return
	}
	if text != "" {
		f.lines++
		if f.String() == "" {
			f.note(text)
		}
		f.before(text)
	}
	switch ended := err != nil && !errors.Is(err, bufio.ErrBufferFull); {
	case f.lines == 0 && ended:
		f.passed = true
	case ended || f.lines == linesBefore:
		f.pass([]byte(f.String() + "\n"))
	}
}

func (f *firstLine) pass(line []byte) { f.ready, f.passed = line, true }

func (f *firstLine) note(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line = line
}

func (f *firstLine) String() string {
	if f == nil {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.line
}
