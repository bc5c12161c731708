package sandbox

import (
	"slices"
	"time"
)

// Limits of a 1688 create (UPSTREAM, also documented by dajisaas).
const (
	maxSKUs   = 100
	splitSKUs = 50
)

// aliCreateBody is the create of both generations and of the batch.
type aliCreateBody struct {
	Flow            string     `json:"flow"`
	Message         string     `json:"message"`
	ShopPromotionID string     `json:"shopPromotionId"`
	TradeType       string     `json:"tradeType"`
	AddressParam    *address   `json:"addressParam"`
	Cargo           []aliCargo `json:"cargoParamList"`
	UserID          string     `json:"userId"`
	StaffName       string     `json:"staffName"`
	PlatformOrder   int64      `json:"platformOrder"`
	TransferImgs    string     `json:"transferAccountImgs"`
	TransferRemark  string     `json:"transferAccountRemark"`
}

// aliCargo is one line. v1 has offerId, v2 has offerMapId (or still offerId, by
// one of its two mirrors).
type aliCargo struct {
	OfferID      int64  `json:"offerId"`
	OfferMapID   string `json:"offerMapId"`
	SpecID       string `json:"specId"`
	Quantity     int64  `json:"quantity"`
	SellerOpenID string `json:"sellerOpenId"`
	ProductNo    string `json:"productNo"`
	Container    string `json:"container"`
}

// readAliCreate checks what both create calls have in common.
func readAliCreate(c *call, flowRequired bool) (aliCreateBody, *refusal) {
	var body aliCreateBody
	if r := decodeBody(c.body, &body); r != nil {
		return body, r
	}
	switch {
	case flowRequired && body.Flow == "":
		return body, refuse(CodeBadRequest, "请求参数错误: flow 不能为空")
	case body.AddressParam == nil, !c.v2() && !body.AddressParam.complete():
		return body, refuse(CodeBadRequest, "请求参数错误: addressParam 不完整")
	}
	return body, checkCargo(body.Cargo, c.v2())
}

func checkCargo(cargo []aliCargo, v2 bool) *refusal {
	if len(cargo) == 0 {
		return refuse(CodeBadRequest, "请求参数错误: cargoParamList 不能为空")
	}
	if len(cargo) > maxSKUs {
		return refuse(CodeTooManySKUs, "一次下单不能超过100个SKU")
	}
	for _, l := range cargo {
		if l.SpecID == "" || l.Quantity < 1 || l.OfferID == 0 && l.OfferMapID == "" || !v2 && l.OfferID == 0 {
			return refuse(CodeBadRequest, "请求参数错误: cargoParamList")
		}
	}
	return nil
}

// aliLines turns cargo into lines; those without goods come back as failed.
func aliLines(cargo []aliCargo, v2 bool) (lines []*line, failed []obj) {
	for _, in := range cargo {
		mapID := in.OfferMapID
		if !v2 {
			mapID = ""
		}
		g := findOffer(mapID, in.OfferID, in.SpecID)
		if g == nil || in.SellerOpenID != "" && in.SellerOpenID != g.seller.openID {
			failed = append(failed, failedOffer(in))
			continue
		}
		lines = append(lines, &line{
			good: g, quantity: in.Quantity, amountFen: g.amountFen(in.Quantity),
			productNo: in.ProductNo, container: in.Container,
		})
	}
	return lines, failed
}

// failedOffer is the UPSTREAM channel for lines that were left out. Fiction:
// the values of errorCode and errorMessage.
func failedOffer(in aliCargo) obj {
	var offer any = in.OfferID
	if in.OfferMapID != "" {
		offer = in.OfferMapID
	}
	return obj{"offerId": offer, "specId": in.SpecID, "errorCode": "OFFER_NOT_FOUND", "errorMessage": "商品不存在"}
}

func bySeller(lines []*line) (groups [][]*line) {
	for _, l := range lines {
		i := slices.IndexFunc(groups, func(g []*line) bool { return g[0].good.seller == l.good.seller })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], l)
	}
	return groups
}

