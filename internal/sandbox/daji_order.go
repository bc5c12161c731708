package sandbox

import (
	"encoding/json"
	"strings"
	"time"
)

type dajiOrderBody struct {
	WebSite      string `json:"webSite"`
	OrderID      string `json:"orderId"`
	CancelReason string `json:"cancelReason"`
	Remark       string `json:"remark"`
}

func (s *Sandbox) dajiOrder(c *call, siteRequired bool) (dajiOrderBody, *order, *refusal) {
	var body dajiOrderBody
	if r := decodeBody(c.body, &body); r != nil {
		return body, nil, r
	}
	if siteRequired && body.WebSite != "1688" && body.WebSite != "alibaba" {
		return body, nil, refuse(CodeBadRequest, "请求参数错误: webSite")
	}
	o, r := s.dajiFind(body.OrderID)
	return body, o, r
}

func (s *Sandbox) dajiDetail(c *call) (any, *refusal) {
	_, o, r := s.dajiOrder(c, true)
	if r != nil {
		return nil, r
	}
	return o.trade(), nil
}

func (s *Sandbox) dajiCancel(c *call) (any, *refusal) {
	body, o, r := s.dajiOrder(c, true)
	if r == nil && body.CancelReason == "" {
		r = refuse(CodeBadRequest, "请求参数错误: cancelReason 不能为空")
	}
	if r == nil {
		r = s.cancelTrade(c, o, body.CancelReason, body.Remark)
	}
	if r != nil {
		return nil, r
	}
	return obj{"success": true, "errorCode": nil, "errorMessage": nil}, nil
}

// dajiPay is the password-free payment of one order. Fiction: its answer is
// UNKNOWN; this is UPSTREAM's. The pay mode "url" fails like "refuse".
func (s *Sandbox) dajiPay(c *call) (any, *refusal) {
	_, o, r := s.dajiOrder(c, false)
	if r != nil {
		return nil, r
	}
	if o.state != stateUnpaid {
		return nil, refuse(CodeWrongState, "订单状态不允许支付")
	}
	switch s.payMode {
	case PayProtocol:
		s.payNow(o, c.now)
		return obj{"success": true, "code": nil, "message": nil, "result": obj{"payChannel": "alipay", "paySuccess": true}}, nil
	case PayNull:
		return nil, nil
	}
	return obj{
		"success": false, "code": "PAY_FAIL", "message": "扣款失败",
		"result": obj{"payChannel": nil, "paySuccess": false},
	}, nil
}

// maxPayLinks is documented.
const maxPayLinks = 30

// dajiPayURL gives a cashier link and takes no money. Fiction: the separator of
// orderIdList (a comma, or a JSON array) and the member payUrl are UNKNOWN.
func (s *Sandbox) dajiPayURL(c *call) (any, *refusal) {
	ids := strings.FieldsFunc(c.query.Get("orderIdList"), func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
	if len(ids) == 0 || len(ids) > maxPayLinks {
		return nil, refuse(CodeBadRequest, "请求参数错误: orderIdList")
	}
	for _, id := range ids {
		o, r := s.dajiFind(id)
		if r != nil {
			return nil, r
		}
		if o.state != stateUnpaid {
			return nil, refuse(CodeWrongState, "订单状态不允许支付")
		}
	}
	link := cashierURL(ids[0])
	if len(ids) > 1 {
		link = "https://cashier.alipay.com/sandbox?orderIds=" + strings.Join(ids, ",")
	}
	return obj{"erroMsg": nil, "payUrl": link}, nil
}

// dajiConfirm takes the ids as numbers; orderId is untyped and may be quoted.
// Fiction: the answer of a success; only a failure is shown.
func (s *Sandbox) dajiConfirm(c *call) (any, *refusal) {
	var body struct {
		OrderID  json.RawMessage `json:"orderId"`
		EntryIDs []int64         `json:"orderEntryIds"`
	}
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	id, _ := plainText(body.OrderID)
	o, r := s.dajiFind(id)
	if r == nil {
		r = s.confirmTrade(c, o, body.EntryIDs)
	}
	if r != nil {
		r.msg = "买家确认收货失败: " + r.msg
		return nil, r
	}
	return obj{"result": obj{"success": true, "errorInfo": nil, "errorCode": nil}}, nil
}

type dajiListBody struct {
	Start       string `json:"createStartTime"`
	End         string `json:"createEndTime"`
	OrderStatus string `json:"orderStatus"`
	OutOrderID  string `json:"outOrderId"`
	ProductName string `json:"productName"`
	Page        *int   `json:"page"`
	PageSize    *int   `json:"pageSize"`
}

// dajiList has no total: a reader stops at a short or empty page. An empty
// filter is none.
func (s *Sandbox) dajiList(c *call) (any, *refusal) {
	var body dajiListBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	start, err1 := optionalTime(body.Start)
	end, err2 := optionalTime(body.End)
	if err1 != nil || err2 != nil {
		return nil, refuse(CodeBadRequest, "请求参数错误: createStartTime 或 createEndTime")
	}
	found := s.newestFirst(gatewayDajisaas, market1688, func(o *order) bool {
		late := !end.IsZero() && o.created.After(end)
		return body.matches(o) && !o.created.Before(start) && !late
	})
	page, r := cut(found, orDefault(body.Page, 1), orDefault(body.PageSize, 10))
	if r != nil {
		return nil, r
	}
	rows := make([]obj, 0, len(page))
	for _, o := range page {
		row := o.trade()
		row["guaranteesTerms"] = nil // as in the list's example
		rows = append(rows, row)
	}
	return obj{"result": rows}, nil
}

func (b dajiListBody) matches(o *order) bool {
	named := b.ProductName == ""
	for _, l := range o.lines {
		named = named || strings.Contains(l.good.title, b.ProductName)
	}
	return named && (b.OutOrderID == "" || b.OutOrderID == o.number) &&
		(b.OrderStatus == "" || b.OrderStatus == tradeWords[o.state][0])
}

func optionalTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return parseCompactTime(text)
}
