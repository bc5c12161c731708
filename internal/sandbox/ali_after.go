package sandbox

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

var (
	aliRefundKinds = []string{"refund", "returnRefund"}
	aliRefundGoods = []string{
		"refundWaitSellerSend", "refundWaitBuyerReceive", "refundBuyerReceived",
		"aftersaleBuyerNotReceived", "aftersaleBuyerReceived",
	}
)

// aliRefundBody is the body of the application; ids are integers, money is fen.
type aliRefundBody struct {
	OrderID        int64    `json:"orderId"`
	EntryIDs       []int64  `json:"orderEntryIds"`
	DisputeRequest string   `json:"disputeRequest"`
	ApplyPayment   *int64   `json:"applyPayment"`
	ApplyCarriage  *int64   `json:"applyCarriage"`
	ApplyReasonID  *int64   `json:"applyReasonId"`
	Description    string   `json:"description"`
	GoodsStatus    string   `json:"goodsStatus"`
	Vouchers       []string `json:"vouchers"`
	EntryCounts    []struct {
		ID    int64 `json:"id"`
		Count int64 `json:"count"`
	} `json:"orderEntryCountList"`
}

func (b aliRefundBody) valid() bool {
	length := utf8.RuneCountInString(b.Description)
	return b.ApplyPayment != nil && b.ApplyCarriage != nil && b.ApplyReasonID != nil &&
		*b.ApplyPayment >= 0 && *b.ApplyCarriage >= 0 && *b.ApplyPayment+*b.ApplyCarriage > 0 &&
		length >= 2 && length <= 150 &&
		slices.Contains(aliRefundKinds, b.DisputeRequest) && slices.Contains(aliRefundGoods, b.GoodsStatus)
}

// aliRefundCreate applies for money back. Fiction: the refusal of more than was
// paid uses a business code; upstream only states the limit.
func (s *Sandbox) aliRefundCreate(c *call) (any, *refusal) {
	var body aliRefundBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if !body.valid() {
		return nil, refuse(CodeBadRequest, "请求参数错误: 退款参数")
	}
	o, r := s.aliFind(text(body.OrderID))
	if r != nil {
		return nil, r
	}
	lines, r := o.entryLines(body.EntryIDs)
	if r != nil {
		return nil, r
	}
	if o.paid.IsZero() || o.closedState() {
		return nil, refuse(CodeWrongState, "订单状态不允许退款")
	}
	if o.claimedFen()+*body.ApplyPayment+*body.ApplyCarriage > o.paidFen {
		return nil, refuse(CodeRefundTooMuch, "退款金额超过实付金额")
	}
	ref := &refund{
		id: "TQ" + s.ids.aliRefund.take(), order: o, lines: lines, payFen: *body.ApplyPayment,
		carryFen: *body.ApplyCarriage, kind: body.DisputeRequest, goods: body.GoodsStatus,
		reasonID: *body.ApplyReasonID, desc: body.Description, at: c.now,
	}
	s.bookRefund(ref)
	return obj{"refundId": ref.id}, nil
}

// aliRefundInfo takes the id in the body or in the query: the mirrors disagree.
func (s *Sandbox) aliRefundInfo(c *call) (any, *refusal) {
	var body struct {
		RefundID string `json:"refundId"`
	}
	id := c.query.Get("refundId")
	if len(c.body) > 0 {
		if r := decodeBody(c.body, &body); r != nil {
			return nil, r
		}
		id = body.RefundID
	}
	r := s.refunds[id]
	if r == nil || r.order.market != market1688 {
		return nil, refuse(CodeUnknownRefund, "退款单不存在")
	}
	return r.aliInfo(), nil
}

