package plugin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// The times that a Config leaves open.
const (
	defaultStartTimeout = 20 * time.Second
	defaultReadTimeout  = 30 * time.Second
	defaultWriteTimeout = core.WriteDeadline + 5*time.Second
	// stopTimeout is how long an adapter may take to end by itself; with lastWords it makes 3 s.
	stopTimeout = 2500 * time.Millisecond
)

// Config says which program serves which account.
type Config struct {
	// Account is the operator's name of the account, for the adapter's log.
	Account string
	// Adapter is the adapter's name, for messages; "" is the name of the program.
	Adapter string
	// Command is the program and its arguments. No shell is involved.
	Command []string
	// SHA256 pins the program by its sum in hexadecimal: a private copy is made while the sum is
	// taken, and that copy runs. "" runs the program as it is.
	SHA256 string
	// Env is the adapter's environment beside a few harmless variables of the host (time zone,
	// locale, certificate paths). The host's own environment is not passed on, and secrets do not
	// belong here: they are settings.
	Env []string
	// Settings are the account's, a JSON object with secrets filled in.
	Settings json.RawMessage
	// Logger gets the adapter's log with its levels; nil is silence.
	Logger *slog.Logger
	// StartTimeout bounds start and handshake (20 s), ReadTimeout one read (30 s), WriteTimeout one
	// write (50 s, longer than an attempt may live). Zero means these.
	StartTimeout, ReadTimeout, WriteTimeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.Adapter == "" && len(c.Command) > 0 {
		c.Adapter = filepath.Base(c.Command[0])
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	for _, t := range []struct {
		value *time.Duration
		none  time.Duration
	}{{&c.StartTimeout, defaultStartTimeout}, {&c.ReadTimeout, defaultReadTimeout}, {&c.WriteTimeout, defaultWriteTimeout}} {
		if *t.value <= 0 {
			*t.value = t.none
		}
	}
	return c
}

// Open starts an adapter process, hands over the account's settings and gives the host's end of
// it. Close it when done.
//
// Every error is NotDone: InvalidInput names a setting that the adapter refuses; Unavailable says
// why the program did not become an adapter, with its last log lines in Detail.
func Open(ctx context.Context, c Config) (*Client, error) {
	c = c.withDefaults()
	if len(c.Command) == 0 {
		return nil, core.Invalid("adapter", "names no program to start")
	}
	s, err := start(ctx, c)
	if err != nil {
		return nil, err
	}
	client := newClient(c, s.service, s.process, s.stop)
	client.conn = s.conn
	if err := client.configure(ctx); err != nil {
		_ = client.Close() // the reason to give is why it could not be configured
		return nil, err
	}
	return client, nil
}

// configure hands over the settings, once.
func (c *Client) configure(ctx context.Context) error {
	request := &pb.ConfigureRequest{Account: c.config.Account, SettingsJson: c.config.Settings}
	_, err := call(ctx, c, reading(""), configureTimeout, c.service.Configure, request,
		func(*pb.ConfigureResponse) (struct{}, error) { return struct{}{}, nil })
	return err
}

// started is one start of a program: everything in it is made for this start and used once.
type started struct {
	config  Config
	process *process
	plugin  *goplugin.Client
	folder  string
	service pb.AdapterServiceClient
	conn    *grpc.ClientConn
	once    sync.Once
	stopped error
}

func start(ctx context.Context, c Config) (*started, error) {
	folder, err := socketFolder()
	if err != nil {
		return nil, &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "no private folder for the adapter's socket could be made: " + err.Error(), Err: err}
	}
	if c.SHA256 != "" {
		program, err := pinnedCopy(c.Command[0], folder, c.SHA256)
		if err != nil {
			_ = os.RemoveAll(folder) // nothing was started in it
			return nil, err
		}
		c.Command = append([]string{program}, c.Command[1:]...)
	}
	s := &started{config: c, process: newProcess(c), folder: folder}
	config, certificate, err := hostTLS()
	if err != nil {
		_ = os.RemoveAll(folder) // nothing was started in it
		return nil, &core.Error{Code: core.Internal, Outcome: core.NotDone, Message: "no certificate for the adapter's connection could be made: " + err.Error(), Err: err}
	}
	s.process.env([]string{clientCertVariable + "=" + certificate})
	s.plugin = goplugin.NewClient(s.clientConfig(config))
	if err := s.connect(ctx); err != nil {
		_ = s.stop() // the reason to give is why it did not start
		return nil, s.process.startError(ctx, c, err)
	}
	return s, nil
}

func (s *started) clientConfig(secure *tls.Config) *goplugin.ClientConfig {
	return &goplugin.ClientConfig{
		HandshakeConfig:  handshake,
		Plugins:          goplugin.PluginSet{pluginName: &service{}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		TLSConfig:        secure,
		SkipHostEnv:      true,
		StartTimeout:     s.config.StartTimeout,
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: s.folder},
		Logger:           bridge(s.config.Logger.With("account", s.config.Account, "adapter", s.config.Adapter), s.process.scrub),
		SyncStdout:       s.process.late("stdout"),
		SyncStderr:       s.process.late("stderr"),
		GRPCDialOptions:  dialOptions(),
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
			s.process.env(cmd.Env)
			return s.process, nil
		},
	}
}

// connect starts the program and waits for its handshake and its connection, no longer than
// StartTimeout and no longer than the caller waits.
func (s *started) connect(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.dispense() }()
	timer := time.NewTimer(s.config.StartTimeout)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		s.process.killGroup()
		return errors.Join(errStartTimeout, <-done)
	case <-ctx.Done():
		s.process.killGroup()
		return errors.Join(ctx.Err(), <-done)
	}
}

func (s *started) dispense() error {
	protocol, err := s.plugin.Client()
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense(pluginName)
	if err != nil {
		return err
	}
	s.service = raw.(pb.AdapterServiceClient)
	s.conn = protocol.(*goplugin.GRPCClient).Conn
	return nil
}

// stop asks the adapter to end, and kills its process group when that takes too long: the
// runtime's own Kill has no deadline.
func (s *started) stop() error {
	s.once.Do(func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.plugin.Kill()
		}()
		if !within(done, stopTimeout) {
			s.process.killGroup()
		}
		if !within(done, time.Second) { // only a process that the system cannot kill gets here
			s.stopped = &core.Error{Code: core.Internal, Outcome: core.NotDone,
				Message: fmt.Sprintf("the process %d of the adapter %s does not end; look at it with ps", s.process.pid(), s.config.Adapter)}
		}
		_ = os.RemoveAll(s.folder) // a folder that stays behind is empty and private
	})
	return s.stopped
}

func within(done <-chan struct{}, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// longestFolder leaves room for the socket's own name: the path of a Unix socket has at most 104
// bytes on some systems, and longer ones fail with a message about something else.
const longestFolder = 48

// socketFolderPrefix tells our folders from others'.
const socketFolderPrefix = "sampan-"

func socketFolder() (string, error) {
	parent := os.TempDir()
	if len(parent) > longestFolder {
		parent = "/tmp"
	}
	return os.MkdirTemp(parent, socketFolderPrefix)
}
