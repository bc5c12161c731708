package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// The exit codes say the class of what happened.
const (
	exitDone        = 0
	exitOther       = 1
	exitUsage       = 2
	exitNotDone     = 3
	exitInDoubt     = 4
	exitUnsupported = 5
)

// usage is an error of how the program was called.
func usage(format string, args ...any) error {
	return &core.Error{Code: core.InvalidInput, Outcome: core.NotDone, Message: fmt.Sprintf(format, args...)}
}

// finish prints an error for a person, and for a program where that was asked for, and gives the
// exit code.
func (a *app) finish(err error) int {
	if err == nil {
		return exitDone
	}
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		e = &core.Error{Code: core.Internal, Outcome: core.Done, Message: err.Error()}
	}
	if unprinted, ok := errors.AsType[*printError](err); ok {
		fmt.Fprintf(a.err, "host: the answer could not be printed: %v\n", unprinted.cause)
		if unprinted.failure == nil {
			return exitOther // it was done
		}
		if e, ok = errors.AsType[*core.Error](unprinted.failure); !ok {
			return exitOther
		}
	}
	a.explain(e)
	if a.output == "json" || a.output == "jsonl" {
		line, _ := json.Marshal(map[string]*core.Error{"error": e})
		fmt.Fprintln(a.err, string(line))
	}
	return exitCode(e)
}

// printError is an answer that was had and could not be printed: what it was about is not undone.
type printError struct{ cause, failure error }

func (p *printError) Error() string { return p.cause.Error() }

// printed joins what came of a write with what came of printing it; the write is what counts.
func printed(failure, printErr error) error {
	if printErr == nil {
		return failure
	}
	return &printError{printErr, failure}
}

func exitCode(e *core.Error) int {
	switch {
	case e.Outcome == core.InDoubt:
		return exitInDoubt
	case e.Outcome == core.Done:
		return exitOther
	case e.Code == core.Unsupported:
		return exitUnsupported
	case e.Code == core.InvalidInput:
		return exitUsage
	}
	return exitNotDone
}

// explain says what happened, whether it happened, what the gateway said, and what to do.
func (a *app) explain(e *core.Error) {
	var head []string
	if e.Op != "" {
		head = append(head, string(e.Op))
	}
	if e.Field != "" {
		head = append(head, e.Field)
	}
	fmt.Fprintf(a.err, "host: %s\n", plain(strings.Join(append(head, e.Message), ": ")))
	if e.Gateway != (core.GatewayError{}) {
		fmt.Fprintf(a.err, "  the gateway said: %s\n", plain(e.Gateway.String()))
	}
	if e.Code != core.InvalidInput && e.Code != core.Unsupported && !reads[e.Op] {
		fmt.Fprintf(a.err, "  %s\n", verdicts[e.Outcome])
	}
	for _, line := range e.Detail {
		fmt.Fprintf(a.err, "  | %s\n", plain(line))
	}
}

// reads are the operations that change nothing: there is no doubt to speak of.
var reads = map[core.Operation]bool{core.OpDescribe: true, core.OpQuote: true, core.OpListOrders: true, core.OpGetOrder: true,
	core.OpTrack: true, core.OpGetRefund: true}

var verdicts = map[core.Outcome]string{
	core.InDoubt: "IN DOUBT: it may have happened. Look at the marketplace before you try again; see `host intents`.",
	core.NotDone: "It did not happen.",
	core.Done:    "It happened, and something about it is not as asked.",
}
