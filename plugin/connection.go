package plugin

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// What a host takes of an adapter beside its answers.
const (
	mostMetadata = 64 << 10 // in one direction, headers and trailers each
	mostRuntime  = 64 << 10 // a message of the runtime's own services
	// The windows are fixed: gRPC would let a quick sender have 16 MiB under way.
	streamWindow = 256 << 10
	connWindow   = 1 << 20
)

// hostOptions are those of the host's end of a connection: an adapter is a stranger.
func hostOptions() []grpc.DialOption {
	return append(dialOptions(),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(newBoundedCodec())),
		grpc.WithMaxHeaderListSize(mostMetadata),
		grpc.WithStaticStreamWindowSize(streamWindow), grpc.WithStaticConnWindowSize(connWindow),
		grpc.WithChainUnaryInterceptor(contradicted),
		grpc.WithChainStreamInterceptor(runtimeStreams))
}

// contradicted finds answers that came and were then called not implemented. "Not implemented" alone
// means that nothing was done.
func contradicted(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := invoke(ctx, method, request, reply, cc, options...)
	if m, ok := reply.(proto.Message); ok && status.Code(err) == codes.Unimplemented && proto.Size(m) > 0 {
		return status.Error(codes.Internal, "an answer came, and then that the call is not implemented")
	}
	return err
}

// runtimeStreams bounds the services of the runtime. Its broker is not used, and would keep what an
// adapter sends it.
func runtimeStreams(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	switch {
	case strings.HasPrefix(method, "/plugin.GRPCBroker/"):
		return nil, status.Error(codes.Unimplemented, "this host has no broker")
	case strings.HasPrefix(method, "/plugin."):
		options = append(options, grpc.MaxCallRecvMsgSize(mostRuntime))
	}
	return open(ctx, desc, cc, method, options...)
}
