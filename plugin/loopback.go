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
	listener := bufconn.Listen(1 << 20)
	g := newGRPCServer(nil)
	pb.RegisterAdapterServiceServer(g, newServer(func(context.Context, string, json.RawMessage) (core.Adapter, error) { return a, nil }))
	served := make(chan error, 1)
	go func() { served <- g.Serve(listener) }()

	conn, err := grpc.NewClient("passthrough:loopback",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)))
	if err != nil {
		g.Stop()
		return nil, err
	}
	var once sync.Once
	stop := func() (err error) {
		once.Do(func() {
			err = conn.Close()
			g.Stop()
			err = errors.Join(err, <-served)
		})
		return err
	}
	client := local(conn, Config{Adapter: "loopback"}, stop)
	if err := client.configure(context.Background()); err != nil {
		return nil, errors.Join(err, stop())
	}
	return client, nil
}
