// Package plugintest connects an adapter to a host's client over real gRPC without a process, so
// that an author's tests see what the process boundary does to every call. It imports core and
// plugin.
package plugintest

import (
	"testing"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

// Connect serves a and gives the host's end of it. Both end with the test.
func Connect(t testing.TB, a core.Adapter) *plugin.Client {
	t.Helper()
	client, err := plugin.Loopback(a)
	if err != nil {
		t.Fatalf("plugintest: %v", err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("plugintest: close: %v", err)
		}
	})
	return client
}
