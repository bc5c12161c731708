//go:build !linux

package sqlite

// networkFileSystem cannot tell here: the operator must see to it that the disk is a local one.
func networkFileSystem(string) (name string, remote bool) { return "", false }

// freeSpace is not known here, so no floor is held.
func freeSpace(string) (free uint64, known bool) { return 0, false }
