package plugin

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newTestLog gives a log that writes to out, and whose clock stands.
func newTestLog(out *bytes.Buffer) *adapterLog {
	same := func(s string) string { return s }
	handler := slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	return &adapterLog{to: slog.New(handler), scrub: same, ring: &ring{scrub: same}, now: func() time.Time { return time.Unix(1, 0) }}
}

func TestWhatIsReadOfALog(t *testing.T) {
	for name, row := range map[string]struct{ line, read string }{
		"text":            {"hello", `level=DEBUG msg=hello`},
		"record":          {`{"@level":"warn","@message":"x","n":7}`, `level=WARN msg=x n=7`},
		"other JSON":      {`{"level":3}`, `level=DEBUG msg="{\"level\":3}"`},
		"number":          {`{"@message":3}`, `level=DEBUG msg="{\"@message\":3}"`},
		"null":            {`{"@level":null,"@message":"x"}`, `level=DEBUG msg=x`},
		"spaces":          {` {"@level":"error","@message":"x"} `, `level=ERROR msg=x`},
		"panic":           {"panic: x", `level=DEBUG msg="panic: x"`},
		"level":           {"[ERROR] x", `level=ERROR msg="[ERROR] x"`},
		"a record's half": {`{"@level":"error","@message":"x`, `level=ERROR msg="{\"@level\":\"error\",\"@message\":\"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := newTestLog(&out)
			_, err := log.Write([]byte(row.line))
			require.NoError(t, err)
			log.end() // a last line may have no end
			require.Equal(t, row.read+"\n", out.String())
			require.Len(t, log.ring.lines(), 1)
		})
	}
}

func TestALongLineDoesNotHoldTheNext(t *testing.T) {
	var out bytes.Buffer
	log := newTestLog(&out)
	long := strings.Repeat("x", 3*maxLogLine+7)
	for _, piece := range []string{"before\n", long[:100], long[100:], "\nafter\n"} {
		_, err := log.Write([]byte(piece))
		require.NoError(t, err)
	}
	require.Equal(t, "level=DEBUG msg=before\nlevel=DEBUG msg=\""+long[:maxLogLine]+" [cut: a line has at most 32 KiB]\"\nlevel=DEBUG msg=after\n", out.String())
}

func TestLinesBeyondTheLimitAreCounted(t *testing.T) {
	var out bytes.Buffer
	log := newTestLog(&out)
	for n := range 2*mostLines + 1 {
		fmt.Fprintln(log, "line", n)
	}
	log.end()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, mostLines+1)
	require.Equal(t, `level=WARN msg="the adapter writes too much: lines of its log were dropped" lines=1001`, lines[mostLines])
	kept := log.ring.lines()
	require.Equal(t, "line 2000", kept[len(kept)-1], "an error may need what the log leaves out")
}
