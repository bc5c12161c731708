package sqlite

import (
	"path/filepath"
	"syscall"
)

// networkFileSystems are those on which locks and fsync are not what they are on a disk, by the
// number that the kernel gives them.
var networkFileSystems = map[int64]string{
	0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB2", 0x65735546: "FUSE", 0x01021997: "9P", 0x73757245: "Coda", 0x5346414f: "AFS",
}

func networkFileSystem(folder string) (name string, remote bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return "", false
	}
	name, remote = networkFileSystems[int64(uint32(s.Type))]
	return name, remote
}

// freeSpace is what an ordinary user may still write beside the file.
func freeSpace(path string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(filepath.Dir(path), &s) != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
