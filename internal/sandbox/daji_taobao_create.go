package sandbox

import (
	"slices"
	"strconv"
)

// dajiAddress is an address of dajisaas' Taobao, of which every member is required.
type dajiAddress struct {
	Country  string `json:"country"`
	State    string `json:"state"`
	City     string `json:"city"`
	District string `json:"district"`
	Address  string `json:"address"`
	Zip      string `json:"zip"`
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Mobile   string `json:"mobile_phone"`
}

func (a *dajiAddress) complete() bool {
	return a != nil && !slices.Contains([]string{a.Country, a.State, a.City, a.District, a.Address, a.Zip, a.Name, a.Phone, a.Mobile}, "")
}

// dajiMapped is the public item id of the documents' example, with what it is mapped to.
const dajiPublicItem, dajiMappedItem = "703446760426", "2048153758314474"

// dajiMap is GET /taobao/product/get?item_id=. Fiction: the members of skuList and mpId; the page's tail is
// not available.
func (s *Sandbox) dajiMap(c *call) (any, *refusal) {
	id := c.query.Get("item_id")
	if id == dajiPublicItem {
		id = dajiMappedItem
	}
	for _, g := range catalogue {
		if g.market == marketTaobao && g.itemID == id {
			return obj{"itemType": "HAVE_MATERIAL", "quantity": 999, "mpId": g.itemID, "itemId": c.query.Get("item_id"), "title": g.title,
				"skuList": []obj{{"mpSkuid": g.skuID}}}, nil
		}
	}
	return nil, refuse(CodeUnknownGoods, "商品不存在")
}

// dajiItem is one line of a preview or an order: JSON text inside the body, in which ids are numbers and
// quantities text.
type dajiItem struct {
	ItemID      *int64 `json:"itemId"`
	SkuID       *int64 `json:"skuId"`
	Quantity    string `json:"quantity"`
	OrderLineNo string `json:"orderLineNo"`
	PriceFen    int64  `json:"price"`
	Currency    string `json:"currency"`
}

type dajiRenderBody struct {
	SupplyChain *bool        `json:"need_supplychain_service"`
	Receiver    *dajiAddress `json:"receiver_address"`
	Warehouse   *dajiAddress `json:"warehouse_address"`
	Items       string       `json:"render_item_List"`
}

// dajiRender changes nothing. Its answer is that of a third party's summary, of which nothing else is
// known. Fiction: unknown goods refuse the whole preview; orderFee is the goods, as totalRealPayPrice is.
func (s *Sandbox) dajiRender(c *call) (any, *refusal) {
	var body dajiRenderBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.SupplyChain == nil || !body.Receiver.complete() || body.Warehouse != nil && !body.Warehouse.complete() {
		return nil, refuse(CodeBadRequest, "请求参数错误: 缺少必填参数")
	}
	lines, _, r := readDajiItems(body.Items)
	if r != nil {
		return nil, r
	}
	var fen int64
	for _, l := range lines {
		if l.good == nil {
			return nil, refuse(CodeUnknownGoods, l.errorMessage)
		}
		fen += l.amountFen
	}
	fee := func(fen int64) obj { return obj{"amount": fen, "currency": "CNY"} }
	return obj{"result": obj{"success": true, "data": obj{"totalRealPayPrice": fee(fen), "mainlandShippingFee": fee(0), "orderFee": fee(fen)}}}, nil
}

// readDajiItems answers the lines, those without goods included, and the sum of the caller's own prices.
func readDajiItems(list string) (lines []*line, quotedFen int64, r *refusal) {
	var in []dajiItem
	if err := decodeExact([]byte(list), &in); err != nil || len(in) == 0 {
		return nil, 0, refuse(CodeBadRequest, "请求参数错误: 商品列表")
	}
	for _, b := range in {
		quantity, err := strconv.ParseInt(b.Quantity, 10, 32)
		if err != nil || quantity < 1 || b.ItemID == nil || b.SkuID == nil || b.PriceFen < 0 {
			return nil, 0, refuse(CodeBadRequest, "请求参数错误: 商品列表")
		}
		quotedFen += quantity * b.PriceFen
		lines = append(lines, newTaobaoLine(taobaoLineBody{ItemID: text(*b.ItemID), SkuID: text(*b.SkuID)}, quantity))
	}
	return lines, quotedFen, nil
}

type dajiPurchaseBody struct {
	ThirdOrderID      string       `json:"thirdOrderId"`
	SellerOrderNumber *string      `json:"seller_order_number"`
	PurchaseAmountFen *int64       `json:"purchase_amount"`
	Lines             string       `json:"order_line_list"`
	Receiver          *dajiAddress `json:"receiver"`
}

// dajiPurchase makes an order. A second call with the same thirdOrderId makes a second one: under dajisaas no
// page states a rule against it. Fiction: the answer, which is UPSTREAM's; that lines which cannot be
// bought refuse the whole; that the planned amount must cover the real one.
func (s *Sandbox) dajiPurchase(c *call) (any, *refusal) {
	var body dajiPurchaseBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.ThirdOrderID == "" || body.SellerOrderNumber == nil || body.PurchaseAmountFen == nil || !body.Receiver.complete() {
		return nil, refuse(CodeBadRequest, "请求参数错误: 缺少必填参数")
	}
	lines, quotedFen, r := readDajiItems(body.Lines)
	if r != nil {
		return nil, r
	}
	to := body.Receiver
	o := &order{
		gateway: gatewayDajisaas, market: marketTaobao, number: body.ThirdOrderID, lines: lines, created: c.now,
		address: address{FullName: to.Name, Mobile: to.Mobile, Phone: to.Phone, PostCode: to.Zip, Province: to.State, City: to.City,
			Area: to.District, Address: to.Address},
	}
	for _, l := range lines {
		if l.good == nil {
			return nil, refuse(CodeUnknownGoods, l.errorMessage)
		}
	}
	if *body.PurchaseAmountFen < max(quotedFen, o.goodsFen()) {
		return nil, refuse(CodeBudget, "预算金额不足")
	}
	o.id = s.ids.dajiPurchase.take()
	for _, l := range lines {
		l.subID, l.outerID = s.ids.dajiPurchase.take(), s.ids.taobaoOuter.take()
	}
	s.add(o)
	o.move(stateBuilding, c.now)
	s.record(c.now, EffectCreate, o, o.totalFen())
	return o.dajiPurchased(), nil
}

func (o *order) dajiPurchased() obj {
	subs := make([]obj, 0, len(o.lines))
	for i, l := range o.lines {
		subs = append(subs, obj{"item_id": l.itemID, "sku_id": l.skuID, "order_line_no": strconv.Itoa(i + 1), "quantity": l.quantity,
			"estimate_amount": l.amountFen, "sub_purchase_order_id": number(l.subID)})
	}
	return obj{
		"payment_url": nil, "outer_purchase_id": o.number, "success": true, "error_code": nil, "error_message": nil,
		"order_list": []obj{{"purchase_id": number(o.id), "supplier_nick": "测试卖家", "estimate_amount": o.totalFen(),
			"estimate_currency": "CNY", "source_market": "taobao", "order_line_list": subs}},
	}
}
