package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

// refundFlags is a refund as the command line says it.
type refundFlags struct {
	handle, ref, kind, amount, shipping, goods, reasonID, reason string
	lines, evidence                                              []string
}

func (a *app) refundCommand() *cobra.Command {
	var f refundFlags
	c := &cobra.Command{Use: "refund ORDER", Short: "ask for money back", Args: takes("ORDER"),
		Example: `  host refund 2542285634920880794 --ref r-1 --kind refund_only --amount "12.50 CNY" \
      --line 2542285634920880794 --goods not_received --reason-id 1 --reason "parcel lost"`,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := f.request(args[0])
			if err != nil {
				return err
			}
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error {
				refund, err := o.buyer.Refund(ctx, r)
				if refund.ID == "" && err != nil {
					return err
				}
				printErr := showOne(a, refund, refundColumns)
				if printErr == nil && err == nil && refund.ID != "" && refund.ID[0] != '-' {
					a.next(o.buyer, core.OpGetRefund, "The seller must agree first.", "refund", "show", string(refund.ID), "--order", args[0])
				}
				return printed(err, printErr)
			})
		}}
	f.bind(c)
	c.AddCommand(a.refundShowCommand())
	return c
}

func (f *refundFlags) bind(c *cobra.Command) {
	refFlags(c, &f.handle)
	s := c.Flags()
	s.StringVar(&f.ref, "ref", "", "your own name for this refund, the same at every try")
	s.StringVar(&f.kind, "kind", "", "refund_only or return_and_refund")
	s.StringVar(&f.amount, "amount", "", `for the goods, such as "12.50 CNY"`)
	s.StringVar(&f.shipping, "shipping", "", "for the freight")
	s.StringVar(&f.goods, "goods", "", "where the goods are: not_shipped, not_received or received")
	s.StringVar(&f.reasonID, "reason-id", "", "the gateway's id of the reason")
	s.StringVar(&f.reason, "reason", "", "text for the seller")
	s.StringArrayVar(&f.lines, "line", nil, "a line of the order, ID or ID:QUANTITY; may be given again")
	s.StringArrayVar(&f.evidence, "evidence", nil, "a picture as the gateway's upload gave it; may be given again")
}

func (f *refundFlags) request(order string) (core.RefundRequest, error) {
	r := core.RefundRequest{Ref: core.Ref(f.ref), Order: orderRef(order, f.handle), ReasonID: f.reasonID, Reason: f.reason, Evidence: f.evidence}
	_ = r.Kind.UnmarshalText([]byte(f.kind)) // an unknown word is none, which Validate names
	_ = r.Goods.UnmarshalText([]byte(f.goods))
	if f.goods != "" && r.Goods == core.GoodsUnknown {
		return r, core.Invalid("goods", "%q is not known; use not_shipped, not_received or received", f.goods)
	}
	var err error
	if f.amount != "" {
		if r.Amount, err = parseAmount("amount", f.amount); err != nil {
			return r, err
		}
	}
	if f.shipping != "" {
		if r.Shipping, err = parseAmount("shipping", f.shipping); err != nil {
			return r, err
		}
	}
	for _, text := range f.lines {
		id, quantity, counted := strings.Cut(text, ":")
		line := core.RefundLine{ID: core.LineID(id)}
		if counted {
			if line.Quantity, err = strconv.ParseInt(quantity, 10, 64); err != nil || line.Quantity < 1 {
				return r, core.Invalid("line", "%q: after the colon stands how many pieces, 1 or more", text)
			}
		}
		r.Lines = append(r.Lines, line)
	}
	return r, r.Validate()
}

var refundColumns = []column[core.Refund]{
	{title: "refund", text: func(r core.Refund) string { return string(r.ID) }},
	{title: "order", text: func(r core.Refund) string { return string(r.Order.ID) }},
	{title: "state", text: func(r core.Refund) string {
		if r.State == core.RefundUnknown && r.UpstreamStatus != "" {
			return "unknown (" + r.UpstreamStatus + ")"
		}
		return r.State.String()
	}},
	{title: "amount", text: func(r core.Refund) string { return r.Amount.String() }},
	{title: "shipping", text: func(r core.Refund) string { return r.Shipping.String() }},
}

func (a *app) refundShowCommand() *cobra.Command {
	var order, handle string
	c := &cobra.Command{Use: "show REFUND --order ORDER", Short: "read one refund afresh", Args: takes("REFUND"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withBuyer(c.Context(), func(ctx context.Context, b *core.Buyer) error {
				refund, err := b.GetRefund(ctx, core.GetRefundRequest{Order: orderRef(order, handle), ID: core.RefundID(args[0])})
				if err != nil {
					return err
				}
				return showOne(a, refund, refundColumns)
			})
		}}
	refFlags(c, &handle)
	c.Flags().StringVar(&order, "order", "", "the order it belongs to")
	return c
}
