package plugin_test

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

// debugged starts this program as an author would, and gives the socket that it names.
func debugged(t *testing.T) (socket string, adapter *exec.Cmd) {
	t.Helper()
	adapter = exec.Command(os.Args[0], "serve", "--debug")
	var stderr lockedBuffer
	adapter.Stderr = &stderr
	require.NoError(t, adapter.Start())
	t.Cleanup(func() {
		_ = adapter.Process.Kill()
		_ = adapter.Wait() // it was killed, or waited for before
	})
	named := regexp.MustCompile(`fake = "unix:(/.*)"`)
	require.Eventually(t, func() bool { return named.MatchString(stderr.String()) }, 10*time.Second, 10*time.Millisecond)
	require.Contains(t, stderr.String(), "INSECURE")
	require.Contains(t, stderr.String(), "dlv attach")
	return named.FindStringSubmatch(stderr.String())[1], adapter
}

func TestAHostAttachesToAnAdapterUnderADebugger(t *testing.T) {
	leaveNothing(t)
	socket, adapter := debugged(t)
	for _, mode := range []string{"", "refused"} { // each host brings its own settings
		var out bytes.Buffer
		c := config("serve", mode)
		c.Logger = slog.New(slog.NewTextHandler(&out, nil))
		client, err := plugin.Attach(t.Context(), c, socket)
		require.NoError(t, err)
		require.Contains(t, out.String(), "INSECURE")
		_, err = create(client)
		require.Equal(t, mode == "", err == nil, "%v", err)
		require.NoError(t, client.Close())
	}
	c := config("serve", "")
	c.SHA256 = "00"
	_, err := plugin.Attach(t.Context(), c, socket)
	require.ErrorContains(t, err, "pinned")
	require.NoError(t, adapter.Process.Signal(os.Interrupt))
	require.NoError(t, adapter.Wait())
	_, err = plugin.Attach(t.Context(), config("serve", ""), socket)
	require.ErrorContains(t, err, "serve --debug")
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestASocketInAnOpenFolderIsNotAttached(t *testing.T) {
	leaveNothing(t)
	socket, _ := debugged(t)
	folder := strings.TrimSuffix(socket, "/debug.sock")
	require.NoError(t, os.Chmod(folder, 0o750))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	_, err := plugin.Attach(t.Context(), config("serve", ""), socket)
	require.ErrorContains(t, err, "other users")
	_, err = plugin.Attach(t.Context(), config("serve", ""), "debug.sock")
	require.ErrorContains(t, err, "absolute")
}

// A host that starts a program with these arguments gets what it always gets.
func TestUnderAHostNobodyServesInsecurely(t *testing.T) {
	c := config("serve", "")
	c.Command = []string{os.Args[0], "serve", "--debug"}
	client := open(t, c)
	require.NoError(t, listOn(t.Context(), client))
}
