package sandbox

import (
	"slices"
	"time"
)

type dajiCreateBody struct {
	ThirdOrderID string     `json:"thirdOrderId"`
	Flow         string     `json:"flow"`
	Message      string     `json:"message"`
	IsvBizType   string     `json:"isvBizType"`
	AddressParam *address   `json:"addressParam"`
	Cargo        []aliCargo `json:"cargoParamList"`
}

// valid: flow, thirdOrderId and the address are required by the table.
// Fiction: message and isvBizType, required as well, may be left out here.
func (b dajiCreateBody) valid() bool {
	return b.ThirdOrderID != "" && b.Flow != "" && b.AddressParam != nil &&
		b.AddressParam.complete() && b.AddressParam.DistrictCode != ""
}

// dajiCreate makes the order or, above 50 lines, several. A second call with the
// same thirdOrderId makes a second order: no page states a rule against it.
func (s *Sandbox) dajiCreate(c *call) (any, *refusal) {
	var body dajiCreateBody
	if r := decodeBody(c.body, &body); r != nil {
		return nil, r
	}
	if !body.valid() {
		return nil, refuse(CodeBadRequest, "请求参数错误: 缺少必填参数")
	}
	if r := checkCargo(body.Cargo, false); r != nil {
		return nil, r
	}
	lines, failed := aliLines(body.Cargo, false)
	if len(lines) == 0 {
		return nil, refuse(CodeUnknownGoods, "商品不存在")
	}
	if len(bySeller(lines)) > 1 {
		return nil, refuse(CodeSeveralSellers, "一次只能下单一个供应商的商品")
	}
	var made []*order
	for chunk := range slices.Chunk(lines, splitSKUs) {
		made = append(made, s.bookDaji(body, chunk, c.now))
	}
	return dajiCreated(made, failed), nil
}

func (s *Sandbox) bookDaji(body dajiCreateBody, lines []*line, now time.Time) *order {
	o := &order{
		gateway: gatewayDajisaas, market: market1688, number: body.ThirdOrderID,
		lines: lines, address: *body.AddressParam, created: now, postFen: freight(lines),
		ali: aliOrder{message: body.Message, flow: body.Flow},
	}
	s.bookTrade(o, &s.ids.dajiOrder, now)
	return o
}

// dajiCreated is the upstream result. Fiction: the member orderList of several
// orders, which a single order does not have here.
func dajiCreated(made []*order, failed []obj) obj {
	result := createResult(made, failed)
	if len(made) == 1 {
		delete(result, "orderList")
	}
	return result
}

// dajiPreview has payChannelInfos on top of PandaPon's members.
func (s *Sandbox) dajiPreview(c *call) (any, *refusal) {
	lines, r := previewLines(c, false)
	if r != nil {
		return nil, r
	}
	answer, element := previewAnswer(lines), previewElement(lines)
	element["payChannelInfos"] = []obj{{"name": "alipay"}}
	answer["orderPreviewResuslt"] = []obj{element}
	return answer, nil
}
