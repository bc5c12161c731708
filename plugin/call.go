package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// kind says of a call which operation it is, and whether it is a write.
type kind struct {
	op    core.Operation
	write bool
}

func reading(op core.Operation) kind { return kind{op: op} }
func writing(op core.Operation) kind { return kind{op: op, write: true} }

// lostOutcome is what is known of a call that was handed over and not understood afterwards.
func (k kind) lostOutcome() core.Outcome {
	if k.write {
		return core.InDoubt
	}
	return core.NotDone
}

// reply is what every answer of the contract has.
type reply interface{ GetError() *pb.Error }

// call makes one call with its deadline and turns whatever comes into a result or a typed error.
func call[Req proto.Message, Msg reply, Res any](ctx context.Context, c *Client, k kind, timeout time.Duration,
	send func(context.Context, Req, ...grpc.CallOption) (Msg, error), request Req, read func(Msg) (Res, error)) (Res, error) {
	var none Res
	if err := c.before(ctx, k.op, request); err != nil {
		return none, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	limited, handedOver := watchHandOver(limited)
	message, err := send(limited, request)
	if err != nil {
		return none, c.transportError(ctx, kind{k.op, k.write && handedOver()}, ownDeadline(ctx, limited, err))
	}
	if failure := message.GetError(); failure != nil {
		e := c.verdict(k, failure)
		if e.Code == core.Canceled {
			e.Err = deadlineOf(ctx, limited)
		}
		return none, e
	}
	result, err := read(message)
	if err != nil {
		return none, c.unbelievable(k, err)
	}
	return result, nil
}

// ownDeadline makes a deadline's error the caller's where the deadline was. The adapter knows the
// deadline too, and its clock may be a moment ahead of the caller's context.
func ownDeadline(ctx, limited context.Context, err error) error {
	if status.Code(err) == codes.DeadlineExceeded && deadlineOf(ctx, limited) != nil {
		return context.DeadlineExceeded
	}
	return err
}

// deadlineOf is the error of the caller's deadline, if it is the one that holds. An adapter that says
// that its time is over says it a moment before.
func deadlineOf(ctx, limited context.Context) error {
	callers, has := ctx.Deadline()
	if effective, _ := limited.Deadline(); has && callers.Equal(effective) {
		return context.DeadlineExceeded
	}
	return nil
}

// before refuses a call that provably does not reach the adapter: nothing is handed over.
func (c *Client) before(ctx context.Context, op core.Operation, request proto.Message) error {
	if err := ctx.Err(); err != nil {
		return &core.Error{Code: core.Canceled, Outcome: core.NotDone, Op: op, Message: "the call's time was over before it began", Err: err}
	}
	if size := proto.Size(request); size > MaxMessage {
		return &core.Error{Code: core.InvalidInput, Outcome: core.NotDone, Op: op,
			Message: fmt.Sprintf("the request has %d bytes, at most %d are taken; ask for less at a time", size, MaxMessage)}
	}
	switch {
	case c.process != nil && c.process.exited():
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: op,
			Message: "the adapter " + c.config.Adapter + " is not running (" + c.process.exit() + "); nothing was sent", Detail: c.process.lastLines()}
	case c.closed.Load():
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: op, Message: "the adapter " + c.config.Adapter + " was closed; nothing was sent"}
	}
	return nil
}

// verdict is the adapter's own error. On a read it is never more than NotDone. On a write it is
// never Done: an error carries no result, so what was done is still to be looked up.
func (c *Client) verdict(k kind, m *pb.Error) *core.Error {
	e := wire.ErrorFrom(m)
	for _, text := range []*string{&e.Message, &e.Field, &e.Gateway.Code, &e.Gateway.Message, &e.Gateway.RequestID} {
		*text = c.scrub(*text)
	}
	for i := range e.Detail {
		e.Detail[i] = c.scrub(e.Detail[i])
	}
	if e.Op == "" {
		e.Op = k.op
	}
	if e.Outcome != core.NotDone {
		e.Outcome = k.lostOutcome()
	}
	return e
}

// unbelievable is an answer that was read and is wrong. What is quoted of it may hold anything.
func (c *Client) unbelievable(k kind, err error) *core.Error {
	return badAnswer(k, "the adapter's answer cannot be believed: "+wire.Text(c.scrub(err.Error())))
}

func badAnswer(k kind, message string) *core.Error {
	return &core.Error{Code: core.BadAnswer, Outcome: k.lostOutcome(), Op: k.op, Message: message}
}

// transportError is a call that ended without an answer. A write that was handed over may have
// happened, whatever the reason. ctx is the caller's own.
func (c *Client) transportError(ctx context.Context, k kind, err error) *core.Error {
	e := &core.Error{Op: k.op, Err: err, Outcome: k.lostOutcome()}
	code := status.Code(err)
	switch {
	case code == codes.Unimplemented:
		e.Code, e.Outcome, e.Message = core.Unsupported, core.NotDone, "the adapter "+c.config.Adapter+" does not implement it"
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		e.Code, e.Message, e.Err = core.Canceled, "the caller's time was over, or it was cancelled, before an answer came", cmp.Or(ctx.Err(), err)
	case code == codes.DeadlineExceeded:
		e.Code, e.Message, e.Err = core.Unavailable, "the adapter "+c.config.Adapter+" did not answer in time", errors.Join(context.DeadlineExceeded, err)
	case code == codes.ResourceExhausted:
		e.Code, e.Message = core.BadAnswer, "the answer is too large: at most 8 MiB are taken; ask for less at a time"
	case code == codes.Internal || code == codes.Unknown:
		e.Code, e.Message = core.BadAnswer, "the answer of the adapter "+c.config.Adapter+" cannot be read: it is not what the contract says"
		c.addExit(ctx, e)
	default:
		e.Code, e.Message = core.Unavailable, "the connection to the adapter "+c.config.Adapter+" broke"
		c.addExit(ctx, e)
	}
	return e
}

// addExit waits shortly for the process to be seen dead, so that the error can say how it died.
func (c *Client) addExit(ctx context.Context, e *core.Error) {
	if c.process == nil || !c.process.awaitExit(ctx, time.Second) {
		return
	}
	e.Code = core.Unavailable
	e.Message = "the adapter " + c.config.Adapter + " ended in the middle of the call (" + c.process.exit() + ")"
	if e.Outcome == core.NotDone {
		e.Message = "the adapter " + c.config.Adapter + " has ended (" + c.process.exit() + ")"
	}
	e.Detail = c.process.lastLines()
}
