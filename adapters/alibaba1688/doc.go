// Package alibaba1688 is the adapter of the market 1688 behind the PandaPon gateway.
//
// Start reading at endpoints.go, the table of everything it may call and how well each row is
// known; then one file per operation. It imports core, core/money, core/wirejson, the gateway
// client that it shares with taobao, and trade1688, which reads 1688's own trade object.
//
// # Which generation
//
// PandaPon has two generations of paths, v1 and v2 (= "/v2" + v1). Every row is v1, but for the
// list (v2 is the only one documented), and for the create and preview of goods whose id is not a
// number. Those are v2's encrypted ids (offerMapId, "DPUnltuJWnOM-Gsg24_8wA"), which v1's integer
// offerId cannot hold; their create is the batch create and needs a seller_id (sellerOpenId). One
// order holds ids of one kind. An account that lives on v2 names its paths in its settings:
//
//	[accounts.ali.settings.endpoints]
//	create        = "POST /v2/alibaba/order/create"
//	cancel        = "POST /v2/alibaba/order/cancel"
//	pay           = "GET /v2/alibaba/order/pay/url"
//	confirm       = "POST /v2/alibaba/order/receivegoods"
//	refund_create = "POST /v2/alibaba/refund/detail/create"
//	refund_info   = "POST /v2/alibaba/refund/info"
//
// # Ids
//
// Order.ID is 1688's own order id (tbOrderId), the only one that other calls take, in text or as an
// exact integer as each call wants it. Order.Number is PandaPon's orderNo, which only lists have.
// Line.ID is the sub-order id.
//
// # Writes
//
// No create of PandaPon's takes a number of ours, so a lost create is settled by a person: see
// noteToken for what such a person looks for. Pay is a GET that may take the money at once.
// Failures inside an answer with code 200 count as refused for certain only where their code is in
// settings.refusal_codes, and an old signature as refused only where its code is in
// settings.expired_codes: see Adapter.ProveFence.
package alibaba1688
