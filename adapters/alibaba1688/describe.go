package alibaba1688

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// The names of CreateOrderRequest.Options.
const (
	optionFlow      = "flow"
	optionPromotion = "shop_promotion_id"
	optionTradeType = "trade_type"
)

var options = map[string]string{
	optionFlow:      "how 1688 sells: general (the default), saleproxy, fenxiao, boutiquefenxiao, boutiquepifa; passed on as it is",
	optionPromotion: "the shop's promotion (shopPromotionId); without it 1688 takes its default",
	optionTradeType: "how the trade is secured (tradeType), such as assureTrade or period; without it 1688 chooses",
}

// maxLines is UPSTREAM's limit of one create; over 50 lines become several orders.
const maxLines = 100

// effects says what a machine may do about a call whose answer was lost.
var effects = map[core.Operation]core.Effect{
	core.OpQuote:          gateway.Read(),
	core.OpListOrders:     gateway.Read(),
	core.OpGetOrder:       gateway.Read(),
	core.OpTrack:          gateway.Read(),
	core.OpGetRefund:      gateway.Read(),
	core.OpCreateOrder:    gateway.Human("the order carries no number of ours, so not finding it proves nothing"),
	core.OpPay:            gateway.Lookup("the order's detail shows whether it is paid"),
	core.OpCancelOrder:    gateway.Lookup("the order's status shows it, and a second cancel adds nothing"),
	core.OpConfirmReceipt: gateway.Lookup("the order's status shows it, and it cannot be undone"),
	core.OpRefund:         gateway.Human("a refund carries no number of ours, so not finding it proves nothing"),
}

// Describe implements core.Adapter.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	refund := a.gateway.Capability(epRefundCreate)
	refund.Reason = noReasons
	return core.Description{
		Endpoints: a.gateway.Menu(),
		Messages:  gateway.MessageReading(),
		Adapter:   Name, Version: Version, Market: core.Alibaba1688, Gateway: "PandaPon",
		Operations: gateway.WithEffects(map[core.Operation]core.Capability{
			core.OpQuote:          a.gateway.Capability(epPreview, epPreviewV2),
			core.OpCreateOrder:    a.createCapability(),
			core.OpListOrders:     a.gateway.Capability(epList),
			core.OpGetOrder:       a.gateway.Capability(epDetail),
			core.OpPay:            a.gateway.Capability(epPay),
			core.OpTrack:          a.trackCapability(),
			core.OpConfirmReceipt: a.gateway.Capability(epConfirm),
			core.OpCancelOrder:    a.gateway.Capability(epCancel),
			core.OpRefund:         refund,
			core.OpGetRefund:      a.gateway.Capability(epRefundInfo),
		}, effects),
		Idempotency: core.NoIdempotency,
		Limits:      core.Limits{LinesPerOrder: maxLines},
		Options:     options,
	}, nil
}

// trackCapability is Emulated whether or not the trace is on: numbers come from the detail.
func (a *Adapter) trackCapability() core.Capability {
	reason := "carriers and tracking numbers come from the order detail; " + a.gateway.Capability(epTrace).Reason
	return core.Capability{Support: core.Emulated, Reason: reason}
}

// createCapability says what is not documented although path and body are.
func (a *Adapter) createCapability() core.Capability {
	c := a.gateway.Capability(epCreate, epBatchCreate)
	if c.Offered() && c.Reason == "" {
		c.Reason = "the answer for numeric offer ids (v1 create) is not documented: the forms known upstream are read, any other ends in doubt"
	}
	return c
}
