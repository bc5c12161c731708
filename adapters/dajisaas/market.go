package dajisaas

import (
	"encoding/json"

	"github.com/sampan-go/sampan/core"
)

// market is what differs between the markets of this gateway: what is sent, and how the data of an
// answer is read. Keys, sending once, envelopes and doubt are the same and stand beside it. The methods
// are in the files of their operations: those of 1688 in create.go, those of Taobao in create_taobao.go.
//
// For a gateway with one market drop the files that end in _taobao.go, and the rows of core.Taobao here and
// in describe.go.
type market interface {
	// idWord says what an id of an order looks like.
	idWord() string

	quoteBody(core.QuoteRequest) (any, error)
	quote(core.QuoteRequest, answer) (core.Quote, error)

	createBody(core.CreateOrderRequest) (any, error)
	created(core.CreateOrderRequest, answer) (core.Order, error)

	listBody(core.ListOrdersRequest, listPage) any
	// rows are the orders of a page, each as it came.
	rows(answer) ([]json.RawMessage, error)
	// order reads one of them. Its error is only the reason: what it means depends on the call.
	order(row json.RawMessage) (core.Order, error)

	detailBody(id string) any
	// detail gives the order's object, as rows does.
	detail(answer) (json.RawMessage, error)

	payBody(id string) any
	// paid reads an answer of Pay that is no error. seen gives the order as a fresh read shows it.
	paid(r core.PayRequest, got answer, seen func() (core.Order, error)) (core.Payment, error)

	cancelBody(id string, reason string) any
	cancelled(answer) (core.CancelState, error)
}

// The markets of this adapter. Poizon has entries in the menu and no operations: it has one order call,
// which pays at once, and no documented way to read an order.
var markets = map[core.Market]market{core.Alibaba1688: alibaba{}, core.Taobao: taobao{}}
