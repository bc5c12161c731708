package effect

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/sampan-go/sampan/core"
)

const maxTries = 3

// read tries up to three times, as long as the caller's context and the bucket allow.
func (c *Client) read(ctx context.Context, r Request, u *url.URL) (Response, error) {
	header := r.Header.Clone()
	for try := 1; ; try++ {
		response, err := c.readOnce(ctx, r, u, header)
		again, cost := retryable(response, err)
		if !again {
			c.tries.put(1)
			return response, err
		}
		if try == maxTries || !c.tries.take(cost) || !wait(ctx, c.pause(try+1)) {
			return response, ended(ctx, r, c, err)
		}
		if r.Renew != nil {
			if header == nil {
				header = http.Header{}
			}
			r.Renew(header)
		}
	}
}

func (c *Client) readOnce(ctx context.Context, r Request, u *url.URL, header http.Header) (Response, error) {
	bounded, cancel := context.WithTimeout(ctx, c.tryTimeout)
	defer cancel()
	req, err := c.newRequest(bounded, r, u, header)
	if err != nil {
		return Response{}, err
	}
	answer, err := c.reads.RoundTrip(req)
	if err != nil {
		return Response{}, c.failure(ctx, r, err, core.NotDone)
	}
	c.skew.see(answer, c.now())
	response, err := readAnswer(answer)
	if err != nil {
		return Response{}, c.failure(ctx, r, err, core.NotDone)
	}
	return response, nil
}

// ended prefers the caller's cancellation over the last try's failure.
func ended(ctx context.Context, r Request, c *Client, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return c.failure(ctx, r, ctx.Err(), core.NotDone)
	}
	return err
}

// retryable reports whether another try may help, and what it costs the bucket.
func retryable(response Response, err error) (again bool, cost int) {
	if err == nil {
		switch response.Status {
		case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true, 5
		}
		return false, 0
	}
	if errors.Is(err, errLate) {
		return true, 10
	}
	return errors.Is(err, core.Unavailable), 5
}

// wait reports false, at once, if the context is over or would be before the time has passed.
func wait(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// jitter spreads the second try over 0.2 to 0.6 s and the third over 0.2 to 2 s.
func jitter(n int) time.Duration {
	const least = 200 * time.Millisecond
	most := 600 * time.Millisecond
	if n > 2 {
		most = 2 * time.Second
	}
	return least + rand.N(most-least)
}

const bucketSize = 500

// bucket bounds the retries of all reads together: a gateway that is down is not beaten.
type bucket struct {
	mu     sync.Mutex
	tokens int
}

func (b *bucket) take(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < n {
		return false
	}
	b.tokens -= n
	return true
}

func (b *bucket) put(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+n, bucketSize)
}

// readTransport pools connections and may use HTTP/2. Proxy stays nil: the environment has no say.
func (c *Client) readTransport() *http.Transport {
	return &http.Transport{
		DialContext:            c.dialer.DialContext,
		TLSClientConfig:        c.tlsConfig(),
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: headerCap,
	}
}