// aliCreate makes the order or, above 50 lines, several. Nothing in the body
// keeps a second call from making a second order. Fiction: the answer is
// UNKNOWN; the sandbox gives the upstream result.
func (s *Sandbox) aliCreate(c *call) (any, *refusal) {
	body, r := readAliCreate(c, true)
	if r != nil {
		return nil, r
	}
	lines, failed := aliLines(body.Cargo, c.v2())
	if len(lines) == 0 {
		return nil, refuse(CodeUnknownGoods, "商品不存在")
	}
	if len(bySeller(lines)) > 1 {
		return nil, refuse(CodeSeveralSellers, "一次只能下单一个卖家的商品")
	}
	var made []*order
	for chunk := range slices.Chunk(lines, splitSKUs) {
		made = append(made, s.bookAli(body, chunk, c.now))
	}
	return obj{"success": true, "code": nil, "message": nil, "result": createResult(made, failed)}, nil
}

// createResult is the upstream create result: order id and amounts are empty
// when the request was split, and orderList is when it was not.
func createResult(made []*order, failed []obj) obj {
	result := obj{
		"totalSuccessAmount": nil, "orderId": nil, "postFee": nil, "success": true, "code": nil,
		"message": nil, "accountPeriod": nil, "failedOfferList": nil, "orderList": []obj{},
	}
	if len(failed) > 0 {
		result["failedOfferList"] = failed
	}
	if len(made) == 1 {
		o := made[0]
		result["totalSuccessAmount"], result["orderId"], result["postFee"] = o.totalFen(), o.id, o.postFen
		return result
	}
	list := []obj{}
	for _, o := range made {
		list = append(list, obj{
			"postFee": o.postFen, "orderAmmount": o.totalFen(), "payChannel": nil, "discount": 0,
			"message": nil, "resultCode": nil, "mergePay": false, "success": true, "orderId": o.id,
		})
	}
	result["orderList"] = list
	return result
}

// aliBatchCreate makes one order per seller. v2 answers trade objects in yuan.
// Fiction: v1's answer is UNKNOWN and is the same here, and so is what happens
// to unknown lines: the whole batch is refused.
func (s *Sandbox) aliBatchCreate(c *call) (any, *refusal) {
	body, r := readAliCreate(c, c.v2())
	if r != nil {
		return nil, r
	}
	lines, failed := aliLines(body.Cargo, c.v2())
	if len(failed) > 0 {
		return nil, refuse(CodeUnknownGoods, "商品不存在")
	}
	trades := []obj{}
	for _, group := range bySeller(lines) {
		trades = append(trades, s.bookAli(body, group, c.now).trade())
	}
	return trades, nil
}

// bookAli books one unpaid PandaPon order of one seller.
func (s *Sandbox) bookAli(body aliCreateBody, lines []*line, now time.Time) *order {
	o := &order{
		gateway: gatewayPandaPon, market: market1688, number: body.Message,
		lines: lines, address: *body.AddressParam, created: now, postFen: freight(lines),
		ali: aliOrder{
			rowID: s.ids.aliRow.take(), orderNo: s.ids.aliNo.take(), message: body.Message, flow: body.Flow,
			shopPromotionID: body.ShopPromotionID, userID: body.UserID,
			staffName: body.StaffName, platformOrder: body.PlatformOrder, transferImgs: body.TransferImgs,
			transferRemark: body.TransferRemark, marketCreated: now, lineCreated: now,
			cargoJSON: cargoText(lines), receiverJSON: body.AddressParam.receiverText(),
			warehouseJSON: body.AddressParam.warehouseText(),
		},
	}
	for _, l := range lines {
		l.rowID = s.ids.aliLineRow.take()
	}
	s.bookTrade(o, &s.ids.aliOrder, now)
	return o
}

// bookTrade gives a 1688 order its ids and starts its life. A single line has
// the id of its order, as in the examples.
func (s *Sandbox) bookTrade(o *order, orderIDs *counter, now time.Time) {
	o.id = orderIDs.take()
	for _, l := range o.lines {
		l.subID = o.id
		if len(o.lines) > 1 {
			l.subID = orderIDs.take()
		}
	}
	s.add(o)
	o.move(stateUnpaid, now)
	s.record(now, EffectCreate, o, o.totalFen())
}

// freight is the dearest of the lines' freights. Fiction: how 1688 adds up the
// freight of several lines.
func freight(lines []*line) (fen int64) {
	for _, l := range lines {
		fen = max(fen, l.good.freightFen)
	}
	return fen
}
