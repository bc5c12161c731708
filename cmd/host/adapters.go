package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) adaptersCommand() *cobra.Command {
	c := &cobra.Command{Use: "adapters", Short: "list the built-in adapters and what each can do; install others", Args: takes(),
		Long: `Starts each built-in adapter and asks it to describe itself; nothing is sent to a gateway.

"provisional" operations are off until an account's settings name their endpoint, because the
gateway's documentation does not.`,
		RunE: func(c *cobra.Command, _ []string) error {
			a.running = true
			ctx, cancel := context.WithTimeout(c.Context(), a.timeout)
			defer cancel()
			descriptions, err := a.describeBuiltins(ctx)
			if err != nil {
				return err
			}
			if a.output == "json" || a.output == "jsonl" {
				return showList(a, descriptions, nil)
			}
			return a.printCapabilities(descriptions)
		}}
	c.AddCommand(a.installCommand(), a.pinnedListCommand(), a.verifyCommand(), a.upgradeCommand(), a.removeCommand(),
		a.keyCommand(), a.signCommand())
	return c
}

// describeBuiltins asks each adapter with settings that name nothing beyond what is documented.
func (a *app) describeBuiltins(ctx context.Context) ([]core.Description, error) {
	var out []core.Description
	for _, name := range builtinNames() {
		settings := sandboxSettings(name, "https://api.pandapon.com", "https://openapi.dajisaas.com")
		accounts := []map[string]any{settings}
		if name == "dajisaas" { // it has two markets, and describes the account's
			accounts = append(accounts, dajiTaobaoSettings("https://openapi.dajisaas.com"))
		}
		for _, settings := range accounts {
			for _, more := range []string{"endpoints", "refund_states", "refund_fee_unit", "allow_private"} {
				delete(settings, more)
			}
			o, err := a.start(ctx, name, name, settings, core.BuyerOptions{})
			if err != nil {
				return nil, err
			}
			out = append(out, o.buyer.Description())
			o.close()
		}
	}
	return out, nil
}

// capability is one operation of one adapter.
type capability struct {
	adapter string
	market  core.Market
	op      core.Operation
	core.Capability
}

var capabilityColumns = []column[capability]{
	{title: "adapter", text: func(c capability) string { return c.adapter }},
	{title: "market", text: func(c capability) string { return string(c.market) }},
	{title: "operation", text: func(c capability) string { return string(c.op) }},
	{title: "support", text: func(c capability) string {
		if c.Support == core.Provisional && !c.Enabled {
			return "provisional (off)"
		}
		return c.Support.String()
	}},
	{title: "why", wide: 42, text: func(c capability) string { return c.Reason }},
}

func (a *app) printCapabilities(descriptions []core.Description) error {
	var rows []capability
	for _, d := range descriptions {
		if a.output == "table" {
			fmt.Fprintf(a.out, "%s %s: %s through %s\n", d.Adapter, d.Version, d.Market, d.Gateway)
		}
		for _, op := range core.Operations() {
			rows = append(rows, capability{d.Adapter, d.Market, op, d.Operations[op]})
		}
	}
	return show(a, rows, capabilityColumns)
}
