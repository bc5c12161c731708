package plugin

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// dialOptions are those of every connection to an adapter.
func dialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)),
		grpc.WithStatsHandler(handOver{}),
		grpc.WithIdleTimeout(0), // an adapter takes a host that hangs up for dead
	}
}

type handOverKey struct{}

// watchHandOver lets the caller ask afterwards whether anything of a call went out to the adapter,
// on any try that gRPC made of it. Only where nothing did, a lost write is NotDone.
func watchHandOver(ctx context.Context) (context.Context, func() bool) {
	sent := new(atomic.Bool)
	return context.WithValue(ctx, handOverKey{}, sent), sent.Load
}

// handOver notes the moment at which a call is given to a connection.
type handOver struct{}

var _ stats.Handler = handOver{}

func (handOver) HandleRPC(ctx context.Context, s stats.RPCStats) {
	switch s.(type) {
	case *stats.OutHeader, *stats.OutPayload:
		if sent, ok := ctx.Value(handOverKey{}).(*atomic.Bool); ok {
			sent.Store(true)
		}
	}
}

func (handOver) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (handOver) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (handOver) HandleConn(context.Context, stats.ConnStats) {}
