package plugin

import (
	"context"

	"google.golang.org/grpc"
)

// unary drops the call options of a generated method.
func unary[Req, Res any](method func(context.Context, Req, ...grpc.CallOption) (Res, error)) func(context.Context, Req) (Res, error) {
	return func(ctx context.Context, r Req) (Res, error) { return method(ctx, r) }
}
