package sandbox

import (
	"cmp"
	"encoding/json"
	"slices"
)

// dajiWords are the documented words, spelt as there. Fiction: that the query uses those of the messages, and
// that an order whose payment or cancellation is on its way still shows that it waits for its buyer.
var dajiWords = map[state]string{
	stateBuilding: "BULIDING", stateUnpaid: "WAIT_BUYER_P", statePaying: "WAIT_BUYER_P", stateCancelling: "WAIT_BUYER_P",
	stateToShip: "WAIT_SELLER_SEND_GOODS", stateShipped: "WAIT_BUYER_CONFIRM_GOODS",
	stateCancelled: "TRADE_CLOSED", stateTerminated: "TRADE_CLOSED", stateFailed: "TRADE_CLOSED",
}

type dajiQueryBody struct {
	PurchaseIDs []int64 `json:"purchase_ids"`
	Number      string  `json:"outer_purchase_id"`
	Status      string  `json:"status"`
	PageNo      *int    `json:"page_no"`
	PageSize    *int    `json:"page_size"`
}

// dajiQuery reads and lists orders, newest first, and lets those that it shows go on, as PandaPon's stand-in
// does. Fiction: path, request and answer. The path is a client's, the rest UPSTREAM's.
func (s *Sandbox) dajiQuery(c *call) (any, *refusal) {
	var body dajiQueryBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	found := s.newestFirst(gatewayDajisaas, marketTaobao, func(o *order) bool {
		return (len(body.PurchaseIDs) == 0 || slices.Contains(body.PurchaseIDs, number(o.id))) &&
			(body.Number == "" || body.Number == o.number) && (body.Status == "" || body.Status == dajiWords[o.state])
	})
	pageNo, pageSize := orDefault(body.PageNo, 1), orDefault(body.PageSize, 10)
	page, r := cut(found, pageNo, pageSize)
	if r != nil {
		return nil, r
	}
	rows := make([]obj, 0, len(page))
	for _, o := range page {
		rows = append(rows, o.dajiPurchaseRow())
		o.settle(c.now)
	}
	return obj{"results_total": len(found), "page_no": pageNo, "page_size": pageSize, "purchase_orders": rows}, nil
}

func (o *order) dajiPurchaseRow() obj {
	var payTime, payAmount any
	if !o.paid.IsZero() {
		payTime, payAmount = text(o.paid.UnixMilli()), text(o.paidFen)
	}
	subs := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		parcels := []obj{}
		if o.parcel != nil {
			parcels = append(parcels, obj{"logistic_company_name": carrierName, "logistic_number": o.parcel.waybill, "rts_time": text(o.shipped.Unix())})
		}
		subs = append(subs, obj{
			"sub_purchase_order_id": number(l.subID), "purchase_order_outer_id": l.outerID, "item_id": l.itemID, "sku_id": l.skuID,
			"quantity": text(l.quantity), "status": dajiWords[o.state], "refund_id": nil, "refund_status": nil,
			"close_reason": textOrNull(o.closeReason), "error_code": nil, "logistic_orders": parcels,
		})
	}
	return obj{
		"purchase_id": number(o.id), "outer_purchase_id": o.number, "status": dajiWords[o.state], "purchase_amount": o.totalFen(),
		"pay_amount": payAmount, "pay_time": payTime, "created_time": o.created.UnixMilli(), "modify_time": o.modified.UnixMilli(),
		"domestic_post_fee": o.postFen, "sub_purchase_orders": subs,
	}
}

// maxBatch is documented.
const maxBatch = 10

// dajiBatchPay says of each order whether it will be paid, and pays later. Fiction: the answer, which is
// UPSTREAM's: ids that will be paid are numbers here, ids that will not are text.
func (s *Sandbox) dajiBatchPay(c *call) (any, *refusal) {
	var body struct {
		IDs []int64 `json:"purchaseOrderIdList"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if len(body.IDs) == 0 || len(body.IDs) > maxBatch {
		return nil, refuse(CodeBadRequest, "请求参数错误: purchaseOrderIdList")
	}
	if s.payMode == PayNull {
		return nil, nil
	}
	will, failed, reasons := []int64{}, []string{}, []obj{}
	for _, id := range body.IDs {
		why := s.dajiPayLater(c, text(id))
		if why == "" {
			will = append(will, id)
			continue
		}
		failed = append(failed, text(id))
		reasons = append(reasons, obj{"purchase_order_id": text(id), "reason": why})
	}
	return obj{"success": len(failed) == 0, "will_pay_purchase_order_ids": will, "pay_failure_purchase_order_ids": failed, "pay_failed_results": reasons}, nil
}

// dajiPayLater accepts the payment of one order, or says why not.
func (s *Sandbox) dajiPayLater(c *call, id string) (why string) {
	o := s.find(gatewayDajisaas, marketTaobao, id)
	switch {
	case o == nil:
		return "订单不存在"
	case o.state != stateUnpaid && o.state != stateBuilding:
		return "订单状态不允许支付"
	case s.payMode != PayProtocol:
		return "扣款失败"
	}
	s.accept(o, statePaying, c.now)
	s.record(c.now, EffectPay, o, o.totalFen())
	return ""
}

type dajiAsynCancelBody struct {
	PurchaseID string          `json:"purchase_id"`
	SubIDs     json.RawMessage `json:"sub_purchase_orderId_list"`
	Reason     string          `json:"cancel_reason"`
	Remark     string          `json:"cancel_remark"`
}

// dajiAsynCancel accepts the cancellation of a whole order, which follows later. Its answer has two trace ids
// and a code that is text. Fiction: that sub-orders cannot be cancelled alone.
func (s *Sandbox) dajiAsynCancel(c *call) (any, *refusal) {
	var body dajiAsynCancelBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	var subs []string
	if json.Unmarshal(body.SubIDs, &subs) != nil || subs == nil || len(subs) > 0 || body.Reason == "" || body.Remark == "" {
		return nil, refuse(CodeBadRequest, "请求参数错误: 取消参数")
	}
	o := s.find(gatewayDajisaas, marketTaobao, body.PurchaseID)
	if o == nil {
		return nil, refuse(CodeUnknownOrder, "订单不存在")
	}
	if o.state != stateUnpaid && o.state != stateBuilding {
		return nil, refuse(CodeWrongState, "订单状态不允许取消")
	}
	o.closeReason, o.closeRemark = cmp.Or(body.Reason, "buyerCancel"), body.Remark
	s.accept(o, stateCancelling, c.now)
	s.record(c.now, EffectCancel, o, o.totalFen())
	return obj{"code": "0", "success": true, "requestId": s.ids.trace(12), "errorCode": nil, "TraceId": s.ids.trace(32), "errorMsg": nil}, nil
}
