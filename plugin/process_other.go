//go:build !unix

package plugin

import (
	"io/fs"
	"os"
	"os/exec"
)

// ownGroup does nothing here: children of an adapter are not ended with it on this system.
func ownGroup(*exec.Cmd) {}

// killGroup ends the process alone.
func killGroup(p *os.Process) { _ = p.Kill() }

// passesFiles: here a child gets no open files, so an adapter notices only by its connections that its
// host was killed. passesSockets: adapters are reached by TCP on this machine, and the permissions of a
// folder say nothing.
const (
	passesFiles   = false
	passesSockets = false
)

// lockFolder takes no lock: folders of hosts that were killed stay.
func lockFolder(string) (*os.File, error) { return nil, nil }

func ownedByUs(fs.FileInfo) bool { return false }
