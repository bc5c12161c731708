package effect

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/sampan-go/sampan/core"
)

// errLate is the cause of an error for want of an answer in time, when the caller still waits.
var errLate = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)

// failure makes the error of a request that brought no answer. The library's own texts are not
// repeated: they hold the URL with its query, or pieces of what the server sent.
func (c *Client) failure(ctx context.Context, r Request, err error, outcome core.Outcome) error {
	e := &core.Error{Outcome: outcome, Op: r.Op}
	var reason string
	e.Code, reason, e.Err = classify(ctx, err)
	if blocked, ok := errors.AsType[addressError](err); ok {
		e.Code, e.Field, reason = core.InvalidInput, baseField, blocked.Error()
	}
	e.Message = fmt.Sprintf("%s %s at %s: %s%s", r.Method, r.Path, c.base.Host, reason, known(r, outcome))
	return e
}

func known(r Request, outcome core.Outcome) string {
	switch {
	case r.Attempt == nil:
		return ""
	case outcome == core.NotDone:
		return "; nothing was sent"
	}
	return "; the request was sent; look up what became of it before sending again"
}

// classify says what kind of failure err is, in words of ours, and which cause may be shown.
func classify(ctx context.Context, err error) (core.Code, string, error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return core.Canceled, "the call was cancelled", context.Canceled
	}
	if ctx.Err() != nil {
		return core.Unavailable, "no answer before the caller's deadline", context.DeadlineExceeded
	}
	if bad, ok := errors.AsType[badAnswer](err); ok {
		return core.BadAnswer, bad.Error(), nil
	}
	if timedOut(err) {
		return core.Unavailable, "no answer in time", errLate
	}
	if notHTTP(err) {
		return core.BadAnswer, "the answer is not HTTP as it should be, or its header is larger than 64 KiB", nil
	}
	reason, cause := connectionReason(err)
	return core.Unavailable, reason, cause
}

func timedOut(err error) bool {
	late, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && late.Timeout()
}

// notHTTP goes by net/http's words, for want of types. A miss only turns BadAnswer into
// Unavailable; the outcome does not hang on it.
func notHTTP(err error) bool {
	text := err.Error()
	return strings.Contains(text, "malformed") || strings.Contains(text, "headers exceeded") ||
		strings.Contains(text, "bad Content-Length") || strings.Contains(text, "unsupported transfer encoding") ||
		strings.Contains(text, "gzip: invalid")
}

func connectionReason(err error) (string, error) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host's name cannot be resolved", dns
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not accepted", cert
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS on this port", nil
	}
	for _, row := range []struct {
		target error
		reason string
	}{
		{syscall.ECONNREFUSED, "the connection was refused"},
		{syscall.ECONNRESET, "the connection was reset"},
		{syscall.EPIPE, "the connection was closed while sending"},
		{io.ErrUnexpectedEOF, "the answer broke off"},
		{io.EOF, "the connection was closed without an answer"},
	} {
		if errors.Is(err, row.target) {
			return row.reason, row.target
		}
	}
	return "the connection failed", nil
}

// named fills in the operation of an error that lacks it.
func named(r Request, err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Op == "" {
		e.Op = r.Op
	}
	return err
}
