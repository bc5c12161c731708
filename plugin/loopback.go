package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Loopback serves an adapter inside this process and gives the host's end of it: the same client,
// server and messages as between processes, without a process. It is for tests (see plugintest);
// it isolates nothing.
func Loopback(a core.Adapter) (*Client, error) {
	client, err := connectLoopback(newServer(func(context.Context, string, json.RawMessage) (core.Adapter, error) { return a, nil }))
	if err != nil {
		return nil, err
	}
	if err := client.configure(context.Background()); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

func connectLoopback(end pb.AdapterServiceServer) (*Client, error) {
	listener := bufconn.Listen(1 << 20)
	var options []grpc.ServerOption
	if ours, ok := end.(*server); ok {
		options = ours.options()
	}
	g := newGRPCServer(options)
	pb.RegisterAdapterServiceServer(g, end)
	served := make(chan error, 1)
	go func() { served <- g.Serve(listener) }()

	conn, err := grpc.NewClient("passthrough:loopback", append(hostOptions(),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		g.Stop()
		return nil, err
	}
	stop := sync.OnceValue(func() error {
		err := conn.Close()
		g.Stop()
		return errors.Join(err, <-served)
	})
	return newClient(Config{Adapter: "loopback"}.withDefaults(), pb.NewAdapterServiceClient(conn), nil, stop), nil
}
