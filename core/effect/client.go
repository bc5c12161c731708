package effect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sampan-go/sampan/core"
)

const (
	headerCap   = 64 << 10
	bodyCap     = 4 << 20
	dialTimeout = 10 * time.Second
)

// Options says where a Client may connect.
type Options struct {
	// BaseURL is the gateway's address, such as "https://api.example.com". A path prefix is allowed.
	BaseURL string
	// AllowPrivate admits addresses of private networks, and plain http to loopback: for the
	// sandbox. Whoever sets it announces it at every start.
	AllowPrivate bool
	// Now is the clock that attempts are checked against; nil is time.Now.
	Now func() time.Time
}

// Request is one call to the gateway.
type Request struct {
	// Op is named in errors.
	Op     core.Operation
	Method string
	// Path is absolute and already escaped; it follows the prefix of BaseURL.
	Path  string
	Query url.Values
	// Header is sent as it is. Names that govern the connection (Host, Connection, Content-Length,
	// Accept-Encoding and their like) are the client's own and dropped.
	Header http.Header
	Body   []byte
	// Attempt makes the request a write. A nil Attempt is a read, whatever the Method.
	Attempt *core.Attempt
	// Renew, if set, refreshes the headers of a read before its second and third try, for gateways
	// that take a nonce once. It is never called for a write.
	Renew func(http.Header)
}

// Response is a complete answer, judged by the caller: every status but 1xx and 3xx comes here.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Client sends requests to one gateway. It is safe for concurrent use.
type Client struct {
	base   *url.URL
	now    func() time.Time
	dialer *net.Dialer
	reads  *http.Transport
	tries  bucket
	skew   skew
	// pause gives the waiting time before try n (2, 3) of a read.
	pause func(n int) time.Duration
	// tryTimeout bounds one try of a read, so that a lost answer leaves time for another.
	tryTimeout time.Duration
	// roots is nil for the system's; tests alone set it.
	roots *x509.CertPool
}

// New checks the options. Its errors are InvalidInput and name "settings.base_url".
func New(o Options) (*Client, error) {
	base, err := parseBase(o.BaseURL, o.AllowPrivate)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g := guard{allowPrivate: o.AllowPrivate, plain: base.Scheme == "http"}
	c := &Client{
		base:       base,
		now:        o.Now,
		dialer:     &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Control: g.control},
		tries:      bucket{tokens: bucketSize},
		pause:      jitter,
		tryTimeout: 15 * time.Second,
	}
	c.reads = c.readTransport()
	return c, nil
}

// Close drops idle connections. Calls under way are not touched.
func (c *Client) Close() { c.reads.CloseIdleConnections() }

// Do sends r and reads the whole answer.
//
// A write is sent at most once, and not after Attempt.NotAfter. A failed or cancelled write may
// have happened: its error is InDoubt, unless not one byte of the request was given to the
// connection, which makes it NotDone. A read is tried up to three times inside the caller's
// deadline; its errors are always NotDone.
//
// The date of every answer tells the gateway's clock: see Skew. A write that is signed more than 300 s
// away from it is not sent.
//
// Codes: InvalidInput (request or settings), Denied (the clocks differ too much for a write),
// Canceled (the caller's context), Unavailable (no
// connection, no answer in time, an answer that broke off), BadAnswer (over 64 KiB of header or
// 4 MiB of body, a redirect, not HTTP). Error texts name method, path and host, never the query,
// a header or a body.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	u, err := c.target(r)
	if err != nil {
		return Response{}, err
	}
	if err := checkHeader(r); err != nil {
		return Response{}, err
	}
	if r.Attempt != nil {
		return c.write(ctx, r, u)
	}
	return c.read(ctx, r, u)
}

func (c *Client) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.roots, ServerName: c.base.Hostname()}
}
