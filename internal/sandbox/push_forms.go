package sandbox

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// change is what a message can be about.
type change int

const (
	changeNamed change = iota // the type was given
	changeMade
	changePrice
	changePaid
	changeShipped
	changeScanned
	changeReceived
	changeClosed
	changeRefund
)

// mark is what messages tell of an order.
type mark struct {
	known  bool
	state  state
	fen    int64
	scans  int
	refund string
}

func (o *order) mark() mark {
	m := mark{known: true, state: o.state, fen: o.totalFen()}
	if o.parcel != nil {
		m.scans = len(o.parcel.scans)
	}
	for _, r := range o.refunds {
		m.refund += r.id + " " + r.orderWord() + ";"
	}
	return m
}

// stateNews are the states of whose beginning a message tells.
var stateNews = map[state]change{
	stateToShip: changePaid, stateShipped: changeShipped, stateReceived: changeReceived,
	stateCancelled: changeClosed, stateTerminated: changeClosed, stateFailed: changeClosed,
}

func changesBetween(before, after mark) []change {
	if !before.known {
		return []change{changeMade}
	}
	var news []change
	if before.fen != after.fen {
		news = append(news, changePrice)
	}
	if told, ok := stateNews[after.state]; ok && before.state != after.state {
		news = append(news, told)
	}
	if before.scans != after.scans {
		news = append(news, changeScanned)
	}
	if before.refund != after.refund {
		news = append(news, changeRefund)
	}
	return news
}

// pushForm is how one gateway writes the messages of one market.
type pushForm struct {
	// types are what the changes are called.
	types map[change]string
	// more are further types that are known by name.
	more  []string
	write func(s *Sandbox, o *order, messageType string, now time.Time) (http.Header, []byte)
}

const priceModify = "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY"

// topics are 1688's own (UPSTREAM, wire platform 5.6), spelling as there.
var (
	topics = map[change]string{
		changeMade: "ORDER_BUYER_VIEW_BUYER_MAKE", changePrice: priceModify, changePaid: "ORDER_BUYER_VIEW_ORDER_PAY",
		changeShipped: "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS", changeScanned: "LOGISTICS_BUYER_VIEW_TRACE",
		changeReceived: "ORDER_BUYER_VIEW_ORDER_COMFIRM_RECEIVEGOODS", changeClosed: "ORDER_BUYER_VIEW_ORDER_BUYER_CLOSE",
		changeRefund: "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES",
	}
	moreTopics = []string{"ORDER_BUYER_VIEW_ORDER_STEP_PAY", "ORDER_BATCH_PAY", "ORDER_BUYER_VIEW_PART_PART_SENDGOODS", "ORDER_BUYER_VIEW_ORDER_SUCCESS",
		"ORDER_BUYER_VIEW_ORDER_SELLER_CLOSE", "ORDER_BUYER_VIEW_ORDER_BOPS_CLOSE", "ORDER_BUYER_VIEW_MODIFY_MEMO",
		"ORDER_BUYER_VIEW_ORDER_REFUND_AFTER_SALES", "LOGISTICS_MAIL_NO_CHANGE"}
)

// flatTypes are those of the sister platform whose body is a flat object in a text (SIBLING).
var flatTypes = []string{"ORDER_CREATE", "ORDER_CANCEL", "ORDER_PAY_SUCCESS", "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND"}

// pushForms are by gateway and market. Fiction: which of 1688's topics PandaPon forwards (only the
// price's is documented), and what its Taobao messages of status and refund are called.
var pushForms = map[string]*pushForm{
	gatewayPandaPon + "/" + market1688: {
		types: map[change]string{
			changeMade: "ORDER_CREATE", changePrice: priceModify, changePaid: "ORDER_PAY_SUCCESS",
			changeShipped: topics[changeShipped], changeScanned: topics[changeScanned], changeReceived: topics[changeReceived],
			changeClosed: "ORDER_CANCEL", changeRefund: "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND",
		},
		more:  slices.Concat(moreTopics, []string{topics[changeMade], topics[changePaid], topics[changeClosed], topics[changeRefund], "1688_" + priceModify}),
		write: writeAli,
	},
	gatewayPandaPon + "/" + marketTaobao: {
		types: map[change]string{
			changePrice: "TAOBAO_" + priceModify, changeMade: taobaoStatusType, changePaid: taobaoStatusType, changeShipped: taobaoStatusType,
			changeReceived: taobaoStatusType, changeClosed: taobaoStatusType, changeRefund: "TAOBAO_ORDER_BUYER_VIEW_ORDER_REFUND",
		},
		write: writeTaobao,
	},
	gatewayDajisaas + "/" + market1688: {types: topics, more: moreTopics, write: writeDaji},
	gatewayDajisaas + "/" + marketTaobao: {
		types: map[change]string{changePrice: "8", changeMade: "3", changePaid: "3", changeShipped: "3", changeReceived: "3", changeClosed: "3"},
		write: writeDajiTaobao,
	},
}

