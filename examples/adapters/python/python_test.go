package python_test

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

// TestAdapter runs the behaviour that every adapter owes on the adapter in Python, as a real process.
func TestAdapter(t *testing.T) {
	python(t)
	for _, auth := range []string{"sign", "secret"} {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t)
			adapter := open(t, config(t, s.DajisaasURL(), auth))
			adaptertest.Run(t, adaptertest.Harness{
				Open:          func(testing.TB) core.Adapter { return adapter },
				Order:         func() core.CreateOrderRequest { return pencils() },
				Payable:       cny("11.96"),
				Effects:       func(testing.TB) int { return len(s.Effects()) },
				Requests:      func(testing.TB) int { return len(s.Log()) },
				WriteRequests: func(testing.TB) int { return writesIn(s.Log()) },
				Fault:         func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(faults[f]) },
				Ship:          func(t testing.TB, id core.OrderID) { require.NoError(t, s.Ship(string(id))) },
				Secrets:       []string{sandbox.DefaultAppSecret},
			})
		})
	}
}

var faults = map[adaptertest.Fault]sandbox.Rule{
	adaptertest.RefuseBefore:    {Fault: sandbox.RefuseBefore},
	adaptertest.DropBefore:      {Fault: sandbox.DropBefore},
	adaptertest.DropAfter:       {Fault: sandbox.DropAfter},
	adaptertest.LateAnswer:      {Fault: sandbox.Late, Delay: 2 * adaptertest.Patience},
	adaptertest.TooManyRequests: {Fault: sandbox.TooMany},
	adaptertest.ErrorBefore:     {Fault: sandbox.ErrorBefore},
	adaptertest.ErrorAfter:      {Fault: sandbox.ErrorAfter},
	adaptertest.Truncated:       {Fault: sandbox.Truncated},
	adaptertest.Garbage:         {Fault: sandbox.Garbage},
}

// Pay reads the order after it has written, because the answer of the pay call is not documented.
var writePaths = []string{"/alibaba/trade/createCrossOrder", "/alibaba/trade/cancel",
	"/alibaba/trade/pay/protocolPay/preparePay", "/alibaba/trade/receiveGoods/confirm"}

func writesIn(log []sandbox.Access) int {
	count := 0
	for _, one := range log {
		if slices.Contains(writePaths, strings.TrimPrefix(one.Path, "/dajisaas")) {
			count++
		}
	}
	return count
}

func startSandbox(t *testing.T) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// python is an interpreter that has what an adapter needs, or the test does not run.
func python(t testing.TB) string {
	t.Helper()
	why := "there is no python3"
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.Command(path, "-c", "import grpc, google.protobuf, cryptography").CombinedOutput()
		if err == nil {
			return path
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		why = path + ": " + lines[len(lines)-1]
	}
	t.Skip("NOT RUN: " + why + " (Debian: apt-get install python3-grpcio python3-protobuf python3-cryptography)")
	return ""
}

func config(t testing.TB, base, auth string) plugin.Config {
	t.Helper()
	return plugin.Config{Account: "py", Adapter: "dajisaas-python", Command: []string{python(t), program(t)},
		Settings: settings(t, base, auth), Env: []string{"PYTHONDONTWRITEBYTECODE=1"}}
}

func program(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("adapter.py")
	require.NoError(t, err)
	return path
}

func settings(t testing.TB, base, auth string) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(map[string]any{"base_url": base, "app_key": sandbox.DefaultAppKey,
		"app_secret": sandbox.DefaultAppSecret, "auth": auth, "allow_private": true})
	require.NoError(t, err)
	return text
}

func open(t *testing.T, c plugin.Config) *plugin.Client {
	t.Helper()
	client, err := plugin.Open(context.Background(), c)
	if e, isCore := errors.AsType[*core.Error](err); isCore {
		require.NoError(t, err, "its last lines: %q", e.Detail) // without them nobody knows why it ended
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

var home = core.Address{Name: "张三丰", Mobile: "18888888888", Phone: "0571-88881888", Province: "上海", City: "上海市",
	District: "普陀区", Town: "长河镇", Street: "网商路699号", Postcode: "200333", DistrictCode: "310107"}

// pencils are the goods of the documents' example, which cost 11.96 yuan.
func pencils() core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: "T20240708002", Address: home, Message: "备注 <测试> & more", Attempt: attempt(),
		Lines: []core.OrderLine{{ProductID: "623686863670", SpecID: "53a1eff0fa008b2b9f32a120b0a050f2", SellerID: "b2b-1", Quantity: 5}}}
}

func attempt() core.Attempt {
	now := time.Now()
	return core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
}

func cny(text string) money.Amount { return money.MustParse(text, money.CNY) }
