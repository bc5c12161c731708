package python_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The command that an author proves an adapter with, on the program as it lies here and on the Go adapter of
// the same gateway, with one file of settings: they earn the same levels. The gateway has no refunds.
func TestHostConform(t *testing.T) {
	if interpreter := python(t); interpreter != "/usr/bin/python3" {
		t.Skip("NOT RUN: /usr/bin/python3 lacks the modules that " + interpreter + " has; the host starts adapter.py without a PATH, so it is the one that runs")
	}
	host := filepath.Join(t.TempDir(), "host")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", host, "../../../cmd/host").CombinedOutput()
	require.NoError(t, err, "%s", out)
	reports := make(chan report)
	for _, adapter := range []string{"dajisaas", "./adapter.py"} {
		go func() { reports <- conform(host, adapter) }()
	}
	byName := map[string]report{}
	for range 2 {
		r := <-reports
		require.NoError(t, r.err, "%s", r.out)
		byName[r.Description.Adapter] = r
	}
	goes, py := byName["dajisaas"], byName["dajisaas-python"]
	require.Greater(t, len(py.Results), 100)
	require.Equal(t, map[string]string{"refund": "refund is not offered"}, py.Missing)
	require.Equal(t, goes.Missing, py.Missing)
	require.Len(t, py.Results, len(goes.Results), "the same rules are run on both")
}

// report is what host conform says with --output json.
type report struct {
	Description struct{ Adapter string }
	Results     []struct{ Verdict string }
	Missing     map[string]string

	out []byte
	err error
}

func conform(host, adapter string) (r report) {
	r.out, r.err = exec.Command(host, "conform", adapter, "--settings", "../../../testdata/conform/dajisaas.toml", "--output", "json").Output()
	if e, failed := errors.AsType[*exec.ExitError](r.err); failed {
		r.out = append(r.out, e.Stderr...)
	}
	if r.err == nil {
		r.err = json.Unmarshal(r.out, &r)
	}
	return r
}
