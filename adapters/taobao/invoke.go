package taobao

import (
	"context"
	_ "embed"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/menu"
)

//go:embed menu.json
var menuJSON []byte

// byName is every entry of PandaPon's menu for Taobao, of both versions.
var byName = menu.MustParse(menuJSON).
	Typed(core.OpCreateOrder, "taobao.create_order").
	Typed(core.OpListOrders, "taobao.list_orders").
	Typed(core.OpGetOrder, "taobao.get_order").
	Typed(core.OpPay, "taobao.pay_order").
	Typed(core.OpTrack, "taobao.get_logistics").
	Typed(core.OpCancelOrder, "taobao.cancel_order").
	Typed(core.OpRefund, "taobao.submit_refund").
	Typed(core.OpGetRefund, "taobao.get_refund")

// Invoke implements core.Invoker.
func (a *Adapter) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	return a.gateway.Invoke(ctx, r)
}