// aliInfo is AlibabaRefundInfo. The names beyond the first 21 are INFERRED from
// the upstream model. Fiction: the time format.
func (r *refund) aliInfo() obj {
	o := r.order
	var refundedPay, refundedCarriage int64
	if r.settled() {
		refundedPay, refundedCarriage = r.payFen, r.carryFen
	}
	entries := make([]int64, 0, len(r.lines))
	for _, l := range r.lines {
		entries = append(entries, number(l.subID))
	}
	return obj{
		"id": number(r.id[2:]), "createBy": nil, "createById": nil, "createTime": plainTime(r.at),
		"updateBy": nil, "updateById": nil, "updateTime": nil, "remark": nil, "alipayPaymentId": nil,
		"applyCarriage": r.carryFen, "applyExpect": nil, "applyPayment": r.payFen, "applyReason": r.desc,
		"applyReasonId": r.reasonID, "applySubReason": nil, "applySubReasonId": nil, "buyerAlipayId": nil,
		"buyerLogisticsName": nil, "buyerMemberId": nil, "buyerSendGoods": false, "buyerUserId": nil,
		"canRefundPayment": o.paidFen - o.claimedFen() + r.fen(), "disputeRequest": disputeNumber(r.kind),
		"disputeType": r.disputeType(), "freightBill": nil, "frozenFund": r.fen() - refundedPay - refundedCarriage,
		"gmtApply": plainTime(r.at), "gmtCompleted": orNull(r.doneAt, plainTime), "gmtCreate": plainTime(r.at),
		"goodsReceived": r.goodsNumber() == 2, "goodsStatus": r.goodsNumber(),
		"onlyRefund": r.kind == "refund", "orderEntryIdList": entries, "orderId": number(o.id),
		"productName": r.lines[0].good.title, "refundCarriage": refundedCarriage,
		"refundGoods": r.kind == "returnRefund", "refundId": r.id, "refundPayment": refundedPay,
		"rejectReason": nil, "rejectTimes": 0, "status": r.orderWord(), "tradeTypeStr": "50060",
	}
}

// disputeNumber: Fiction, upstream gives no values for the integer.
func disputeNumber(kind string) int { return slices.Index(aliRefundKinds, kind) + 1 }

// disputeType is 1 during the sale and 2 after it (UPSTREAM).
func (r *refund) disputeType() int {
	if r.afterSale() {
		return 2
	}
	return 1
}

func (r *refund) afterSale() bool {
	return r.goods == "aftersaleBuyerNotReceived" || r.goods == "aftersaleBuyerReceived"
}

// goodsNumber is 1 not received, 2 received (UPSTREAM): an integer here, a word
// in the request.
func (r *refund) goodsNumber() int {
	if r.goods == "refundBuyerReceived" || r.goods == "aftersaleBuyerReceived" {
		return 2
	}
	return 1
}

// orderWord and lineWord are two spellings of one status.
func (r *refund) orderWord() string {
	if r.settled() {
		return "refundsuccess"
	}
	return "waitselleragree"
}

func (r *refund) lineWord() string {
	if r.settled() {
		return "REFUND_SUCCESS"
	}
	return "WAIT_SELLER_AGREE"
}

// aliTrace is the upstream trace. Fiction: the gateway's path and answer are
// UNKNOWN; an order that is not shipped has an empty result.
func (s *Sandbox) aliTrace(c *call) (any, *refusal) {
	o, r := s.aliFind(c.query.Get("orderId"))
	if r != nil {
		return nil, r
	}
	result := []obj{}
	if o.parcel != nil {
		result = append(result, o.trace())
	}
	return obj{"result": result}, nil
}

func (o *order) trace() obj {
	steps, nodes := []obj{}, []obj{}
	for _, sc := range o.parcel.scans {
		action := "TRANSPORT"
		if sc.signed {
			action = "SIGN"
		}
		steps = append(steps, obj{"acceptTime": plainTime(sc.at), "remark": sc.text})
		nodes = append(nodes, obj{
			"action": action, "areaCode": nil, "encrypt": nil, "acceptTime": plainTime(sc.at), "remark": sc.text,
			"facilityType": nil, "facilityNo": nil, "facilityName": textOrNull(sc.place),
		})
	}
	return obj{
		"logisticsId": "BX" + o.parcel.id, "orderId": json.Number(o.id), "logisticsBillNo": o.parcel.waybill,
		"logisticsSteps": steps, "traceNodeList": nodes,
	}
}
