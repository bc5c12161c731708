package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func (a *app) payCommand() *cobra.Command {
	var handle, expect string
	c := &cobra.Command{Use: `pay ORDER --expect "232.00 CNY"`, Short: "pay one order, for exactly the amount that you expect", Args: takes("ORDER"),
		Long: `Reads the order afresh and pays it only if it is unpaid and costs exactly what you expect.

State "settled" means paid. "accepted" means that the gateway took the instruction: read the order
until it is paid. "action_required" means that a person must open the page that is shown.`,
		RunE: func(c *cobra.Command, args []string) error {
			amount, err := parseAmount("expect", expect)
			if err != nil {
				return err
			}
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error {
				payment, err := o.buyer.Pay(ctx, core.PayRequest{Order: orderRef(args[0], handle), Expect: amount})
				if payment.State == core.PaymentUnknown {
					return err
				}
				printErr := showOne(a, payment, paymentColumns)
				if printErr == nil && err == nil {
					a.nextOfPayment(o.buyer, payment)
				}
				return printed(err, printErr)
			})
		}}
	refFlags(c, &handle)
	c.Flags().StringVar(&expect, "expect", "", `what the order costs, such as "232.00 CNY"`)
	_ = c.MarkFlagRequired("expect")
	return c
}

var paymentColumns = []column[core.Payment]{
	{title: "order", text: func(p core.Payment) string { return string(p.Order.ID) }},
	{title: "payment", text: func(p core.Payment) string { return p.State.String() }},
	{title: "amount", text: func(p core.Payment) string { return p.Amount.String() }},
	{title: "open this page", wide: 60, text: func(p core.Payment) string { return p.ActionURL }},
}

// parseAmount reads an amount from the command line.
func parseAmount(flag, text string) (money.Amount, error) {
	amount, err := money.ParseText(text)
	if err != nil {
		return amount, core.Invalid(flag, "%v", err)
	}
	return amount, nil
}
