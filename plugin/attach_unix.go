//go:build unix

package plugin

import (
	"io/fs"
	"os"
	"syscall"
)

// privateSockets says that a socket can lie where other users do not get.
const privateSockets = true

func ownedByUs(file fs.FileInfo) bool {
	stat, ok := file.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
