package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sampan-go/sampan/core"
)

// mostPanics is how many calls may panic before the state of the adapter is held to be broken: a lock
// that one of them held is held for ever, and only a new process is free of it.
const mostPanics = 5

// exitBroken is the exit code of an adapter that ended for that.
const exitBroken = 70

// guard turns a panic of the adapter into an error: one bad call must not take the others along.
// What a write had done by then is not known.
func guard[T any](s *server, op core.Operation, write bool, f func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			e := &core.Error{Code: core.Internal, Op: op, Message: "the adapter panicked (stack " + s.panicked(string(op), r) + " in its log)"}
			if !write {
				e.Outcome = core.NotDone
			}
			err = e
		}
	}()
	return f()
}

// panicked writes a panic down and gives the name of its place. It is called while the stack stands.
func (s *server) panicked(where string, what any) string {
	name := placeOf()
	slog.Error("panic in the adapter", "op", where, "panic", fmt.Sprint(what), "place", name, "stack", string(debug.Stack()))
	if s.panics.Add(1) == mostPanics && s.broken != nil {
		slog.Error("the adapter panicked too often and ends", "panics", mostPanics)
		s.broken()
	}
	return name
}

// placeOf names the place in the code: the same for every panic there, whatever its goroutine and
// arguments are.
func placeOf() string {
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(0, counters)])
	var place strings.Builder
	for {
		frame, more := frames.Next()
		fmt.Fprintf(&place, "%s:%d\n", frame.Function, frame.Line)
		if !more {
			break
		}
	}
	sum := sha256.Sum256([]byte(place.String()))
	return hex.EncodeToString(sum[:4])
}

// options are what every call of the contract goes through: a context that ends with the host, and a
// panic outside of the adapter's own code as that call's error.
func (s *server) options() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(s.unary), grpc.ChainStreamInterceptor(s.stream)}
}

func (s *server) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	defer s.recovered(info.FullMethod, &err)
	ctx, done := s.gate.bound(ctx)
	defer done()
	if writes[path.Base(info.FullMethod)] {
		var early context.CancelFunc
		ctx, early = beforeDeadline(ctx)
		defer early()
	}
	return handle(ctx, request)
}

// writes are the methods whose outcome matters more than the last moment of their time.
var writes = map[string]bool{"CreateOrder": true, "Pay": true, "Refund": true, "CancelOrder": true, "ConfirmReceipt": true}

// toReport is the most that a write's time is shortened by for its adapter, so that what it knows of
// the write still reaches the host: after the host's deadline everything is in doubt.
const toReport = 250 * time.Millisecond

func beforeDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline.Add(-min(time.Until(deadline)/10, toReport)))
}

func (s *server) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	defer s.recovered(info.FullMethod, &err)
	ctx, done := s.gate.bound(stream.Context())
	defer done()
	return handle(service, boundStream{stream, ctx})
}

func (s *server) recovered(method string, err *error) {
	if r := recover(); r != nil {
		*err = status.Error(codes.Internal, "panic "+s.panicked(method, r))
	}
}

type boundStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (b boundStream) Context() context.Context { return b.ctx }
