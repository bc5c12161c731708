package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// folder is the private place of one start: the adapter's socket, and its pinned copy. Its owner holds
// a lock on it, which ends with the owner however that comes about.
type folder struct {
	path string
	lock *os.File
}

// longestFolder leaves room for the socket's own name: the path of a Unix socket has at most 104
// bytes on some systems, and longer ones fail with a message about something else.
const longestFolder = 48

// newFolder makes the folder of a start, after it has removed those whose owners are dead.
func newFolder() (*folder, error) {
	parent := os.TempDir()
	if len(parent) > longestFolder {
		parent = "/tmp"
	}
	removeAbandoned(parent)
	for range 10 { // another start may take a new folder for an abandoned one before it is locked
		path, err := os.MkdirTemp(parent, "sampan-run")
		if err != nil {
			return nil, err
		}
		lock, err := lockFolder(path)
		if err != nil && !errors.Is(err, errLocked) && !errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(path) // it was of no use
			return nil, err
		}
		if err == nil && isThere(path, lock) {
			return &folder{path, lock}, nil
		}
		unlock(lock)
	}
	return nil, fmt.Errorf("no folder in %s stays; is something removing them?", parent)
}

var errLocked = errors.New("somebody else holds it")

// isThere reports whether path is still the folder that was locked.
func isThere(path string, lock *os.File) bool {
	if lock == nil {
		return true
	}
	now, err := os.Lstat(path)
	locked, lockErr := lock.Stat()
	return err == nil && lockErr == nil && os.SameFile(now, locked)
}

func (f *folder) remove() {
	_ = os.RemoveAll(f.path) // a folder that stays behind is private, and the next start finds it
	unlock(f.lock)
	f.lock = nil
}

func unlock(lock *os.File) {
	if lock != nil {
		_ = lock.Close() // it was never written
	}
}

var (
	ours    = regexp.MustCompile(`^sampan-run[0-9]+$`)
	sockets = regexp.MustCompile(`^plugin-dir[0-9]+$`)
)

// removeAbandoned removes the folders of hosts that were killed. It is careful: in a place that all
// share, a name is no proof, so only what a host makes is removed from a folder that is this user's,
// closed to others and held by nobody.
func removeAbandoned(parent string) {
	entries, _ := os.ReadDir(parent) // where nothing can be read, nothing can be removed
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || !ours.MatchString(entry.Name()) || info.Mode().Perm() != 0o700 || !ownedByUs(info) {
			continue
		}
		path := filepath.Join(parent, entry.Name())
		if lock, err := lockFolder(path); err == nil && lock != nil {
			removeWhatHostsMake(path)
			unlock(lock)
		}
	}
}

// removeWhatHostsMake removes sockets in their folder, the pinned copy, and then what is empty.
func removeWhatHostsMake(path string) {
	entries, _ := os.ReadDir(path)
	for _, entry := range entries {
		inner := filepath.Join(path, entry.Name())
		switch {
		case entry.Type().IsRegular() && strings.TrimSuffix(entry.Name(), filepath.Ext(entry.Name())) == pinnedName:
			_ = os.Remove(inner) // what cannot be removed stays for the next start
		case entry.Type() == fs.ModeSocket && entry.Name() == debugSocket:
			_ = os.Remove(inner)
		case entry.IsDir() && sockets.MatchString(entry.Name()):
			left, _ := os.ReadDir(inner)
			for _, socket := range left {
				if socket.Type() == fs.ModeSocket {
					_ = os.Remove(filepath.Join(inner, socket.Name()))
				}
			}
			_ = os.Remove(inner)
		}
	}
	_ = os.Remove(path)
}

// checkAddress refuses a handshake that leads anywhere but to a socket below the folder: the host would
// connect to whatever a stranger names.
func checkAddress(folder, network, address string) error {
	if !passesSockets && network == "tcp" {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return fmt.Errorf("its handshake leads to %q, which is not this machine", short(address, 200))
		}
		return nil
	}
	if network != "unix" {
		return fmt.Errorf("its handshake leads to %s %q, and not to a socket in the folder made for it (PLUGIN_UNIX_SOCKET_DIR)", short(network, 20), short(address, 200))
	}
	below, err := filepath.Rel(folder, address)
	if err != nil || !filepath.IsLocal(below) || !filepath.IsAbs(address) || filepath.Clean(address) != address {
		return fmt.Errorf("its handshake leads to %q, which is not in the folder made for it (PLUGIN_UNIX_SOCKET_DIR)", short(address, 200))
	}
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(address)
	if err != nil {
		return fmt.Errorf("its handshake leads to a socket that is not there: %w", err)
	}
	info, err := os.Lstat(real)
	if err != nil || real != filepath.Join(root, below) || info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("its handshake leads to %q, which is no socket", short(address, 200))
	}
	return nil
}
