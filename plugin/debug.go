package plugin

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/sampan-go/sampan/plugin/internal/pb"
)

const debugSocket = "debug.sock"

// serveDebug serves hosts that attach, so that a debugger can hold the process as long as it likes: no
// TLS, no deadline on its life, settings from whoever comes. It gives the exit code.
func serveDebug(c ServeConfig) int {
	if !passesSockets {
		fmt.Fprintf(os.Stderr, "%s: serve --debug needs a Unix socket in a private folder, which this system does not have\n", c.name())
		return 2
	}
	folder, err := newFolder()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: no private folder for the socket: %v\n", c.name(), err)
		return 1
	}
	defer folder.remove()
	socket := filepath.Join(folder.path, debugSocket)
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", socket)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: no socket: %v\n", c.name(), err)
		return 1
	}
	announceDebug(c, socket)

	s := newServer(c.New)
	s.again = true
	g := newGRPCServer(s.options())
	pb.RegisterAdapterServiceServer(g, s)
	healthpb.RegisterHealthServer(g, health.NewServer())
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-asked
		g.Stop()
	}()
	if err := g.Serve(listener); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.name(), err)
		return 1
	}
	return 0
}

func announceDebug(c ServeConfig, socket string) {
	fmt.Fprintf(os.Stderr, `INSECURE: %[1]s %[2]s serves for a debugger: without TLS, and nobody verified it.
Every program of this user can call it, buy with it and read what it holds. Do not leave it running.

Attach a debugger to process %[3]d:

    dlv attach %[3]d

Let a host use it, by these lines in its sampan.toml:

    [dev_overrides]
    %[1]s = "unix:%[4]s"

Each host that attaches hands over its settings anew. Ctrl-C ends it.
`, c.name(), c.Version, os.Getpid(), socket)
}
