package adaptertest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sampan-go/sampan/core"
)

const mostPages = 2000

var listRules = []rule{
	{name: "every order is found by paging, and none twice", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		first, second := p.created(), p.created()
		seen := map[core.OrderID]int{}
		for _, order := range p.walk(core.ListOrdersRequest{PageSize: 1}) {
			seen[order.ID]++
			p.check(seen[order.ID] == 1, "order "+string(order.ID)+" twice", "once", "make Next the page after this one, and keep the order of the list stable")
		}
		for _, made := range []core.Order{first, second} {
			p.check(seen[made.ID] == 1, fmt.Sprintf("order %s is in the list %d times", made.ID, seen[made.ID]), "once",
				"list all orders of the account, under the id that create gave; give Next until the last page")
		}
	}},
	{name: "a page is no longer than asked for", needs: []core.Operation{core.OpCreateOrder}, check: func(p *probe) {
		p.created()
		p.created()
		page, err := p.list(p.Context(), core.ListOrdersRequest{PageSize: 1})
		p.noError(err, "ListOrders")
		p.check(len(page.Orders) <= 1, fmt.Sprintf("%d orders", len(page.Orders)), "at most 1", "send PageSize to the gateway")
	}},
	{name: "a filter gives what it names, or Unsupported, never more", check: checkFilters},
}

// filterRow asks for the orders that a filter names; fits says which those are.
type filterRow struct {
	name    string
	request func(made core.Order) core.ListOrdersRequest
	fits    func(made, listed core.Order) bool
	// finds says that the order just made must be among them: an empty page would look like proof
	// that it does not exist.
	finds bool
}

var filterRows = []filterRow{
	{"ref", func(o core.Order) core.ListOrdersRequest { return core.ListOrdersRequest{Ref: o.Ref} },
		func(made, listed core.Order) bool { return listed.Ref == made.Ref || listed.ID == made.ID }, true},
	{"a ref that nobody used", func(core.Order) core.ListOrdersRequest { return core.ListOrdersRequest{Ref: "at-nobody"} }, never, false},
	{"id", func(o core.Order) core.ListOrdersRequest { return core.ListOrdersRequest{ID: o.ID} },
		func(made, listed core.Order) bool { return listed.ID == made.ID }, true},
	{"status", func(core.Order) core.ListOrdersRequest { return core.ListOrdersRequest{Status: core.Cancelled} },
		func(_, listed core.Order) bool { return listed.Status == core.Cancelled }, false},
	{"a time long ago", func(core.Order) core.ListOrdersRequest {
		return core.ListOrdersRequest{CreatedFrom: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), CreatedTo: time.Date(2001, 1, 2, 0, 0, 0, 0, time.UTC)}
	}, never, false},
}

func never(_, _ core.Order) bool { return false }

func checkFilters(p *probe) {
	made := core.Order{Ref: "at-nobody", OrderRef: p.foreign()}
	if p.d.Check(core.OpCreateOrder) == nil {
		p.created()
		made = p.created()
	}
	for _, row := range filterRows {
		page, err := p.list(p.Context(), row.request(made))
		if row.name == "ref" && p.d.Idempotency != core.NoIdempotency {
			p.check(err == nil, "filter ref: "+outcome(err), "orders by ref, as Describe declares by its idempotency",
				"declare NoIdempotency, or let orders be listed by ref: that is how a lost create is found")
		}
		if err != nil {
			p.check(errors.Is(err, core.Unsupported), "filter "+row.name+": "+outcome(err), "orders that fit, or Unsupported",
				"answer core.NotOffered(core.OpListOrders, reason) for a filter that the gateway does not have")
			continue
		}
		for _, listed := range page.Orders {
			p.check(row.fits(made, listed), fmt.Sprintf("filter %s gave order %s (ref %q, %s)", row.name, listed.ID, listed.Ref, listed.Status),
				"only orders that fit", "send the filter to the gateway, or answer Unsupported; never leave it out")
		}
		here := func(listed core.Order) bool { return listed.ID == made.ID }
		if row.finds && p.d.Check(core.OpCreateOrder) == nil {
			p.check(slices.ContainsFunc(page.Orders, here), "filter "+row.name+" did not find order "+string(made.ID), "the order just made",
				"a filter that misses an order makes a lost purchase look as if it had not happened")
		}
	}
}

// walk reads all pages.
func (p *probe) walk(r core.ListOrdersRequest) []core.Order {
	p.Helper()
	var orders []core.Order
	for range mostPages {
		page, err := p.list(p.Context(), r)
		p.noError(err, "ListOrders")
		orders = append(orders, page.Orders...)
		if page.Next == "" {
			return orders
		}
		p.must(page.Next != r.Cursor, "the next page is the one just read", "a cursor that moves on", "leave Next empty on the last page")
		r.Cursor = page.Next
	}
	p.must(false, fmt.Sprintf("more than %d pages", mostPages), "an end", "leave Next empty on the last page; give the suite a gateway with few orders")
	return nil
}
