package taobao

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// GetOrder implements core.OrderGetter. Provisional: the menu says that detail goes by "order id",
// which is taken to be create's data.id.
func (a *Adapter) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	query := url.Values{"orderId": {string(r.Order.ID)}}
	var raw json.RawMessage
	if err := a.call(ctx, gateway.Call{Endpoint: epDetail, Query: query}, core.OpGetOrder, &raw); err != nil {
		return core.Order{}, err
	}
	order, err := decodeOrder(raw)
	if err != nil {
		return core.Order{}, unreadable(core.OpGetOrder, false, "", err)
	}
	if r.Raw {
		order.Raw = wirejson.Scrub(raw)
	}
	return order, nil
}

func decodeOrder(raw []byte) (core.Order, error) {
	var data orderData
	if err := wirejson.Decode(raw, &data); err != nil {
		return core.Order{}, err
	}
	return data.order()
}
