package sandbox

// tradeWords are the 1688 status of an order and its Chinese text.
var tradeWords = map[state][2]string{
	stateUnpaid:     {"waitbuyerpay", "等待买家付款"},
	stateToShip:     {"waitsellersend", "等待卖家发货"},
	stateShipped:    {"waitbuyerreceive", "等待买家收货"},
	stateReceived:   {"success", "交易成功"},
	stateCancelled:  {"cancel", "交易取消"},
	stateTerminated: {"terminated", "交易终止"},
}

// carrierName: Fiction, no example of a carrier on these routes is given.
const (
	carrierName = "圆通速递"
	carrierNo   = "YTO"
)

// isDaji tells the two gateways apart where their examples differ.
func (o *order) isDaji() bool { return o.gateway == gatewayDajisaas }

// trade is the 1688 trade object with its 18 members, as in the dajisaas
// example; PandaPon's detail, batch create and callbacks use the same model.
// Money is yuan, but for discount and entryDiscount.
func (o *order) trade() obj {
	items := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		items = append(items, o.tradeItem(l))
	}
	return obj{
		"guaranteesTerms": guarantee(), "internationalLogistics": nil,
		"nativeLogistics": o.nativeLogistics(), "productItems": items,
		"tradeTerms": o.tradeTerms(), "extAttributes": []obj{},
		"orderRateInfo": obj{
			"buyerRateStatus": 5, "sellerRateStatus": 5, "buyerRateList": nil, "sellerRateList": nil,
		},
		"orderInvoiceInfo": nil, "customs": nil, "overseasExtraAddress": nil,
		"baseInfo": o.tradeBase(), "orderBizInfo": tradeBiz(), "quoteList": nil,
		"fromEncryptOrder": false, "encryptOutOrderInfo": nil, "outChannel": nil,
		"sendGoodsOverdueRisk": nil, "officialLogisticOrder": nil,
	}
}

func guarantee() obj {
	return obj{
		"assuranceInfo": "卖家承诺买家签收货物后7天内,在“商品完好”的情形下,向买家提供退货服务。",
		"assuranceType": "qtwlybt", "qualityAssuranceType": "7天无理由退货",
	}
}

func tradeBiz() obj {
	return obj{
		"odsCyd": false, "accountPeriodTime": nil, "creditOrder": false, "creditOrderDetail": nil,
		"preOrderInfo": nil, "lstOrderInfo": nil, "erpBuyerUserId": nil, "erpOrderId": nil,
		"erpBuyerOrgId": nil, "isCz": nil, "isDz": nil, "dz": nil, "dropshipping": false,
		"shippingInsurance": nil,
	}
}

// tradeTerms is empty before the payment and holds objects after it, although
// it is declared as an array of texts.
func (o *order) tradeTerms() []obj {
	if o.paid.IsZero() {
		return []obj{}
	}
	return []obj{{
		"payStatus": text(o.tradePayStatus()), "payTime": isoUTC(o.paid), "payWay": "1",
		"phasAmount": yuan(o.paidFen), "phase": number(o.id),
	}}
}

// tradePayStatus is 1 unpaid, 2 paid, 4 refunded, 6 paid out, 8 closed unpaid
// (UPSTREAM).
func (o *order) tradePayStatus() int64 {
	switch o.state {
	case stateUnpaid:
		return 1
	case stateReceived:
		return 6
	case stateTerminated:
		return 4
	case stateCancelled:
		return 8
	}
	return 2
}

// tradeLogistics is 1 not shipped, 2 shipped, 3 received (UPSTREAM).
func (o *order) tradeLogistics() int {
	switch {
	case !o.received.IsZero():
		return 3
	case !o.shipped.IsZero():
		return 2
	}
	return 1
}

// nativeLogistics has an address from the start and logisticsItems null until
// the goods are shipped.
func (o *order) nativeLogistics() obj {
	a := o.address.resolved()
	var items any
	if o.parcel != nil {
		items = []obj{o.logisticsItem()}
	}
	return obj{
		"address": a.Address, "area": a.Area, "areaCode": textOrNull(a.DistrictCode), "city": a.City,
		"contactPerson": a.FullName, "fax": nil, "mobile": a.Mobile, "province": a.Province,
		"telephone": a.Phone, "zip": a.PostCode, "logisticsItems": items, "townCode": nil,
		"town": textOrNull(a.Town), "caid": nil, "realLogisticsCompanyNo": nil,
	}
}

// logisticsItem is UPSTREAM's. Fiction: the status of a delivered parcel. Only
// alreadysend is seen in an example, so it stays.
func (o *order) logisticsItem() obj {
	ids := ""
	for i, l := range o.lines {
		if i > 0 {
			ids += ","
		}
		ids += l.subID
	}
	at := isoUTC(o.shipped)
	return obj{
		"deliveredTime": at, "logisticsCode": "BX" + o.parcel.id, "type": "0", "id": number(o.parcel.id),
		"status": "alreadysend", "gmtModified": at, "gmtCreate": at, "carriage": yuan(o.postFen),
		"logisticsCompanyId": nil, "logisticsCompanyNo": carrierNo, "logisticsCompanyName": carrierName,
		"logisticsBillNo": o.parcel.waybill, "subItemIds": ids,
	}
}
