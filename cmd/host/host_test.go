package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/lockfile"
)

// TestMain lets this test's executable be the host, also when the host starts itself again as an
// adapter.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "adapter" || os.Args[1] == hostMarker) {
		args := os.Args[1:]
		if args[0] == hostMarker {
			args = args[1:]
		}
		os.Exit(run(args))
	}
	// A copy of it under these names is an adapter that a stranger built.
	if name := filepath.Base(os.Args[0]); len(os.Args) == 1 && (name == "adapter" || name == "adapter-tea") {
		plugin.Serve(builtins["dajisaas"])
		return
	}
	if defect, ok := strings.CutPrefix(filepath.Base(os.Args[0]), brokenPrefix); ok && len(os.Args) == 1 {
		serveBroken(defect)
		return
	}
	testscript.Main(m, map[string]func(){"host": func() { os.Exit(run(os.Args[1:])) }, "rubbish": func() { fmt.Println("hello, I am no adapter") },
		"other-version": func() { fmt.Println("1|9|unix|/nowhere|grpc|"); time.Sleep(5 * time.Second) }})
}

const hostMarker = "host-under-test"

// TestScripts runs testdata/script: the program as a person uses it, each script with offline
// gateways of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			server, err := sandbox.Start("127.0.0.1:0", sandbox.Options{Preload1688: true})
			if err != nil {
				return err
			}
			env.Defer(func() { _ = server.Close() })
			env.Values[serverKey{}] = server
			orders, err := filepath.Abs("../../testdata/orders")
			if err != nil {
				return err
			}
			env.Setenv("ORDERS", orders)
			env.Setenv("NO_COLOR", "1")
			self, err := os.Executable()
			if err != nil {
				return err
			}
			env.Setenv("TEA", self)
			env.Setenv("PLATFORM", lockfile.Platform())
			conform, err := filepath.Abs("../../testdata/conform")
			if err != nil {
				return err
			}
			env.Setenv("CONFORM", conform)
			if err := writeFiles(env.WorkDir, sandboxVariants(server)); err != nil {
				return err
			}
			programs, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
			return writeFiles(env.WorkDir, map[string]string{
				"sampan.toml":  sandboxConfig(server),
				"limited.toml": sandboxConfig(server) + "\n[accounts.cn.limits]\nmax_order = \"100.00 CNY\"\nmax_day = \"500.00 CNY\"\n[journal]\ndsn = \"limited.db\"\n",
				// another journal: what a host without this one's memory would do
				"other.toml":   "[journal]\ndsn = \"other.db\"\n" + sandboxConfig(server),
				"rubbish.toml": fmt.Sprintf("[accounts.a]\nadapter = %q\n", filepath.Join(programs, "rubbish")),
				"version.toml": fmt.Sprintf("[accounts.a]\nadapter = %q\n", filepath.Join(programs, "other-version")),
			})
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fault": func(ts *testscript.TestScript, _ bool, args []string) {
				server(ts).Script(sandbox.Rule{Path: args[0], Fault: sandbox.Fault(args[1])})
			},
			"seller": func(ts *testscript.TestScript, _ bool, args []string) {
				acts := map[string]func(string) error{"ship": server(ts).Ship, "deliver": server(ts).Deliver,
					"scan": func(id string) error { return server(ts).Scan(id, "到达", "杭州") }}
				ts.Check(acts[args[0]](args[1]))
			},
			"price": func(ts *testscript.TestScript, _ bool, args []string) {
				fen, err := strconv.ParseInt(args[1], 10, 64)
				ts.Check(err)
				ts.Check(server(ts).SetTotal(args[0], fen))
			},
			"effects": func(ts *testscript.TestScript, _ bool, args []string) {
				if got := fmt.Sprint(len(server(ts).Effects())); got != args[0] {
					ts.Fatalf("the gateway had %s effects, want %s", got, args[0])
				}
			},
			"requests": func(ts *testscript.TestScript, _ bool, args []string) {
				if got := fmt.Sprint(len(server(ts).Log())); got != args[0] {
					ts.Fatalf("the gateway saw %s requests, want %s", got, args[0])
				}
			},
			// status CODE PROGRAM ARGS: the program must end with exactly this exit code.
			"status": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				got := 0
				if err != nil {
					exit, ok := err.(*exec.ExitError)
					if !ok {
						ts.Fatalf("%v", err)
					}
					got = exit.ExitCode()
				}
				if fmt.Sprint(got) != args[0] {
					ts.Fatalf("exit code %d, want %s", got, args[0])
				}
			},
		},
	})
}

func writeFiles(folder string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

type serverKey struct{}

func server(ts *testscript.TestScript) *sandbox.Server {
	return ts.Value(serverKey{}).(*sandbox.Server)
}

// sandboxConfig is what `host sandbox` prints.
func sandboxConfig(s *sandbox.Server) string {
	var out bytes.Buffer
	(&app{out: &out}).explainSandbox(s)
	return out.String()
}

// hostProcess is the program as a process of its own, over offline gateways.
type hostProcess struct {
	dir    string
	server *sandbox.Server
}

func newHostProcess(t *testing.T) *hostProcess {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	h := &hostProcess{t.TempDir(), s}
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "sampan.toml"), []byte(sandboxConfig(s)), 0o600))
	return h
}

func (h *hostProcess) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append([]string{hostMarker, "--config", filepath.Join(h.dir, "sampan.toml")}, args...)...)
	c.Dir = h.dir
	return c
}

func orderFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../../testdata/orders/" + name)
	require.NoError(t, err)
	return path
}

