package trade1688

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
)

// trap is one row: a trade object, and what of it is looked at.
type trap struct {
	name, wire string
	see        func(core.Order) any
	want       any
}

func runTraps(t *testing.T, traps []trap) {
	for _, row := range traps {
		t.Run("trap "+row.name, func(t *testing.T) {
			order, err := Decode([]byte(row.wire))
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			if got, want := fmt.Sprint(row.see(order)), fmt.Sprint(row.want); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// base is an order with these members in baseInfo, and line one with a line too.
func base(members string) string { return `{"baseInfo":{"id":1,` + members + `}}` }

func line(members string) string {
	return `{"baseInfo":{"id":1},"productItems":[{` + members + `}]}`
}

func id(o core.Order) any        { return o.ID }
func lineID(o core.Order) any    { return o.Lines[0].ID }
func product(o core.Order) any   { return o.Lines[0].ProductID }
func payable(o core.Order) any   { return o.Totals.Payable }
func totals(o core.Order) any    { return o.Totals }
func refunds(o core.Order) any   { return o.Refunds }
func status(o core.Order) any    { return o.Status }
func created(o core.Order) any   { return o.Times.Created.UnixMilli() }
func times(o core.Order) any     { return o.Times }
func firstLine(o core.Order) any { return o.Lines[0] }

func TestTrapsOfIDs(t *testing.T) {
	runTraps(t, []trap{
		{"1 string twin wins", `{"baseInfo":{"id":2257164624870312000,"idOfStr":"2257164624870311973"}}`, id, "2257164624870311973"},
		{"1 line's string twin wins", line(`"subItemID":128403042259997710,"subItemIDString":"128403042259997715"`), lineID, "128403042259997715"},
		{"1 twin beside a broken number", `{"baseInfo":{"id":2.257164624870312e18,"idOfStr":"2257164624870311973"}}`, id, "2257164624870311973"},
		{"2 no twin", line(`"subItemID":58218860985545944`), lineID, "58218860985545944"},
		{"2 no twin, id in the snapshot", line(`"subItemID":58218860985545944,"productSnapshotUrl":"https://trade.1688.com/order/offer_snapshot.htm?order_entry_id=58218860985545941"`), lineID, "58218860985545941"},
		{"2 snapshot with more parameters", line(`"productSnapshotUrl":"https://x/y?a=b&order_entry_id=58218860985545941&c=d"`), lineID, "58218860985545941"},
		{"2 snapshot with no id", line(`"subItemID":5,"productSnapshotUrl":"https://x/y?order_entry_id=abc"`), lineID, "5"},
		{"2 snapshot with too long an id", line(`"subItemID":5,"productSnapshotUrl":"https://x/y?order_entry_id=12345678901234567890"`), lineID, "5"},
		{"2 snapshot with part of an id", line(`"subItemID":5,"productSnapshotUrl":"https://x/y?order_entry_id=12x"`), lineID, "5"},
		{"2 a line without any id", line(`"quantity":1`), lineID, ""},
		{"3 exact digits", `{"baseInfo":{"id":2542285634920880794}}`, id, "2542285634920880794"},
		{"4 exact digits", `{"baseInfo":{"id":562356635566365512}}`, id, "562356635566365512"},
		{"7 idOfStr as a number", `{"baseInfo":{"idOfStr":2257164624870311973}}`, id, "2257164624870311973"},
		{"14 opaque product id", line(`"productID":"WUnUC1cILiBjt-Jv3lDdlQ"`), product, "WUnUC1cILiBjt-Jv3lDdlQ"},
		{"14 18 digits", line(`"productID":600126245031041190`), product, "600126245031041190"},
		{"15 plain id for an encrypted request", line(`"productID":743470146022`), product, "743470146022"},
		{"20 numeric refund id", line(`"refundId":110002685755`), func(o core.Order) any { return o.Refunds[0].ID }, "110002685755"},
	})
}

func TestTrapsOfShapes(t *testing.T) {
	quantity := func(o core.Order) any { return o.Lines[0].Quantity }
	attributes := func(o core.Order) any { return o.Lines[0].Attributes }
	runTraps(t, []trap{
		{"23 messageBody as a string", `"{\"baseInfo\":{\"idOfStr\":\"3305075341149134260\"}}"`, id, "3305075341149134260"},
		{"24 quantity as text", line(`"quantity":"200"`), quantity, 200},
		{"24 quantity as a whole decimal", line(`"quantity":3.0`), quantity, 3},
		{"24 quantity in parts is not known", line(`"quantity":1.5`), firstLine, core.Line{Attributes: map[string]string{"quantity": "1.5"}}},
		{"25 refundStatus as an int", line(`"refundStatus":17`), refunds, []core.Refund{{Order: core.OrderRef{ID: "1"}, UpstreamStatus: "17", Lines: nil}}},
		{"30 unknown members", `{"baseInfo":{"id":1,"new":{"a":[1]}},"more":[[]]}`, id, "1"},
		{"31 guaranteesTerms as an object", `{"baseInfo":{"id":1},"guaranteesTerms":{"a":"b"}}`, id, "1"},
		{"31 guaranteesTerms as an array", line(`"guaranteesTerms":[{"a":"b"}],"subItemID":7`), lineID, "7"},
		{"31 one object for productItems", `{"baseInfo":{"id":1},"productItems":{"subItemID":7}}`, lineID, "7"},
		{"32 tradeTerms as objects", `{"baseInfo":{"id":1,"status":"cancel"},"tradeTerms":[{"payStatus":"2"}]}`, status, core.Closed},
		{"32 tradeTerms as strings", `{"baseInfo":{"id":1,"status":"cancel"},"tradeTerms":["{\"payStatus\":\"2\"}","terms"]}`, status, core.Closed},
		{"32 tradeTerms as text", `{"baseInfo":{"id":1,"status":"cancel"},"tradeTerms":"none"}`, status, core.Cancelled},
		{"33 fromEncryptOrder", `{"baseInfo":{"id":1},"fromEncryptOrder":false}`, id, "1"},
		{"34 all null", `{"baseInfo":{"id":1,"totalAmount":null,"createTime":null,"status":null},"productItems":null,"nativeLogistics":null,"tradeTerms":null}`, func(o core.Order) any { return []any{o.Totals, o.Times, o.Lines, o.Address, o.Parcels} }, []any{core.Totals{}, core.Times{}, []core.Line(nil), (*core.Address)(nil), []core.Parcel(nil)}},
		{"34 absent is not zero", base(`"shippingFee":0`), func(o core.Order) any { return []bool{o.Totals.Shipping.IsSet(), o.Totals.Payable.IsSet()} }, []bool{true, false}},
		{"38 skuInfos in a string", line(`"skuInfos":"[{\"name\":\"颜色\",\"value\":\"白\"}]"`), attributes, map[string]string{"颜色": "白"}},
		{"38 skuInfos as an array", line(`"skuInfos":[{"name":"颜色","value":"白"}]`), attributes, map[string]string{"颜色": "白"}},
		{"38 skuInfos as something else", line(`"skuInfos":"白"`), attributes, map[string]string(nil)},
		{"38 productItems in a string", `{"baseInfo":{"id":1},"productItems":"[{\"subItemID\":7}]"}`, lineID, "7"},
		{"41 stray blank in the snapshot's address", line(`"productSnapshotUrl":"https: //trade.1688.com/order/offer_snapshot.htm?order_entry_id=58218860986545941"`), lineID, "58218860986545941"},
	})
}

func parcel(members string) string {
	return `{"baseInfo":{"id":1},"productItems":[{"subItemID":7},{"subItemID":8}],"nativeLogistics":{"logisticsItems":[{` + members + `}]}}`
}

func TestTrapsOfParcels(t *testing.T) {
	parcels := func(o core.Order) any { return o.Parcels }
	runTraps(t, []trap{
		{"40 line breaks between ids", parcel(`"subItemIds":"7,\n8,\n"`), parcels, []core.Parcel{{Lines: []core.LineID{"7", "8"}}}},
		{"40 an id twice", parcel(`"subItemIds":"7,7"`), parcels, []core.Parcel{{Lines: []core.LineID{"7"}}}},
		{"42 no waybill by its type", parcel(`"type":"2","logisticsBillNo":"YT123456"`), parcels, []core.Parcel{{}}},
		{"42 no waybill by its text", parcel(`"type":"0","logisticsBillNo":"不需要物流"`), parcels, []core.Parcel{{}}},
		{"42 no waybill by its word", parcel(`"logisticsBillNo":"none"`), parcels, []core.Parcel{{}}},
		{"42 a waybill", parcel(`"type":"1","logisticsBillNo":" YT1234567890123 ","logisticsCompanyName":"圆通","logisticsCompanyNo":"YTO"`), parcels, []core.Parcel{{Carrier: "圆通", CarrierCode: "YTO", Number: "YT1234567890123"}}},
		{"43 sub-items that are no line", parcel(`"subItemIds":"6,8"`), parcels, []core.Parcel{{Lines: []core.LineID{"8"}}}},
		{"43 a parcel of no line stays", parcel(`"subItemIds":"6"`), parcels, []core.Parcel{{}}},
		{"44 null", `{"baseInfo":{"id":1},"nativeLogistics":{"logisticsItems":null,"city":"某市"}}`, parcels, []core.Parcel(nil)},
		{"44 an address without a shipment", `{"baseInfo":{"id":1},"nativeLogistics":{"logisticsItems":null,"city":"某市"}}`, func(o core.Order) any { return o.Address.City }, "某市"},
	})
}

func TestTrapsOfMoney(t *testing.T) {
	amount := func(o core.Order) any { return o.Lines[0].Amount }
	price := func(o core.Order) any { return o.Lines[0].UnitPrice }
	discount := func(o core.Order) any { return o.Totals.Discount }
	runTraps(t, []trap{
		{"48 an item's refund is not money", line(`"refund":5`), totals, core.Totals{}},
		{"66 a yuan amount that looks like fen", line(`"itemAmount":19,"price":19`), amount, "19.00 CNY"},
		{"66 yuan with decimals", base(`"totalAmount":11.96`), payable, "11.96 CNY"},
		{"70 totalAmount is what there is to pay", base(`"sumProductPayment":599,"shippingFee":25,"discount":0,"totalAmount":594.05`), payable, "594.05 CNY"},
		{"71 discount 0 is absent", base(`"discount":0`), discount, ""},
		{"72 discount in fen", base(`"discount":-3989`), discount, "-39.89 CNY"},
		{"72 entryDiscount is not read as yuan", line(`"entryDiscount":-3989,"itemAmount":0.01`), amount, "0.01 CNY"},
		{"73 sums that do not add up", `{"baseInfo":{"id":1,"sumProductPayment":0.3,"shippingFee":6,"totalAmount":6.15},"productItems":[{"itemAmount":0.3},{"itemAmount":0.05},{"itemAmount":0.05}]}`, payable, "6.15 CNY"},
		{"74 no binary floats", line(`"itemAmount":8.96`), amount, "8.96 CNY"},
		{"76 text with one decimal", base(`"totalAmount":"140.0"`), payable, "140.00 CNY"},
		{"76 text without decimals", base(`"totalAmount":"4"`), payable, "4.00 CNY"},
		{"Java's exponent", base(`"totalAmount":1E+3`), payable, "1000.00 CNY"},
		{"a unit price in parts of a fen", line(`"price":0.035`), price, "0.035 CNY"},
		{"refunded", base(`"refund":0.05`), func(o core.Order) any { return o.Totals.Refunded }, "0.05 CNY"},
		{"93 refund 0 is absent", base(`"refund":0,"refundPayment":0`), totals, core.Totals{}},
	})
}

func TestTrapsOfTime(t *testing.T) {
	runTraps(t, []trap{
		{"81 ISO", base(`"createTime":"2024-08-14T07:10:38.000+00:00"`), created, 1723619438000},
		{"81 compact", base(`"createTime":"20170913231916000-0700"`), created, 1505369956000},
		{"81 milliseconds", base(`"createTime":1667193198819`), created, 1667193198819},
		{"81 milliseconds in text", base(`"createTime":"1702890004504"`), created, 1702890004504},
		{"82 stray blanks", base(`"createTime":"2018-02-07 15: 27: 58"`), created, 1517988478000},
		{"83 no zone is Beijing", base(`"createTime":"2023-10-18 18:11:08"`), created, 1697623868000},
		{"84 the offset is honoured", base(`"createTime":"20170913231727000-0700"`), created, 1505369847000},
		{"86 seconds", base(`"createTime":"1754342534"`), created, 1754342534000},
		{"87 a dummy does not lose the order", base(`"createTime":121312131313,"totalAmount":1`), payable, "1.00 CNY"},
		{"88 no order of times", base(`"createTime":"2025-04-24T17:17:43+08:00","completeTime":"2020-01-01T00:00:00Z","status":"success"`), func(o core.Order) any { return o.Times.Completed.Year() }, 2020},
		{"89 payTime of an unpaid order", base(`"payTime":"2026-05-20 15:41:00","status":"cancel"`), times, core.Times{}},
		{"89 payTime of an unpaid order is no payment", base(`"payTime":"2026-05-20 15:41:00","status":"cancel"`), status, core.Cancelled},
		{"89 payTime of a paid order", base(`"payTime":"2026-05-20 15:41:00","status":"waitsellersend"`), func(o core.Order) any { return o.Times.Paid.UnixMilli() }, 1779262860000},
		{"confirmedTime", base(`"confirmedTime":"2020-01-01T00:00:00Z"`), func(o core.Order) any { return o.Times.Received.Year() }, 2020},
	})
}

func TestTrapsOfStatus(t *testing.T) {
	word := func(o core.Order) any { return fmt.Sprint(o.Status, " ", o.UpstreamStatus) }
	steps := func(payStatus string) string {
		return base(`"status":"cancel","newStepOrderList":[{"payStatus":` + payStatus + `}]`)
	}
	two := func(order, first, second string) string {
		return fmt.Sprintf(`{"baseInfo":{"id":1,"status":%q},"productItems":[{"status":%q},{"status":%q}]}`, order, first, second)
	}
	runTraps(t, []trap{
		{"92 one line not sent", two("waitbuyerreceive", "waitsellersend", "waitbuyerreceive"), status, core.PartlyShipped},
		{"92 one line sent", two("waitsellersend", "waitsellersend", "waitbuyerreceive"), status, core.PartlyShipped},
		{"92 one line received", two("waitsellersend", "waitsellersend", "confirm_goods"), status, core.PartlyShipped},
		{"92 all sent", two("waitbuyerreceive", "waitbuyerreceive", "waitbuyerreceive"), status, core.Shipped},
		{"92 none sent", two("waitsellersend", "waitsellersend", "waitsellersend"), status, core.Paid},
		{"92 a line that ended says nothing", two("waitbuyerreceive", "waitbuyerreceive", "cancel"), status, core.Shipped},
		{"92 an unknown line says nothing", two("waitbuyerreceive", "waitbuyerreceive", "mystery"), status, core.Shipped},
		{"92 an unpaid order is not sent in part", two("waitbuyerpay", "waitbuyerpay", "waitbuyerreceive"), status, core.AwaitingPayment},
		{"94 tradeType is not read", base(`"tradeType":"50060","status":"success"`), status, core.Completed},
		{"95 8 is no payment", steps(`8`), status, core.Cancelled},
		{"95 2 in text is one", steps(`"2"`), status, core.Closed},
		{"95 4, paid back", steps(`4`), status, core.Closed},
		{"95 6, handed on", steps(`6`), status, core.Closed},
		{"95 a word is none", steps(`"WAITING_FOR_PAYMENT"`), status, core.Cancelled},
		{"96 unknown word", base(`"status":"paid_but_not_fund"`), word, "unknown paid_but_not_fund"},
		{"96 unknown word", base(`"status":"signinfailed"`), word, "unknown signinfailed"},
		{"96 no word", `{"baseInfo":{"id":1}}`, word, "unknown "},
		{"96 control characters in the word", base(`"status":"a\u001b[2Jb"`), word, "unknown a[2Jb"},
		{"100 closeReason is an open set", base(`"closeReason":"BUYER_NO_PAY","status":"cancel"`), status, core.Cancelled},
		{"104 phasAmount is not read", `{"baseInfo":{"id":1,"totalAmount":6.15},"tradeTerms":[{"phasAmount":7}]}`, payable, "6.15 CNY"},
		{"105 productSnapShotUrl", line(`"productSnapShotUrl":"https://x/y?order_entry_id=5821"`), lineID, "5821"},
	})
}

func TestTrapsOfRefunds(t *testing.T) {
	seen := func(o core.Order) any {
		var all []string
		for _, r := range o.Refunds {
			all = append(all, fmt.Sprint(r.ID, "/", r.State, "/", r.UpstreamStatus, "/", len(r.Lines)))
		}
		return strings.Join(all, " ")
	}
	items := func(base string, items ...string) string {
		return `{"baseInfo":{"id":1` + base + `},"productItems":[` + strings.Join(items, ",") + `]}`
	}
	runTraps(t, []trap{
		{"90 line in capitals", items(``, `{"subItemID":7,"refundStatus":"REFUND_CLOSED"}`), seen, "/closed/REFUND_CLOSED/1"},
		{"90 order in small letters", items(`,"refundStatus":"refundclose"`), seen, "/closed/refundclose/0"},
		{"90 both at once", items(`,"refundStatus":"refundsuccess"`, `{"subItemID":7,"refundId":"TQ1","refundStatus":"REFUND_SUCCESS"}`), seen, "TQ1/paid/REFUND_SUCCESS/1"},
		{"91 unknown word", items(`,"refundStatus":"mystery"`), seen, "/unknown/mystery/0"},
		{"93 id on one line only", items(``, `{"subItemID":7,"refundId":"TQ1","refundStatus":"WAIT_SELLER_AGREE"}`, `{"subItemID":8,"refundStatus":"WAIT_SELLER_AGREE"}`), seen, "TQ1/requested/WAIT_SELLER_AGREE/1 /requested/WAIT_SELLER_AGREE/1"},
		{"93 one refund of two lines", items(``, `{"subItemID":7,"refundId":"TQ1","refundStatus":"WAIT_BUYER_SEND"}`, `{"subItemID":8,"refundId":"TQ1","refundStatus":"WAIT_BUYER_SEND"}`), seen, "TQ1/awaiting_return/WAIT_BUYER_SEND/2"},
		{"93 id of the order, word of the line", items(`,"refundId":"TQ1","refundStatus":"waitselleragree"`, `{"subItemID":7,"refundStatus":"WAIT_SELLER_AGREE"}`), seen, "TQ1/requested/WAIT_SELLER_AGREE/1"},
		{"93 id of the line, word of the order", items(`,"refundStatus":"waitsellerreceive"`, `{"subItemID":7,"refundId":"TQ1"}`), seen, "TQ1/returning/waitsellerreceive/1"},
		{"93 after the sale", items(`,"refundStatusForAs":"waitbuyermodify"`, `{"subItemID":7,"refundIdForAs":"TQ2"}`), seen, "TQ2/rejected/waitbuyermodify/1"},
		{"93 in and after the sale", items(`,"refundStatus":"refundclose","refundStatusForAs":"waitselleragree"`, `{"subItemID":7,"refundId":"TQ1","refundIdForAs":"TQ2","refundStatus":"WAIT_SELLER_AGREE"}`), seen, "TQ1/closed/refundclose/1 TQ2/requested/waitselleragree/1"},
		{"93 only words of the order", items(`,"refundStatus":"refundclose","refundStatusForAs":"waitselleragree"`), seen, "/closed/refundclose/0 /requested/waitselleragree/0"},
		{"93 no refund", items(`,"refundStatus":null,"refundId":null`, `{"subItemID":7,"refundStatus":null}`), seen, ""},
	})
}
