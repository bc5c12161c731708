package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/core"
)

// ServeConfig is what an adapter's main says of itself.
type ServeConfig struct {
	// Name is the adapter's name, as in its Description.
	Name string
	// Version is the adapter's own version.
	Version string
	// New makes the adapter of one account. It is called once, after the host has handed over the
	// account's settings; its errors reach the operator, so an InvalidInput should name the setting.
	New func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error)
}

// Serve runs an adapter until its host is done with it. It is the one line of an adapter's main.
//
// It takes over the process, in this order: what is printed to standard output goes to standard
// error, also what a library in C or a child prints; SIGPIPE and SIGINT are ignored, because the host
// decides when an adapter ends; the default logs (log/slog, log, hclog) write lines that the host
// understands; the adapter ends with its host; a panic in a call is that call's error. SIGTERM ends
// it when the calls under way are over.
//
// Called as "PROGRAM serve --debug", without a host, it serves one that attaches: see [Attach].
func Serve(c ServeConfig) {
	if os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		if slices.Equal(os.Args[1:], []string{"serve", "--debug"}) {
			os.Exit(serveDebug(c))
		}
		explain(c)
		os.Exit(2)
	}
	streams := takeStreams()
	signal.Ignore(syscall.SIGPIPE, os.Interrupt)
	takeOverLog(streams.stderr)

	s := newServer(func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
		streams.settle()
		return c.New(ctx, account, settings)
	})
	s.broken = func() { s.exitWhenIdle(exitBroken) }
	s.endWithHost()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: handshake,
		Plugins:         goplugin.PluginSet{pluginName: &service{server: s}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			streams.forHandshake() // the next thing that go-plugin does is to print it
			return newGRPCServer(append(options, append(s.options(), s.endWithConnections())...))
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: streams.stderr, JSONFormat: true}),
	})
}

func newGRPCServer(options []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(options, grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage))...)
}

// explain tells a person who started an adapter by hand what it is.
func explain(c ServeConfig) {
	fmt.Fprintf(os.Stderr, `%s %s is a Sampan adapter. A host starts it; it does nothing by itself.

To use it, name it in sampan.toml and call the host:

    [accounts.NAME]
    adapter = %q

    host adapters

Its author may start it with "serve --debug" and attach a debugger and a host.
`, c.name(), c.Version, os.Args[0])
}

func (c ServeConfig) name() string {
	if c.Name == "" {
		return filepath.Base(os.Args[0])
	}
	return c.Name
}
