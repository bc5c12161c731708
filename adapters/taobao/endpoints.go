package taobao

import (
	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// The names of the rows, which are the keys of settings.endpoints.
const (
	epCreate       = "create"
	epLogistics    = "logistics"
	epRefundQuery  = "refund_query"
	epRefundList   = "refund_list"
	epList         = "list"
	epDetail       = "detail"
	epPay          = "pay"
	epCancel       = "cancel"
	epRefundSubmit = "refund_submit"
)

// endpoints is every call that this adapter can make. Bodies of Provisional rows are our own
// reading of the sister operations; an operator who names such a row vouches for both.
var endpoints = gateway.Table{
	{Name: epCreate, Op: core.OpCreateOrder, Method: "POST", Path: "/open/order", Support: core.Supported, Write: true,
		Evidence: "SEED, DOC", Source: "doc-es api-266459370"},
	{Name: epLogistics, Op: core.OpTrack, Method: "GET", Path: "/open/order/logistics/detail/get", Support: core.Supported,
		Evidence: "DOC", Source: "doc api-250313082"},
	{Name: epRefundQuery, Op: core.OpGetRefund, Method: "GET", Path: "/open/order/refund/query", Support: core.Supported,
		Evidence: "DOC", Source: "doc-vnm api-250496551"},
	// Its answer is not read: ProveFence alone asks, because it is the one list with a documented path.
	{Name: epRefundList, Op: core.OpGetRefund, Method: "POST", Path: "/open/order/refund/queryList", Support: core.Supported,
		Evidence: "DOC", Source: "doc-vnm api-250496545", Why: "the answer is not documented"},

	{Name: epList, Op: core.OpListOrders, Method: "GET", Support: core.Provisional,
		Evidence: "DOC (menu)", Source: "doc-en api-263477611", Why: "path, parameters and answer are unknown",
		Suggest: "GET /open/order/page"},
	{Name: epDetail, Op: core.OpGetOrder, Method: "GET", Support: core.Provisional,
		Evidence: "DOC (menu)", Source: "doc-en api-263477617", Why: "path, parameter and answer are unknown",
		Suggest: "GET /open/order/detail/get"},
	{Name: epPay, Op: core.OpPay, Method: "POST", Support: core.Provisional, Write: true,
		Evidence: "DOC (menu)", Source: "doc-en api-263477615", Why: "path, body and whether it pays at once are unknown",
		Suggest: "POST /open/order/pay"},
	{Name: epCancel, Op: core.OpCancelOrder, Method: "POST", Support: core.Provisional, Write: true,
		Evidence: "DOC (menu)", Source: "doc-en api-263477613", Why: "path, body and preconditions are unknown",
		Suggest: "POST /open/order/cancel"},
	{Name: epRefundSubmit, Op: core.OpRefund, Method: "POST", Support: core.Provisional, Write: true,
		Evidence: "DOC (menu)", Source: "doc-en api-263477625", Why: "path and body are unknown",
		Suggest: "POST /open/order/refund/submit"},
}
