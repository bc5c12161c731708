package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
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
// It takes over the process: what the program prints to standard output goes to standard error,
// the default log writes lines that the host understands, SIGINT and SIGPIPE are ignored, because
// the host decides when an adapter ends.
func Serve(c ServeConfig) {
	if os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		explain(c)
		os.Exit(2)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout = stderr // until the handshake, which alone belongs on standard output
	takeOverLog(stderr)
	signal.Ignore(syscall.SIGPIPE, os.Interrupt)
	endWithHost()

	// After the handshake the runtime points both streams at a pipe whose rest is lost when the
	// process ends. The first call comes after that, and points them at standard error.
	s := newServer(func(ctx context.Context, account string, settings json.RawMessage) (core.Adapter, error) {
		os.Stdout, os.Stderr = stderr, stderr
		return c.New(ctx, account, settings)
	})
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: handshake,
		Plugins:         goplugin.PluginSet{pluginName: &service{server: s}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			os.Stdout = stdout // the next thing that go-plugin does is to print the handshake
			return newGRPCServer(options)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: stderr, JSONFormat: true}),
	})
}

// livenessVariable names the open file that ends with the host.
const livenessVariable = "SAMPAN_LIVENESS_FD"

// endWithHost ends this process when its host is gone: an adapter alone must not buy anything, and
// nobody would ever end it. A write that is under way is abandoned; its host is not there to hear.
func endWithHost() {
	number, err := strconv.Atoi(os.Getenv(livenessVariable))
	if err != nil {
		return // an older host, or a system where files are not passed on
	}
	host := os.NewFile(uintptr(number), "host")
	go func() {
		_, _ = host.Read(make([]byte, 1)) // it never gives anything but its end
		os.Exit(0)
	}()
}

func newGRPCServer(options []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(options, grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage))...)
}

// explain tells a person who started an adapter by hand what it is.
func explain(c ServeConfig) {
	name := c.Name
	if name == "" {
		name = filepath.Base(os.Args[0])
	}
	fmt.Fprintf(os.Stderr, `%s %s is a Sampan adapter. A host starts it; it does nothing by itself.

To use it, name it in sampan.toml and call the host:

    [accounts.NAME]
    adapter = %q

    host adapters
`, name, c.Version, os.Args[0])
}
