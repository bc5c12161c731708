package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
)

// errOtherVersion is a program that will never fit this host.
var errOtherVersion = errors.New("another major version of the contract")

var errStartTimeout = errors.New("the start's time is over")

func waitedFor(handshake bool) string {
	if handshake {
		return "its handshake came, but no connection"
	}
	return "no handshake came"
}

// startError says why a program did not become an adapter, and what to do. Nothing was sent.
func (p *process) startError(ctx context.Context, c Config, err error) error {
	e := &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Field: "adapter", Err: err}
	line := p.stdout.String()
	version, shaped := handshakeVersion(line)
	p.awaitExit(ctx, 100*time.Millisecond)
	switch {
	case p.notStarted() != nil:
		e.Message = fmt.Sprintf("%s cannot be started: %s", c.Command[0], startAdvice(p.notStarted()))
	case ctx.Err() != nil:
		e.Code, e.Message = core.Canceled, "the start of "+c.Adapter+" was cancelled"
	case line != "" && !shaped:
		e.Message = fmt.Sprintf("%s is not an adapter: its first line should be the handshake, but is %q; check the path, or let its main call plugin.Serve before it prints anything", c.Command[0], short(p.scrub(line), 200))
	case shaped && version != ProtocolVersion:
		e.Err = errors.Join(errOtherVersion, err)
		e.Message = fmt.Sprintf("the adapter %s speaks version %d of the protocol, this host version %d; %s", c.Adapter, version, ProtocolVersion, upgradeAdvice(version))
	case p.ended():
		e.Message = fmt.Sprintf("the adapter %s ended before it was ready (%s)%s; its last lines follow", c.Adapter, p.exit(), killedHint(runtime.GOOS, p.exit()))
	case errors.Is(err, errStartTimeout) || strings.Contains(err.Error(), "timeout"): // the second is go-plugin's
		e.Message = fmt.Sprintf("the adapter %s was not ready after %s: %s; if it only starts slowly, allow it more time", c.Adapter, c.StartTimeout, waitedFor(shaped))
	default:
		e.Message = fmt.Sprintf("no connection to the adapter %s: %s", c.Adapter, p.scrub(err.Error()))
	}
	e.Detail = p.lastLines()
	return e
}

func (p *process) notStarted() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

// ended reports an end that was the process's own, or somebody else's kill, and not ours.
func (p *process) ended() bool {
	p.mu.Lock()
	ours := p.ours
	p.mu.Unlock()
	return p.exited() && (p.exit() != "signal: killed" || !ours)
}

// killedHint says why a system may kill a program before it has done anything.
func killedHint(system, exit string) string {
	if system != "darwin" || exit != "signal: killed" {
		return ""
	}
	return "; macOS kills a program that was downloaded and is not signed, or was overwritten in place: look with `xattr PATH` for com.apple.quarantine, take it off with `xattr -d com.apple.quarantine PATH`, and install by host adapters install, which writes a new file"
}

func startAdvice(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound):
		return "there is no such file; check the path"
	case errors.Is(err, os.ErrPermission):
		return "it may not be executed; try chmod +x"
	}
	return err.Error()
}

func upgradeAdvice(version int) string {
	if version > ProtocolVersion {
		return "upgrade the host"
	}
	return "upgrade the adapter"
}

// handshakeVersion reads the contract's version out of a handshake line: core|version|network|...
func handshakeVersion(line string) (version int, shaped bool) {
	parts := strings.Split(line, "|")
	if len(parts) < 4 {
		return 0, false
	}
	if _, err := strconv.Atoi(parts[0]); err != nil {
		return 0, false
	}
	version, err := strconv.Atoi(parts[1])
	return version, err == nil
}
