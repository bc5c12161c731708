package effect

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
)

// wire is the one connection of one write, and the proof of what was not sent on it. It counts
// above TLS: bytes of a handshake are no request. A byte counts when it is handed over, before it
// is sent, so zero means that the gateway cannot have seen any of it.
type wire struct {
	// admit is asked before the first byte: dialling may have outlasted the attempt.
	admit func() error

	mu      sync.Mutex
	dialled bool
	sent    int64
	sealed  bool
	refusal error
}

var (
	errSecondDial = errors.New("a write has one connection")
	errSealed     = errors.New("the attempt was over before the first byte")
)

// seal ends the attempt and reports whether any byte of the request was handed over. After a seal
// at zero none ever is: without this a writer woken late could send what was reported as not sent.
func (w *wire) seal() (sent bool, refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sealed = true
	return w.sent > 0, w.refusal
}

func (w *wire) count(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealed {
		return errSealed
	}
	if w.sent == 0 {
		if w.refusal = w.admit(); w.refusal != nil {
			w.sealed = true
			return w.refusal
		}
	}
	w.sent += int64(n)
	return nil
}

// dial connects once; a second call fails, whoever makes it.
func (w *wire) dial(ctx context.Context, d *net.Dialer, address string, secure *tls.Config) (net.Conn, error) {
	w.mu.Lock()
	again := w.dialled
	w.dialled = true
	w.mu.Unlock()
	if again {
		return nil, errSecondDial
	}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if secure == nil {
		return &countedConn{conn, w}, nil
	}
	client := tls.Client(conn, secure)
	if err := client.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &countedConn{client, w}, nil
}

// countedConn embeds the interface, so the transport finds no other way to write than Write.
type countedConn struct {
	net.Conn
	wire *wire
}

func (c *countedConn) Write(p []byte) (int, error) {
	if err := c.wire.count(len(p)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
