package sandbox

// promotionID is what an item promotion is called. Fiction: its form.
const promotionID = "sandbox-promotion"

type previewBody struct {
	AddressParam *address   `json:"addressParam"`
	Cargo        []aliCargo `json:"cargoParamList"`
}

// previewLines checks a preview and answers its lines. Fiction: unknown goods
// refuse the whole preview.
func previewLines(c *call, v2 bool) ([]*line, *refusal) {
	var body previewBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if body.AddressParam == nil {
		return nil, refuse(CodeBadRequest, "请求参数错误: addressParam 不能为空")
	}
	if r := checkCargo(body.Cargo, v2); r != nil {
		return nil, r
	}
	lines, failed := aliLines(body.Cargo, v2)
	switch {
	case len(failed) > 0:
		return nil, refuse(CodeUnknownGoods, "商品不存在")
	case len(bySeller(lines)) > 1:
		return nil, refuse(CodeSeveralSellers, "一次只能预览一个卖家的商品")
	}
	return lines, nil
}

// aliPreview changes nothing. Fiction: v2's answer is UNKNOWN and is v1's here.
func (s *Sandbox) aliPreview(c *call) (any, *refusal) {
	lines, r := previewLines(c, c.v2())
	if r != nil {
		return nil, r
	}
	return previewAnswer(lines), nil
}

// previewAnswer has one element (the sandbox does not split previews) and a
// misspelt member.
func previewAnswer(lines []*line) obj {
	return obj{
		"orderPreviewResuslt": []obj{previewElement(lines)}, "success": true, "errorCode": nil, "errorMsg": nil,
		"postFeeByDescOfferList": nil, "consignOfferList": nil, "unsupportedCrossBorderPayOfferList": []string{},
	}
}

// previewElement mixes units: sums are fen, cargo amounts are yuan.
func previewElement(lines []*line) obj {
	var goodsFen int64
	cargo := []obj{}
	for _, l := range lines {
		goodsFen += l.amountFen
		cargo = append(cargo, l.previewCargo())
	}
	carriage := freight(lines)
	return obj{
		"discountFee": nil, "tradeModeNameList": []string{"assureTrade"}, "status": true,
		"taoSampleSinglePromotion": false, "sumPayment": goodsFen + carriage, "message": nil,
		"sumCarriage": carriage, "resultCode": nil, "sumPaymentNoCarriage": goodsFen,
		"additionalFee": nil, "flowFlag": "general", "cargoList": cargo, "shopPromotionList": []obj{},
		"tradeModelList": []obj{{
			"tradeWay": nil, "name": "担保交易", "tradeType": "assureTrade", "description": nil, "opSupport": true,
		}},
	}
}

func (l *line) previewCargo() obj {
	promotions := []obj{}
	if off := l.good.discountFen(l.quantity); off > 0 {
		promotions = append(promotions, obj{
			"promotionId": promotionID, "selected": true, "text": "优惠" + yuan(off).String() + "元",
			"desc": nil, "freePostage": false, "discountFee": off,
		})
	}
	return obj{
		"amount": yuan(l.amountFen), "message": nil, "finalUnitPrice": yuan(l.good.priceFen),
		"specId": l.good.specID, "skuId": number(l.good.skuID), "resultCode": nil,
		"offerId": l.good.offerID, "cargoPromotionList": promotions, "openOfferId": textOrNull(l.good.offerMapID),
	}
}
