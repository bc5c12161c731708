package plugin

import (
	"context"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"
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
		if text, ok := arg.(string); ok {
			arg = s.scrub(text)
		}
		clean[i] = arg
	}
	s.to.Log(context.Background(), slogLevel(level), s.scrub(message), clean...)
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
