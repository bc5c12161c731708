package typescript_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The command that an author proves an adapter with, on the built program and on the Go adapter of the same
// gateway, with one file of settings: it earns the same levels. The small one does no refunds, and says so.
func TestHostConform(t *testing.T) {
	program := filepath.Join(built(t), "adapter")
	host := filepath.Join(t.TempDir(), "host")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", host, "../../../cmd/host").CombinedOutput()
	require.NoError(t, err, "%s", out)
	reports := make(chan report)
	for _, adapter := range []string{"taobao", program} {
		go func() { reports <- conform(host, adapter) }()
	}
	byName := map[string]report{}
	for range 2 {
		r := <-reports
		require.NoError(t, r.err, "%s", r.out)
		byName[r.Description.Adapter] = r
	}
	goes, typ := byName["taobao"], byName["taobao-typescript"]
	require.Greater(t, len(typ.Results), 80)
	require.NotContains(t, goes.Missing, "refund")
	want := map[string]string{"refund": "refund is not offered"}
	maps.Copy(want, goes.Missing)
	require.Equal(t, want, typ.Missing)
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
	r.out, r.err = exec.Command(host, "conform", adapter, "--settings", "../../../testdata/conform/taobao.toml", "--output", "json").Output()
	if e, failed := errors.AsType[*exec.ExitError](r.err); failed {
		r.out = append(r.out, e.Stderr...)
	}
	if r.err == nil {
		r.err = json.Unmarshal(r.out, &r)
	}
	return r
}
