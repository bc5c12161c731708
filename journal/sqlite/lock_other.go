//go:build !unix

package sqlite

import "os"

// lockFile holds nothing here: the operator must see to it that one host at a time uses the file.
func lockFile(*os.File) error { return nil }
