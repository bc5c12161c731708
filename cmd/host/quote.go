package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) quoteCommand() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "quote --file order.json", Short: "ask what an order would cost; buys nothing", Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.readOrderFile(file)
			if err != nil {
				return err
			}
			return a.withBuyer(c.Context(), func(ctx context.Context, b *core.Buyer) error {
				quote, err := b.Quote(ctx, core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
				if err != nil {
					return err
				}
				return a.printQuote(quote)
			})
		}}
	c.Flags().StringVar(&file, "file", "", "the order, JSON")
	_ = c.MarkFlagRequired("file")
	return c
}

var quoteColumns = []column[core.QuoteLine]{
	{title: "product", text: func(l core.QuoteLine) string { return string(l.ProductID) }},
	{title: "variant", text: func(l core.QuoteLine) string {
		if l.SKUID != "" {
			return string(l.SKUID)
		}
		return string(l.SpecID)
	}},
	{title: "quantity", text: func(l core.QuoteLine) string { return fmt.Sprint(l.Quantity) }},
	{title: "unit price", text: func(l core.QuoteLine) string { return l.UnitPrice.String() }},
	{title: "amount", text: func(l core.QuoteLine) string { return l.Amount.String() }},
	{title: "problem", wide: 30, text: func(l core.QuoteLine) string {
		if l.Problem == nil {
			return ""
		}
		return l.Problem.String()
	}},
}

func (a *app) printQuote(q core.Quote) error {
	if a.output == "json" || a.output == "jsonl" {
		return showOne(a, q, nil)
	}
	if err := show(a, q.Lines, quoteColumns); err != nil {
		return err
	}
	if a.output == "table" {
		fmt.Fprintf(a.out, "goods %s + shipping %s = payable %s\n", q.Totals.Goods, q.Totals.Shipping, q.Totals.Payable)
		if q.Orders > 1 {
			fmt.Fprintf(a.out, "The marketplace would make %d orders of it.\n", q.Orders)
		}
		if q.Problem != nil {
			fmt.Fprintf(a.out, "It cannot be ordered: %s\n", plain(q.Problem.String()))
		}
	}
	return nil
}
