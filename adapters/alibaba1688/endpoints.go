package alibaba1688

import (
	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// The names of the rows, which are the keys of settings.endpoints.
const (
	epCreate       = "create"
	epBatchCreate  = "batch_create"
	epPreview      = "preview"
	epPreviewV2    = "preview_v2"
	epList         = "list"
	epDetail       = "detail"
	epPay          = "pay"
	epCancel       = "cancel"
	epConfirm      = "confirm"
	epRefundCreate = "refund_create"
	epRefundInfo   = "refund_info"
	epTrace        = "trace"
)

// endpoints is every call that this adapter can make: 11 documented rows, of which 6 write, and a
// Provisional one. Not here: bulk submit and pay, carts, return shipments, refund reasons, voucher
// upload and goods, which have no operation in core or no documented path.
var endpoints = gateway.Table{
	{Name: epCreate, Op: core.OpCreateOrder, Method: "POST", Path: "/alibaba/order/create", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc-vnm api-250496568", Why: "the answer is not documented"},
	{Name: epBatchCreate, Op: core.OpCreateOrder, Method: "POST", Path: "/v2/alibaba/order/batch/create", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc-cnv2 api-288855706"},
	{Name: epPreview, Op: core.OpQuote, Method: "POST", Path: "/alibaba/order/create/preview", Support: core.Supported,
		Evidence: "DOC", Source: "doc api-250313112"},
	{Name: epPreviewV2, Op: core.OpQuote, Method: "POST", Path: "/v2/alibaba/order/create/preview", Support: core.Supported,
		Evidence: "DOC", Source: "doc-cnv2 api-288855709", Why: "the answer is not documented"},
	{Name: epList, Op: core.OpListOrders, Method: "POST", Path: "/v2/alibaba/order/page", Support: core.Supported,
		Evidence: "SEED", Source: "doc-th api-289190488"},
	{Name: epDetail, Op: core.OpGetOrder, Method: "POST", Path: "/alibaba/order/detail", Support: core.Supported,
		Evidence: "DOC", Source: "doc-vnm api-250496569"},
	// A GET that may take the money.
	{Name: epPay, Op: core.OpPay, Method: "GET", Path: "/alibaba/order/pay/url", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc-en api-263477651"},
	{Name: epCancel, Op: core.OpCancelOrder, Method: "POST", Path: "/alibaba/order/cancel", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc-en api-263477650"},
	{Name: epConfirm, Op: core.OpConfirmReceipt, Method: "POST", Path: "/alibaba/order/receivegoods", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc-en api-263477652"},
	{Name: epRefundCreate, Op: core.OpRefund, Method: "POST", Path: "/alibaba/refund/detail/create", Support: core.Supported, Write: true,
		Evidence: "DOC", Source: "doc api-250313120"},
	{Name: epRefundInfo, Op: core.OpGetRefund, Method: "POST", Path: "/alibaba/refund/info", Support: core.Supported,
		Evidence: "DOC", Source: "doc api-250313117, doc-vnm api-250496578"},

	{Name: epTrace, Op: core.OpTrack, Method: "GET", Support: core.Provisional,
		Evidence: "DOC (menu)", Source: "doc-en api-263477646", Why: "path, parameters and answer are unknown; they are read as 1688's own trace is",
		Suggest: "GET /alibaba/order/logistics/trace"},
}
