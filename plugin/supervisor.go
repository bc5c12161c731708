package plugin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/sampan-go/sampan/core"
)

// State is where a supervised adapter stands.
type State uint8

// The states. Only Ready serves writes.
const (
	// Stopped: no process; the first call starts one.
	Stopped State = iota
	// Starting: a process is on its way up; calls wait for it, as long as their callers wait.
	Starting
	// Ready: calls are served.
	Ready
	// Backoff: the process ended or did not come up; reads wait, writes are NotDone.
	Backoff
	// Failed: starting again is of no use, or was tried too often; everything is NotDone until Reset.
	Failed
	// Draining: it is being closed; what runs may end, nothing new begins.
	Draining
)

var stateNames = [...]string{Stopped: "stopped", Starting: "starting", Ready: "ready", Backoff: "backoff", Failed: "failed", Draining: "draining"}

func (s State) String() string { return stateNames[s] }

// SuperviseConfig says how a program is kept running. The zero times are the ones named.
type SuperviseConfig struct {
	Config
	// KeepWarm starts the adapter at once and again after every end; without it the first call does.
	KeepWarm bool
	// DrainTimeout is how long Close and Upgrade wait for calls under way (5 s). A write that takes
	// longer is cut off and InDoubt.
	DrainTimeout time.Duration
	// HealthEvery is how often an adapter is asked whether it lives (15 s); three failures end it.
	HealthEvery time.Duration
	// BackoffFrom and BackoffMost bound the pause between starts (0.2 s, 30 s).
	BackoffFrom, BackoffMost time.Duration
	// MostFailures is how many starts in a row may fail before it is given up (5).
	MostFailures int
}

func (c SuperviseConfig) withDefaults() SuperviseConfig {
	c.Config = c.Config.withDefaults()
	for _, t := range []struct {
		value *time.Duration
		none  time.Duration
	}{{&c.DrainTimeout, 5 * time.Second}, {&c.HealthEvery, 15 * time.Second}, {&c.BackoffFrom, 200 * time.Millisecond}, {&c.BackoffMost, 30 * time.Second}} {
		if *t.value <= 0 {
			*t.value = t.none
		}
	}
	if c.MostFailures <= 0 {
		c.MostFailures = 5
	}
	return c
}

// stableAfter is how long an adapter must live before its next end counts as the first.
const stableAfter = time.Minute

// Supervisor keeps the adapter of one account running: it starts it when it is needed, and again when
// it ends. It is a core.Adapter with every optional interface, and safe for concurrent use.
//
// A read that lost its process is made once more on the next one. A write never is: whatever was handed
// over is in doubt.
type Supervisor struct {
	mu      sync.Mutex
	config  SuperviseConfig
	state   State
	current *running
	old     []*running // after an upgrade, until their calls are over
	why     error      // what the last start or process died of
	ends    int        // starts that failed and processes that ended, since one was stable
	failed  int        // starts that failed in a row
	closed  bool
	changed chan struct{} // closed at every change, and made anew
	jobs    sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
}

// running is one process with the calls that it serves.
type running struct {
	client *Client
	since  time.Time
	calls  int
}

// Supervise keeps a program running. It does not wait for it; see Start. Close it when done.
func Supervise(c SuperviseConfig) *Supervisor {
	s := &Supervisor{config: c.withDefaults(), changed: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.config.KeepWarm {
		s.mu.Lock()
		s.begin()
		s.mu.Unlock()
	}
	return s
}

// State says where the adapter stands, and what the last process died of.
func (s *Supervisor) State() (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.why
}

// PID is the process id of the adapter that new calls go to; 0 if there is none.
func (s *Supervisor) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return 0
	}
	return s.current.client.PID()
}

// Start waits until the adapter is ready, or says why it is not.
func (s *Supervisor) Start(ctx context.Context) error {
	r, err := s.acquire(ctx, reading(core.OpDescribe))
	if err == nil {
		s.release(r)
	}
	return err
}

