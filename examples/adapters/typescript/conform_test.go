package typescript_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The command that an author proves an adapter with, on the built program, with the settings of the Go
// adapter of the same account. This small one does no refunds, so that level is not to be had.
func TestHostConform(t *testing.T) {
	program := filepath.Join(built(t), "adapter")
	host := filepath.Join(t.TempDir(), "host")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", host, "../../../cmd/host").CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.CommandContext(t.Context(), host, "conform", program, "--settings", "../../../testdata/conform/taobao.toml", "--output", "json").Output()
	require.NoError(t, err, "%s", out)
	var report struct {
		Results []struct{ Verdict string }
		Missing map[string]string
	}
	require.NoError(t, json.Unmarshal(out, &report))
	require.Greater(t, len(report.Results), 80)
	require.Equal(t, map[string]string{"refund": "refund is not offered"}, report.Missing)
}
