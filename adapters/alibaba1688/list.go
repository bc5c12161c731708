package alibaba1688

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

const (
	defaultPageSize = 20
	// maxRows is more than any page that was asked for sensibly; PandaPon's own limit is UNKNOWN.
	maxRows = 1000
)

// listBody has no time filter: the documented one is a leaked Java bean whose wire form nobody knows.
type listBody struct {
	PageNum     int    `json:"pageNum"`
	PageSize    int    `json:"pageSize"`
	TBOrderID   string `json:"tbOrderId,omitempty"`
	OrderStatus int    `json:"orderStatus,omitempty"`
}

// listAnswer is data, which holds another data, and a code of its own.
type listAnswer struct {
	verdict
	Total wirejson.Int                 `json:"total"`
	Rows  wirejson.List[wirejson.Part] `json:"data"`
}

// ListOrders reads one page, newest first. It filters by id and by the status awaiting_payment.
//
// An order's amounts are as the list gives them; its status is coarse, because only the unpaid one
// is documented: see statuses.
func (a *Adapter) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if err := checkFilters(r); err != nil {
		return core.OrderPage{}, err
	}
	at, err := parseCursor(r)
	if err != nil {
		return core.OrderPage{}, err
	}
	body := listBody{PageNum: at.num, PageSize: at.size, TBOrderID: string(r.ID)}
	if r.Status == core.AwaitingPayment {
		body.OrderStatus = 1
	}
	var answer listAnswer
	reply, err := a.call(ctx, gateway.Call{Endpoint: epList, Body: body}, core.OpListOrders, &answer)
	if err != nil {
		return core.OrderPage{}, err
	}
	if code := answer.code(); answer.failed() || code != "" && code != "200" {
		return core.OrderPage{}, a.refusedInside(core.OpListOrders, false, answer.verdict, reply)
	}
	page, err := answer.page(r, at)
	if err != nil {
		return core.OrderPage{}, badAnswer(core.OpListOrders, false, reply, err)
	}
	return page, nil
}

// checkFilters refuses what the list cannot narrow by: more than was asked for would be taken for
// what was asked for.
func checkFilters(r core.ListOrdersRequest) error {
	switch {
	case r.Ref != "":
		return core.NotOffered(core.OpListOrders, "PandaPon's 1688 orders hold no number of ours, so they cannot be listed by ref; the note to the seller ends with "+noteToken(r.Ref))
	case r.Status != core.StatusUnknown && r.Status != core.AwaitingPayment:
		return core.NotOffered(core.OpListOrders, "of the list's order statuses only the one for awaiting_payment is documented; list all and choose")
	case !r.CreatedFrom.IsZero() || !r.CreatedTo.IsZero():
		return core.NotOffered(core.OpListOrders, "the form of the list's time filter (orderTimeBegin, orderTimeEnd) is not documented; the list is newest first, so read until the time is reached")
	}
	return nil
}

// cursor is a page number and the size of the pages that it counts: "2/20".
type cursor struct{ num, size int }

func parseCursor(r core.ListOrdersRequest) (cursor, error) {
	at := cursor{num: 1, size: r.PageSize}
	if at.size < 1 {
		at.size = defaultPageSize
	}
	if at.size > maxRows {
		return at, core.Invalid("page_size", "is %d; at most %d are read at once", at.size, maxRows)
	}
	if r.Cursor == "" {
		return at, nil
	}
	num, size, hasSize := strings.Cut(r.Cursor, "/")
	var errNum, errSize error
	at.num, errNum = strconv.Atoi(num)
	if hasSize {
		at.size, errSize = strconv.Atoi(size)
	}
	if errNum != nil || errSize != nil || at.num < 1 || at.num > 1_000_000 || at.size < 1 || at.size > maxRows {
		return at, core.Invalid("cursor", "is not one of this adapter's; take it from the page before")
	}
	return at, nil
}

// next is the cursor of the following page, "" on the last. A first page that is short although
// there are more orders shows that the gateway gives smaller pages than asked for: the following
// ones are counted in its size, or orders would be passed over.
func (c cursor) next(rows int, total wirejson.Int) string {
	if c.num == 1 && rows < c.size && total.Set {
		c.size = rows
	}
	more := rows == c.size
	if total.Set {
		more = int64(c.num)*int64(c.size) < total.N
	}
	if rows == 0 || !more {
		return ""
	}
	c.num++
	return c.String()
}

func (c cursor) String() string { return fmt.Sprintf("%d/%d", c.num, c.size) }

var errNoRows = errors.New("it has no list of orders")

// page fails as a whole where one order cannot be read: a list with a hole would pass for proof that
// an order does not exist.
func (l listAnswer) page(r core.ListOrdersRequest, at cursor) (core.OrderPage, error) {
	if l.Rows == nil && (!l.Total.Set || l.Total.N != 0) {
		return core.OrderPage{}, errNoRows
	}
	if len(l.Rows) > maxRows {
		return core.OrderPage{}, fmt.Errorf("over %d orders", maxRows)
	}
	page := core.OrderPage{Next: at.next(len(l.Rows), l.Total), Total: int(max(l.Total.N, 0))}
	for i, data := range l.Rows {
		order, err := decodeRow(data, r.Raw)
		if err != nil {
			return core.OrderPage{}, fmt.Errorf("order %d of the page: %w", i, err)
		}
		if !fits(order, r) {
			page.Total = 0
			continue
		}
		page.Orders = append(page.Orders, order)
	}
	return page, nil
}

// fits holds an order against the filters once more: the gateway may pass over one that it does not
// know, and then its total is not that of what was asked for.
func fits(o core.Order, r core.ListOrdersRequest) bool {
	return (r.ID == "" || o.ID == r.ID) && (r.Status == core.StatusUnknown || o.Status == r.Status)
}
