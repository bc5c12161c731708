package plugin

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatTheRuntimeReadsOfALog(t *testing.T) {
	for name, row := range map[string]struct{ line, read string }{
		"text":          {"hello", "hello"},
		"JSON":          {`{"@level":"info","@message":"x"}`, `{"@level":"info","@message":"x"}`},
		"other JSON":    {`{"level":3}`, `{"level":3}`},
		"number":        {`{"@message":3}`, `[DEBUG] {"@message":3}`},
		"null":          {`{"@level":null}`, `[DEBUG] {"@level":null}`},
		"spaces before": {` {"@timestamp":[]}`, `[DEBUG]  {"@timestamp":[]}`},
		"panic":         {"panic: x", "[ERROR] panic: x"},
		"fatal error":   {"fatal error: x", "[ERROR] fatal error: x"},
		"no line's end": {"last", "last"},
	} {
		t.Run(name, func(t *testing.T) {
			var kept []string
			read, err := io.ReadAll(newLogReader(strings.NewReader(row.line), func(line string) { kept = append(kept, line) }))
			require.NoError(t, err)
			require.Equal(t, row.read+"\n", string(read))
			require.Equal(t, []string{row.line}, kept)
		})
	}
}

func TestALongLineDoesNotHoldTheNext(t *testing.T) {
	long := strings.Repeat("x", 3*maxLogLine+7)
	read, err := io.ReadAll(newLogReader(strings.NewReader("before\n"+long+"\nafter\n"), func(string) {}))
	require.NoError(t, err)
	lines := strings.Split(string(read), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, []string{"before", long[:maxLogLine] + " [cut: too long]", "after", ""}, lines)
}

func TestLinesBeyondTheLimitAreCounted(t *testing.T) {
	var in bytes.Buffer
	for n := range 2*mostLogLines + 1 {
		fmt.Fprintln(&in, "line", n)
	}
	now, kept := time.Unix(1, 0), 0
	r := newLogReader(&in, func(string) { kept++ })
	r.limit.now = func() time.Time { return now }
	read, err := io.ReadAll(io.LimitReader(r, 1))
	require.NoError(t, err)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(read)+string(rest)), "\n")
	require.Len(t, lines, mostLogLines+1)
	require.Equal(t, "[WARN] 1001 lines of the adapter's log were left out: at most 1000 a second are taken", lines[mostLogLines])
	require.Equal(t, 2*mostLogLines+1, kept, "an error may need any of them")
}
