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

// endpoints is every call that this adapter makes by the documents: on 1688 7 rows, of which 4 write, on
// Taobao 4, of which 3 write.
//
// Not called: GET /alibaba/alipay/url/get (DOC en api-194164773), which gives the page where a person
// pays. The member that holds the link and the separator of its orderIdList are in no document, so
// Pay cannot offer it honestly. Pictures, search, freight and categories have no operation in core.
var endpoints = map[core.Market][]endpoint{
	core.Alibaba1688: {
		{core.OpQuote, "POST", "/alibaba/createOrder/preview", false, "DOC", "en api-194164767", nestedSign},
		{core.OpCreateOrder, "POST", "/alibaba/trade/createCrossOrder", true, "DOC", "en api-194164768",
			"the answer for several orders is not documented; over 50 lines one create becomes several orders and ends in doubt. " + nestedSign},
		{core.OpListOrders, "POST", "/alibaba/trade/getBuyerOrderList", false, "DOC", "zh api-341849148", "of the words for a status only success is documented"},
		{core.OpGetOrder, "POST", "/alibaba/trade/get/buyerView", false, "SEED", "zh api-164891585", ""},
		{core.OpPay, "POST", "/alibaba/trade/pay/protocolPay/preparePay", true, "DOC", "zh api-194158434",
			"the answer is not documented, so the order is read again after it; without a password-free agreement of the account nothing is paid"},
		{core.OpConfirmReceipt, "POST", "/alibaba/trade/receiveGoods/confirm", true, "DOC", "en api-194164772", "the answer of a success is not documented. " + nestedSign},
		{core.OpCancelOrder, "POST", "/alibaba/trade/cancel", true, "DOC", "en api-194164769", "unpaid orders only"},
	},
	core.Taobao: {
		{core.OpQuote, "POST", "/taobao/purchase/order/render", false, "DOC", "en api-194164778",
			"the answer is known from a summary alone (CLIENT), and its unit, fen, is inferred. " + nestedSign},
		{core.OpCreateOrder, "POST", "/taobao/purchase/order/create", true, "DOC", "zh api-183099796",
			"the answer is not documented: it is read as Taobao's own (UPSTREAM), and any other is in doubt. " + nestedSign},
		{core.OpPay, "POST", "/taobao/purchase/order/batch/pay", true, "DOC", "en api-194164783",
			"one order in each batch; the answer is not documented, so it is accepted at best and never settled. Nothing is paid that was not read first, so " + queryOrder + " must be named. " + nestedSign},
		{core.OpCancelOrder, "POST", "/taobao/purchase/order/asyn/cancel", true, "DOC", "en api-194164781",
			"asynchronous: the answer is an acceptance. " + nestedSign},
	},
}

// queryOrder is the entry of the menu that reads orders of Taobao.
const queryOrder = "taobao.query_order"

// undocumented are the operations whose call is in no document (the path is known from CLIENT G alone, request
// and answer from UPSTREAM): they are off until the account's settings name this entry of the menu.
var undocumented = map[core.Market]map[core.Operation]string{
	core.Taobao: {core.OpListOrders: queryOrder, core.OpGetOrder: queryOrder, core.OpTrack: queryOrder},
}

// asUpstream is what an operator vouches for who names the entry.
const asUpstream = "Request and answer are read as Taobao's own (UPSTREAM): amounts are fen, and purchase_amount is all that there is to pay"

// others have no call of their own.
var others = map[core.Market]map[core.Operation]core.Capability{
	core.Alibaba1688: {
		core.OpTrack:     {Support: core.Emulated, Reason: noTrace},
		core.OpRefund:    {Reason: noRefund},
		core.OpGetRefund: {Reason: noRefund},
	},
	core.Taobao: {
		core.OpConfirmReceipt: {Reason: "dajisaas has no confirmation of receipt for Taobao in any menu (wiki, all languages)"},
		core.OpRefund:         {Reason: noTaobaoRefund},
		core.OpGetRefund:      {Reason: noTaobaoRefund},
	},
}

const nestedSign = `how objects and lists enter the sign is not documented; if the sign is refused, auth = "secret" is the documented alternative, for debugging`

