package core

import (
	"errors"
	"fmt"
	"strings"
)

// Outcome says what is known of a write. The zero value is doubt.
type Outcome uint8

// The outcomes. Only NotDone may be tried again by a machine.
const (
	// InDoubt: the write may have happened. It must be looked up before anything is sent again.
	InDoubt Outcome = iota
	// NotDone: the write provably did not happen: never sent, or refused by the gateway.
	NotDone
	// Done: the write happened.
	Done
)

var outcomeNames = [...]string{InDoubt: "in_doubt", NotDone: "not_done", Done: "done"}

func (o Outcome) String() string { return nameOf(outcomeNames[:], uint8(o)) }

// MarshalText gives the outcome's name, such as "in_doubt".
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outcome's name; an unknown one is InDoubt.
func (o *Outcome) UnmarshalText(text []byte) error {
	*o = Outcome(valueOf(outcomeNames[:], string(text)))
	return nil
}

// Code is the kind of an error. The list only grows. A Code is itself an error, so that
// errors.Is(err, core.Conflict) asks for the kind.
type Code uint8

// The codes.
const (
	// Internal: a fault of ours or of an adapter; nothing that the caller did.
	Internal Code = iota
	// InvalidInput: the request or the settings are wrong; Field names the place.
	InvalidInput
	// NotFound: the marketplace does not know the thing asked for.
	NotFound
	// Conflict: the same Ref with other content, or a write that another open one excludes.
	Conflict
	// Unsupported: the gateway or the adapter does not offer this, or the account does not turn it on.
	Unsupported
	// Denied: the gateway does not accept the credentials, the signature or the clock.
	Denied
	// Guarded: a guard of the host refused before sending: price, currency, limit.
	Guarded
	// Refused: the gateway refused for certain; Gateway holds what it said.
	Refused
	// RateLimited: too many calls; try later.
	RateLimited
	// Unavailable: gateway or adapter cannot be reached, crashed, or did not answer in time.
	Unavailable
	// BadAnswer: an answer came that cannot be read, or that contradicts what was asked.
	BadAnswer
	// Canceled: the caller's context ended.
	Canceled
	// NeedsHuman: a write in doubt that no look-up can settle; a person must look and decide.
	NeedsHuman
)

var codeNames = [...]string{
	Internal: "internal", InvalidInput: "invalid_input", NotFound: "not_found", Conflict: "conflict",
	Unsupported: "unsupported", Denied: "denied", Guarded: "guarded", Refused: "refused",
	RateLimited: "rate_limited", Unavailable: "unavailable", BadAnswer: "bad_answer", Canceled: "canceled", NeedsHuman: "needs_human",
}

func (c Code) String() string { return nameOf(codeNames[:], uint8(c)) }

// Error makes a Code usable as the target of errors.Is.
func (c Code) Error() string { return strings.ReplaceAll(c.String(), "_", " ") }

// MarshalText gives the code's name, such as "invalid_input".
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a code's name; an unknown one is Internal.
func (c *Code) UnmarshalText(text []byte) error {
	*c = Code(valueOf(codeNames[:], string(text)))
	return nil
}

// GatewayError is what the gateway itself said. It never holds a body, an address or a key.
type GatewayError struct {
	// Code is the gateway's own code as text ("1009"), or "HTTP 503".
	Code string `json:"code,omitempty"`
	// Message is the gateway's own text, cut to a few hundred bytes, control characters removed.
	Message string `json:"message,omitempty"`
	// RequestID is the id by which the gateway finds the call in its logs.
	RequestID string `json:"request_id,omitempty"`
}

// Error answers, without being parsed: what kind, whether it happened, and what the gateway said.
// Its text never holds a body, an address, a phone, a key or a signature.
type Error struct {
	Code    Code    `json:"code"`
	Outcome Outcome `json:"outcome"`
	// Op is the operation that failed.
	Op Operation `json:"op,omitempty"`
	// Field names the member of the request or of the settings at fault: "lines[0].quantity".
	Field string `json:"field,omitempty"`
	// Message says what is wrong and what to do next.
	Message string       `json:"message"`
	Gateway GatewayError `json:"gateway,omitzero"`
	// Detail holds further lines for a person, such as a crashed adapter's last log lines.
	Detail []string `json:"detail,omitempty"`
	// Err is the cause, if there is one in this process.
	Err error `json:"-"`
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(string(e.Op) + ": ")
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Message)
	if e.Gateway != (GatewayError{}) {
		b.WriteString(" (gateway said " + e.Gateway.String() + ")")
	}
	if e.Outcome == InDoubt {
		b.WriteString(" [it may have happened]")
	}
	return b.String()
}

func (g GatewayError) String() string {
	parts := make([]string, 0, 3)
	for _, part := range []string{g.Code, g.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if g.RequestID != "" {
		parts = append(parts, "request "+g.RequestID)
	}
	return strings.Join(parts, ", ")
}

// Is reports whether target is this error's Code, so that errors.Is(err, core.Unsupported) works
// here and across the process boundary.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf says what is known of the write that returned err: Done for nil, and InDoubt for an
// error that does not say.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Done
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}
	return InDoubt
}

// Invalid is the error of a wrong field: nothing was sent.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: InvalidInput, Outcome: NotDone, Field: field, Message: fmt.Sprintf(format, args...)}
}

// NotOffered is the error of an operation that an account does not have; reason says why, and
// what to set where that helps.
func NotOffered(op Operation, reason string) *Error {
	return &Error{Code: Unsupported, Outcome: NotDone, Op: op, Message: reason}
}

// nameOf and valueOf are the two directions of every closed list of words in this package.
// A number or a word outside the list is the zero value: a stranger's word never becomes a guess.
func nameOf(names []string, n uint8) string {
	if int(n) >= len(names) {
		n = 0
	}
	return names[n]
}

func valueOf(names []string, word string) uint8 {
	for i, name := range names {
		if name == word {
			return uint8(i)
		}
	}
	return 0
}
