package sandbox

import (
	"slices"
	"strconv"
)

// taobaoLogistics is documented in full; it takes the Taobao sub purchase id.
func (s *Sandbox) taobaoLogistics(c *call) (any, *refusal) {
	id := c.query.Get("subPurchaseOrderId")
	o, l := s.taobaoLine(func(l *line) bool { return l.purchaseSubID == id })
	if id == "" || o == nil {
		return nil, refuse(CodeUnknownOrder, "订单不存在")
	}
	parcels := []obj{}
	if o.parcel != nil {
		parcels = append(parcels, o.taobaoParcel(l))
	}
	return obj{"purchaseOrderOuterId": l.outerID, "pnmLogisticsDetails": parcels}, nil
}

func (s *Sandbox) taobaoLine(want func(*line) bool) (*order, *line) {
	for _, o := range s.orders {
		if o.gateway != gatewayPandaPon || o.market != marketTaobao {
			continue
		}
		if i := slices.IndexFunc(o.lines, want); i >= 0 {
			return o, o.lines[i]
		}
	}
	return nil, nil
}

func (o *order) taobaoParcel(l *line) obj {
	a := o.address
	return obj{
		"mailNo":          o.parcel.waybill,
		"logisticsTraces": o.parcel.taobaoTraces(),
		"logisticsPartner": []obj{
			{"companyImageUrl": nil, "company": carrierName, "companyContact": nil},
		},
		"receiver": obj{
			"zipCode": a.PostCode, "address": a.Address, "province": a.Province, "city": a.City,
			"district": a.Area, "phone": a.anyPhone(), "name": a.FullName,
		},
		"logisticsGoods": []obj{
			{"title": l.good.title, "property": nil, "imageUrl": nil, "quantity": text(l.quantity)},
		},
	}
}

// taobaoTraces are newest first. Fiction: the words for a delivered parcel; only
// TRANSPORT, TMS_STATION_IN and TMS_STATION_OUT are seen in the examples.
func (p *parcel) taobaoTraces() []obj {
	traces := []obj{}
	for _, sc := range slices.Backward(p.scans) {
		action, status, desc := "TMS_STATION_IN", "TRANSPORT", "运输中"
		if sc.signed {
			action, status, desc = "TMS_SIGN", "SIGN", "已签收"
		}
		traces = append(traces, obj{
			"statusDesc": desc, "province": nil, "city": textOrNull(sc.place), "district": nil,
			"action": action, "facilityName": textOrNull(sc.place), "time": plainTime(sc.at),
			"standerdDesc": sc.text, "status": status, "nextCity": nil, "nextNodeName": nil,
		})
	}
	return traces
}

// taobaoRefundBody is the body of the submission. Fiction: it is UNKNOWN; the
// members are those of the reverse render and query.
type taobaoRefundBody struct {
	SubOrderID  string `json:"subOrderId"`
	RefundType  int64  `json:"refundType"`
	GoodsStatus int64  `json:"goodsStatus"`
	ReasonID    *int64 `json:"reasonId"`
	RefundFee   int64  `json:"refundFee"`
	RefundDesc  string `json:"refundDesc"`
}

// taobaoRefund takes claims for paid lines. Fiction: path and answer are
// UNKNOWN; the values of the enums are those of UPSTREAM LinkedMall.
func (s *Sandbox) taobaoRefund(c *call) (any, *refusal) {
	var body taobaoRefundBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	typeOK := slices.Contains([]int64{1, 3}, body.RefundType)
	if !typeOK || !slices.Contains([]int64{4, 1, 2}, body.GoodsStatus) || body.ReasonID == nil || body.RefundFee < 1 {
		return nil, refuse(CodeBadRequest, "请求参数错误: 退款参数")
	}
	o, l := s.taobaoLine(func(l *line) bool { return l.subID == body.SubOrderID })
	if o == nil {
		return nil, refuse(CodeUnknownOrder, "子订单不存在")
	}
	if o.paid.IsZero() || l.good == nil || o.closedState() {
		return nil, refuse(CodeWrongState, "订单状态不允许退款")
	}
	if o.claimedOn(l)+body.RefundFee > l.amountFen {
		return nil, refuse(CodeRefundTooMuch, "退款金额超过可退金额")
	}
	ref := &refund{
		id: s.ids.taobaoRefund.take(), order: o, lines: []*line{l}, payFen: body.RefundFee,
		typ: body.RefundType, goodsStatus: body.GoodsStatus, reasonID: *body.ReasonID,
		desc: body.RefundDesc, at: c.now,
	}
	s.bookRefund(ref)
	return obj{"refundId": ref.id}, nil
}

