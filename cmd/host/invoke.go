package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) endpointsCommand() *cobra.Command {
	return &cobra.Command{Use: "endpoints [WORD]", Short: "list the gateway's whole menu: what host invoke can call",
		Long: `Lists every entry of the account's gateway by name, or those whose name holds WORD. Nothing is sent.

An entry is off where its path or its body is in no document; the last column says what to set when the
gateway's support has confirmed it. What has an operation of its own (host pay) is written through that.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withBuyer(c.Context(), func(_ context.Context, b *core.Buyer) error {
				var found []core.Endpoint
				for _, e := range b.Description().Endpoints {
					if strings.Contains(e.Name, strings.Join(args, "")) {
						found = append(found, e)
					}
				}
				return showList(a, found, endpointColumns)
			})
		}}
}

var endpointColumns = []column[core.Endpoint]{
	{title: "name", text: func(e core.Endpoint) string { return e.Name }},
	{title: "call", text: func(e core.Endpoint) string { return strings.TrimSpace(e.Method + " " + e.Path) }, csvOnly: true},
	{title: "by name", text: byName},
	{title: "changes", text: changes},
	{title: "note", wide: 58, text: func(e core.Endpoint) string {
		if e.Offered() {
			return e.Note
		}
		return e.Reason
	}},
}

// byName says what a call by name does.
func byName(e core.Endpoint) string {
	switch {
	case e.Typed != "" && e.Writes():
		return "use " + string(e.Typed)
	case e.Offered():
		return "yes"
	case e.Support == core.Provisional:
		return "off"
	}
	return "no"
}

func changes(e core.Endpoint) string {
	switch {
	case e.Spends:
		return "pays"
	case e.Writes():
		return "yes"
	}
	return "no"
}

func (a *app) invokeCommand() *cobra.Command {
	var data, ref, spend string
	c := &cobra.Command{Use: "invoke NAME [--data JSON] [--ref REF]", Short: "call any entry of the gateway's menu by its name", Args: takes("NAME"),
		Long: `Calls an entry of the gateway that has no operation of its own: carts, goods, addresses, messages.
host endpoints lists the names; dots and underscores are the same. The call is signed as all calls are.

--data is a JSON object, or @FILE, or - for standard input: the members of the body, or of the query of a
GET. What changes something needs a --ref, your own name for this one call: it is recorded before it is
sent, and never sent twice. What pays needs --spend too, the most that may leave.`,
		RunE: func(c *cobra.Command, args []string) error {
			r := core.InvokeRequest{Endpoint: args[0], Ref: core.Ref(ref)}
			var err error
			if r.Data, err = a.readData(data); err != nil {
				return err
			}
			if spend != "" {
				if r.Spend, err = parseAmount("spend", spend); err != nil {
					return err
				}
			}
			if ref == "" {
				return a.withBuyer(c.Context(), func(ctx context.Context, b *core.Buyer) error { return a.invoke(ctx, b, r) })
			}
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error { return a.invoke(ctx, o.buyer, r) })
		}}
	c.Flags().StringVar(&data, "data", "", "a JSON object, @FILE, or - for standard input")
	c.Flags().StringVar(&ref, "ref", "", "your own name for this call; required where it changes something")
	c.Flags().StringVar(&spend, "spend", "", `the most that may leave, such as "232.00 CNY"; required where it pays`)
	return c
}

func (a *app) readData(data string) (json.RawMessage, error) {
	if file, ok := strings.CutPrefix(data, "@"); ok {
		return a.readFile(file)
	}
	if data == "-" {
		return a.readFile(data)
	}
	return json.RawMessage(data), nil
}

// invoke prints what the gateway answered, and nothing else.
func (a *app) invoke(ctx context.Context, b *core.Buyer, r core.InvokeRequest) error {
	answer, err := b.Invoke(ctx, r)
	if err != nil {
		return err
	}
	if answer.Data == nil {
		fmt.Fprintf(a.err, "%s: done; there is no answer to show.\n", answer.Endpoint)
		return nil
	}
	var text bytes.Buffer
	if err := json.Indent(&text, answer.Data, "", "  "); err != nil {
		return &core.Error{Code: core.BadAnswer, Outcome: core.Done, Op: core.OpInvoke, Message: "the answer is no JSON", Err: err}
	}
	_, err = fmt.Fprintln(a.out, plainLines(text.String()))
	return printed(nil, err)
}
