// Package typescript_test builds the adapter in TypeScript and runs it as a host does: as a process of
// its own, with node. Start reading here; suite_test.go holds the behaviour that every adapter owes,
// process_test.go what serve.ts owes, same_test.go the Go adapter of the same gateway beside it.
package typescript_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == dyingHost {
		beAHost(os.Args[2:])
	}
	code := m.Run()
	if work != "" {
		_ = os.RemoveAll(work) // what was built in it was for this run
	}
	os.Exit(code)
}

// work is the folder in which the adapter is built; this folder stays as it is.
var work string

// notRun is why nothing could be built on this machine, through no fault of the sources.
type notRun string

func (n notRun) Error() string { return string(n) }

var build = sync.OnceValue(func() error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return notRun("there is no " + program + ": install Node.js 20 or later with npm")
		}
	}
	var err error
	if work, err = os.MkdirTemp("", "sampan-typescript-"); err != nil {
		return err
	}
	if err := copySources(); err != nil {
		return err
	}
	if out, err := run(work, "npm", "ci", "--prefer-offline"); err != nil && !linkPackages() {
		return notRun(fmt.Sprintf("the packages cannot be installed (npm ci: %v):\n%s", err, out))
	}
	if out, err := run(work, "npm", "run", "build"); err != nil {
		return fmt.Errorf("npm run build: %w:\n%s", err, out)
	}
	return nil
})

func copySources() error {
	for _, folder := range []string{"src", "proto"} {
		if err := os.CopyFS(filepath.Join(work, folder), os.DirFS(folder)); err != nil {
			return err
		}
	}
	for _, file := range []string{"package.json", "package-lock.json", "tsconfig.json", ".npmrc"} {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(work, file), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// linkPackages takes the packages that an author has installed here, where the registry is out of reach.
func linkPackages() bool {
	installed, err := filepath.Abs("node_modules")
	if err != nil {
		return false
	}
	if _, err := os.Stat(installed); err != nil {
		return false
	}
	_ = os.RemoveAll(filepath.Join(work, "node_modules")) // what npm may have begun
	return os.Symlink(installed, filepath.Join(work, "node_modules")) == nil
}

func run(folder, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = folder
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	return string(out), err
}

// built gives the folder with the programs.
func built(t *testing.T) string {
	t.Helper()
	err := build()
	if reason, ok := errors.AsType[notRun](err); ok {
		t.Skip("NOT RUN: " + string(reason))
	}
	require.NoError(t, err)
	return filepath.Join(work, "dist")
}

var allEndpoints = map[string]string{"list": "GET /open/order/page", "detail": "GET /open/order/detail/get", "pay": "POST /open/order/pay", "cancel": "POST /open/order/cancel"}

type table map[string]any

// settingsFor are those of the sandbox's account, with more over them.
func settingsFor(baseURL string, more table) json.RawMessage {
	all := table{"base_url": baseURL, "access_key": sandbox.DefaultAccessKey, "access_secret": sandbox.DefaultAccessSecret,
		"user_id": sandbox.DefaultUserID, "allow_private": true, "expired_codes": []string{fmt.Sprint(sandbox.CodeExpired)}, "endpoints": allEndpoints}
	for name, value := range more {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return text
}

func startSandbox(t *testing.T) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// open starts the adapter by its launcher, as an operator's configuration names it.
func open(t *testing.T, settings json.RawMessage) *plugin.Client {
	t.Helper()
	return openProgram(t, settings, filepath.Join(built(t), "adapter"))
}

func openProgram(t *testing.T, settings json.RawMessage, command ...string) *plugin.Client {
	t.Helper()
	client, err := plugin.Open(t.Context(), config(settings, slog.New(slog.DiscardHandler), command...))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func config(settings json.RawMessage, log *slog.Logger, command ...string) plugin.Config {
	return plugin.Config{Account: "suite", Adapter: "taobao-typescript", Command: command, Settings: settings, Logger: log}
}

func attempt() core.Attempt {
	now := time.Now().UTC().Truncate(time.Millisecond)
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

// purchase is the request of the seed create-order-taobao.
func purchase() core.CreateOrderRequest {
	var r core.CreateOrderRequest
	text, err := os.ReadFile("../../../cmd/host/demo/taobao.json")
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		panic(err)
	}
	r.MaxTotal, r.Attempt = money.Amount{}, attempt()
	return r
}

// The host's contract is in plugin/proto; the folder that an author copies has its own copy.
func TestTheContractIsTheHosts(t *testing.T) {
	const own, hosts = "proto/sampan/v1/adapter.proto", "../../../plugin/proto/sampan/v1/adapter.proto"
	want, err := os.ReadFile(hosts)
	require.NoError(t, err)
	got, err := os.ReadFile(own)
	require.NoError(t, err)
	require.True(t, bytes.Equal(got, want), "%s differs from the host's contract: cp %s %s", own, hosts, own)
}

func TestTheLockFileNamesNoRegistry(t *testing.T) {
	text, err := os.ReadFile("package-lock.json")
	require.NoError(t, err)
	require.NotContains(t, string(text), `"resolved"`, "packages are pinned by their sums; where they come from is each machine's own")
	require.Contains(t, string(text), `"integrity"`)
}

// TestNode runs the tests that are written in TypeScript: certificate, JSON, settings, signature, wire.
func TestNode(t *testing.T) {
	built(t)
	vectors, err := filepath.Abs("../../../testdata/signing/pandapon.json")
	require.NoError(t, err)
	t.Setenv("SAMPAN_SIGNING_VECTORS", vectors)
	out, err := run(work, "npm", "test")
	require.NoError(t, err, out)
	require.Contains(t, out, "# fail 0")
	require.Contains(t, out, "# skipped 0")
}