func (o *order) claimedOn(l *line) (sum int64) {
	for _, r := range o.refunds {
		if slices.Contains(r.lines, l) {
			sum += r.fen()
		}
	}
	return sum
}

func (s *Sandbox) bookRefund(r *refund) {
	r.order.refunds = append(r.order.refunds, r)
	r.order.modified = r.at
	s.refunds[r.id] = r
	s.record(r.at, EffectRefund, r.order, r.fen())
}

// taobaoRefundQuery is documented. Fiction: refundStatus 1 (waiting for the
// seller) and 5 (success) are UPSTREAM values; the money unit is fen by analogy.
func (s *Sandbox) taobaoRefundQuery(c *call) (any, *refusal) {
	r := s.refunds[c.query.Get("refundId")]
	if r == nil || r.order.market != marketTaobao {
		return nil, refuse(CodeUnknownRefund, "退款单不存在")
	}
	o, l := r.order, r.lines[0]
	return obj{
		"distributorId": "2100005349129", "currency": "CNY",
		"refundOrderAggregate": obj{
			"logistics": obj{
				"receiverAddress": nil, "returnGoodsDesc": nil, "buyerPhone": nil,
				"logisticsCompany":          obj{"logisticsCompanyCode": nil, "logisticsCompanyName": nil},
				"sellerAgreeReturnDescribe": nil,
			},
			"refundOrder": r.taobaoRefundOrder(),
			"purchaseOrderLine": obj{
				"salesOrderId": textOrNull(o.number), "supplierId": nil, "quantity": l.quantity,
				"totalPrice": l.amountFen, "itemTitle": l.good.title, "postFee": 0, "productFee": l.amountFen,
				"salesMarket": "taobao", "purchaseOrderLineId": number(l.purchaseSubID),
				"purchaseOrderId": number(o.taobao.purchaseID), "createTime": o.created.UnixMilli(),
				"price": l.good.priceFen,
			},
		},
	}, nil
}

// taobaoRefundListBody is documented; times are left out, because their unit is not.
type taobaoRefundListBody struct {
	RefundID     string `json:"refundId"`
	RefundStatus *int   `json:"refundStatus"`
	PageNo       *int   `json:"pageNo"`
	PageSize     *int   `json:"pageSize"`
}

// taobaoRefundList gives one page. Fiction: the answer is UNKNOWN; it has the shape of PandaPon's
// 1688 list around the refunds of the query.
func (s *Sandbox) taobaoRefundList(c *call) (any, *refusal) {
	var body taobaoRefundListBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.PageNo == nil || body.PageSize == nil {
		return nil, refuse(CodeBadRequest, "请求参数错误: 分页参数")
	}
	all := []obj{}
	for _, o := range s.orders {
		for _, r := range o.refunds {
			row := r.taobaoRefundOrder()
			fits := body.RefundID == "" || body.RefundID == r.id
			if o.market == marketTaobao && fits && (body.RefundStatus == nil || *body.RefundStatus == row["refundStatus"]) {
				all = append(all, row)
			}
		}
	}
	page, r := cut(all, *body.PageNo, *body.PageSize)
	if r != nil {
		return nil, r
	}
	return obj{"total": len(all), "data": page}, nil
}

func (r *refund) taobaoRefundOrder() obj {
	status := 1
	if r.settled() {
		status = 5
	}
	return obj{
		"refundFee": r.payFen, "payOrderId": nil, "timeoutType": nil, "sellerRefuseReason": nil,
		"refundStatus": status, "canEditFee": true, "remainingTime": nil, "refundType": r.typ,
		"feeTips": nil, "reasonDesc": nil, "goodsStatus": r.goodsStatus, "refundDesc": r.desc,
		"reasonId": r.reasonID, "timeoutDate": nil, "sellerRefuseReasonDescribe": nil, "refundId": r.id,
	}
}

func text(n int64) string { return strconv.FormatInt(n, 10) }
