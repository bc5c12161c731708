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
	"regexp"
	"strings"
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

// notRun is why nothing can be built on this machine, through no fault of the sources.
type notRun string

func (n notRun) Error() string { return string(n) }

// build compiles the sources as they are now, so that a dist of earlier ones proves nothing by mistake. It
// takes the packages that `npm ci` put into this folder, and asks no registry.
var build = sync.OnceValue(func() error {
	if why := missing(); why != "" {
		return notRun(why)
	}
	var err error
	if work, err = os.MkdirTemp("", "sampan-typescript-"); err != nil {
		return err
	}
	if err := copySources(); err != nil {
		return err
	}
	installed, err := filepath.Abs("node_modules")
	if err != nil {
		return err
	}
	if err := os.Symlink(installed, filepath.Join(work, "node_modules")); err != nil {
		return err
	}
	if out, err := run(work, "npm", "run", "build"); err != nil {
		return fmt.Errorf("npm run build: %w:\n%s", err, out)
	}
	return nil
})

const install = "run npm ci in examples/adapters/typescript"

// missing says what this machine lacks.
func missing() string {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return "there is no " + program + ": install Node.js 20 or later with npm, and " + install
		}
	}
	version, err := run(".", "node", "--version")
	var major int
	if _, scanErr := fmt.Sscanf(version, "v%d.", &major); err != nil || scanErr != nil || major < 20 {
		return "node is " + strings.TrimSpace(version) + ": install Node.js 20 or later, and " + install
	}
	wanted, err := packages("package-lock.json")
	if err != nil {
		return err.Error()
	}
	installed, err := packages("node_modules/.package-lock.json")
	if err != nil {
		return "the packages are not installed: " + install
	}
	for name, sum := range installed { // a package for another platform is wanted and not installed
		if wanted[name] != sum {
			return name + " is not the one of package-lock.json: " + install
		}
	}
	return ""
}

// packages reads the sums of a lock file's packages.
func packages(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	sums := map[string]string{}
	for name, one := range lock.Packages {
		sums[name] = one.Integrity
	}
	return sums, nil
}

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
	client := start(t, settings, slog.New(slog.DiscardHandler), command...)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// start leaves the end of the adapter to the test. One that does not start says why in its last lines.
func start(t *testing.T, settings json.RawMessage, log *slog.Logger, command ...string) *plugin.Client {
	t.Helper()
	client, err := plugin.Open(t.Context(), config(settings, log, command...))
	if e, ok := errors.AsType[*core.Error](err); ok {
		t.Log(strings.Join(e.Detail, "\n"))
	}
	require.NoError(t, err)
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

// serve.ts says which minor version it speaks; a newer copy of the contract alone does not change that.
func TestItSpeaksTheVersionOfItsContract(t *testing.T) {
	text, err := os.ReadFile("proto/sampan/v1/adapter.proto")
	require.NoError(t, err)
	said := regexp.MustCompile(`This is minor version (\d+)\.`).FindSubmatch(text)
	require.NotNil(t, said)
	contract, err := fake(t, "").Contract(t.Context())
	require.NoError(t, err)
	require.Equal(t, plugin.ProtocolVersion, contract.Major)
	require.Equal(t, string(said[1]), fmt.Sprint(contract.Minor), "contractMinor of src/serve.ts")
}

func TestTheLockFileNamesNoRegistry(t *testing.T) {
	text, err := os.ReadFile("package-lock.json")
	require.NoError(t, err)
	require.NotContains(t, string(text), `"resolved"`, "packages are pinned by their sums; where they come from is each machine's own")
	require.Contains(t, string(text), `"integrity"`)
}

// TestNode runs the tests that are written in TypeScript.
func TestNode(t *testing.T) {
	built(t)
	vectors, err := filepath.Abs("../../../testdata/signing/pandapon.json")
	require.NoError(t, err)
	t.Setenv("SAMPAN_SIGNING_VECTORS", vectors)
	tests, err := filepath.Glob(filepath.Join(work, "dist", "test", "*.test.js"))
	require.NoError(t, err)
	require.Len(t, tests, 4)
	out, err := run(work, "node", append([]string{"--test", "--test-reporter=tap"}, tests...)...)
	require.NoError(t, err, out)
	require.Contains(t, out, "# skipped 0")
}
