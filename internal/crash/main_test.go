package crash

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/sampan-go/sampan/internal/pgtest"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The roles in which this binary starts itself.
const (
	hostRole    = "crash-host"
	fleetRole   = "crash-fleet-host"
	adapterRole = "crash-adapter"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 {
		switch os.Args[1] {
		case hostRole:
			end(hostProcess(read[plan](os.Args[2])))
		case fleetRole:
			end(fleetProcess(read[fleetPlan](os.Args[2])))
		case adapterRole:
			adapterProcess(read[adapterPlan](os.Args[2]))
			os.Exit(0)
		}
	}
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func read[T any](text string) (v T) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return v
}

func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// say is how a host tells the test something: one line, a word and the rest.
func say(word string, rest any) { fmt.Println(word, rest) }

// The words that hosts say.
const (
	sayAdapter = "ADAPTER" // and its process id
	sayAck     = "ACK"     // and the id of the result
	sayDoubt   = "DOUBT"
	sayNotDone = "NOTDONE"
)

// die is the end of this process, here and now.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// role is a process of this binary that runs.
type role struct {
	stdin  io.WriteCloser
	cmd    *exec.Cmd
	killer *time.Timer
	over   chan struct{}
	err    error // how it ended

	mu      sync.Mutex
	changed chan struct{} // closed at every line, and made anew
	lines   []string
	stderr  bytes.Buffer
}

// Write takes what the process says on stderr.
func (r *role) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stderr.Write(p)
}

// noSleep keeps a process with the race detector from sleeping for a second before it ends.
const noSleep = "GORACE=atexit_sleep_ms=0"

// longest is more than any role needs.
const longest = 8 * time.Minute

func startRole(name string, p any) (*role, error) {
	r := &role{cmd: exec.Command(os.Args[0], name, written(p)), over: make(chan struct{}), changed: make(chan struct{})}
	r.cmd.Stderr = r
	r.cmd.Env = append(os.Environ(), noSleep)
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if r.stdin, err = r.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	r.killer = time.AfterFunc(longest, r.kill)
	go r.read(out)
	return r, nil
}

func (r *role) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		r.mu.Lock()
		r.lines = append(r.lines, lines.Text())
		close(r.changed)
		r.changed = make(chan struct{})
		r.mu.Unlock()
	}
	r.err = r.cmd.Wait()
	r.killer.Stop()
	close(r.over)
}

func (r *role) kill() { r.signal(syscall.SIGKILL) }

// signal reaches the process only while it is ours.
func (r *role) signal(s syscall.Signal) { _ = r.cmd.Process.Signal(s) }

// signalAdapter reaches the host's adapter, and no process that got its number later.
func (r *role) signalAdapter(s syscall.Signal) {
	pid := r.adapter()
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); pid == 0 || err == nil && !strings.Contains(string(line), adapterRole) {
		return
	}
	_ = syscall.Kill(pid, s)
}

// wait gives how the process ended.
func (r *role) wait() error {
	<-r.over
	return r.err
}

// killed reports whether it ended by SIGKILL.
func (r *role) killed() bool {
	exit, ok := errors.AsType[*exec.ExitError](r.wait())
	return ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// said gives what followed a word that the process said, and waits for it while it lives.
func (r *role) said(word string) (rest string, ok bool) {
	for {
		r.mu.Lock()
		changed := r.changed
		for _, line := range r.lines {
			if first, rest, _ := strings.Cut(line, " "); first == word {
				r.mu.Unlock()
				return rest, true
			}
		}
		r.mu.Unlock()
		select {
		case <-changed:
		case <-r.over:
			return r.saidSoFar(word)
		}
	}
}

func (r *role) saidSoFar(word string) (rest string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.lines {
		if first, rest, _ := strings.Cut(line, " "); first == word {
			return rest, true
		}
	}
	return "", false
}

// adapter is the process id of the host's adapter; 0 if it never had one.
func (r *role) adapter() int {
	text, _ := r.said(sayAdapter)
	pid, _ := strconv.Atoi(text)
	return pid
}

// adapterGone waits until the adapter has ended: 3 seconds after its host, at most.
func (r *role) adapterGone() error {
	pid := r.adapter()
	for end := time.Now().Add(3 * time.Second); pid > 0 && !ended(pid); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("the adapter %d outlived its host by 3 s", pid)
		}
	}
	return nil
}

// ended accepts a zombie: in a container nobody may collect the children of others.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// story is what to show of a process that did something wrong.
func (r *role) story() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n") + "\n" + r.stderr.String()
}
