package alibaba1688

import (
	"context"
	_ "embed"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/menu"
)

//go:embed menu.json
var menuJSON []byte

// byName is every entry of PandaPon's menu for 1688, of both versions.
var byName = menu.MustParse(menuJSON).
	Typed(core.OpQuote, "1688.preview_order", "1688.preview_order_multi").
	Typed(core.OpCreateOrder, "1688.create_order", "1688.create_order_multi").
	Typed(core.OpListOrders, "1688.list_orders").
	Typed(core.OpGetOrder, "1688.get_order").
	Typed(core.OpPay, "1688.pay_order", "1688.bulk_submit_and_pay").
	Typed(core.OpTrack, "1688.get_logistics_trace").
	Typed(core.OpConfirmReceipt, "1688.confirm_receipt").
	Typed(core.OpCancelOrder, "1688.cancel_order").
	Typed(core.OpRefund, "1688.create_refund").
	Typed(core.OpGetRefund, "1688.get_refund")

// Invoke implements core.Invoker.
func (a *Adapter) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	return a.gateway.Invoke(ctx, r)
}
