package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// aliNumbers are the list's integers. Only 1 (unpaid) is documented; payStatus
// 2 is SIBLING's. Fiction: every other number.
var aliNumbers = map[state]struct{ order, pay, logistics int }{
	stateUnpaid:     {1, 1, 0},
	stateToShip:     {2, 2, 0},
	stateShipped:    {3, 2, 2},
	stateReceived:   {4, 2, 3},
	stateCancelled:  {5, 1, 0},
	stateTerminated: {6, 4, 0},
}

type aliPageBody struct {
	PageNum     *int            `json:"pageNum"`
	PageSize    *int            `json:"pageSize"`
	UserIDList  []string        `json:"userIdList"`
	OrderNo     string          `json:"orderNo"`
	TBOrderID   string          `json:"tbOrderId"`
	OrderStatus *int            `json:"orderStatus"`
	Begin       json.RawMessage `json:"orderTimeBegin"`
	End         json.RawMessage `json:"orderTimeEnd"`
}

// aliPage is the order list, newest first, with data inside data.
func (s *Sandbox) aliPage(c *call) (any, *refusal) {
	var body aliPageBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	begin, end, r := body.times()
	if r != nil {
		return nil, r
	}
	found := s.newestFirst(gatewayPandaPon, market1688, func(o *order) bool {
		late := !end.IsZero() && o.created.After(end)
		return body.matches(o) && !o.created.Before(begin) && !late
	})
	page, r := cut(found, orDefault(body.PageNum, 1), orDefault(body.PageSize, 10))
	if r != nil {
		return nil, r
	}
	rows := make([]obj, 0, len(page))
	for _, o := range page {
		rows = append(rows, o.aliRow())
	}
	return obj{"total": len(found), "data": rows, "code": CodeOK, "msg": nil}, nil
}

func orDefault(n *int, def int) int {
	if n == nil {
		return def
	}
	return *n
}

func (b aliPageBody) matches(o *order) bool {
	return (b.OrderNo == "" || b.OrderNo == o.ali.orderNo) &&
		(b.TBOrderID == "" || b.TBOrderID == o.id) &&
		(b.OrderStatus == nil || *b.OrderStatus == aliNumbers[o.state].order) &&
		(len(b.UserIDList) == 0 || slices.Contains(b.UserIDList, o.listUserID()))
}

// times reads the time filters. Fiction: their wire format is UNKNOWN; the
// sandbox takes "yyyy-MM-dd HH:mm:ss" and epoch milliseconds, and refuses the
// leaked DateTime bean.
func (b aliPageBody) times() (begin, end time.Time, r *refusal) {
	begin, err1 := filterTime(b.Begin)
	end, err2 := filterTime(b.End)
	if err1 != nil || err2 != nil {
		return begin, end, refuse(CodeBadRequest, "请求参数错误: orderTimeBegin 或 orderTimeEnd")
	}
	return begin, end, nil
}

func filterTime(raw json.RawMessage) (time.Time, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, nil
	}
	var ms int64
	if json.Unmarshal(raw, &ms) == nil {
		return time.UnixMilli(ms), nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation(time.DateTime, text, beijing)
}

func (o *order) listUserID() string {
	if o.ali.userID == "" {
		return "2219093763101" // the example's; Fiction: that it is the default
	}
	return o.ali.userID
}

// aliRow is an order of the list with its 44 members; money is fen.
func (o *order) aliRow() obj {
	n := aliNumbers[o.state]
	row := o.aliConstants()
	for name, value := range (obj{
		"flow": o.ali.flow, "orderNo": o.ali.orderNo, "tbOrderId": o.id, "id": o.ali.rowID,
		"shopPromotionId": textOrNull(o.ali.shopPromotionID),
		"productAmount":   o.listFen(), "shippingFee": o.postFen, "totalAmount": o.totalFen(),
		"refundAmount": o.refundedFen(), "refundStatus": o.aliRefundNumber(),
		"cargoParamList": o.ali.cargoJSON, "receiver": o.ali.receiverJSON,
		"warehouseAddressInfo": o.ali.warehouseJSON, "closeReason": textOrNull(o.closeReason),
		"sellerLoginId": o.lines[0].good.seller.loginID, "orderJson": o.createText(),
		"payStatus": n.pay, "orderStatus": n.order, "logisticsStatus": n.logistics,
		"message": textOrNull(o.ali.message), "userId": o.listUserID(), "staffName": o.ali.staffName,
		"createTime": isoBeijing(o.created), "tbCreateTime": isoBeijing(o.ali.marketCreated),
		"platformOrder": o.ali.platformOrder, "orderDetailInfoVOS": o.aliRowLines(),
		"transferAccountImgs":   textOrNull(o.ali.transferImgs),
		"transferAccountRemark": textOrNull(o.ali.transferRemark),
	}) {
		row[name] = value
	}
	return row
}

