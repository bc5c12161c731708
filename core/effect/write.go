package effect

import (
	"context"
	"net"
	"net/http"
	"net/url"

	"github.com/sampan-go/sampan/core"
)

// write sends one request on one connection, or nothing.
func (c *Client) write(ctx context.Context, r Request, u *url.URL) (Response, error) {
	now := c.now()
	if err := r.Attempt.Check(now); err != nil {
		return Response{}, named(r, err)
	}
	if err := c.checkSkew(*r.Attempt, now); err != nil {
		return Response{}, named(r, err)
	}
	bounded, cancel := context.WithTimeout(ctx, r.Attempt.NotAfter.Sub(now))
	defer cancel()
	req, err := c.newRequest(bounded, r, u, r.Header)
	if err != nil {
		return Response{}, err
	}
	req.Close = true
	req.Header.Set("Accept-Encoding", "identity")
	w := &wire{admit: func() error { return r.Attempt.Check(c.now()) }}
	answer, err := c.writeTransport(bounded, w).RoundTrip(req)
	if err != nil {
		return Response{}, c.writeFailure(ctx, r, w, err)
	}
	c.skew.see(answer, c.now())
	return c.writeAnswer(ctx, r, w, answer)
}

func (c *Client) writeAnswer(ctx context.Context, r Request, w *wire, answer *http.Response) (Response, error) {
	response, err := readAnswer(answer)
	if err != nil {
		return Response{}, c.writeFailure(ctx, r, w, err)
	}
	return response, nil
}

// writeFailure is NotDone if the wire proves it, and in doubt otherwise.
func (c *Client) writeFailure(ctx context.Context, r Request, w *wire, err error) error {
	sent, refusal := w.seal()
	if refusal != nil {
		return named(r, refusal)
	}
	outcome := core.NotDone
	if sent {
		outcome = core.InDoubt
	}
	return c.failure(ctx, r, err, outcome)
}

// writeTransport serves one write and is then dropped, so that no connection and no waiting dial
// is ever shared. It speaks HTTP/1.1 only: HTTP/2 repeats what it holds to be unprocessed.
func (c *Client) writeTransport(ctx context.Context, w *wire) *http.Transport {
	only1 := new(http.Protocols)
	only1.SetHTTP1(true)
	secure := c.tlsConfig()
	secure.NextProtos = []string{"http/1.1"}
	return &http.Transport{
		DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
			return w.dial(ctx, c.dialer, address, nil)
		},
		DialTLSContext: func(_ context.Context, _, address string) (net.Conn, error) {
			return w.dial(ctx, c.dialer, address, secure)
		},
		Protocols:              only1,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: headerCap,
	}
}
