package plugin

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// firstLine passes on the first line of standard output, which should be the handshake, and
// remembers it. Whatever follows is read and dropped here: go-plugin stops reading at a line of
// 64 KiB, and the adapter would block for ever on its full pipe.
type firstLine struct {
	io.ReadCloser
	mu   sync.Mutex
	line []byte
	full bool
}

// keptOfLine is how much of the line is kept for an error.
const keptOfLine = 4 << 10

func (f *firstLine) Read(b []byte) (int, error) {
	if f.passed() {
		_, err := io.Copy(io.Discard, f.ReadCloser)
		if err == nil {
			err = io.EOF
		}
		return 0, err
	}
	n, err := f.ReadCloser.Read(b)
	return f.keep(b[:n]), err
}

func (f *firstLine) passed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.full
}

// keep gives how much of b belongs to the first line.
func (f *firstLine) keep(b []byte) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(b)
	if end := bytes.IndexByte(b, '\n'); end >= 0 {
		f.full, n = true, end+1
	}
	if room := keptOfLine - len(f.line); room > 0 {
		f.line = append(f.line, b[:min(n, room)]...)
	}
	return n
}

func (f *firstLine) String() string {
	if f == nil {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.TrimSpace(string(f.line))
}
