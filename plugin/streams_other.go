//go:build !unix || aix || solaris

package plugin

import "os"

// moveStdout does nothing here: only what goes through os.Stdout is kept from standard output. The
// host reads and drops the rest.
func moveStdout() (*os.File, bool) { return nil, false }
