package sandbox

import (
	"encoding/json"
	"time"
)

// preload1688 books the two orders of the documented list, the older one first.
// Their ids are the documented ones with every seed; the sequences, which start
// at the newer order with seed 0, go on after it.
func (s *Sandbox) preload1688() {
	at := func(text string) time.Time {
		t, err := time.ParseInLocation(time.DateTime, text, beijing)
		if err != nil {
			panic(err)
		}
		return t
	}
	camera := &order{
		id: "2540825544788880794", created: at("2025-04-23 17:43:36"),
		lines: []*line{{rowID: "1232386408413397040", quantity: 1, good: findOffer("DPUnltuJWnOM-Gsg24_8wA", 0, "05c58ea07c78470131be60b47068329c")}},
		ali: aliOrder{
			rowID: "1232386408220459850", orderNo: "1232386407805223845", platformOrder: 4,
			marketCreated: at("2025-04-23 17:43:36"), lineCreated: at("2025-04-23 17:43:37"),
			receiverJSON:  `{"toFullName":"周先生","toDivisionCode":"330782","toMobile":"15336919325","toPhone":"15336919325","toArea":"浙江省 金华市 义乌市 苏福路255号浙江博尼锦纶科技有限公司内B幢W03号"}`,
			warehouseJSON: `{"fullName":"周先生","mobile":"15336919325","phone":"15336919325","cityText":"金华市","provinceText":"浙江省","areaText":"义乌市","address":"苏福路255号浙江博尼锦纶科技有限公司内B幢W03号"}`,
		},
	}
	shorts := &order{
		id: "2542285634920880794", created: at("2025-04-24 17:17:43"),
		lines: []*line{{
			rowID: "1232742281220457079", quantity: 3, productNo: "0TKFRHPSMug9XFLmzNmVXw",
			good: findOffer("0TKFRHPSMug9XFLmzNmVXw", 0, "b1f7eb839828d3781406f0a1074de3c9"),
		}},
		ali: aliOrder{
			rowID: "1232742280964604571", orderNo: "1232742280398373686",
			marketCreated: at("2025-04-24 17:17:42"), lineCreated: at("2025-04-24 17:17:44"),
			receiverJSON:  `{"toFullName":"zhang","toDivisionCode":"330106","toMobile":"18600888861","toPhone":"18600888861","toPost":"100000","toArea":"浙江省 杭州市 西湖区 转塘 xxxxxxx"}`,
			warehouseJSON: `{"fullName":"zhang","mobile":"18600888861","phone":"18600888861","postCode":"100000","cityText":"杭州市","provinceText":"浙江省","areaText":"西湖区","townText":"转塘","address":"xxxxxxx"}`,
		},
	}
	for _, used := range []*counter{&s.ids.aliOrder, &s.ids.aliRow, &s.ids.aliNo, &s.ids.aliLineRow} {
		used.take()
	}
	s.preload(camera)
	s.preload(shorts)
}

func (s *Sandbox) preload(o *order) {
	o.gateway, o.market, o.ali.flow = gatewayPandaPon, market1688, "general"
	if err := json.Unmarshal([]byte(o.ali.warehouseJSON), &o.address); err != nil {
		panic(err)
	}
	for _, l := range o.lines {
		l.subID, l.amountFen = o.id, l.good.amountFen(l.quantity)
	}
	o.postFen, o.ali.cargoJSON = freight(o.lines), cargoText(o.lines)
	o.move(stateUnpaid, o.created)
	s.add(o)
}