// What dajisaas does not have (wiki.dajisaas.com and wiki-en.dajisaas.com, all menus).
const (
	noTrace  = "dajisaas has no trace endpoint in any menu: carriers and tracking numbers come from the order detail, scans do not"
	noRefund = "dajisaas has no refund endpoint in any menu (wiki, all languages); ask for the refund in 1688's own pages"

	noTaobaoRefund = "dajisaas has no refund endpoint in any menu (wiki, all languages); ask dajisaas' support for the refund"
)

// maxLines is documented for 1688: one create takes 100 SKUs of one supplier. Taobao's page gives none.
const maxLines = 100

var limits = map[core.Market]core.Limits{core.Alibaba1688: {LinesPerOrder: maxLines}}

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
	optionSource  = "order_source"
	optionChannel = "channel_order_type"
)

var options = map[core.Market]map[string]string{
	core.Alibaba1688: {
		optionFlow:    "how 1688 sells: general (the default), fenxiao, saleproxy, paired, boutiquefenxiao, boutiquepifa; passed on as it is",
		optionBizType: "the kind of business (isvBizType): cross (the default) or cross_daigou; passed on as it is",
	},
	core.Taobao: {
		optionSource:  "the platform that the buyer sells on (order_source), such as lazada; the English page requires it, the Chinese one does not, and it is left out by default",
		optionChannel: "the kind of order (channel_order_type): PANAMA (the default) or PANAMA_DG; passed on as it is",
	},
}

// Describe implements core.Adapter.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	operations := map[core.Operation]core.Capability{}
	for _, op := range core.Operations() {
		operations[op] = a.capability(op)
	}
	d := core.Description{
		Endpoints: a.menu,
		Messages:  &core.MessageReading{Note: `dajisaas' page does not say what the signature is over; if every message is refused, set message_base = "value" in the account's settings`},
		Adapter:   Name, Version: Version, Market: a.settings.Market, Gateway: "dajisaas",
		Operations: operations,
		Limits:     limits[a.settings.Market],
		Options:    options[a.settings.Market],
	}
	if a.reads() { // the number that we give comes back with the order, and finds it
		d.Idempotency = core.LookupByRef
	}
	return d, nil
}

// reads reports whether orders can be read, on which every look-up stands.
func (a *Adapter) reads() bool {
	_, err := a.endpoint(core.OpListOrders)
	return err == nil
}

// capability is what the account can do of one operation.
func (a *Adapter) capability(op core.Operation) core.Capability {
	c := others[a.settings.Market][op]
	if row, ok := a.documented(op); ok {
		c = core.Capability{Support: core.Supported, Reason: row.note}
	} else if name, ok := undocumented[a.settings.Market][op]; ok {
		e := a.entry(name)
		c = core.Capability{Support: core.Provisional, Enabled: e.Offered(), Reason: e.Reason + ". " + asUpstream}
	}
	if !c.Offered() {
		return c
	}
	c.Effect = effects[op]
	if c.Effect.Class == core.EffectLookup && !a.reads() {
		c.Effect = core.Effect{Class: core.EffectHuman, Why: "nothing can be looked up while " + queryOrder + " is not named"}
	}
	return c
}

// endpoint is the row of an operation. One that the market has not, or that the documents leave open and
// the settings do not name, is Unsupported, with the reason.
func (a *Adapter) endpoint(op core.Operation) (endpoint, error) {
	if row, ok := a.documented(op); ok {
		return row, nil
	}
	name, ok := undocumented[a.settings.Market][op]
	if !ok {
		return endpoint{}, core.NotOffered(op, others[a.settings.Market][op].Reason)
	}
	e := a.entry(name)
	if !e.Offered() {
		return endpoint{}, core.NotOffered(op, e.Reason)
	}
	return endpoint{op: op, method: e.Method, path: e.Path, write: e.Writes(), evidence: e.Evidence, note: e.Note}, nil
}

func (a *Adapter) documented(op core.Operation) (endpoint, bool) {
	for _, row := range endpoints[a.settings.Market] {
		if row.op == op {
			return row, true
		}
	}
	return endpoint{}, false
}

// entry is an entry of the menu. A missing one is a fault of this package.
func (a *Adapter) entry(name string) core.Endpoint {
	for _, e := range a.menu {
		if e.Name == name {
			return e
		}
	}
	panic("dajisaas: the menu has no entry " + name)
}
