package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// largestProgram bounds what is copied.
const largestProgram = 512 << 20

// pinnedName is that of the copy, with the ending of the program.
const pinnedName = "adapter"

// pinnedCopy copies the program at path into a private folder while it adds up its SHA-256, and gives
// the copy only if the sum is the pinned one. The copy is what runs: whoever exchanges the file at path
// meanwhile exchanges nothing.
func pinnedCopy(path, folder, sum string) (string, error) {
	from, err := os.Open(path)
	if err != nil {
		return "", pinError(path, "cannot be read: "+err.Error())
	}
	defer func() { _ = from.Close() }() // it was only read
	copied := filepath.Join(folder, pinnedName+filepath.Ext(path))
	to, err := os.OpenFile(copied, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o500)
	if err != nil {
		return "", pinError(path, "cannot be copied: "+err.Error())
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, h), io.LimitReader(from, largestProgram+1))
	if err := errors.Join(err, to.Close()); err != nil {
		return "", pinError(path, "cannot be copied: "+err.Error())
	}
	if n > largestProgram {
		return "", pinError(path, "is larger than any adapter")
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != strings.ToLower(sum) {
		return "", pinError(path, "has the SHA-256 "+got+", but "+sum+" is pinned; it was exchanged or never installed. Look at it, then run host adapters upgrade")
	}
	return copied, nil
}

func pinError(path, why string) error {
	return &core.Error{Code: core.Denied, Outcome: core.NotDone, Field: "adapter", Message: path + " " + why}
}
