package plugin

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// livenessVariable names the open file that ends with the host.
const livenessVariable = "SAMPAN_LIVENESS_FD"

// How long an adapter stays when its host is gone.
const (
	// lastCalls is for the calls under way, whose contexts are over: a good part of the 2 s that an
	// adapter may outlive its host by.
	lastCalls = 500 * time.Millisecond
	// withoutConnection is how long no host may be connected, where no open file says that it is gone.
	withoutConnection = 3 * time.Second
)

// endWithHost ends this process when its host is gone, and on SIGTERM: an adapter alone must not buy
// anything, and nobody would ever end it.
func (s *server) endWithHost() {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() {
		<-terminated
		// A service manager signals host and adapters at once: the host still waits for its writes.
		slog.Info("the adapter ends on SIGTERM", "calls_under_way", s.gate.shut("it was told to end"))
		s.exitWhenIdle(0)
	}()
	number, err := strconv.Atoi(os.Getenv(livenessVariable))
	if err != nil {
		return // an older host, or a system where files are not passed on
	}
	host := os.NewFile(uintptr(number), "host")
	go func() {
		_, _ = host.Read(make([]byte, 1)) // it never gives anything but its end
		s.hostGone()
	}()
}

// hostGone abandons what is under way; the host is not there to hear. A write that has not sent its
// request by now does not send it.
func (s *server) hostGone() {
	s.gate.abandon("the host is gone", lastCalls)
	removeSocketFolder()
	os.Exit(0)
}

// removeSocketFolder removes what the host would have: it made the folder for this process alone.
func removeSocketFolder() {
	// The runtime makes one of its own in it, and names that.
	if folder := filepath.Dir(os.Getenv("PLUGIN_UNIX_SOCKET_DIR")); ours.MatchString(filepath.Base(folder)) {
		_ = os.RemoveAll(folder) // what stays is empty and private
	}
}

// exitWhenIdle takes no new call and ends the process when those under way are over.
func (s *server) exitWhenIdle(code int) {
	s.gate.shut("it ends")
	go func() {
		<-s.gate.idle
		time.Sleep(100 * time.Millisecond) // the last answer is on its way
		os.Exit(code)
	}()
}

// endWithConnections ends the process when its host was connected and is no longer. It is the weaker
// sign, and the only one on systems where a child is given no open files.
func (s *server) endWithConnections() grpc.ServerOption {
	return grpc.StatsHandler(&connections{gone: s.hostGone, patience: withoutConnection})
}

// connections counts the connections of a server.
type connections struct {
	gone     func()
	patience time.Duration

	mu    sync.Mutex
	open  int
	timer *time.Timer
}

var _ stats.Handler = (*connections)(nil)

// HandleConn implements stats.Handler.
func (c *connections) HandleConn(_ context.Context, event stats.ConnStats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch event.(type) {
	case *stats.ConnBegin:
		c.open++
		if c.timer != nil {
			c.timer.Stop()
		}
	case *stats.ConnEnd:
		if c.open--; c.open == 0 {
			c.timer = time.AfterFunc(c.patience, c.ended)
		}
	}
}

func (c *connections) ended() {
	c.mu.Lock()
	alone := c.open == 0
	c.mu.Unlock()
	if alone {
		c.gone()
	}
}

// TagConn implements stats.Handler.
func (*connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// TagRPC implements stats.Handler.
func (*connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC implements stats.Handler.
func (*connections) HandleRPC(context.Context, stats.RPCStats) {}
