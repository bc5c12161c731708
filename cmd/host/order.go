package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (a *app) orderCommand() *cobra.Command {
	c := &cobra.Command{Use: "order", Short: "create, list, get, cancel and confirm orders", RunE: needsSubcommand}
	c.AddCommand(a.orderCreateCommand(), a.orderListCommand(), a.orderGetCommand(), a.orderCancelCommand(), a.orderConfirmCommand())
	return c
}

// needsSubcommand keeps a misspelt subcommand from looking like success.
func needsSubcommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s has no subcommand %q; see host %s --help", c.Name(), args[0], c.Name())
	}
	return usage("%s needs a subcommand; see host %s --help", c.Name(), c.Name())
}

func (a *app) orderCreateCommand() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "create --file order.json", Short: "buy: make one unpaid order", Args: takes(),
		Long: `Makes one unpaid order from a JSON file ("-" is standard input).

The file holds ref (your own name for this purchase, the same at every try), lines, address, and
optionally message, max_total and options; see testdata/orders.`,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.readOrderFile(file)
			if err != nil {
				return err
			}
			if err := r.Validate(); err != nil {
				return err
			}
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error {
				order, err := o.buyer.CreateOrder(ctx, r)
				return a.showOrder(o.buyer, order, err)
			})
		}}
	c.Flags().StringVar(&file, "file", "", "the order, JSON")
	_ = c.MarkFlagRequired("file")
	return c
}

// showOrder prints an order even if something about it is not as asked: it exists.
func (a *app) showOrder(b *core.Buyer, order core.Order, err error) error {
	if order.ID == "" {
		return err
	}
	if printErr := a.printOrders(order); printErr != nil || err != nil {
		return printed(err, printErr)
	}
	for _, o := range withSiblings(order) {
		a.nextOfOrder(b, o)
	}
	return nil
}

func withSiblings(order core.Order) []core.Order {
	return append([]core.Order{order}, order.Siblings...)
}

func (a *app) printOrders(order core.Order) error {
	switch a.output {
	case "json", "jsonl":
		return showOne(a, order, orderColumns)
	case "csv":
		return writeCSV(a.out, withSiblings(order), orderColumns)
	}
	if err := writeTable(a.out, withSiblings(order), orderColumns); err != nil {
		return err
	}
	for _, line := range order.Lines {
		if line.Problem != nil {
			fmt.Fprintf(a.out, "line %s (product %s) was perhaps NOT ordered, read the order again: %s\n",
				plain(string(line.ID)), plain(string(line.ProductID)), plain(line.Problem.String()))
		}
	}
	if order.Handle != "" {
		fmt.Fprintf(a.out, "handle (give it to pay, track and refund): %s\n", plain(string(order.Handle)))
	}
	return nil
}

func (a *app) orderListCommand() *cobra.Command {
	var status, ref, id string
	var size, limit int
	c := &cobra.Command{Use: "list", Short: "list orders, newest first", Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			r := core.ListOrdersRequest{Ref: core.Ref(ref), ID: core.OrderID(id), PageSize: size}
			if status != "" {
				parsed, err := core.ParseStatus(status)
				if err != nil {
					return err
				}
				r.Status = parsed
			}
			if limit < 0 {
				return usage("--limit must not be negative; 0 is all")
			}
			return a.withReader(c.Context(), func(ctx context.Context, b *core.Buyer) error { return a.list(ctx, b, r, limit) })
		}}
	f := c.Flags()
	f.StringVar(&status, "status", "", "only orders in this status, such as awaiting_payment")
	f.StringVar(&ref, "ref", "", "only the order of this ref")
	f.StringVar(&id, "id", "", "only the order of this id")
	f.IntVar(&size, "page-size", 0, "orders a page; 0 leaves it to the adapter")
	f.IntVar(&limit, "limit", 100, "stop after so many orders; 0 is all")
	return c
}

// list prints what it got even if the list broke off, and then says so.
func (a *app) list(ctx context.Context, b *core.Buyer, r core.ListOrdersRequest, limit int) error {
	var orders []core.Order
	var failure error
	for order, err := range b.ListOrders(ctx, r) {
		if failure = err; err != nil {
			break
		}
		if orders = append(orders, order); len(orders) == limit {
			break
		}
	}
	if len(orders) == 0 && a.output == "table" {
		if failure == nil {
			fmt.Fprintln(a.out, "No order matches.")
		}
		return failure
	}
	if len(orders) > 0 {
		a.saySource(orders[0])
	}
	if len(orders) > 0 || failure == nil {
		if err := showList(a, orders, orderColumns); err != nil {
			return err
		}
	}
	if failure == nil && len(orders) == limit {
		fmt.Fprintf(a.err, "host: the list stops after %s, as --limit says; there may be more, --limit 0 gives all.\n", counted(limit, "order"))
	}
	return failure
}

