package plugin_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func ownSum(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	sum := sha256.Sum256(program)
	return hex.EncodeToString(sum[:])
}

func TestAPinnedProgramRunsFromItsOwnCopy(t *testing.T) {
	c := config("serve", "ok")
	c.SHA256 = ownSum(t)
	_, err := create(open(t, c))
	require.NoError(t, err)
	client := open(t, c) // a second start of the same configuration
	_, err = create(client)
	require.NoError(t, err)
	runs, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", client.PID()))
	if err == nil { // only Linux tells
		require.NotEqual(t, os.Args[0], runs, "the copy that was verified is what runs")
	}
}

func TestAProgramWithAnotherSumIsNotStarted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	c := config("serve", "ok")
	c.SHA256 = strings.Repeat("00", 32)
	_, err := plugin.Open(context.Background(), c)
	require.ErrorIs(t, err, core.Denied)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	require.ErrorContains(t, err, ownSum(t))
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left, "nothing stays behind")
}

func TestAProbeSaysWhetherAProgramIsAnAdapter(t *testing.T) {
	leaveNothing(t)
	require.NoError(t, plugin.Probe(context.Background(), config("serve", "ok")))
	err := plugin.Probe(context.Background(), plugin.Config{Command: []string{"/bin/true"}})
	require.ErrorIs(t, err, core.Unavailable)
}
