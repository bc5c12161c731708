//go:build unix && !aix && !solaris

package plugin

import (
	"os"
	"syscall"
)

// moveStdout makes file number 1 standard error, and gives the file that it was before. Children do
// not inherit that one.
func moveStdout() (kept *os.File, ok bool) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	number, err := syscall.Dup(1)
	if err != nil {
		return nil, false
	}
	syscall.CloseOnExec(number)
	if err := dup2(2, 1); err != nil {
		_ = syscall.Close(number) // it was not used
		return nil, false
	}
	return os.NewFile(uintptr(number), "stdout"), true
}