// saySource tells a person where orders come from that the gateway does not list.
func (a *app) saySource(o core.Order) {
	switch o.Source {
	case core.FromJournal:
		fmt.Fprintln(a.err, "host: from the journal, as it was recorded: this account cannot read it afresh.")
	case core.FromJournalRefreshed:
		fmt.Fprintln(a.err, "host: known from the journal, and read afresh now.")
	}
}

// refFlags are the flags by which every later command names its order.
func refFlags(c *cobra.Command, handle *string) {
	c.Flags().StringVar(handle, "handle", "", "the order's handle, where create gave one")
}

func orderRef(id, handle string) core.OrderRef {
	return core.OrderRef{ID: core.OrderID(id), Handle: core.Handle(handle)}
}

func (a *app) orderGetCommand() *cobra.Command {
	var handle string
	var raw bool
	c := &cobra.Command{Use: "get ORDER", Short: "read one order afresh (ORDER is its id, or your own ref)", Args: takes("ORDER"),
		Long: `Reads one order afresh. A ref of yours is looked up in the journal first; where the account
cannot read one order, what the journal recorded is shown, and a line says so.`,
		RunE: func(c *cobra.Command, args []string) error {
			if raw && (a.output == "table" || a.output == "csv") {
				return usage("--raw needs --output json or jsonl: the gateway's object has no place in a %s", a.output)
			}
			return a.withReader(c.Context(), func(ctx context.Context, b *core.Buyer) error {
				order, err := b.OrderOf(ctx, core.Ref(args[0]))
				if errors.Is(err, core.NotFound) || raw {
					order, err = b.GetOrder(ctx, core.GetOrderRequest{Order: orderRef(args[0], handle), Raw: raw})
				}
				if err != nil {
					return err
				}
				a.saySource(order)
				return a.showOrder(b, order, nil)
			})
		}}
	refFlags(c, &handle)
	c.Flags().BoolVar(&raw, "raw", false, "with --output json: the gateway's own object too")
	return c
}

func (a *app) orderCancelCommand() *cobra.Command {
	var handle, reason string
	c := &cobra.Command{Use: "cancel ORDER", Short: "cancel an unpaid order", Args: takes("ORDER"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error {
				done, err := o.buyer.CancelOrder(ctx, core.CancelOrderRequest{Order: orderRef(args[0], handle), Reason: reason})
				if err != nil {
					return err
				}
				printErr := showOne(a, done, cancellationColumns)
				if printErr == nil && done.State == core.CancelAccepted {
					a.next(o.buyer, core.OpGetOrder, "The gateway will cancel; only a read shows that it did.", of(done.Order, "order get")...)
				}
				return printed(nil, printErr)
			})
		}}
	refFlags(c, &handle)
	c.Flags().StringVar(&reason, "reason", "", "text for the seller")
	return c
}

var cancellationColumns = []column[core.Cancellation]{
	{title: "order", text: func(c core.Cancellation) string { return string(c.Order.ID) }},
	{title: "cancellation", text: func(c core.Cancellation) string { return c.State.String() }},
}

func (a *app) orderConfirmCommand() *cobra.Command {
	var handle string
	var lines []string
	c := &cobra.Command{Use: "confirm ORDER", Short: "say that the goods came; the seller gets the money", Args: takes("ORDER"),
		RunE: func(c *cobra.Command, args []string) error {
			r := core.ConfirmReceiptRequest{Order: orderRef(args[0], handle)}
			for _, line := range lines {
				r.Lines = append(r.Lines, core.LineID(line))
			}
			return a.withWriter(c.Context(), func(ctx context.Context, o *opened) error {
				receipt, err := o.buyer.ConfirmReceipt(ctx, r)
				if err != nil {
					return err
				}
				return printed(nil, showOne(a, receipt, []column[core.Receipt]{
					{title: "order", text: func(r core.Receipt) string { return string(r.Order.ID) }},
					{title: "receipt", text: func(core.Receipt) string { return "confirmed" }}}))
			})
		}}
	refFlags(c, &handle)
	c.Flags().StringArrayVar(&lines, "line", nil, "only this line; may be given again")
	return c
}
