package taobao

import (
	"context"
	"net/url"
	"strconv"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

const defaultPageSize = 20

// listData is taken to have the shape of PandaPon's 1688 list, data.data: UNKNOWN.
type listData struct {
	Total  wirejson.Int             `json:"total"`
	Orders wirejson.List[orderData] `json:"data"`
}

// ListOrders implements core.Adapter. Provisional. The cursor is the page's number.
func (a *Adapter) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	if r.Status != core.StatusUnknown || !r.CreatedFrom.IsZero() || !r.CreatedTo.IsZero() {
		return core.OrderPage{}, core.NotOffered(core.OpListOrders, "Taobao orders cannot be filtered by status or time: no such parameter is documented; list all of them")
	}
	if r.ID != "" {
		return a.listOne(ctx, r)
	}
	page, err := pageNumber(r.Cursor)
	if err != nil {
		return core.OrderPage{}, err
	}
	size := r.PageSize
	if size == 0 {
		size = defaultPageSize
	}
	query := url.Values{"pageNo": {strconv.Itoa(page)}, "pageSize": {strconv.Itoa(size)}}
	if r.Ref != "" {
		query.Set("sellerOrderNumber", string(r.Ref))
	}
	var data listData
	if err := a.call(ctx, gateway.Call{Endpoint: epList, Query: query}, core.OpListOrders, &data); err != nil {
		return core.OrderPage{}, err
	}
	return data.page(page, size)
}

func (a *Adapter) listOne(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: core.OrderRef{ID: r.ID}, Raw: r.Raw})
	if err != nil {
		return core.OrderPage{}, err
	}
	if r.Ref != "" && order.Ref != r.Ref {
		return core.OrderPage{}, nil
	}
	return core.OrderPage{Orders: []core.Order{order}, Total: 1}, nil
}

func (d listData) page(page, size int) (core.OrderPage, error) {
	out := core.OrderPage{Total: int(d.Total.N)}
	for _, data := range d.Orders {
		order, err := data.order()
		if err != nil {
			return core.OrderPage{}, unreadable(core.OpListOrders, false, "", err)
		}
		out.Orders = append(out.Orders, order)
	}
	if len(d.Orders) > 0 && int64(page)*int64(size) < d.Total.N {
		out.Next = strconv.Itoa(page + 1)
	}
	return out, nil
}

func pageNumber(cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(cursor)
	if err != nil || page < 1 {
		return 0, core.Invalid("cursor", "is not one that this adapter gave; leave it out to start at the first page")
	}
	return page, nil
}
