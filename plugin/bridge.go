package plugin

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"

	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// bridge makes the logger that go-plugin wants out of the host's: lines of the adapter and of the
// runtime reach it with their level, without secrets.
func bridge(to *slog.Logger, scrub func(string) string) hclog.Logger {
	logger := hclog.NewInterceptLogger(&hclog.LoggerOptions{Output: io.Discard, Level: hclog.Trace})
	logger.RegisterSink(&sink{to, scrub})
	return logger
}

type sink struct {
	to    *slog.Logger
	scrub func(string) string
}

// Accept implements hclog.SinkAdapter.
func (s *sink) Accept(name string, level hclog.Level, message string, args ...any) {
	if name == "" || name == "stdio" {
		level = hclog.Debug // the runtime's own lines; what matters of them is in our errors
	}
	clean := make([]any, len(args))
	for i, arg := range args {
		clean[i] = s.clean(arg)
	}
	s.to.Log(context.Background(), slogLevel(level), wire.Text(s.scrub(message)), clean...)
}

// clean keeps numbers and truths, and makes everything else a text without secrets.
func (s *sink) clean(arg any) any {
	switch arg.(type) {
	case bool, int, int64, float64:
		return arg
	}
	return wire.Text(s.scrub(fmt.Sprint(arg)))
}

func slogLevel(l hclog.Level) slog.Level {
	switch {
	case l >= hclog.Error:
		return slog.LevelError
	case l == hclog.Warn:
		return slog.LevelWarn
	case l == hclog.Info:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}
