package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

// fenceMargin is how much older than the window the signature is that must be refused: more than two
// clocks differ by.
const fenceMargin = 100 * time.Second

// finding is what doctor says of one thing.
type finding struct {
	Account string `json:"account"`
	Check   string `json:"check"`
	// Result is "proved", "not proved", "not there" or "cannot be proved".
	Result string `json:"result"`
	Why    string `json:"why"`
}

var findingColumns = []column[finding]{
	{title: "account", text: func(f finding) string { return f.Account }},
	{title: "check", text: func(f finding) string { return f.Check }},
	{title: "result", text: func(f finding) string { return f.Result }},
	{title: "why", wide: 54, text: func(f finding) string { return f.Why }},
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "prove, by harmless reads, what a machine may do about a lost answer", Args: takes(),
		Long: `Asks the account's own gateway whether it refuses old signatures: one read signed now, one signed
long ago. Both change nothing. Where the old one is refused, a request that is late can be told not to
take effect any more, and a look-up that finds nothing is proof.

PandaPon does not document the code by which it refuses an old signature: run this once, see the code,
have it confirmed, and list it in the account's expired_codes.

That the gateway takes the same number only once cannot be shown by a harmless call: it would buy.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withOpened(c.Context(), func(ctx context.Context, o *opened) error {
				window := fenceOf(o.buyer.Description())
				fence, proof := a.examine(ctx, o, window)
				dedup := finding{o.buyer.Account(), "dedup", "cannot be proved", "a second purchase with one number would show it, and it would buy"}
				if err := showList(a, []finding{fence, dedup}, findingColumns); err != nil {
					return err
				}
				if fence.Result == "proved" && a.output == "table" {
					a.tellFence(o.buyer.Account(), proof, window)
				}
				return nil
			})
		}}
}

// fenceOf is the window that the gateway is documented to have; 0 where its requests have no time.
func fenceOf(d core.Description) time.Duration {
	var window time.Duration
	for _, c := range d.Operations {
		window = max(window, c.Effect.Fence)
	}
	return window
}

func (a *app) examine(ctx context.Context, o *opened, window time.Duration) (finding, core.FenceProof) {
	f := finding{Account: o.buyer.Account(), Check: "fence"}
	if window == 0 {
		f.Result, f.Why = "not there", "requests of this gateway carry no time, so it cannot refuse old ones"
		return f, core.FenceProof{}
	}
	proof, err := o.buyer.ProveFence(ctx, core.ProveFenceRequest{Age: window + fenceMargin})
	switch {
	case err != nil:
		f.Result, f.Why = "not proved", err.Error()
	case !proof.FreshTaken:
		f.Result, f.Why = "not proved", "a fresh signature was not taken either: "+proof.Said.String()
	case !proof.OldRefused:
		f.Result, f.Why = "not proved", fmt.Sprintf("a signature %s old was not refused with a code of the account's expired_codes: %s", window+fenceMargin, said(proof.Said))
	default:
		f.Result, f.Why = "proved", fmt.Sprintf("%s took a fresh signature and refused one %s old: %s", proof.Gateway, window+fenceMargin, said(proof.Said))
	}
	return f, proof
}

// said is what the gateway answered, in words.
func said(g core.GatewayError) string {
	if g == (core.GatewayError{}) {
		return "it was answered"
	}
	return "the gateway said " + g.String()
}

// tellFence says what an operator may write into the configuration now, and what it means.
func (a *app) tellFence(account string, proof core.FenceProof, window time.Duration) {
	fmt.Fprintf(a.out, `
To let a machine try again what a look-up behind this fence did not find, ask the gateway's vendor how
long a request that was accepted may still take effect, and write:

  [accounts.%s.fence]
  proved             = "%s"
  gateway            = "%s"
  window             = "%s"
  effect_within      = "120s"        # the vendor's word
  resend_after_fence = true

Without it nothing is ever sent again; a person decides.
`, account, time.Now().UTC().Format(time.DateOnly), plain(proof.Gateway), window)
}
