package sandbox

// tradeBase is baseInfo: the exact integer id beside its text twin.
func (o *order) tradeBase() obj {
	base := o.tradeBaseConstants()
	for name, value := range (obj{
		"id": number(o.id), "idOfStr": o.id, "status": tradeWords[o.state][0],
		"createTime": isoUTC(o.created), "modifyTime": isoUTC(o.modified), "completeTime": o.completeTime(),
		"payTime": orNull(o.paid, isoUTC), "allDeliveredTime": orNull(o.shipped, isoUTC),
		"receivingTime": orNull(o.received, isoUTC), "confirmedTime": orNull(o.received, isoUTC),
		"totalAmount": yuan(o.totalFen()), "sumProductPayment": yuan(o.listFen()),
		"shippingFee": yuan(o.postFen), "refund": yuan(o.refundedFen()),
		"remark": textOrNull(o.ali.message), "buyerFeedback": textOrNull(o.ali.message),
		"alipayTradeId": o.alipayTradeID(), "receiverInfo": o.receiverInfo(),
		"closeReason": textOrNull(o.closeReason), "closeRemark": textOrNull(o.closeRemark),
		"closeOperateType": o.closeOperateType(), "outOrderId": nil,
		"newStepOrderList": []obj{o.step()},
	}) {
		base[name] = value
	}
	if o.isDaji() {
		base["outOrderId"] = textOrNull(o.number)
	}
	o.addRefund(base)
	o.addParties(base)
	return base
}

func (o *order) tradeBaseConstants() obj {
	return obj{
		"businessType": "cb", "buyerMemo": nil, "currency": nil, "sellerMemo": nil, "buyerRemarkIcon": nil,
		"sellerRemarkIcon": nil, "discount": 0, "tradeType": "50060", "refundStatus": nil,
		"refundStatusForAs": nil, "refundPayment": 0, "refundId": nil, "buyerUserId": nil,
		"sellerUserId": nil, "buyerAlipayId": nil, "sellerAlipayId": nil, "stepOrderList": nil,
		"stepAgreementPath": nil, "stepPayAll": false, "overSeaOrder": false, "subBuyerLoginId": nil,
		"sellerOrder": false, "preOrderId": nil, "flowTemplateCode": "assureTrade", "buyerLevel": nil,
		"sellerCreditLevel": nil, "couponFee": 0, "tradeTypeDesc": "担保交易", "payChannelList": []string{},
		"tradeTypeCode": "assureTrade", "payTimeout": 432000, "payTimeoutType": 0,
		"payChannelCodeList": []string{}, "ccid": nil, "relatedCode": nil, "buyerOpenUid": nil,
		"buyerSubOpenUid": nil, "inventoryMode": nil,
	}
}

// addRefund shows the latest refund, in the order's spelling of its status.
func (o *order) addRefund(base obj) {
	if len(o.refunds) == 0 {
		return
	}
	r := o.refunds[len(o.refunds)-1]
	base[r.idMember("refundStatus", "refundStatusForAs")] = r.orderWord()
	base["refundId"] = r.id
}

func (o *order) addParties(base obj) {
	shop, buyer := o.lines[0].good.seller, o.buyerLogin()
	base["buyerID"], base["sellerID"] = "b2b-2215080317319ef258", textOrNull(shop.memberID)
	base["buyerLoginId"], base["sellerLoginId"] = buyer, shop.loginID
	base["buyerContact"] = obj{
		"phone": "", "fax": nil, "email": nil, "imInPlatform": buyer, "name": nil, "mobile": nil, "companyName": nil,
	}
	base["sellerContact"] = obj{
		"phone": "86-", "fax": nil, "email": nil, "imInPlatform": shop.loginID,
		"name": textOrNull(shop.contactName), "mobile": textOrNull(shop.contactM),
		"companyName": textOrNull(shop.company), "wgSenderName": nil, "wgSenderPhone": nil,
	}
}

func (o *order) buyerLogin() string {
	if o.isDaji() {
		return "半马日志"
	}
	return "pandaponpp2023"
}

// alipayTradeID is UNCREATED before the payment. Fiction: its form afterwards.
func (o *order) alipayTradeID() string {
	if o.paid.IsZero() {
		return "UNCREATED"
	}
	return o.paid.In(beijing).Format("20060102") + o.id
}

func (o *order) receiverInfo() obj {
	a := o.address.resolved()
	return obj{
		"toFullName": a.FullName, "toDivisionCode": textOrNull(a.DistrictCode), "toMobile": a.Mobile,
		"toPhone": a.Phone, "toPost": a.PostCode, "toTownCode": nil, "toArea": a.oneLine(),
	}
}

// completeTime is set when an order ends, in whatever way.
func (o *order) completeTime() any {
	if o.closedState() {
		return isoUTC(o.closed)
	}
	return orNull(o.received, isoUTC)
}

func (o *order) closeOperateType() any {
	if o.state == stateCancelled {
		return "CLOSE_TRADE_BY_BUYER"
	}
	return nil
}

// step is the only payment step of the order. discountFee is what the item
// promotions took off.
func (o *order) step() obj {
	var discount int64
	for _, l := range o.lines {
		discount += l.good.discountFen(l.quantity)
	}
	paidPost := int64(0)
	if !o.paid.IsZero() {
		paidPost = o.postFen
	}
	return obj{
		"gmtStart": isoUTC(o.created), "gmtPay": orNull(o.paid, isoUTC), "gmtEnd": o.completeTime(),
		"stepNo": 1, "lastStep": true, "stepName": "全款交易", "activeStatus": 1,
		"payStatus": o.tradePayStatus(), "logisticsStatus": o.tradeLogistics(),
		"payFee": yuan(o.totalFen()), "paidFee": yuan(o.paidFen), "goodsFee": nil, "adjustFee": 0,
		"discountFee": yuan(discount), "postFee": yuan(o.postFen), "paidPostFee": yuan(paidPost),
	}
}
