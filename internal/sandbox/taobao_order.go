package sandbox

import (
	"cmp"
	"strconv"
)

// taobaoStatus is the order status table of the sister platform (SIBLING).
// Fiction: that PandaPon uses it, that it has no number for a finished order
// beyond "shipped", and that a failed order is "closed".
var taobaoStatus = map[state]int{
	stateBuilding: 12, stateUnpaid: 0, statePaying: 5, stateToShip: 10, stateShipped: 11,
	stateCancelling: 0, stateCancelled: 4, stateTerminated: 4, stateFailed: 4,
}

// taobaoRead shows an order and lets it go on: what was accepted is done once
// it has been read once.
func (o *order) taobaoRead(c *call) obj {
	status := taobaoStatus[o.state]
	subs := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		sub := o.taobaoSub(l)
		sub["status"], sub["closeReason"] = status, textOrNull(o.closeReason)
		if l.good != nil {
			sub["title"], sub["purchaseCurrency"] = l.good.title, "CNY"
			sub["purchaseAmount"], sub["domesticPostFee"] = l.amountFen, 0
		} else {
			sub["status"] = taobaoStatus[stateFailed]
		}
		subs = append(subs, sub)
	}
	o.settle(c.now)
	return obj{
		"id": o.id, "orderNo": o.taobao.orderNo, "createTime": plainTime(o.created),
		"sellerOrderNumber": textOrNull(o.number), "status": status, "subOrderVOS": subs,
	}
}

func (s *Sandbox) taobaoFind(id string) (*order, *refusal) {
	if o := s.find(gatewayPandaPon, marketTaobao, id); o != nil {
		return o, nil
	}
	return nil, refuse(CodeUnknownOrder, "订单不存在")
}

// taobaoDetail is GET /open/order/detail/get?orderId=. Fiction: path,
// parameter and answer are UNKNOWN.
func (s *Sandbox) taobaoDetail(c *call) (any, *refusal) {
	o, r := s.taobaoFind(c.query.Get("orderId"))
	if r != nil {
		return nil, r
	}
	return o.taobaoRead(c), nil
}

// taobaoPage is GET /open/order/page, newest first, pages from 1. Fiction: path,
// parameters and answer are UNKNOWN.
func (s *Sandbox) taobaoPage(c *call) (any, *refusal) {
	pageNo, err1 := strconv.Atoi(cmp.Or(c.query.Get("pageNo"), "1"))
	pageSize, err2 := strconv.Atoi(cmp.Or(c.query.Get("pageSize"), "10"))
	if err1 != nil || err2 != nil {
		return nil, refuse(CodeBadRequest, "请求参数错误: pageNo 或 pageSize")
	}
	number := c.query.Get("sellerOrderNumber")
	found := s.newestFirst(gatewayPandaPon, marketTaobao, func(o *order) bool {
		return number == "" || o.number == number
	})
	page, r := cut(found, pageNo, pageSize)
	if r != nil {
		return nil, r
	}
	rows := make([]obj, 0, len(page))
	for _, o := range page {
		rows = append(rows, o.taobaoRead(c))
	}
	return obj{"total": len(found), "data": rows, "code": CodeOK, "msg": nil}, nil
}

func (s *Sandbox) newestFirst(gateway, market string, want func(*order) bool) []*order {
	var found []*order
	for i := len(s.orders) - 1; i >= 0; i-- {
		if o := s.orders[i]; o.gateway == gateway && o.market == market && want(o) {
			found = append(found, o)
		}
	}
	return found
}

// maxPageSize is the largest page. Fiction: no page states a maximum.
const maxPageSize = 100

func cut[T any](found []T, page, size int) ([]T, *refusal) {
	if page < 1 || size < 1 || size > maxPageSize {
		return nil, refuse(CodeBadRequest, "请求参数错误: 分页参数")
	}
	from := min((page-1)*size, len(found))
	return found[from:min(from+size, len(found))], nil
}

// taobaoPay accepts a payment that is done later. Fiction: path, body and
// answer are UNKNOWN; that it is asynchronous follows the sister's status table.
func (s *Sandbox) taobaoPay(c *call) (any, *refusal) {
	var body struct {
		OrderID string `json:"orderId"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	o, r := s.taobaoFind(body.OrderID)
	if r != nil {
		return nil, r
	}
	if o.state != stateUnpaid && o.state != stateBuilding {
		return nil, refuse(CodeWrongState, "订单状态不允许支付")
	}
	s.accept(o, statePaying, c.now)
	s.record(c.now, EffectPay, o, o.totalFen())
	return obj{"success": true}, nil
}

// taobaoCancel accepts a cancellation that is done later. Fiction: path, body
// and answer are UNKNOWN; upstream cancels asynchronously.
func (s *Sandbox) taobaoCancel(c *call) (any, *refusal) {
	var body struct {
		OrderID      string `json:"orderId"`
		CancelReason string `json:"cancelReason"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	o, r := s.taobaoFind(body.OrderID)
	if r != nil {
		return nil, r
	}
	if o.state != stateUnpaid && o.state != stateBuilding {
		return nil, refuse(CodeWrongState, "订单状态不允许取消")
	}
	o.closeReason = cmp.Or(body.CancelReason, "buyerCancel")
	s.accept(o, stateCancelling, c.now)
	s.record(c.now, EffectCancel, o, o.totalFen())
	return obj{"success": true}, nil
}