// Reset lets an adapter that was given up be started again.
func (s *Supervisor) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Failed {
		s.ends, s.failed = 0, 0
		s.set(Stopped)
	}
}

// set changes the state and wakes everybody who waits for that. The caller holds mu.
func (s *Supervisor) set(state State) {
	s.state = state
	close(s.changed)
	s.changed = make(chan struct{})
}

// begin starts a process in the background. The caller holds mu.
func (s *Supervisor) begin() {
	s.set(Starting)
	config := s.config.Config
	s.jobs.Go(func() {
		client, err := Open(s.ctx, config)
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case s.closed && err == nil:
			s.jobs.Go(func() { _ = client.Close() }) // nobody waits for it any more
		case s.closed:
		case err != nil:
			s.failed++
			s.fail(err)
		default:
			s.ready(client)
		}
	})
}

// ready lets calls go to a new process. The caller holds mu.
func (s *Supervisor) ready(client *Client) {
	r := &running{client: client, since: time.Now()}
	s.current, s.failed = r, 0
	s.set(Ready)
	s.jobs.Go(func() { s.watch(r) })
}

// fail counts a start or a process that ended, and decides when the next one begins. What another try
// cannot mend is given up at once. The caller holds mu.
func (s *Supervisor) fail(why error) {
	s.why, s.current = why, nil
	s.ends++
	if hopeless(why) || s.failed >= s.config.MostFailures {
		s.set(Failed)
		s.config.Logger.Error("adapter given up", "account", s.config.Account, "adapter", s.config.Adapter, "failures", s.failed, "error", why)
		return
	}
	s.set(Backoff)
	pause := min(s.config.BackoffMost, s.config.BackoffFrom<<min(s.ends-1, 16))
	pause = pause/2 + rand.N(pause/2+1) // so that many hosts do not start at once
	s.jobs.Go(func() {
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(pause):
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.state != Backoff || s.closed {
			return
		}
		s.begin()
	})
}

// hopeless reports whether a start fails for a reason that stays: wrong settings, a wrong sum, another
// major version.
func hopeless(err error) bool {
	return errors.Is(err, core.InvalidInput) || errors.Is(err, core.Denied) || errors.Is(err, errOtherVersion)
}

// watch ends a process that does not answer, and notices one that ended.
func (s *Supervisor) watch(r *running) {
	tick := time.NewTicker(s.config.HealthEvery)
	defer tick.Stop()
	for missed := 0; ; {
		select {
		case <-s.ctx.Done():
			return
		case <-r.client.process.gone:
			s.lost(r, r.client.ended())
			return
		case <-tick.C:
			if r.client.Healthy(s.ctx) {
				missed = 0
			} else if missed++; missed == 3 {
				s.config.Logger.Error("adapter does not answer", "account", s.config.Account, "adapter", s.config.Adapter, "pid", r.client.PID())
				r.client.process.killGroup()
			}
		}
	}
}

// lost takes a process that ended out of service.
func (s *Supervisor) lost(r *running, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs.Go(func() { _ = r.client.Close() }) // its folder and its pipes
	if s.closed || s.current != r {
		return
	}
	if time.Since(r.since) >= stableAfter {
		s.ends = 0
	}
	s.config.Logger.Warn("adapter ended", "account", s.config.Account, "adapter", s.config.Adapter, "error", why)
	s.fail(why)
}

