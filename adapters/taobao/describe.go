package taobao

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// Describe implements core.Adapter.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	return core.Description{
		Adapter: Name, Version: Version, Market: core.Taobao, Gateway: "PandaPon",
		Operations: map[core.Operation]core.Capability{
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
		},
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
