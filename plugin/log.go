package plugin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// maxLogLine bounds one line of log: longer ones would be cut up by the reader on the other side.
const maxLogLine = 32 << 10

// takeOverLog makes the default logs write lines whose level the host can read: log/slog, log, which
// then writes to it, and hclog.
func takeOverLog(stderr io.Writer) {
	slog.SetDefault(slog.New(&lineHandler{mu: new(sync.Mutex), out: stderr}))
	hclog.SetDefault(hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: stderr, JSONFormat: true}))
}

// hclogTime is the one form of time by which the host knows a line of log from a line of text.
const hclogTime = "2006-01-02T15:04:05.000000Z07:00"

// lineHandler writes JSON lines in hclog's form: @level, @message, @timestamp.
type lineHandler struct {
	mu     *sync.Mutex
	out    io.Writer
	prefix string
	attrs  []slog.Attr
}

func (h *lineHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	r.Level, r.Message = levelInText(r.Level, r.Message)
	line := map[string]any{}
	for _, a := range h.attrs {
		put(line, "", a)
	}
	r.Attrs(func(a slog.Attr) bool {
		put(line, h.prefix, a)
		return true
	})
	stamp := func(message string) {
		line["@level"], line["@message"], line["@timestamp"] = levelName(r.Level), message, r.Time.Format(hclogTime)
	}
	stamp(r.Message)
	text, err := json.Marshal(line)
	if err != nil || len(text) > maxLogLine {
		clear(line)
		stamp(strings.ToValidUTF8(short(r.Message, maxLogLine/8), "") + " [cut: too long, attributes left out]")
		text, _ = json.Marshal(line)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, _ = h.out.Write(append(text, '\n')) // a log that nobody reads must not stop the adapter
	return nil
}

func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	more.attrs = append([]slog.Attr{}, h.attrs...)
	for _, a := range attrs {
		a.Key = h.prefix + a.Key
		more.attrs = append(more.attrs, a)
	}
	return &more
}

func (h *lineHandler) WithGroup(name string) slog.Handler {
	more := *h
	if name != "" {
		more.prefix += name + "."
	}
	return &more
}

// put writes an attribute, and those of a group one by one.
func put(line map[string]any, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() != slog.KindGroup {
		if a.Key != "" {
			line[prefix+a.Key] = printable(v)
		}
		return
	}
	if a.Key != "" {
		prefix += a.Key + "."
	}
	for _, member := range v.Group() {
		put(line, prefix, member)
	}
}

// printable keeps whole numbers and truths; anything else is the text that a person would see.
func printable(v slog.Value) any {
	switch v.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindBool:
		return v.Any()
	}
	return v.String()
}

// levelInText reads the level that users of package log write before their text, as in "[WARN] late".
func levelInText(level slog.Level, message string) (slog.Level, string) {
	word, rest, found := strings.Cut(message, "] ")
	if !found || level != slog.LevelInfo {
		return level, message
	}
	switch word {
	case "[TRACE", "[DEBUG":
		return slog.LevelDebug, rest
	case "[INFO":
		return slog.LevelInfo, rest
	case "[WARN":
		return slog.LevelWarn, rest
	case "[ERROR", "[ERR":
		return slog.LevelError, rest
	}
	return level, message
}

func levelName(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "error"
	case l >= slog.LevelWarn:
		return "warn"
	case l >= slog.LevelInfo:
		return "info"
	}
	return "debug"
}

func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most]
}
