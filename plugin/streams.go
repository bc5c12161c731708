package plugin

import (
	"os"
	"sync"
)

// streams are the standard streams of an adapter: the handshake alone belongs on standard output.
type streams struct {
	stdout, stderr *os.File // the real ones
	once           sync.Once
}

// takeStreams keeps the real streams, and points what the program prints at standard error: the
// variable, and where the system can do it also file number 1, which libraries in C and children write
// to.
func takeStreams() *streams {
	s := &streams{stdout: os.Stdout, stderr: os.Stderr}
	if kept, ok := moveStdout(); ok {
		s.stdout = kept
	}
	os.Stdout = s.stderr
	return s
}

// forHandshake gives the real standard output back for one line.
func (s *streams) forHandshake() { os.Stdout = s.stdout }

// settle is called after the handshake. The runtime has pointed both variables at pipes whose rest is
// lost when the process ends.
func (s *streams) settle() {
	s.once.Do(func() {
		os.Stdout, os.Stderr = s.stderr, s.stderr
		if s.stdout.Fd() != 1 {
			_ = s.stdout.Close() // it has carried its line
		}
	})
}
