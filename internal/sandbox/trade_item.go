package sandbox

// tradeItem is a line with the 46 members of the example.
func (o *order) tradeItem(l *line) obj {
	item := tradeItemNulls()
	words := tradeWords[o.state]
	for name, value := range (obj{
		"itemAmount": yuan(l.amountFen), "name": l.good.title, "price": yuan(l.good.priceFen),
		"productID": l.good.offerID, "productImgUrl": l.good.images, "productSnapshotUrl": snapshotURL(l),
		"quantity": l.quantity, "refund": yuan(o.refundedOn(l)), "skuID": number(l.good.skuID),
		"status": words[0], "subItemID": number(l.subID), "subItemIDString": l.subID, "type": "common",
		"unit": l.good.unit, "guaranteesTerms": itemGuarantees(),
		"productCargoNumber": textOrNull(l.good.cargoNumber), "skuInfos": l.good.skuInfos,
		"entryDiscount": 0, "specId": l.good.specID, "quantityFactor": 1, "statusStr": words[1],
		"closeReason": textOrNull(o.closeReason), "logisticsStatus": o.tradeLogistics(),
		"gmtCreate": isoUTC(o.created), "gmtModified": isoUTC(o.modified), "gmtCompleted": o.completeTime(),
	}) {
		item[name] = value
	}
	if r := o.refundOf(l); r != nil {
		item["refundStatus"] = r.lineWord()
		item[r.idMember("refundId", "refundIdForAs")] = r.id
	}
	return item
}

func tradeItemNulls() obj {
	return obj{
		"cargoNumber": nil, "description": nil, "sort": nil, "weight": nil, "weightUnit": nil,
		"refundStatus": nil, "gmtPayExpireTime": nil, "refundId": nil, "refundIdForAs": nil,
		"erpMaterialCode": nil, "itemDiscountFee": nil, "cantSendReason": nil, "canSendGoods": nil,
		"barCode": nil, "permitLogisticsCpCode": nil, "deliverGoodsOverdueRisk": nil, "relatedCode": nil,
		"freeEntryServiceInfo": nil, "payEntryServiceInfo": nil, "extAttributes": nil,
	}
}

// itemGuarantees is an array here and an object at order level.
func itemGuarantees() []obj {
	return []obj{
		guarantee(),
		{
			"assuranceInfo": "卖家在承诺买家保障服务的基础上,向买家提供“48小时发货延必赔”的服务。在买家通过支付宝担保交易完成付款或通过货到付款下单成功后,卖家承诺在买家支付成功起48小时内发货。如卖家未履行前述承诺,买家可在指定期限内发起维权,并申请赔付。",
			"assuranceType": "ssbxsfh", "qualityAssuranceType": "48小时发货",
		},
		{
			"assuranceInfo": "“在符合一定的退款申请原因、时效和退款金额范围内,可享受0秒退款服务。",
			"assuranceType": "jstk_p", "qualityAssuranceType": "极速退款",
		},
	}
}

// refundOf is the latest refund that covers a line, or nil.
func (o *order) refundOf(l *line) *refund {
	for i := len(o.refunds) - 1; i >= 0; i-- {
		for _, covered := range o.refunds[i].lines {
			if covered == l {
				return o.refunds[i]
			}
		}
	}
	return nil
}

// refundedOn is what was paid back on a line. Fiction: a refund of several lines
// is shown on the first of them.
func (o *order) refundedOn(l *line) (fen int64) {
	for _, r := range o.refunds {
		if r.settled() && r.lines[0] == l {
			fen += r.fen()
		}
	}
	return fen
}

// idMember picks the name that depends on whether the sale was over.
func (r *refund) idMember(inSale, afterSale string) string {
	if r.afterSale() {
		return afterSale
	}
	return inSale
}
