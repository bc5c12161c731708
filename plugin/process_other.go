//go:build !unix

package plugin

import (
	"os"
	"os/exec"
)

// ownGroup does nothing here: children of an adapter are not ended with it on this system.
func ownGroup(*exec.Cmd) {}

// killGroup ends the process alone.
func killGroup(p *os.Process) { _ = p.Kill() }

// passesFiles: here a child gets no open files, so an adapter outlives a host that is killed.
const passesFiles = false
