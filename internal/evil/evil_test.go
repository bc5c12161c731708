package evil

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The roles in which this binary starts itself.
const (
	hostRole    = "evil-host"
	adapterRole = "evil-adapter"
)

// token is the variable by which the processes of one case are found.
const token = "SAMPAN_EVIL_CASE"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == hostRole {
		var names []string
		_ = json.Unmarshal([]byte(os.Args[2]), &names) // our own writing
		fmt.Println(written(hostProcess(names)))
		os.Exit(0)
	}
	if len(os.Args) == 3 && os.Args[1] == adapterRole {
		r := rowNamed(os.Args[2])
		r.adapter(newActor(r))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mostGrown is how much more memory a host may take for one hostile adapter, in KiB.
const mostGrown = 32 << 10

// atOnce is how many cases run beside each other: most of them wait.
const atOnce = 12

// TestHostileAdapters lets a host meet every adapter. Its callers get what the row says; and in every
// case the host lives, leaves nothing, takes little memory, and shows nobody a secret or a character
// that moves a terminal's cursor.
func TestHostileAdapters(t *testing.T) {
	all := rows()
	meetings := meetAll(t, all)
	for i, r := range all {
		t.Run(r.name, func(t *testing.T) {
			require.NoError(t, meetings[i].err)
			check(t, r, meetings[i].report)
		})
	}
	t.Logf("%d cases\n%s", len(all), table(all, meetings))
}

// meeting is what came of one case.
type meeting struct {
	report report
	err    error // the host died, or left processes
}

// meetAll runs the cases beside each other: most of them wait most of the time.
func meetAll(t *testing.T, all []row) []meeting {
	meetings := make([]meeting, len(all))
	next := make(chan []int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for batch := range next {
				meetBatch(t, all, batch, meetings)
			}
		})
	}
	for _, batch := range batches(all) {
		next <- batch
	}
	close(next)
	workers.Wait()
	return meetings
}

// perHost is how many adapters a host meets, one after the other, where none of them takes long: the
// start of a host costs more than the meeting.
const perHost = 8

func batches(all []row) (of [][]int) {
	for i, r := range all {
		last := len(of) - 1
		quick := r.group == "read" || r.group == "write" || r.group == "handshake"
		if quick && last >= 0 && len(of[last]) < perHost && all[of[last][0]].group == r.group {
			of[last] = append(of[last], i)
		} else {
			of = append(of, []int{i})
		}
	}
	return of
}

// meetBatch gives the cases of a host that died a host each, to see which one it was.
func meetBatch(t *testing.T, all []row, batch []int, meetings []meeting) {
	var names []string
	for _, i := range batch {
		names = append(names, all[i].name)
	}
	reports, err := meet(t, names)
	for n, i := range batch {
		switch {
		case err == nil:
			meetings[i].report = reports[n]
		case len(batch) > 1:
			meetBatch(t, all, []int{i}, meetings)
		default:
			meetings[i].err = err
		}
	}
}

// meet lets a host process meet the adapters of some rows.
func meet(t *testing.T, names []string) (got []report, err error) {
	parent, err := os.MkdirTemp("/tmp", "ev") // short: it holds sockets
	if err != nil {
		return got, err
	}
	defer os.RemoveAll(parent)
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	host := exec.CommandContext(ctx, os.Args[0], hostRole, written(names))
	private := filepath.Join(parent, "h")
	if err := os.Mkdir(private, 0o700); err != nil {
		return got, err
	}
	host.Env = []string{"TMPDIR=" + private, token + "=" + parent, "GORACE=atexit_sleep_ms=0"}
	var stderr bytes.Buffer
	host.Stderr = &stderr
	out, err := host.Output()
	if err != nil || stderr.Len() > 0 {
		return got, fmt.Errorf("the host must live, and write nothing to its own standard error: %w: %s", err, stderr.String())
	}
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(names) {
		return got, fmt.Errorf("no report of %d cases: %w: %.200q", len(names), err, out)
	}
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := processes(token + "=" + parent)
		if len(left) == 0 {
			return got, nil
		}
		if time.Now().After(end) {
			return got, fmt.Errorf("processes are left: %v", left)
		}
	}
}

// check holds a report to its row and to the rules of every row.
func check(t *testing.T, r row, got report) {
	want := unrepeated(r.want)
	if slices.Equal(got.Got, r.or) {
		want = r.or
	}
	assert.Equal(t, want, got.Got, "what the calls came to: %s", strings.Join(got.Texts, "\n"))
	assert.Empty(t, got.Broken)
	assert.LessOrEqual(t, got.Took, r.most)
	if !underRace {
		assert.LessOrEqual(t, got.Grown, mostGrown, "KiB")
	}
	assert.LessOrEqual(t, got.LogBytes, 4<<20, "a log that fills the host's disk")
	all := strings.Join(got.Texts, "\n")
	for _, word := range r.says {
		assert.Contains(t, all, word)
	}
	assert.NotContains(t, all, secret)
	for _, text := range got.Texts {
		at := strings.IndexFunc(text, forbidden)
		assert.Negative(t, at, "a character that moves a terminal's cursor or turns its text, in %.200q", text[max(0, at-20):])
	}
}

// forbidden characters move a terminal's cursor or turn its text; the lines of a log end in one that
// does not count.
func forbidden(c rune) bool {
	return c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c))
}

// processes finds those that have a variable in their environment.
func processes(variable string) (pids []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		environment, err := os.ReadFile(path)
		if err == nil && bytes.Contains(environment, []byte(variable)) {
			pids = append(pids, filepath.Base(filepath.Dir(path)))
		}
	}
	return pids
}

func table(all []row, meetings []meeting) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "group\tmemory\ttook\tcase\twhat the callers got")
	for i, r := range all {
		got := meetings[i].report
		fmt.Fprintf(w, "%s\t%.1f MiB\t%s\t%s\t%s\n", r.group, float64(got.Grown)/1024, got.Took.Round(10*time.Millisecond), r.name, strings.Join(got.Got, ", "))
	}
	_ = w.Flush() // to memory
	return out.String()
}

func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "it has no JSON form: " + err.Error()
	}
	return string(text)
}
