package sandbox

import (
	"cmp"
	"slices"
)

func (s *Sandbox) aliFind(id string) (*order, *refusal) {
	if o := s.find(gatewayPandaPon, market1688, id); o != nil {
		return o, nil
	}
	return nil, refuse(CodeUnknownOrder, "订单不存在")
}

// aliDetail takes the id as a text, unlike the cancellation.
func (s *Sandbox) aliDetail(c *call) (any, *refusal) {
	var body struct {
		WebSite string `json:"webSite"`
		OrderID string `json:"orderId"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.WebSite != "1688" {
		return nil, refuse(CodeBadRequest, "请求参数错误: webSite")
	}
	o, r := s.aliFind(body.OrderID)
	if r != nil {
		return nil, r
	}
	return o.trade(), nil
}

// aliCancel takes the id as an integer and answers true.
func (s *Sandbox) aliCancel(c *call) (any, *refusal) {
	var body struct {
		WebSite      string `json:"webSite"`
		OrderID      int64  `json:"orderId"`
		CancelReason string `json:"cancelReason"`
		Remark       string `json:"remark"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.WebSite != "1688" || !c.v2() && body.CancelReason == "" {
		return nil, refuse(CodeBadRequest, "请求参数错误: webSite 或 cancelReason")
	}
	o, r := s.aliFind(text(body.OrderID))
	if r != nil {
		return nil, r
	}
	if r := s.cancelTrade(c, o, body.CancelReason, body.Remark); r != nil {
		return nil, r
	}
	return true, nil
}

// cancelTrade closes an unpaid 1688 order at once.
func (s *Sandbox) cancelTrade(c *call, o *order, reason, remark string) *refusal {
	if o.state != stateUnpaid {
		return refuse(CodeWrongState, "订单状态不允许取消")
	}
	o.closeReason, o.closeRemark = cmp.Or(reason, "buyerCancel"), remark
	o.move(stateCancelled, c.now)
	s.record(c.now, EffectCancel, o, o.totalFen())
	return nil
}

// aliPay is a GET that takes money. Every member of its answer may be null.
func (s *Sandbox) aliPay(c *call) (any, *refusal) {
	o, r := s.aliFind(c.query.Get("orderId"))
	if r != nil {
		return nil, r
	}
	if o.state != stateUnpaid {
		return nil, refuse(CodeWrongState, "订单状态不允许支付")
	}
	answer := obj{"orderId": o.id, "protocolPaySuccess": false, "payUrl": nil, "cantPayOrderList": nil}
	switch s.payMode {
	case PayProtocol:
		s.payNow(o, c.now)
		answer["protocolPaySuccess"] = true
	case PayURL:
		answer["payUrl"] = cashierURL(o.id)
	case PayRefuse:
		answer["cantPayOrderList"] = []int64{number(o.id)}
	case PayNull:
		answer["orderId"], answer["protocolPaySuccess"] = nil, nil
	}
	return answer, nil
}

func cashierURL(orderID string) string {
	return "https://trade.1688.com/order/cashier.htm?orderId=" + orderID
}

// aliConfirm answers a refusal inside data, with code 200.
func (s *Sandbox) aliConfirm(c *call) (any, *refusal) {
	var body struct {
		OrderID  int64   `json:"orderId"`
		EntryIDs []int64 `json:"orderEntryIds"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	o, r := s.aliFind(text(body.OrderID))
	if r == nil {
		r = s.confirmTrade(c, o, body.EntryIDs)
	}
	if r != nil {
		return obj{"success": false, "errorInfo": r.msg, "errorCode": dajiErrorCodes[r.code]}, nil
	}
	return obj{"success": true, "errorInfo": "", "errorCode": ""}, nil
}

// confirmTrade confirms the named lines, or all when none is named (UPSTREAM).
// The order is received when its last line is.
func (s *Sandbox) confirmTrade(c *call, o *order, entries []int64) *refusal {
	if o.state != stateShipped {
		return refuse(CodeWrongState, "订单状态不允许确认收货")
	}
	lines, r := o.entryLines(entries)
	if r != nil {
		return r
	}
	for _, l := range lines {
		l.received = true
	}
	o.modified = c.now
	if !slices.ContainsFunc(o.lines, func(l *line) bool { return !l.received }) {
		o.move(stateReceived, c.now)
	}
	s.record(c.now, EffectConfirm, o, o.totalFen())
	return nil
}

// entryLines are the lines with these sub ids; none means all.
func (o *order) entryLines(ids []int64) ([]*line, *refusal) {
	if len(ids) == 0 {
		return o.lines, nil
	}
	var lines []*line
	for _, id := range ids {
		i := slices.IndexFunc(o.lines, func(l *line) bool { return l.subID == text(id) })
		if i < 0 {
			return nil, refuse(CodeUnknownOrder, "子订单不存在")
		}
		lines = append(lines, o.lines[i])
	}
	return lines, nil
}