// acquire gives a process to make one call on; release it afterwards.
func (s *Supervisor) acquire(ctx context.Context, k kind) (*running, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		switch s.state {
		case Ready:
			r := s.current
			if !r.client.process.exited() {
				r.calls++
				s.mu.Unlock()
				return r, nil
			}
			s.mu.Unlock()
			s.lost(r, r.client.ended())
			continue
		case Stopped:
			s.begin()
			changed = s.changed
		case Backoff:
			if k.write {
				err := s.refusal(k, "has ended and is started again; nothing was sent, try again in a moment")
				s.mu.Unlock()
				return nil, err
			}
		case Failed:
			err := s.refusal(k, "was given up; see why, mend it, then start anew")
			s.mu.Unlock()
			return nil, err
		case Draining:
			err := s.refusal(k, "is being closed; nothing was sent")
			s.mu.Unlock()
			return nil, err
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			s.mu.Lock()
			err := s.refusal(k, "was not ready in the caller's time; nothing was sent")
			s.mu.Unlock()
			err.Code, err.Err = core.Canceled, ctx.Err()
			return nil, err
		}
	}
}

// refusal is a call that never reached a process. The caller holds mu.
func (s *Supervisor) refusal(k kind, what string) *core.Error {
	e := &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: k.op, Message: "the adapter " + s.config.Adapter + " " + what}
	if why, ok := errors.AsType[*core.Error](s.why); ok {
		e.Message += " (" + why.Message + ")"
		e.Detail = why.Detail
		e.Field = why.Field
	}
	return e
}

func (s *Supervisor) release(r *running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.calls--
	if r.calls == 0 {
		s.set(s.state) // a drain may wait for it
	}
}

// Upgrade starts another program or other settings, lets new calls go there, and ends the old process
// when its calls are over. If the new one does not come up, nothing has changed.
func (s *Supervisor) Upgrade(ctx context.Context, c Config) error {
	client, err := Open(ctx, c.withDefaults())
	if err == nil {
		_, err = client.Describe(ctx)
	}
	if err != nil {
		if client != nil {
			_ = client.Close() // the reason to give is why it cannot be used
		}
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		s.jobs.Go(func() { _ = client.Close() }) // it was never used
		return s.refusal(reading(core.OpDescribe), "is being closed")
	}
	before := s.current
	s.config.Config, s.ends, s.why = c.withDefaults(), 0, nil
	s.ready(client)
	if before != nil {
		s.old = append(s.old, before)
		s.jobs.Go(func() {
			s.idle(before)
			_ = before.client.Close() // its calls are over, or had their time
			s.mu.Lock()
			defer s.mu.Unlock()
			s.old = without(s.old, before)
		})
	}
	return nil
}

func without(all []*running, one *running) []*running {
	var rest []*running
	for _, r := range all {
		if r != one {
			rest = append(rest, r)
		}
	}
	return rest
}

// idle waits until a process serves no call, at most DrainTimeout.
func (s *Supervisor) idle(r *running) {
	timer := time.NewTimer(s.config.DrainTimeout)
	defer timer.Stop()
	for {
		s.mu.Lock()
		calls, changed := r.calls, s.changed
		s.mu.Unlock()
		if calls == 0 {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		}
	}
}

// Close lets calls under way end for DrainTimeout, ends the adapter, and waits until nothing of it is
// left; that takes 3 s more at most. New calls are NotDone from its beginning on. A write that is cut
// off is InDoubt.
func (s *Supervisor) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	current, old := s.current, s.old
	s.set(Draining)
	s.mu.Unlock()
	if current != nil {
		s.idle(current)
	}
	s.cancel()
	var err error
	for _, r := range append(old, current) {
		if r != nil {
			err = errors.Join(err, r.client.Close())
		}
	}
	s.jobs.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = nil
	return err
}

// healthTimeout is how long an adapter may take to say that it lives.
const healthTimeout = time.Second

// Healthy asks the standard health service, which every adapter has, and waits for a second; go-plugin's
// own Ping has no deadline.
func (c *Client) Healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	answer, err := healthpb.NewHealthClient(c.conn).Check(ctx, &healthpb.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	return err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

// ended says how a process that is gone ended.
func (c *Client) ended() *core.Error {
	return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: fmt.Sprintf("the adapter %s ended (%s)", c.config.Adapter, c.process.exit()), Detail: c.process.lastLines()}
}
