package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/adapters/taobao"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// invokers are the built-in adapters, on settings of their own.
var invokers = map[string]func(settings []byte) (core.Adapter, error){
	"alibaba1688": func(s []byte) (core.Adapter, error) { return alibaba1688.New(s) },
	"dajisaas":    func(s []byte) (core.Adapter, error) { return dajisaas.New(s) },
	"taobao":      func(s []byte) (core.Adapter, error) { return taobao.New(s) },
}

// echo is a gateway that takes every call, and says what was asked.
func echo(t *testing.T) (base string, asked *[]string) {
	t.Helper()
	asked = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		signed := r.Header.Get("signature") != "" || r.URL.Query().Get("sign") != "" || strings.Contains(string(body), `"sign":`)
		*asked = append(*asked, fmt.Sprintf("%s %s signed %t", r.Method, r.URL.Path, signed))
		_, _ = io.WriteString(w, `{"code":200,"msg":"ok","message":"ok","requestId":"r","traceId":"r","data":{"ok":true}}`)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// buyerOn is a Buyer of a built-in adapter at the gateway; named are endpoints that the operator names.
func buyerOn(t *testing.T, name, base string, named map[string]string) *core.Buyer {
	t.Helper()
	settings := sandboxSettings(name, base, base)
	delete(settings, "endpoints")
	if named != nil {
		settings["endpoints"] = named
	}
	text, err := json.Marshal(settings)
	require.NoError(t, err)
	adapter, err := invokers[name](text)
	require.NoError(t, err)
	b, err := core.NewBuyer(t.Context(), adapter, core.BuyerOptions{})
	require.NoError(t, err)
	return b
}

// Every entry of both menus is called, and does what its row of the coverage table says.
func TestEveryEntryOfTheMenusDoesWhatItsRowSays(t *testing.T) {
	entries := map[string]bool{}
	for name := range invokers {
		base, asked := echo(t)
		b := buyerOn(t, name, base, nil)
		for n, e := range b.Description().Endpoints {
			t.Run(name+"/"+e.Name, func(t *testing.T) {
				*asked = nil
				err := invokeAny(t, b, e, n)
				switch byName(e) {
				case "yes":
					require.NoError(t, err)
					require.Equal(t, []string{e.Method + " " + strings.ReplaceAll(e.Path, "{refundId}", "17") + " signed true"}, *asked)
				case "off":
					require.ErrorIs(t, err, core.Unsupported)
					require.ErrorContains(t, err, `set "`+e.Name+`"`)
					require.Empty(t, *asked)
					named := buyerOn(t, name, base, map[string]string{e.Name: "POST /told/by/support"})
					on, err := named.Description().Endpoint(e.Name)
					require.NoError(t, err)
					if err := invokeAny(t, named, on, n); e.Typed != "" && e.Writes() {
						require.ErrorIs(t, err, core.Guarded)
						return
					}
					require.Equal(t, []string{"POST /told/by/support signed true"}, *asked)
				case "no":
					require.ErrorIs(t, err, core.Unsupported)
					require.ErrorContains(t, err, e.Reason)
					require.Empty(t, *asked)
				default:
					require.Error(t, err)
					require.Equal(t, core.NotDone, core.OutcomeOf(err))
					require.Empty(t, *asked)
				}
			})
			entries[b.Description().Gateway+" "+e.Name] = true
		}
	}
	require.Len(t, entries, 188, "every entry of both gateways' menus")
}

func invokeAny(t *testing.T, b *core.Buyer, e core.Endpoint, n int) error {
	r := core.InvokeRequest{Endpoint: e.Name, Data: json.RawMessage(`{"refundId":"17"}`)}
	if e.Writes() {
		r.Ref = core.Ref(fmt.Sprintf("%s-%d", t.Name(), n))[max(0, len(t.Name())-40):]
	}
	if e.Spends {
		r.Spend = money.MustParse("1.00", money.CNY)
	}
	_, err := b.Invoke(t.Context(), r)
	return err
}

const coverage = "../../docs/COVERAGE.md"

// The coverage table is what the adapters themselves say.
func TestTheCoverageTableIsWhatTheAdaptersSay(t *testing.T) {
	a := &app{out: os.Stdout, err: os.Stderr, timeout: time.Minute, output: "table", logLevel: "warn"}
	descriptions, err := a.describeBuiltins(context.Background())
	require.NoError(t, err)
	want := coverageText(descriptions)
	if *update {
		require.NoError(t, os.WriteFile(coverage, []byte(want), 0o600))
		return
	}
	got, err := os.ReadFile(coverage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./cmd/host -run TestTheCoverage -update")
}

func coverageText(descriptions []core.Description) string {
	var b strings.Builder
	b.WriteString(`# What works where

Written by ` + "`go test ./cmd/host -run TestTheCoverage -update`" + `: what the adapters say of every entry of both
gateways' menus, and what calling it does (` + "`host invoke NAME`" + `). A test calls each of them.

*by name*: **yes**, it is called as it stands; **off**, its path or body is in no document, and the account's
settings must name it; **use** an operation, which guards what the entry does; **no**, with the reason.
*changes*: whether a call changes something (unknown counts as yes), or pays.
`)
	shown, told := map[string]bool{}, map[string]bool{}
	for _, d := range descriptions {
		if told[d.Adapter] {
			continue // an adapter of two markets has one menu
		}
		told[d.Adapter] = true
		fmt.Fprintf(&b, "\n## %s: %s\n\n| entry | by name | changes | call | amounts | path | note |\n| --- | --- | --- | --- | --- | --- | --- |\n", d.Gateway, d.Adapter)
		for _, e := range d.Endpoints {
			if shown[d.Gateway+e.Name] {
				continue // both adapters of a gateway list what belongs to no market
			}
			shown[d.Gateway+e.Name] = true
			note := e.Note
			if byName(e) == "no" {
				note = e.Reason + "; " + note
			}
			call := strings.TrimSpace(e.Method + " " + e.Path)
			if call != "" {
				call = "`" + call + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", e.Name, byName(e), changes(e), call, e.Unit, e.Evidence, note)
		}
	}
	return b.String()
}
