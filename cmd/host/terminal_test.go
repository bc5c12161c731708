package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// sandboxVariants are configurations that name their secrets in other ways, or less.
func sandboxVariants(s *sandbox.Server) map[string]string {
	config := sandboxConfig(s)
	secret := `"` + sandbox.DefaultAccessSecret + `"`
	codes := "refund_fee_unit = \"fen\"\nrefusal_codes = [\"1\", \"env:SAMPAN_TEST_CODE\"]\n"
	documented, _, _ := strings.Cut(config, "[accounts.tb.settings.endpoints]")
	return map[string]string{
		"from-env.toml":   strings.ReplaceAll(config, secret, `"env:SAMPAN_TEST_SECRET"`),
		"from-file.toml":  strings.ReplaceAll(config, secret, `"file:secret.txt"`),
		"from-empty.toml": strings.ReplaceAll(config, secret, `"file:empty.txt"`),
		"from-list.toml":  strings.Replace(config, "refund_fee_unit = \"fen\"\n", codes, 1),
		"spelt.toml":      strings.ReplaceAll(config, "allow_private", "Allow_Private"),
		"documented.toml": documented,
		"fresh.toml":      "[journal]\ndsn = \"fresh.db\"\n" + documented,
		"day.toml":        "[journal]\ndsn = \"day.db\"\n" + config + "\n[accounts.cn.limits]\nmax_day = \"300.00 CNY\"\n",
	}
}

func TestASecretMayComeFromTheKeyRing(t *testing.T) {
	keyring.MockInit()
	require.NoError(t, keyring.Set("shop", "tb", "hush"))
	require.NoError(t, keyring.Set("sampan", "tb", "quiet"))
	for source, want := range map[string]string{"keyring:shop/tb": "hush", "keyring:tb": "quiet", "env": "env", "https://a": "https://a"} {
		got, err := resolver{}.resolve("s", source)
		require.NoError(t, err)
		require.Equal(t, want, got, source)
	}
	_, err := resolver{}.resolve("accounts.a.settings.access_secret", "keyring:shop/other")
	require.ErrorContains(t, err, "accounts.a.settings.access_secret: comes from the key ring (service shop, name other)")
}

func TestAWideTableFitsATerminal(t *testing.T) {
	order := core.Order{OrderRef: core.OrderRef{ID: "2542285634921880794"}, Ref: core.Ref(strings.Repeat("po-4711-", 8)),
		Status: core.StatusUnknown, UpstreamStatus: "orderStatus=5;payStatus=1", Totals: core.Totals{Payable: money.FromFen(2320000)},
		Times: core.Times{Created: time.Unix(0, 0)}, Lines: []core.Line{{Name: "百货"}}}
	var out bytes.Buffer
	require.NoError(t, writeTable(&out, []core.Order{order}, orderColumns))
	require.LessOrEqual(t, text.LongestLineLen(out.String()), broadest, out.String())
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		require.Equal(t, text.LongestLineLen(out.String()), text.LongestLineLen(line), "a border is not where it belongs:\n"+out.String())
	}
}

func TestAStrangersTextDoesNotSteerTheTerminal(t *testing.T) {
	evil := "paid\x1b[2J\r\n\u202e\u0085order"
	var out, errs bytes.Buffer
	require.NoError(t, writeTable(&out, []core.Order{{OrderRef: core.OrderRef{ID: core.OrderID(evil)}}}, orderColumns))
	(&app{err: &errs}).explain(&core.Error{Message: evil, Gateway: core.GatewayError{Message: evil}, Detail: []string{evil}})
	for _, text := range []string{out.String(), errs.String()} {
		require.NotContains(t, text, "\x1b")
		require.NotContains(t, text, "\u202e")
		require.NotContains(t, text, "\r")
		require.Contains(t, text, "paid [2J")
	}
}

func TestWhatIsToBeCopiedIntoAShellStaysOneWord(t *testing.T) {
	for word, want := range map[string]string{"232.00 CNY": `"232.00 CNY"`, "a:1,b:2": "a:1,b:2", "": `""`,
		"$(rm -rf /)": `'$(rm -rf /)'`, "it's": `'it'\''s'`, "a\nb": `"a b"`} {
		require.Equal(t, want, quoted(word))
	}
	require.Empty(t, of(core.OrderRef{ID: "--config"}, "pay"), "an id is not a flag")
}

func TestAnAnswerThatCannotBePrintedIsNotUndone(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no full disk to write to")
	}
	defer full.Close()
	h := newHostProcess(t)
	for _, output := range []string{"table", "json", "csv"} {
		c := h.command("order", "create", "--account", "tb", "--file", orderFile(t, "taobao.json"), "--output", output)
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = full, &stderr
		_ = c.Run() // the exit code says it
		require.Equal(t, exitOther, c.ProcessState.ExitCode(), stderr.String())
		require.Contains(t, stderr.String(), "could not be printed")
	}
	require.Len(t, h.server.Effects(), 1, "the same command again replays")
}

// TestTheSandboxPrintsAConfigurationThatWorks runs `host sandbox > sampan.toml` and buys with it.
func TestTheSandboxPrintsAConfigurationThatWorks(t *testing.T) {
	h := &hostProcess{dir: t.TempDir()}
	path := filepath.Join(h.dir, "sampan.toml")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	serving := exec.Command(os.Args[0], hostMarker, "sandbox", "--listen", "127.0.0.1:0", "--seed", "7")
	serving.Stdout = file
	require.NoError(t, serving.Start())
	t.Cleanup(func() {
		require.NoError(t, serving.Process.Signal(os.Interrupt))
		require.NoError(t, serving.Wait(), "Ctrl-C is how it ends")
	})
	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(path) // empty until it serves
		return strings.Contains(string(text), "# Then:")
	}, 20*time.Second, 10*time.Millisecond)

	for account, name := range map[string]string{"tb": "taobao.json", "cn": "alibaba1688.json", "dj": "dajisaas.json"} {
		out, err := h.command("order", "create", "--account", account, "--file", orderFile(t, name)).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "awaiting_payment")
	}
}

func TestADemonstrationThatFailsSaysWhere(t *testing.T) {
	var out bytes.Buffer
	a := &app{out: &out, output: "table"}
	ok := &demoShow{app: a, demoAccount: demoAccounts[1]}
	failed := &demoShow{app: a, demoAccount: demoAccounts[0], failed: &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Message: "no answer"}}
	err := a.summarise([]*demoShow{ok, failed})
	require.ErrorContains(t, err, `"taobao (PandaPon)" failed: no answer`)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.Contains(t, out.String(), "FAILED")
}