// aliConstants are members that always look as in the example.
func (o *order) aliConstants() obj {
	return obj{
		"developId": develop1688, "developEmail": nil, "developerAlias": nil, "discount": 0,
		"subBuyerLoginId": "pandaponpp2023:uwebuy", "isInvoice": 0, "invoiceId": nil,
		"tradeType": "担保交易", "batchPayStatus": nil, "financialPayFailureRemark": nil,
		"userName": nil, "payStatusKey": nil, "orderType": 0, "contractOrderStatus": nil,
		"logisticsCost": nil, "confirmLogisticsCost": 0,
	}
}

// listFen is the sum before item promotions.
func (o *order) listFen() (sum int64) {
	for _, l := range o.lines {
		sum += l.good.priceFen * l.quantity
	}
	return sum
}

// aliRefundNumber: 0 is documented. Fiction: 10 and 100 are the sister's
// numbers of the Taobao side.
func (o *order) aliRefundNumber() int {
	switch {
	case len(o.refunds) == 0:
		return 0
	case o.refundedFen() < o.claimedFen():
		return 10
	}
	return 100
}

func (o *order) aliRowLines() []obj {
	rows := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		rows = append(rows, obj{
			"id": l.rowID, "orderId": o.ali.rowID, "subTbOrderId": l.subID, "productId": l.good.listID(),
			"name": l.good.title, "quantity": l.quantity, "unit": l.good.unit, "skuId": l.good.skuID,
			"specId": l.good.specID, "itemAmount": l.amountFen, "price": l.good.priceFen, "refund": 0,
			"status": aliNumbers[o.state].order, "skuInfos": l.good.skuText(),
			"payTime":          orNull(o.paid, isoBeijing),
			"dealSuccessTime":  orNull(o.received, isoBeijing),
			"deliverGoodsTime": orNull(o.shipped, isoBeijing),
			"productImgUrl":    string(encode(l.good.images)), "productSnapShotUrl": snapshotURL(l),
			"createTime": isoBeijing(o.ali.lineCreated), "productNo": l.productNo,
			"container": l.container, "bizStatus": 1,
		})
	}
	return rows
}

// listID is the encrypted offer id. Fiction: an offer without one shows its
// number.
func (g *good) listID() string {
	if g.offerMapID == "" {
		return text(g.offerID)
	}
	return g.offerMapID
}

// skuText is spaced as in the example.
func (g *good) skuText() string {
	parts := make([]string, 0, len(g.skuInfos))
	for _, info := range g.skuInfos {
		parts = append(parts, fmt.Sprintf(`{"name": %s, "value": %s}`, encode(info.Name), encode(info.Value)))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func snapshotURL(l *line) string {
	return "https://trade.1688.com/order/offer_snapshot.htm?order_entry_id=" + l.subID
}

// createText is orderJson: the upstream create result, spaced as in the example.
func (o *order) createText() string {
	return fmt.Sprintf(`{"result": {"orderId": %q, "postFee": %d, "success": true, "orderList": [], "totalSuccessAmount": %d}, "success": true}`,
		o.id, o.postFen, o.totalFen())
}

// cargoText is cargoParamList: the encrypted id under the plain name offerId.
func cargoText(lines []*line) string {
	type cargo struct {
		SpecID       string `json:"specId"`
		Quantity     int64  `json:"quantity"`
		OfferID      string `json:"offerId"`
		SellerOpenID string `json:"sellerOpenId"`
		ProductNo    string `json:"productNo,omitempty"`
	}
	list := make([]cargo, 0, len(lines))
	for _, l := range lines {
		list = append(list, cargo{l.good.specID, l.quantity, l.good.listID(), l.good.seller.openID, l.productNo})
	}
	return string(encode(list))
}