const taobaoStatusType = "TAOBAO_ORDER_BUYER_VIEW_ORDER_STATUS_MODIFY"

// MessageTypes are the types of messages that are known of a gateway's market, sorted.
func MessageTypes(gateway, market string) []string {
	form := pushForms[gateway+"/"+market]
	if form == nil {
		return nil
	}
	all := slices.Clone(form.more)
	for _, name := range form.types {
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// envelope is PandaPon's, signed (UPSTREAM: over the key and the bytes of the body).
func (s *Sandbox) envelope(messageType string, platform int, body any, now time.Time) (http.Header, []byte) {
	text := encode(obj{"messageType": messageType, "messagePlatform": platform, "timestamp": strconv.FormatInt(now.UnixMilli(), 10), "messageBody": body})
	return http.Header{"Content-Type": {"application/json"}, "Authorization": {pushSign(s.opts.AccessKey, s.opts.AccessSecret, text)}}, text
}

func pushSign(key, secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(key))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func writeAli(s *Sandbox, o *order, messageType string, now time.Time) (http.Header, []byte) {
	switch {
	case strings.HasSuffix(messageType, priceModify): // DOC: the whole order
		return s.envelope(messageType, 1, o.trade(), now)
	case slices.Contains(flatTypes, messageType): // SIBLING: text that holds JSON
		return s.envelope(messageType, 1, string(encode(o.flat(messageType))), now)
	}
	return s.envelope(messageType, 1, o.native(messageType, now), now) // UPSTREAM
}

// flatWords: Fiction, but for the three that are in examples.
var flatWords = map[state]string{stateUnpaid: "WAITING_FOR_PAYMENT", stateCancelled: "CANCEL", stateTerminated: "CANCEL", stateToShip: "WAITING_FOR_SENT"}

func (o *order) flat(messageType string) obj {
	if strings.Contains(messageType, "REFUND") && len(o.refunds) > 0 {
		return obj{"refundId": o.refunds[len(o.refunds)-1].id, "orderId": o.id}
	}
	payStatus := 1
	if !o.paid.IsZero() {
		payStatus = 2
	}
	return obj{
		"orderId": o.id, "orderNo": o.ali.orderNo, "orderStatus": textOrNull(flatWords[o.state]), "payStatus": payStatus,
		"totalAmount": o.totalFen(), "shippingFee": o.postFen, "productAmount": o.goodsFen(), "refundAmount": o.refundedFen(),
		"refundStatus": nil, "closeReason": textOrNull(o.closeReason), "tbCreateTime": plainTime(o.created), "payTime": orNull(o.paid, plainTime),
	}
}

// native is 1688's own payload: the id is a number (trap 1).
func (o *order) native(messageType string, now time.Time) obj {
	body := obj{
		"orderId": number(o.id), "currentStatus": tradeWords[o.state][0], "msgSendTime": plainTime(now),
		"buyerMemberId": "b2b-2215080317319ef258", "sellerMemberId": textOrNull(o.lines[0].good.seller.memberID),
	}
	if strings.Contains(messageType, "REFUND") && len(o.refunds) > 0 {
		body["operator"], body["refundAction"] = "buyer", "BUYER_APPLY_REFUND"
		if o.refunds[len(o.refunds)-1].settled() {
			body["operator"], body["refundAction"] = "seller", "SELLER_AGREE_REFUND"
		}
	}
	return body
}

// writeTaobao has what is visible of the documented 26 members, for every type. Fiction: that status and
// refund have the same, and what purchaseOrderPriceDTO holds. salesOrderId is UPSTREAM's merchant number.
func writeTaobao(s *Sandbox, o *order, messageType string, now time.Time) (http.Header, []byte) {
	subs := make([]obj, 0, len(o.lines))
	for _, l := range o.lines {
		sub := obj{
			"purchase_order_outer_id": l.outerID, "purchase_order_line_outer_id": l.subID, "close_time_without_payment": plainTime(o.created.Add(24 * time.Hour)),
			"detail_error_code": textOrNull(l.errorCode), "product_amount": strconv.FormatInt(l.amountFen, 10),
			"logistic_company_name": nil, "logistic_number": nil, "quantity": l.quantity,
		}
		if o.parcel != nil {
			sub["logistic_company_name"], sub["logistic_number"] = carrierName, o.parcel.waybill
		}
		subs = append(subs, sub)
	}
	body := obj{"salesOrderId": textOrNull(o.number), "subOrders": subs, "purchaseOrderPriceDTO": obj{"purchaseCurrency": "CNY", "purchaseTotalFee": o.totalFen()}}
	return s.envelope(messageType, 0, body, now)
}

// form is dajisaas' message, signed (UPSTREAM: HMAC-SHA1 over the field's name and value, upper case).
func (s *Sandbox) form(message []byte) (http.Header, []byte) {
	mac := hmac.New(sha1.New, []byte(s.opts.AppSecret))
	mac.Write([]byte("message"))
	mac.Write(message)
	values := url.Values{"message": {string(message)}, "_dj_signature": {strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))}}
	return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(values.Encode())
}

