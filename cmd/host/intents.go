package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) intentsCommand() *cobra.Command {
	c := &cobra.Command{Use: "intents", Short: "list the writes whose outcome is not known", Args: takes(),
		Long: `Lists the writes in doubt, of all accounts or of --account.

Making the same call again looks one up where the gateway allows it; "host resolve" records what a
person found out; "host intents show" draws what became of one write.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withJournalRead(c.Context(), func(ctx context.Context, j core.Journal) error {
				open, err := j.Find(ctx, core.Filter{Account: a.account, States: core.OpenStates()})
				if err != nil {
					return err
				}
				if len(open) == 0 && a.output == "table" {
					fmt.Fprintln(a.out, "No write is in doubt.")
					return nil
				}
				return showList(a, shown(open), intentColumns)
			})
		}}
	c.AddCommand(a.intentShowCommand())
	return c
}

// shownIntent is an intent as the output has it: with its changes it is the evidence, all that is
// known of one write.
type shownIntent struct {
	core.Intent
	Changes []core.Change `json:"changes,omitempty"`
}

func shown(intents []core.Intent) []shownIntent {
	out := make([]shownIntent, 0, len(intents))
	for _, i := range intents {
		out = append(out, shownIntent{Intent: i})
	}
	return out
}

var intentColumns = []column[shownIntent]{
	{title: "account", text: func(i shownIntent) string { return i.Account }},
	{title: "operation", text: func(i shownIntent) string { return string(i.Op) }},
	{title: "key", text: func(i shownIntent) string { return i.Key }},
	{title: "state", text: func(i shownIntent) string { return i.State.String() }},
	{title: "sent (UTC)", text: func(i shownIntent) string { return i.Attempt.SignedAt.Format("2006-01-02 15:04") }},
	{title: "what is known", wide: 26, text: func(i shownIntent) string {
		if i.Failure == nil {
			return ""
		}
		return i.Failure.Message
	}},
}

// keyFlags name one write.
func (a *app) keyFlags(c *cobra.Command, op *string) {
	c.Flags().StringVar(op, "op", string(core.OpCreateOrder), "create_order, pay, refund, cancel_order, confirm_receipt or invoke")
}

// keyOf fills in the account: the chosen one, or the only one.
func (a *app) keyOf(op, key string) (core.IntentKey, error) {
	config, err := loadConfig(a.config)
	if err != nil {
		return core.IntentKey{}, err
	}
	name, _, err := config.pick(a.account, a.config)
	return core.IntentKey{Account: name, Op: core.Operation(op), Key: key}, err
}

func (a *app) intentShowCommand() *cobra.Command {
	var op string
	c := &cobra.Command{Use: "show KEY", Short: "draw what became of one write (KEY is the ref, or the order of a payment)", Args: takes("KEY"),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := a.keyOf(op, args[0])
			if err != nil {
				return err
			}
			return a.withJournalRead(c.Context(), func(ctx context.Context, j core.Journal) error {
				intent, known, err := j.Lookup(ctx, key)
				if err != nil {
					return err
				}
				if !known {
					return &core.Error{Code: core.NotFound, Outcome: core.NotDone, Message: fmt.Sprintf("the journal knows no %s under %q on account %s", key.Op, key.Key, key.Account)}
				}
				s := shown([]core.Intent{intent})[0]
				if s.Changes, err = j.Changes(ctx, key); err != nil {
					return err
				}
				if a.output == "table" {
					a.draw(s)
					return nil
				}
				return showOne(a, s, intentColumns)
			})
		}}
	a.keyFlags(c, &op)
	return c
}

// marks are what the timeline draws at each state.
var marks = map[core.IntentState]string{core.IntentReserved: "○", core.IntentSending: "→", core.IntentInDoubt: "?", core.IntentDone: "●", core.IntentRefused: "✕",
	core.IntentNotApplied: "∅", core.IntentNeedsHuman: "!"}

// draw shows the life of one write from top to bottom.
func (a *app) draw(s shownIntent) {
	fmt.Fprintf(a.out, "%s %q on account %s: %s (version %d)\n\n", s.Op, s.Key, s.Account, strings.ReplaceAll(s.State.String(), "_", " "), s.Version)
	for n, c := range s.Changes {
		fmt.Fprintf(a.out, "  %s  %s  %s\n", c.At.Format("2006-01-02 15:04:05.000"), marks[c.State], a.story(c))
		if c.Failure != nil && c.State != core.IntentSending {
			fmt.Fprintf(a.out, "  %24s│  %s\n", "", c.Failure.Message)
			if c.Failure.Gateway != (core.GatewayError{}) {
				fmt.Fprintf(a.out, "  %24s│  the gateway said: %s\n", "", c.Failure.Gateway)
			}
			for _, line := range c.Failure.Detail {
				fmt.Fprintf(a.out, "  %24s│  %s\n", "", line)
			}
		}
		if n < len(s.Changes)-1 {
			fmt.Fprintf(a.out, "  %24s│\n", "")
		}
	}
	if s.State.IsOpen() {
		fmt.Fprintf(a.out, "\nLook at the marketplace, then make the same call again, or record what you saw:\n"+
			"  host resolve %s --account %s --op %s --version %d --happened | --did-not-happen --reason TEXT\n", s.Key, s.Account, s.Op, s.Version)
	}
}

func (a *app) story(c core.Change) string {
	switch {
	case c.State == core.IntentSending:
		return fmt.Sprintf("recorded and sent: attempt %d, signed %s", c.Attempt.No, c.Attempt.SignedAt.Format(time.TimeOnly))
	case c.Note != "":
		return strings.ReplaceAll(c.State.String(), "_", " ") + ": " + c.Note
	case c.State == core.IntentReserved:
		return "not done; it may be tried again"
	}
	return strings.ReplaceAll(c.State.String(), "_", " ")
}

func count(said []bool) (n int) {
	for _, yes := range said {
		if yes {
			n++
		}
	}
	return n
}

func (a *app) resolveCommand() *cobra.Command {
	var op, order, refund string
	var v core.Verdict
	var no bool
	c := &cobra.Command{Use: "resolve KEY", Short: "record what a person found out about a write in doubt", Args: takes("KEY"),
		Long: `Records a person's verdict on a write in doubt (see "host intents").

--version must be the one that "host intents" shows: a write that has changed since is not touched.
What did not happen may be tried again under the same ref; what happened replays from then on. A
purchase that the gateway refused may begin --again, for example when the goods are back in stock.
Saying "did not happen" of a purchase that did happen buys it twice: look first.`,
		RunE: func(c *cobra.Command, args []string) error {
			if said := []bool{v.Happened, no, v.Again}; count(said) != 1 {
				return usage("say either --happened, --did-not-happen or --again")
			}
			v.OrderID, v.RefundID = core.OrderID(order), core.RefundID(refund)
			key, err := a.keyOf(op, args[0])
			if err != nil {
				return err
			}
			return a.withJournal(c.Context(), func(ctx context.Context, _ core.Journal) error {
				return a.withOpened(ctx, func(ctx context.Context, o *opened) error {
					intent, err := o.buyer.Decide(ctx, key, v)
					if err != nil {
						return err
					}
					return showOne(a, shown([]core.Intent{intent})[0], intentColumns)
				})
			})
		}}
	a.keyFlags(c, &op)
	f := c.Flags()
	f.Int64Var(&v.Version, "version", 0, "the version that was shown")
	f.BoolVar(&v.Happened, "happened", false, "it happened")
	f.BoolVar(&no, "did-not-happen", false, "it did not happen")
	f.BoolVar(&v.Again, "again", false, "let a purchase that the gateway refused begin anew, under a new number")
	f.StringVar(&order, "order", "", "the order that a purchase became")
	f.StringVar(&refund, "refund", "", "the refund that a request became; found by reading the order if it is left out")
	f.StringVar(&v.Reason, "reason", "", "what was seen, and by whom; it is kept")
	return c
}
