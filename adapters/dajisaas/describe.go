package dajisaas

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// endpoint is one operation of the gateway.
type endpoint struct {
	op           core.Operation
	method, path string
	// write says that a repeated call could change something twice.
	write bool
	// evidence and page say how well the row is known and where it stands.
	evidence, page string
	// note says what is not documented.
	note string
}

// endpoints is every call that this adapter makes: 7 documented rows, of which 4 write.
//
// Not called: GET /alibaba/alipay/url/get (DOC en api-194164773), which gives the page where a person
// pays. The member that holds the link and the separator of its orderIdList are in no document, so
// Pay cannot offer it honestly. Pictures, search, freight and categories have no operation in core.
var endpoints = []endpoint{
	{core.OpQuote, "POST", "/alibaba/createOrder/preview", false, "DOC", "en api-194164767", nestedSign},
	{core.OpCreateOrder, "POST", "/alibaba/trade/createCrossOrder", true, "DOC", "en api-194164768",
		"the answer for several orders is not documented; over 50 lines one create becomes several orders and ends in doubt. " + nestedSign},
	{core.OpListOrders, "POST", "/alibaba/trade/getBuyerOrderList", false, "DOC", "zh api-341849148", "of the words for a status only success is documented"},
	{core.OpGetOrder, "POST", "/alibaba/trade/get/buyerView", false, "SEED", "zh api-164891585", ""},
	{core.OpPay, "POST", "/alibaba/trade/pay/protocolPay/preparePay", true, "DOC", "zh api-194158434",
		"the answer is not documented, so the order is read again after it; without a password-free agreement of the account nothing is paid"},
	{core.OpConfirmReceipt, "POST", "/alibaba/trade/receiveGoods/confirm", true, "DOC", "en api-194164772", "the answer of a success is not documented. " + nestedSign},
	{core.OpCancelOrder, "POST", "/alibaba/trade/cancel", true, "DOC", "en api-194164769", "unpaid orders only"},
}

const nestedSign = `how objects and lists enter the sign is not documented; if the sign is refused, auth = "secret" is the documented alternative, for debugging`

// What dajisaas does not have (wiki.dajisaas.com and wiki-en.dajisaas.com, all menus).
const (
	noTrace  = "dajisaas has no trace endpoint in any menu: carriers and tracking numbers come from the order detail, scans do not"
	noRefund = "dajisaas has no refund endpoint in any menu (wiki, all languages); ask for the refund in 1688's own pages"
)

// maxLines is documented: one create takes 100 SKUs of one supplier.
const maxLines = 100

// effects says what a machine may do about a call whose answer was lost. None has a fence: the sign
// holds no time, so a request that is late is taken however old it is.
var effects = map[core.Operation]core.Effect{
	core.OpQuote:          {Class: core.EffectRead, Why: "it changes nothing"},
	core.OpListOrders:     {Class: core.EffectRead, Why: "it changes nothing"},
	core.OpGetOrder:       {Class: core.EffectRead, Why: "it changes nothing"},
	core.OpTrack:          {Class: core.EffectRead, Why: "it changes nothing"},
	core.OpCreateOrder:    {Class: core.EffectLookup, Why: "the list finds an order by the number that we gave it"},
	core.OpPay:            {Class: core.EffectLookup, Why: "the order's status shows whether it is paid"},
	core.OpCancelOrder:    {Class: core.EffectLookup, Why: "the order's status shows it, and a second cancel adds nothing"},
	core.OpConfirmReceipt: {Class: core.EffectLookup, Why: "the order's status shows it, and it cannot be undone"},
}

// The names of CreateOrderRequest.Options.
const (
	optionFlow    = "flow"
	optionBizType = "isv_biz_type"
)

var options = map[string]string{
	optionFlow:    "how 1688 sells: general (the default), fenxiao, saleproxy, paired, boutiquefenxiao, boutiquepifa; passed on as it is",
	optionBizType: "the kind of business (isvBizType): cross (the default) or cross_daigou; passed on as it is",
}

// Describe implements core.Adapter.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	operations := map[core.Operation]core.Capability{
		core.OpTrack:     {Support: core.Emulated, Reason: noTrace},
		core.OpRefund:    {Reason: noRefund},
		core.OpGetRefund: {Reason: noRefund},
	}
	for _, row := range endpoints {
		operations[row.op] = core.Capability{Support: core.Supported, Reason: row.note}
	}
	for op, effect := range effects {
		c := operations[op]
		c.Effect = effect
		operations[op] = c
	}
	return core.Description{
		Endpoints: a.menu,
		Messages:  &core.MessageReading{Note: `dajisaas' page does not say what the signature is over; if every message is refused, set message_base = "value" in the account's settings`},
		Adapter:   Name, Version: Version, Market: core.Alibaba1688, Gateway: "dajisaas",
		Operations:  operations,
		Idempotency: core.LookupByRef,
		Limits:      core.Limits{LinesPerOrder: maxLines},
		Options:     options,
	}, nil
}

// endpointOf is the row of an operation. A missing row is a fault of this package.
func endpointOf(op core.Operation) endpoint {
	for _, row := range endpoints {
		if row.op == op {
			return row
		}
	}
	panic("dajisaas: no endpoint for " + string(op))
}
