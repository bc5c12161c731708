package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

func (a *app) sandboxCommand() *cobra.Command {
	var listen string
	var seed uint64
	c := &cobra.Command{Use: "sandbox", Short: "serve the offline gateways until interrupted", Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			server, err := sandbox.Start(listen, sandbox.Options{Seed: seed, Preload1688: true})
			if err != nil {
				return core.Invalid("listen", "%v", err)
			}
			a.running = true
			a.explainSandbox(server)
			<-c.Context().Done()
			return server.Close()
		}}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8900", "address to serve on")
	c.Flags().Uint64Var(&seed, "seed", 0, "ids and answers follow from it")
	return c
}

// explainSandbox prints a configuration that works as it stands, prose and all:
// `host sandbox > sampan.toml`.
func (a *app) explainSandbox(s *sandbox.Server) {
	fmt.Fprintf(a.out, `# The offline gateways serve until you press Ctrl-C. Nothing leaves this machine.
#
# This sampan.toml uses them:

[accounts.tb]
adapter = "taobao"
[accounts.tb.settings]
%s[accounts.tb.settings.endpoints]
%s[accounts.tb.settings.refund_states]
1 = "requested"
5 = "paid"

[accounts.cn]
adapter = "alibaba1688"
[accounts.cn.settings]
%s[accounts.cn.settings.endpoints]
%s
[accounts.dj]
adapter = "dajisaas"
[accounts.dj.settings]
base_url      = %q
app_key       = %q
app_secret    = %q
allow_private = true

[accounts.dt]
adapter = "dajisaas"
[accounts.dt.settings]
base_url      = %q
app_key       = %q
app_secret    = %q
market        = "taobao"
allow_private = true
[accounts.dt.settings.endpoints]
%s
# Then: host quote --account cn --file testdata/orders/alibaba1688.json
`, pandaPonTOML(s)+"refund_fee_unit = \"fen\"\n", endpointsTOML(taobaoEndpoints), pandaPonTOML(s), endpointsTOML(alibabaEndpoints),
		s.DajisaasURL(), sandbox.DefaultAppKey, sandbox.DefaultAppSecret,
		s.DajisaasURL(), sandbox.DefaultAppKey, sandbox.DefaultAppSecret, endpointsTOML(dajiTaobaoEndpoints))
}

func pandaPonTOML(s *sandbox.Server) string {
	return fmt.Sprintf("base_url      = %q\naccess_key    = %q\naccess_secret = %q\nuser_id       = %q\nallow_private = true\nexpired_codes = [\"%d\"]\n",
		s.PandaPonURL(), sandbox.DefaultAccessKey, sandbox.DefaultAccessSecret, sandbox.DefaultUserID, sandbox.CodeExpired)
}

func endpointsTOML(rows [][2]string) string {
	text := ""
	for _, row := range rows {
		text += fmt.Sprintf("%s = %q\n", tomlKey(row[0]), row[1])
	}
	return text
}

// tomlKey quotes a name with a dot, which would be a table otherwise.
func tomlKey(name string) string {
	if strings.Contains(name, ".") {
		return strconv.Quote(name)
	}
	return name
}

// The endpoints that the gateways' documents leave open, as the sandbox serves them.
var (
	taobaoEndpoints = [][2]string{{"list", "GET /open/order/page"}, {"detail", "GET /open/order/detail/get"},
		{"pay", "POST /open/order/pay"}, {"cancel", "POST /open/order/cancel"}, {"refund_submit", "POST /open/order/refund/submit"}}
	alibabaEndpoints = [][2]string{{"trace", "GET /alibaba/order/logistics/trace"}}

	dajiTaobaoEndpoints = [][2]string{{"taobao.query_order", "POST /taobao/purchase/order/query"}}
)

// sandboxSettings are what a built-in adapter needs to talk to the sandbox.
func sandboxSettings(adapter, pandaPonURL, dajisaasURL string) map[string]any {
	if adapter == "dajisaas" {
		return map[string]any{"base_url": dajisaasURL, "app_key": sandbox.DefaultAppKey, "app_secret": sandbox.DefaultAppSecret, "allow_private": true}
	}
	settings := map[string]any{"base_url": pandaPonURL, "access_key": sandbox.DefaultAccessKey, "access_secret": sandbox.DefaultAccessSecret,
		"user_id": sandbox.DefaultUserID, "allow_private": true, "expired_codes": []string{fmt.Sprint(sandbox.CodeExpired)}}
	rows := alibabaEndpoints
	if adapter == "taobao" {
		rows = taobaoEndpoints
		settings["refund_fee_unit"] = "fen"
		settings["refund_states"] = map[string]string{"1": "requested", "5": "paid"}
	}
	settings["endpoints"] = endpointsOf(rows)
	return settings
}

// dajiTaobaoSettings are those of dajisaas on its second market.
func dajiTaobaoSettings(dajisaasURL string) map[string]any {
	settings := sandboxSettings("dajisaas", "", dajisaasURL)
	settings["market"], settings["endpoints"] = "taobao", endpointsOf(dajiTaobaoEndpoints)
	return settings
}

func endpointsOf(rows [][2]string) map[string]string {
	endpoints := map[string]string{}
	for _, row := range rows {
		endpoints[row[0]] = row[1]
	}
	return endpoints
}