func TestKillingTheAdapterDuringACreateIsInDoubt(t *testing.T) {
	h := newHostProcess(t)
	h.server.Script(sandbox.Rule{Path: "/open/order", Fault: sandbox.Hang})
	c := h.command("order", "create", "--account", "tb", "--file", orderFile(t, "taobao.json"))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.NoError(t, c.Start())

	require.Eventually(t, func() bool { return len(h.server.Effects()) == 1 }, 20*time.Second, 10*time.Millisecond, "the gateway never got the order")
	require.NoError(t, syscall.Kill(onlyChild(t, c.Process.Pid), syscall.SIGKILL))
	exit, ok := c.Wait().(*exec.ExitError)
	require.True(t, ok, "it must not end with success")
	require.Equal(t, exitInDoubt, exit.ExitCode(), stderr.String())
	require.Contains(t, stderr.String(), "IN DOUBT")
	require.Contains(t, stderr.String(), "signal: killed")
	require.NotContains(t, strings.ToLower(stderr.String()), "failed", "nobody knows that it failed")
	creates := 0
	for _, a := range h.server.Log() {
		if strings.HasSuffix(a.Path, "/open/order") {
			creates++
		}
	}
	require.Equal(t, 1, creates, "a write is never sent again")
}

func onlyChild(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil || len(strings.Fields(string(text))) == 0 { // a kernel without the list, or a child of another thread
		out, err := exec.Command("ps", "-o", "pid=", "--ppid", fmt.Sprint(pid)).Output()
		require.NoError(t, err)
		text = out
	}
	children := strings.Fields(string(text))
	require.Len(t, children, 1)
	child, err := strconv.Atoi(children[0])
	require.NoError(t, err)
	return child
}

// TestNothingPersonalLeaks runs what goes wrong with the log wide open, and looks for canaries.
func TestNothingPersonalLeaks(t *testing.T) {
	h := newHostProcess(t)
	canaries := []string{sandbox.DefaultAccessSecret, sandbox.DefaultAppSecret, "15068763421", "13800000000", "测试地址", "示例路1号", "a测试aa", "张三"}
	run := func(args ...string) (stdout, stderr string) {
		c := h.command(append(args, "--log-level", "debug")...)
		var out, err bytes.Buffer
		c.Stdout, c.Stderr = &out, &err
		_ = c.Run() // most of these fail, and that is the point
		return out.String(), err.String()
	}
	look := func(where, text string) {
		for _, canary := range canaries {
			require.NotContains(t, text, canary, where)
		}
	}
	files := map[string]string{"tb": "taobao.json", "cn": "alibaba1688.json", "dj": "dajisaas.json", "dt": "dajisaas-taobao.json"}
	for _, fault := range []sandbox.Fault{sandbox.RefuseBefore, sandbox.DropAfter, sandbox.ErrorAfter, sandbox.Truncated, sandbox.Garbage,
		sandbox.WrongTypes, sandbox.MissingFields, sandbox.TooMany, sandbox.Redirect, ""} {
		for account, file := range files {
			if fault != "" {
				h.server.Script(sandbox.Rule{Fault: fault, Times: 1})
			}
			_ = os.Remove(filepath.Join(h.dir, "sampan.db")) // one ref serves for all of these
			stdout, stderr := run("order", "create", "--account", account, "--file", orderFile(t, file), "--output", "json")
			require.NotEmpty(t, stderr, "the debug log is the haystack")
			look("stderr of create, fault "+string(fault), stderr)
			look("stdout of create, fault "+string(fault), stdout)
			for _, file := range []string{"sampan.db", "sampan.db-wal"} {
				journal, _ := os.ReadFile(filepath.Join(h.dir, file)) // the log of a closed journal is gone
				look(file+", fault "+string(fault), string(journal))
			}
		}
	}
	stdout, stderr := run("order", "list", "--account", "cn")
	require.NotEmpty(t, stdout)
	look("the table of a list", stdout)
	look("stderr of list", stderr)

	stdout, stderr = run("order", "list", "--account", "cn", "--output", "json")
	look("stderr of list", stderr)
	require.Contains(t, stdout, "示例路1号", "who asks for the order itself gets its address, or this test looks at nothing")
}

func TestTheExamplesAreTheOrdersOfTheDemonstration(t *testing.T) {
	for _, name := range []string{"taobao.json", "alibaba1688.json", "dajisaas.json"} {
		embedded, err := demoOrders.ReadFile("demo/" + name)
		require.NoError(t, err)
		documented, err := os.ReadFile(orderFile(t, name))
		require.NoError(t, err)
		require.JSONEq(t, string(embedded), string(documented), name)
	}
}

func TestTheDemonstrationSendsTheSeedNumberForNumber(t *testing.T) {
	h := newHostProcess(t)
	out, err := h.command("order", "create", "--account", "tb", "--file", orderFile(t, "taobao.json"), "--output", "json").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "1031992847890383164")

	var seed, sent map[string]any
	text, err := os.ReadFile("../../testdata/wire/taobao/pandapon/create_order.request.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &seed))
	require.NoError(t, json.Unmarshal(h.server.Log()[0].Body, &sent))
	for _, member := range []string{"purchaseAmount", "receiver", "orderSource"} {
		require.Equal(t, seed[member], sent[member], member)
	}
	require.Equal(t, core.Number("sp", "tb", core.Ref(seed["sellerOrderNumber"].(string)), 1), sent["sellerOrderNumber"], "our number in the place of the ref")
	var want, got []map[string]string
	require.NoError(t, json.Unmarshal([]byte(seed["orderLineList"].(string)), &want))
	require.NoError(t, json.Unmarshal([]byte(sent["orderLineList"].(string)), &got))
	want[1]["orderLineNo"] = "2" // the seed gives both lines the same number; ours differ (trap 22)
	require.Equal(t, want, got)
}
