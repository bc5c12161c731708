package listen

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/sampan-go/sampan/core"
)

// MaxBody is how long a message may be. The longest documented one, a whole 1688 order, has a few KiB.
const MaxBody = 256 << 10

// PandaPon waits 1,000 ms for an answer (DOC doc-cnv2 doc-6521894); dajisaas does not say.
const (
	// bodyPatience is how long the bytes of a message may take.
	bodyPatience = 400 * time.Millisecond
	// patience is how long everything may take.
	patience = 800 * time.Millisecond
)

// ServeHTTP takes a message at /messages/ACCOUNT and answers with
//
//	200 it is kept, or was already, or the console's check was admitted
//	401 no secret of the account signed it
//	404 there is no such account, or its adapter reads no messages
//	405 it is no POST
//	408 its bytes came too slowly
//	413 it is longer than MaxBody
//	503 too much at a time, or it could not be kept: the gateway sends it again
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.mux.ServeHTTP(w, r) }

func (l *Listener) receive(w http.ResponseWriter, r *http.Request) {
	a := l.accounts[r.PathValue("account")]
	if a == nil {
		http.NotFound(w, r)
		return
	}
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	default:
		l.shed(w)
		return
	}
	status := l.take(w, r, a)
	if (status == http.StatusUnauthorized || status == http.StatusMethodNotAllowed) && a.verifying() {
		l.logger.Info("the console's check was admitted", "account", a.name, "method", r.Method)
		status = http.StatusOK
	}
	switch status {
	case http.StatusOK:
		_, _ = w.Write(l.ack) // who does not hear it sends it again
	case http.StatusServiceUnavailable:
		l.shed(w)
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
		fallthrough
	default:
		http.Error(w, http.StatusText(status), status)
	}
}

func (l *Listener) shed(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// take verifies a message, keeps it, and gives the status to answer with.
func (l *Listener) take(w http.ResponseWriter, r *http.Request, a *account) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	body, status := readBody(w, r)
	if status != http.StatusOK {
		return status
	}
	message, err := a.buyer.ReadMessage(ctx, only(r.Header), body)
	if err != nil {
		return l.refused(a, err)
	}
	if message.Problem != "" {
		l.logger.Warn("a message is signed and was not understood", "account", a.name, "type", message.Type, "problem", message.Problem)
	}
	letter := core.Letter{Account: a.name, Sum: core.SumOf(body), Received: time.Now().UTC().Truncate(time.Millisecond), Message: message}
	if err := l.deposit(ctx, letter); err != nil {
		l.logger.Error("a message could not be kept", "account", a.name, reason(err))
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// readBody reads at most MaxBody bytes, and not for long.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	if r.ContentLength > MaxBody {
		w.Header().Set("Connection", "close")
		return nil, http.StatusRequestEntityTooLarge
	}
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(bodyPatience)) // a writer of a test has no connection
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err == nil {
		_ = connection.SetReadDeadline(time.Time{})
		return body, http.StatusOK
	}
	// The deadline stays, or the server would wait for the rest before it hangs up.
	w.Header().Set("Connection", "close")
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, http.StatusRequestTimeout
	}
	return nil, http.StatusBadRequest
}

// only gives a header that came exactly once: of two values nobody knows which was meant.
func only(h http.Header) func(string) string {
	return func(name string) string {
		if values := h.Values(name); len(values) == 1 {
			return values[0]
		}
		return ""
	}
}

// refused is the status for a message that was not read.
func (l *Listener) refused(a *account, err error) int {
	if errors.Is(err, core.Unsupported) {
		return http.StatusNotFound
	}
	if !errors.Is(err, core.Denied) {
		l.logger.Error("a message could not be verified", "account", a.name, reason(err))
		return http.StatusServiceUnavailable
	}
	a.mu.Lock()
	first := !a.warned
	a.warned = true
	a.mu.Unlock()
	if first { // a stranger who sends many must not fill the log
		l.logger.Warn("a message was refused: no secret of the account signed it. Further ones are not logged", "account", a.name,
			slog.String("note", a.buyer.Description().Messages.Note))
	}
	return http.StatusUnauthorized
}
