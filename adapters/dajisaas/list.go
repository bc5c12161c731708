package dajisaas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// pageSize is the most that is asked for at once. dajisaas' own limit is UNKNOWN, and a page that it
// cut short would pass for the last one.
const pageSize = 20

const (
	maxPage = 1_000_000
	maxRows = 1000
)

type listBody struct {
	CreateStartTime string `json:"createStartTime"`
	CreateEndTime   string `json:"createEndTime"`
	OrderStatus     string `json:"orderStatus"`
	OutOrderID      string `json:"outOrderId"`
	Page            int    `json:"page"`
	PageSize        int    `json:"pageSize"`
}

// statusWords are the values of the filter orderStatus, UPSTREAM but for success (DOC). Only those
// statuses are here that one word covers; for any other the list is read without this filter.
var statusWords = map[core.Status]string{
	core.AwaitingPayment: "waitbuyerpay",
	core.Paid:            "waitsellersend",
	core.Completed:       "success",
	core.Cancelled:       "cancel",
}

// ListOrders reads one page; a cursor is a page number and goes with the page size that it came from.
// Every order is held against the filters once more, so a page may hold fewer orders than it counts,
// or none, and still have a next.
//
// dajisaas documents no total: the list ends with a page that is short or empty.
func (a *Adapter) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if r.ID != "" {
		return a.listOne(ctx, r)
	}
	asked, err := pageOf(r)
	if err != nil {
		return core.OrderPage{}, err
	}
	got, err := a.call(ctx, call{op: core.OpListOrders, body: a.market.listBody(r, asked)})
	if err != nil {
		return core.OrderPage{}, err
	}
	rows, err := a.market.rows(got)
	if err != nil {
		return core.OrderPage{}, err
	}
	var page core.OrderPage
	for i, row := range rows {
		order, err := a.order(row, r.Raw)
		if err != nil {
			return core.OrderPage{}, got.bad(fmt.Errorf("order %d of the page: %w", i, err))
		}
		if fits(order, r) {
			page.Orders = append(page.Orders, order)
		}
	}
	if len(rows) >= asked.size {
		page.Next = strconv.Itoa(asked.number + 1)
	}
	return page, nil
}

// listOne is the list of one id, which the gateway's list cannot filter by.
func (a *Adapter) listOne(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: core.OrderRef{ID: r.ID}, Raw: r.Raw})
	switch {
	case errors.Is(err, core.NotFound):
		return core.OrderPage{}, nil
	case err != nil:
		return core.OrderPage{}, err
	case !fits(order, r):
		return core.OrderPage{}, nil
	}
	return core.OrderPage{Orders: []core.Order{order}}, nil
}

// listPage is which part of the list is asked for, from 1.
type listPage struct{ number, size int }

func pageOf(r core.ListOrdersRequest) (listPage, error) {
	page := listPage{1, pageSize}
	if r.PageSize > 0 {
		page.size = min(r.PageSize, pageSize)
	}
	if r.Cursor == "" {
		return page, nil
	}
	number, err := strconv.Atoi(r.Cursor)
	if err != nil || number < 1 || number > maxPage {
		return page, core.Invalid("cursor", "is not one of this adapter's; take it from the page before")
	}
	page.number = number
	return page, nil
}

func (alibaba) listBody(r core.ListOrdersRequest, page listPage) any {
	body := listBody{OrderStatus: statusWords[r.Status], OutOrderID: string(r.Ref), Page: page.number, PageSize: page.size,
		CreateStartTime: filterTime(r.CreatedFrom)}
	if !r.CreatedTo.IsZero() {
		// Whether the end is inclusive is UNKNOWN: up to a millisecond more is asked for than wanted.
		body.CreateEndTime = filterTime(r.CreatedTo.Add(time.Millisecond - 1))
	}
	return body
}

// filterTime is yyyyMMddHHmmssSSS±hhmm, which is not how the answers write times (trap 85).
func filterTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strings.Replace(t.In(wirejson.Beijing).Format("20060102150405.000-0700"), ".", "", 1)
}

var (
	errNoList      = errors.New("it has no list of orders")
	errTooManyRows = fmt.Errorf("it has over %d orders", maxRows)
)

// rows fails where the list is missing: silence would pass for proof that there is no order. A list
// that is null has no rows.
func (alibaba) rows(got answer) ([]json.RawMessage, error) {
	var list struct {
		verdict
		Result json.RawMessage `json:"result"`
	}
	if err := got.into(&list); err != nil {
		return nil, err
	}
	if list.failed() {
		return nil, got.failed(list.verdict)
	}
	return got.list(list.Result)
}

// list reads a list of objects, each as it came.
func (got answer) list(text json.RawMessage) ([]json.RawMessage, error) {
	if len(text) == 0 {
		return nil, got.bad(errNoList)
	}
	var rows wirejson.Embedded[wirejson.List[json.RawMessage]]
	if err := wirejson.Decode(text, &rows); err != nil {
		return nil, got.bad(err)
	}
	if len(rows.Value) > maxRows {
		return nil, got.bad(errTooManyRows)
	}
	return rows.Value, nil
}

// fits holds an order against the filters: the gateway may pass over one that it does not know.
func fits(o core.Order, r core.ListOrdersRequest) bool {
	created := o.Times.Created
	switch {
	case r.Ref != "" && o.Ref != r.Ref,
		r.ID != "" && o.ID != r.ID,
		r.Status != core.StatusUnknown && o.Status != r.Status:
		return false
	case created.IsZero():
		return true
	}
	return (r.CreatedFrom.IsZero() || !created.Before(r.CreatedFrom)) && (r.CreatedTo.IsZero() || created.Before(r.CreatedTo))
}
