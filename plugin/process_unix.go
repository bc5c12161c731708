//go:build unix

package plugin

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the adapter into a process group of its own: a signal to the host's group does not
// reach it, and it can be killed with its children.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends the process and its children. That it is gone already is no error.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// passesFiles says that a child can be given open files.
const passesFiles = true
