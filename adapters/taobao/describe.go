package taobao

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// effects says what a machine may do about a call whose answer was lost. What Taobao has not at
// PandaPon is missing.
var effects = map[core.Operation]core.Effect{
	core.OpListOrders:  gateway.Read(),
	core.OpGetOrder:    gateway.Read(),
	core.OpTrack:       gateway.Read(),
	core.OpGetRefund:   gateway.Read(),
	core.OpCreateOrder: gateway.Human("no page says that an order can be found by its sellerOrderNumber"),
	core.OpPay:         gateway.Lookup("the order's detail shows whether it is paid"),
	core.OpCancelOrder: gateway.Lookup("the order's status shows it, and a second cancel adds nothing"),
	core.OpRefund:      gateway.Human("a refund carries no number of ours, so not finding it proves nothing"),
}

// Describe implements core.Adapter.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	return core.Description{
		Endpoints: a.gateway.Menu(),
		Messages:  gateway.MessageReading(),
		Adapter:   Name, Version: Version, Market: core.Taobao, Gateway: "PandaPon",
		Operations: gateway.WithEffects(map[core.Operation]core.Capability{
			core.OpCreateOrder:    a.gateway.Capability(epCreate),
			core.OpTrack:          a.gateway.Capability(epLogistics),
			core.OpGetRefund:      a.gateway.Capability(epRefundQuery),
			core.OpListOrders:     a.gateway.Capability(epList),
			core.OpGetOrder:       a.gateway.Capability(epDetail),
			core.OpPay:            a.gateway.Capability(epPay),
			core.OpCancelOrder:    a.gateway.Capability(epCancel),
			core.OpRefund:         a.refundCapability(),
			core.OpQuote:          {Reason: "PandaPon documents no preview of a Taobao order (one menu has its title, no path)"},
			core.OpConfirmReceipt: {Reason: "PandaPon has no confirmation of receipt for Taobao in any menu"},
		}, effects),
		// sellerOrderNumber is sent, but no page says that it makes a second create harmless, or that
		// orders can be found by it.
		Idempotency: core.NoIdempotency,
		Options:     map[string]string{optionSource: "the e-commerce platform of the buyer, free text (orderSource), such as lazada"},
	}, nil
}

func (a *Adapter) refundCapability() core.Capability {
	c := a.gateway.Capability(epRefundSubmit)
	if c.Offered() && a.refundUnit == "" {
		return core.Capability{Support: core.Provisional, Reason: `the unit of refundFee is not documented; set refund_fee_unit = "fen" or "yuan" in the account's settings once PandaPon has confirmed it`}
	}
	return c
}
