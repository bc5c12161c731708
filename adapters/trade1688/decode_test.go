package trade1688

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
)

func TestDecodeRefusesWhatIsNoTradeObject(t *testing.T) {
	const secret = "SecretStreet-13800138000"
	rows := []struct{ rule, data, wantIn string }{
		{"trap 28: empty object", `{}`, "no baseInfo"},
		{"trap 28: bool", `true`, "bool"},
		{"trap 28: string", `"` + secret + `"`, "string"},
		{"trap 28: null", `null`, "no baseInfo"},
		{"trap 28: number", `7`, "number"},
		{"trap 40: raw line break", "{\"baseInfo\":{\"id\":1,\"remark\":\"" + secret + "\n\"}}", "not one JSON value"},
		{"trap 50: placeholder", `{"baseInfo":{}}`, "baseInfo.id"},
		{"trap 3: no exact id", `{"baseInfo":{"id":2.05e18}}`, "baseInfo.id"},
		{"id 0", `{"baseInfo":{"id":0}}`, "baseInfo.id"},
		{"id as a word", `{"baseInfo":{"idOfStr":"` + secret + `"}}`, "baseInfo.id"},
		{"part of a fen to pay", `{"baseInfo":{"id":1,"totalAmount":1.234}}`, "baseInfo.totalAmount"},
		{"text to pay", `{"baseInfo":{"id":1,"totalAmount":"` + secret + `"}}`, "baseInfo.totalAmount"},
		{"discount in yuan", `{"baseInfo":{"id":1,"discount":39.89}}`, "baseInfo.discount"},
		{"another currency", `{"baseInfo":{"id":1,"currency":"USD","totalAmount":1}}`, "baseInfo.currency"},
		{"a line's amount", `{"baseInfo":{"id":1},"productItems":[{},{"itemAmount":"` + secret + `"}]}`, "productItems[1]: itemAmount"},
		{"F9: number bomb", `{"baseInfo":{"id":1,"totalAmount":1e1000000000}}`, "baseInfo.totalAmount"},
		{"F11: two ids", `{"baseInfo":{"id":1,"ID":2}}`, "twice"},
		{"a shape that flips", `{"baseInfo":{"id":1,"status":["` + secret + `"]}}`, "baseInfo.status"},
		{"over 500 lines", `{"baseInfo":{"id":1},"productItems":[` + strings.Repeat(`{},`, 500) + `{}]}`, "over 500 lines"},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			_, err := Decode([]byte(row.data))
			if err == nil || !strings.Contains(err.Error(), row.wantIn) {
				t.Fatalf("Decode = %v, want an error with %q", err, row.wantIn)
			}
			if !errors.Is(err, core.BadAnswer) {
				t.Errorf("the kind of %v is not BadAnswer", err)
			}
			if strings.Contains(err.Error(), "Secret") || strings.Contains(err.Error(), "13800138000") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

func TestDecodeList(t *testing.T) {
	list := "[" + string(detail(t)) + "," + string(callback(t)) + "]"
	orders, err := DecodeList([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "orders", len(orders), 2)
	equal(t, "first", orders[0].ID, "2257164624870311973")
	equal(t, "second", orders[1].ID, "58218860983545941")
}

func TestDecodeListOfNothing(t *testing.T) {
	for _, data := range []string{`null`, `[]`} {
		if orders, err := DecodeList([]byte(data)); err != nil || len(orders) != 0 {
			t.Errorf("DecodeList(%s) = %v, %v, want none", data, orders, err)
		}
	}
}

func TestAListWithAHoleIsAnError(t *testing.T) {
	for _, data := range []string{
		`[{"baseInfo":{"id":1}},null]`, `[{"baseInfo":{"id":1}},{"baseInfo":{}}]`, `true`,
		`[` + strings.Repeat(`{"baseInfo":{"id":1}},`, 1000) + `{"baseInfo":{"id":1}}]`,
	} {
		if orders, err := DecodeList([]byte(data)); err == nil || orders != nil {
			t.Errorf("DecodeList(%.60s) = %d orders, %v, want none and an error", data, len(orders), err)
		}
	}
}

func TestStatusOf(t *testing.T) {
	rows := map[string]core.Status{
		"waitbuyerpay": core.AwaitingPayment, "WAIT_BUYER_PAY": core.AwaitingPayment, "waitsellersend": core.Paid,
		"waitlogisticstakein": core.Shipped, "waitbuyerreceive": core.Shipped, "waitbuyersign": core.Shipped,
		"signinsuccess": core.Received, "confirm_goods": core.Received, "success": core.Completed,
		"cancel": core.Cancelled, "terminated": core.Closed,
		"waitsellerconfirm": core.StatusUnknown, "": core.StatusUnknown, "1": core.StatusUnknown,
	}
	for word, want := range rows {
		equal(t, word, StatusOf(word), want)
	}
}

func TestRefundStateOf(t *testing.T) {
	rows := map[string]core.RefundState{
		"waitselleragree": core.RefundRequested, "WAIT_SELLER_AGREE": core.RefundRequested,
		"WAIT_BUYER_MODIFY": core.RefundRejected, "waitbuyersend": core.RefundAwaitingReturn,
		"WAIT_SELLER_RECEIVE": core.RefundReturning, "refundsuccess": core.RefundPaid, "REFUND_SUCCESS": core.RefundPaid,
		"refundclose": core.RefundClosed, "REFUND_CLOSED": core.RefundClosed,
		"": core.RefundUnknown, "0": core.RefundUnknown, "mystery": core.RefundUnknown,
	}
	for word, want := range rows {
		equal(t, word, RefundStateOf(word), want)
	}
}

func TestReceiverInfoFillsTheAddress(t *testing.T) {
	const receiver = `"receiverInfo":{"toFullName":"某人","toPost":"100000","toDivisionCode":"110101","toArea":"某省 某市 某路1号"}`
	alone := decoded(t, []byte(base(receiver))).Address
	equal(t, "alone", *alone, core.Address{Name: "某人", Postcode: "100000", DistrictCode: "110101", Street: "某省 某市 某路1号"})
	both := decoded(t, []byte(`{"baseInfo":{"id":1,`+receiver+`},"nativeLogistics":{"contactPerson":"他人","address":"某路1号"}}`)).Address
	equal(t, "both", *both, core.Address{Name: "他人", Postcode: "100000", DistrictCode: "110101", Street: "某路1号"})
}

func FuzzDecode(f *testing.F) {
	f.Add(detail(f))
	f.Add(callback(f))
	f.Add([]byte(`"{\"baseInfo\":{\"idOfStr\":\"3305075341149134260\"}}"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		order, err := Decode(data)
		if err != nil {
			return
		}
		if order.ID == "" || strings.Trim(string(order.ID), "0123456789") != "" {
			t.Errorf("an order without an exact id: %q", order.ID)
		}
		if _, err := json.Marshal(order); err != nil {
			t.Errorf("the order cannot be written: %v", err)
		}
	})
}