// writeDaji is 1688's own push (UPSTREAM): what dajisaas makes of it is UNKNOWN.
func writeDaji(s *Sandbox, o *order, messageType string, now time.Time) (http.Header, []byte) {
	sum := md5.Sum(fmt.Appendf(nil, "%d/message/%d", s.ids.seed, s.pushed))
	return s.form(encode(obj{"msgId": hex.EncodeToString(sum[:]), "gmtBorn": now.UnixMilli(), "data": o.native(messageType, now),
		"userInfo": "b2b-2215080317319ef258", "type": messageType, "extraInfo": ""}))
}

// dajiTaobaoWords are the printed status words (DOC en doc-4966230), misspelt as there.
var dajiTaobaoWords = map[state]string{
	stateBuilding: "BULIDING", stateUnpaid: "WAIT_BUYER_P", statePaying: "WAIT_BUYER_P", stateCancelling: "WAIT_BUYER_P", stateToShip: "WAIT_SELLER_SEND_GOODS",
	stateShipped: "WAIT_BUYER_CONFIRM_GOODS", stateCancelled: "TRADE_CLOSED", stateTerminated: "TRADE_CLOSED", stateFailed: "TRADE_CLOSED",
}

// writeDajiTaobao is types 3 and 8 (DOC): snake_case in the one, camelCase in the other, seconds
// outside and milliseconds inside (traps 13, 86).
func writeDajiTaobao(s *Sandbox, o *order, messageType string, now time.Time) (http.Header, []byte) {
	data := o.statusThree(now)
	if messageType == "8" {
		data = o.priceEight()
	}
	n, err := strconv.Atoi(messageType)
	if err != nil {
		n = 0 // no such type is known
	}
	return s.form(encode(obj{"seller_id": "2100000927014", "message_type": n, "data": data, "timestamp": now.Unix(), "site": "taobao_hk"}))
}

func (o *order) statusThree(now time.Time) obj {
	skus := make([]obj, 0, len(o.lines))
	for i, l := range o.lines {
		sku := obj{"item_id": number(l.itemID), "sku_id": number(l.skuID), "order_line_no": strconv.Itoa(i + 1), "status": dajiTaobaoWords[o.state],
			"logistic_company_name": nil, "logistic_number": nil}
		if o.parcel != nil {
			sku["logistic_company_name"], sku["logistic_number"] = carrierName, o.parcel.waybill
		}
		skus = append(skus, sku)
	}
	return obj{"business_time": now.UnixMilli(), "outer_purchase_id": textOrNull(o.number), "purchase_id": number(o.id), "seller_id": 2100000927014,
		"status": dajiTaobaoWords[o.state], "sku_list": skus}
}

func (o *order) priceEight() obj {
	price := func(fen, post int64) obj {
		return obj{"purchaseCurrency": "CNY", "purchaseTotalFee": fen + post, "purchaseProductFee": fen, "purchaseShippingFee": post}
	}
	lines := make([]obj, 0, len(o.lines))
	for i, l := range o.lines {
		unit := price(l.amountFen, 0)
		unit["purchaseProductUnitFee"] = l.amountFen / max(l.quantity, 1)
		lines = append(lines, obj{"features": obj{}, "salesOrderLineIdList": []string{strconv.Itoa(i + 1)}, "purchaseOrderLineId": i + 1, "purchaseOrderItemPriceDTO": unit})
	}
	return obj{"features": obj{}, "salesOrderId": textOrNull(o.number), "salesSellerId": 2100000927014, "purchaseMarket": "PANAMA", "purchaseOrderId": number(o.id),
		"purchaseOrderPriceDTO": price(o.goodsFen(), o.postFen), "purchaseOrderLinePriceChangeMessageDTOList": lines}
}
