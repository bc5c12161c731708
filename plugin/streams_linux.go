package plugin

import "syscall"

// dup2 is dup3 here: not every processor has the older call.
func dup2(from, to int) error { return syscall.Dup3(from, to, 0) }
