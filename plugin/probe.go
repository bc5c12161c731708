package plugin

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// Probe starts a program and ends it again, to see that it is an adapter that this host can talk to.
// It is given no settings. Errors are those of Open.
func Probe(ctx context.Context, c Config) error {
	c = c.withDefaults()
	if len(c.Command) == 0 {
		return core.Invalid("adapter", "names no program to start")
	}
	s, err := start(ctx, c)
	if err != nil {
		return err
	}
	return s.stop()
}
