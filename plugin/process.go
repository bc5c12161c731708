package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// process is one adapter process: a runner for go-plugin that starts it with nothing of the
// host's, keeps what it said last, and knows how it ended.
type process struct {
	cmd    *exec.Cmd
	stdout *firstLine
	stderr io.ReadCloser
	log    *adapterLog
	folder string   // where its socket must be
	alive  *os.File // our end of the pipe that says that the host lives
	scrub  func(string) string

	// gone is closed when the process has ended, read when go-plugin has read both pipes to their
	// end, done when the process has ended and its last words are read or given up.
	gone, read, done chan struct{}

	mu      sync.Mutex
	running *os.Process // nil before the start
	state   *os.ProcessState
	failed  error // why it could not be started
	killed  bool  // no start after a kill
	ours    bool  // it was alive when we killed it
}

// lastWords is how long the pipes of an ended process are still read: a descendant that left the
// group may hold them for ever.
const lastWords = 500 * time.Millisecond

var _ runner.Runner = (*process)(nil)

// inherited are the host's variables that an adapter may see: where and how it runs, no secrets.
var inherited = []string{"TZ", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR"}

func newProcess(c Config, folder string) *process {
	// The process outlives the call that started it, so it has no context: Close ends it.
	cmd := exec.Command(c.Command[0], c.Command[1:]...) //nolint:noctx // ended by killGroup
	cmd.Env = []string{}                                // nil would be all of the host's
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Env = append(cmd.Env, c.Env...) // the later of two wins
	ownGroup(cmd)
	scrub := scrubber(c.Settings)
	log := &adapterLog{to: c.Logger.With("account", c.Account, "adapter", c.Adapter), scrub: scrub, ring: &ring{scrub: scrub}, now: time.Now}
	return &process{cmd: cmd, scrub: scrub, log: log, folder: folder,
		gone: make(chan struct{}), read: make(chan struct{}), done: make(chan struct{})}
}

// env adds what go-plugin hands to the adapter: cookie, certificate, socket folder.
func (p *process) env(env []string) { p.cmd.Env = append(p.cmd.Env, env...) }

// Start implements runner.Runner. Standard input is left nil: the adapter reads end of file.
func (p *process) Start(context.Context) error {
	err := p.start()
	if err != nil {
		p.mu.Lock()
		p.failed = err
		p.mu.Unlock()
		close(p.gone)
		close(p.done)
		return err
	}
	go p.reap()
	return nil
}

func (p *process) start() error {
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return err
	}
	p.stdout = newFirstLine(stdout, func(line string) { p.log.ring.add("stdout: " + line) })
	p.stderr = drained{stderr, p.log}
	started, err := p.holdAlive()
	if err != nil {
		return err
	}
	defer started()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killed {
		return context.Canceled
	}
	err = p.cmd.Start()
	p.running = p.cmd.Process
	return err
}

// holdAlive gives the adapter a pipe that nobody writes to: it ends when this process does, however
// that comes about, and then the adapter ends too. started is called once the adapter has its end.
func (p *process) holdAlive() (started func(), err error) {
	if !passesFiles {
		return func() {}, nil
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.cmd.ExtraFiles = []*os.File{theirs} // number 3
	p.cmd.Env = append(p.cmd.Env, livenessVariable+"=3")
	p.alive = ours
	return func() { _ = theirs.Close() }, nil // the adapter has its own
}

// reap waits for the process itself, not for its pipes, and ends the children that it leaves in
// its group. The number of a group is not given out again while it has members.
func (p *process) reap() {
	state, _ := p.running.Wait() // it is our child and nobody else waits for it
	if p.alive != nil {
		_ = p.alive.Close() // it has told whom it had to tell
	}
	p.mu.Lock()
	p.state = state
	killGroup(p.running)
	close(p.gone)
	p.mu.Unlock()
	within(p.read, lastWords)
	_, _ = p.stdout.Close(), p.stderr.Close()
	close(p.done)
}

// Wait implements runner.Runner. It is called once, after both pipes were read to their end.
func (p *process) Wait(context.Context) error {
	close(p.read)
	<-p.done
	if how := p.exit(); how != "exit status 0" {
		return errors.New(how)
	}
	return nil
}

// Kill implements runner.Runner: the whole group, so that children do not stay.
func (p *process) Kill(context.Context) error {
	p.killGroup()
	return nil
}

func (p *process) killGroup() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	if p.running != nil && !p.exited() {
		p.ours = true
		killGroup(p.running)
	}
}

// Stdout implements runner.Runner.
func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr implements runner.Runner.
func (p *process) Stderr() io.ReadCloser { return p.stderr }

// Name implements runner.Runner.
func (p *process) Name() string { return p.cmd.Path }

// ID implements runner.Runner.
func (p *process) ID() string { return fmt.Sprint(p.pid()) }

// Diagnose implements runner.Runner; startError says it better.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost implements runner.Runner: both sides see the same files. The handshake may lead nowhere
// but into the folder that was made for it.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	return network, address, checkAddress(p.folder, network, address)
}

// HostToPlugin implements runner.Runner.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return 0
	}
	return p.running.Pid
}

func (p *process) exited() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// awaitExit waits for the end of the process and its last words, at most for the time given.
func (p *process) awaitExit(ctx context.Context, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return p.exited()
}

// exit says how the process ended: "exit status 3", "signal: killed".
func (p *process) exit() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == nil {
		return "it was never started"
	}
	return p.state.String()
}

func (p *process) lastLines() []string { return p.log.ring.lines() }

// late takes what the adapter prints after the handshake.
func (p *process) late(name string) io.Writer { return prefixWriter{name, p.log.ring} }

type prefixWriter struct {
	name string
	to   *ring
}

func (w prefixWriter) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		w.to.add(w.name + ": " + string(line[:min(len(line), maxLogLine)]))
	}
	return len(b), nil
}
