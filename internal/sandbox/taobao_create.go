package sandbox

import (
	"strconv"
	"time"
)

// taobaoCreateBody is POST /open/order. Two members are JSON documents inside
// strings.
type taobaoCreateBody struct {
	OrderLineList     string `json:"orderLineList"`
	Receiver          string `json:"receiver"`
	PurchaseAmount    *int64 `json:"purchaseAmount"`
	OrderSource       string `json:"orderSource"`
	SellerOrderNumber string `json:"sellerOrderNumber"`
}

// taobaoLineBody is one line; every value is a string, as in the example.
type taobaoLineBody struct {
	ItemID      string `json:"itemId"`
	SkuID       string `json:"skuId"`
	OrderLineNo string `json:"orderLineNo"`
	Quantity    string `json:"quantity"`
	Price       string `json:"price"` // fen per unit (INFERRED from the example's sum)
	Currency    string `json:"currency"`
}

type taobaoReceiver struct {
	Zip      string `json:"zip"`
	Country  string `json:"country"`
	State    string `json:"state"`
	City     string `json:"city"`
	District string `json:"district"`
	Address  string `json:"address"`
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Mobile   string `json:"mobile_phone"`
}

// taobaoCreate makes one order of all lines. The same sellerOrderNumber twice
// makes two orders: no page states a rule against it.
func (s *Sandbox) taobaoCreate(c *call) (any, *refusal) {
	var body taobaoCreateBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	receiver, r := readReceiver(body.Receiver)
	if r != nil {
		return nil, r
	}
	lines, quotedFen, r := readTaobaoLines(body.OrderLineList)
	if r != nil {
		return nil, r
	}
	o := &order{
		gateway: gatewayPandaPon, market: marketTaobao, number: body.SellerOrderNumber,
		lines: lines, address: receiver, created: c.now,
	}
	if body.PurchaseAmount == nil {
		return nil, refuse(CodeBadRequest, "请求参数错误: purchaseAmount 不能为空")
	}
	// Fiction: the budget must cover the quoted prices and the real ones.
	if *body.PurchaseAmount < max(quotedFen, o.goodsFen()) {
		return nil, refuse(CodeBudget, "预算金额不足")
	}
	s.bookTaobao(o, c.now)
	return o.taobaoCreated(), nil
}

func readReceiver(text string) (address, *refusal) {
	var in taobaoReceiver
	if err := decodeExact([]byte(text), &in); err != nil {
		return address{}, refuse(CodeBadRequest, "请求参数错误: receiver: "+err.Error())
	}
	if in.Name == "" || in.Address == "" || in.State == "" || in.City == "" || in.Mobile == "" && in.Phone == "" {
		return address{}, refuse(CodeBadRequest, "请求参数错误: receiver 不完整")
	}
	return address{
		FullName: in.Name, Mobile: in.Mobile, Phone: in.Phone, PostCode: in.Zip,
		Province: in.State, City: in.City, Area: in.District, Address: in.Address,
	}, nil
}

// readTaobaoLines answers the lines, those without goods included, and the sum
// of the caller's own prices.
func readTaobaoLines(text string) (lines []*line, quotedFen int64, r *refusal) {
	var in []taobaoLineBody
	if err := decodeExact([]byte(text), &in); err != nil {
		return nil, 0, refuse(CodeBadRequest, "请求参数错误: orderLineList: "+err.Error())
	}
	if len(in) == 0 {
		return nil, 0, refuse(CodeBadRequest, "请求参数错误: orderLineList 不能为空")
	}
	for _, b := range in {
		quantity, qErr := strconv.ParseInt(b.Quantity, 10, 32)
		price, pErr := strconv.ParseInt(b.Price, 10, 32)
		if qErr != nil || pErr != nil || quantity < 1 || price < 0 {
			return nil, 0, refuse(CodeBadRequest, "请求参数错误: quantity 或 price")
		}
		quotedFen += quantity * price
		lines = append(lines, newTaobaoLine(b, quantity))
	}
	return lines, quotedFen, nil
}

func newTaobaoLine(b taobaoLineBody, quantity int64) *line {
	l := &line{itemID: b.ItemID, skuID: b.SkuID, quantity: quantity}
	l.good, l.errorCode, l.errorMessage = findTaobao(b.ItemID, b.SkuID)
	if l.good != nil {
		l.amountFen = l.good.amountFen(quantity)
	}
	return l
}

// bookTaobao gives the ids. Fiction: an order of which no line could be bought
// is kept as closed, and nothing has happened.
func (s *Sandbox) bookTaobao(o *order, now time.Time) {
	o.id, o.taobao.orderNo = s.ids.taobaoOrder.take(), s.ids.taobaoNo.take()
	bought := o.boughtLines()
	if len(bought) > 0 {
		o.taobao.purchaseID = s.ids.taobaoPurchase.take()
	}
	for _, l := range o.lines {
		l.subID = s.ids.taobaoSub.take()
		if l.good != nil {
			l.purchaseSubID, l.outerID = s.ids.taobaoPurchase.take(), s.ids.taobaoOuter.take()
		}
	}
	s.add(o)
	if len(bought) == 0 {
		o.closeReason = "下单失败"
		o.move(stateFailed, now)
		return
	}
	o.move(stateBuilding, now)
	s.record(now, EffectCreate, o, o.totalFen())
}

// taobaoCreated is the documented answer: money, title and status are null.
func (o *order) taobaoCreated() any {
	subs := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		subs = append(subs, o.taobaoSub(l))
	}
	return obj{
		"id": o.id, "orderNo": o.taobao.orderNo, "createTime": plainTime(o.created), "subOrderVOS": subs,
	}
}

// taobaoSub is a sub-order with its 15 members as they are at creation.
func (o *order) taobaoSub(l *line) obj {
	sub := obj{
		"subOrderId": l.subID, "orderNo": o.taobao.orderNo, "quantity": l.quantity,
		"title": nil, "purchaseCurrency": nil, "purchaseAmount": nil,
		"itemId": l.itemID, "skuId": l.skuID,
		"domesticPostFee": nil, "closeReason": nil, "status": nil,
		"taobaoPurchaseId": nil, "taobaoSubPurchaseId": nil,
		"errorCode": textOrNull(l.errorCode), "errorMessage": textOrNull(l.errorMessage),
	}
	if l.good != nil {
		sub["taobaoPurchaseId"], sub["taobaoSubPurchaseId"] = o.taobao.purchaseID, l.purchaseSubID
	}
	return sub
}
