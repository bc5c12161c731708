package sqlite

import (
	"errors"
	"os"

	driver "modernc.org/sqlite"

	"github.com/sampan-go/sampan/core"
)

// ballastSize is room for some hundred outcomes: what was sent must still be recorded on a disk that
// somebody else has filled.
const ballastSize = 1 << 20

// takeBallast fills a file beside the journal with bytes that can be given up. A disk without room
// for it has none for a new write either, so a failure is no harm.
func (j *Journal) takeBallast() {
	if free, ok := freeSpace(j.path); ok && free < floor {
		return
	}
	path := j.path + ".ballast"
	if info, err := os.Stat(path); err == nil && info.Size() == ballastSize {
		return
	}
	if os.WriteFile(path, make([]byte, ballastSize), 0o600) != nil {
		_ = os.Remove(path) // a part of it would only look like one
	}
}

// dropBallast makes room; false if there was none to make. The next Open takes it again.
func (j *Journal) dropBallast() bool { return os.Remove(j.path+".ballast") == nil }

// isFull reports whether an error of the driver means that the disk took no more.
func isFull(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	return ok && (e.Code()&0xff == 13 || e.Code()&0xff == 10) // SQLITE_FULL; SQLITE_IOERR is what a full disk gives elsewhere
}

// begins reports whether a change leads to something being sent, and not from it.
func begins(i core.Intent) bool {
	return i.State == core.IntentSending || i.State == core.IntentReserved
}
