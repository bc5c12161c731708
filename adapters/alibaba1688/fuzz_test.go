package alibaba1688

import (
	"errors"
	"testing"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// FuzzListAnswer: any page is orders with an id or a number, or an error; never a panic.
func FuzzListAnswer(f *testing.F) {
	f.Add([]byte(`{"total":1,"data":[{"tbOrderId":"2542285634920880794","totalAmount":23200,"orderStatus":1,"payStatus":1,"orderDetailInfoVOS":[{"price":7500,"skuInfos":"[]"}]}]}`))
	f.Add([]byte(`{"total":1,"data":{"tbOrderId":1,"cargoParamList":"[{}]","warehouseAddressInfo":"{}"},"code":"200"}`))
	f.Add([]byte(`{"total":"x","data":[1,null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var answer listAnswer
		if wirejson.Decode(data, &answer) != nil {
			return
		}
		page, err := answer.page(core.ListOrdersRequest{Raw: true}, cursor{1, 20})
		if err != nil {
			return
		}
		for _, o := range page.Orders {
			if o.ID == "" && o.Number == "" {
				t.Fatalf("an order without any id out of %q", data)
			}
			if o.Status == core.AwaitingPayment && o.UpstreamStatus == "orderStatus=-;payStatus=-" {
				t.Fatalf("a guessed status out of %q", data)
			}
		}
	})
}

// FuzzCreateAnswer: any answer to a create is orders that later calls can name, or an error that
// never claims that nothing happened.
func FuzzCreateAnswer(f *testing.F) {
	for _, seed := range []string{
		`"2542285634920880794"`, `2542285634920880794`, `null`, `{}`, `[[]]`, `"{\"success\":true}"`,
		`{"success":true,"result":{"orderId":"2542285634920880794","totalSuccessAmount":23200,"failedOfferList":[{"specId":"x"}]}}`,
		`{"success":false,"result":{"orderList":[{"orderId":1,"success":false}]}}`,
		`[{"baseInfo":{"idOfStr":"2542285634920880794","totalAmount":19}}]`,
		`{"tbOrderId":"2542285634920880794","totalAmount":23200}`,
	} {
		f.Add([]byte(seed))
	}
	a := &Adapter{}
	f.Fuzz(func(t *testing.T, data []byte) {
		order, err := a.created(shorts(), gateway.Reply{Data: data})
		if err != nil {
			e, ok := errors.AsType[*core.Error](createError(err, shorts()))
			if !ok || e.Outcome != core.InDoubt {
				t.Fatalf("%v out of %q is not in doubt", err, data)
			}
			return
		}
		for _, o := range append([]core.Order{order}, order.Siblings...) {
			if !isNumber(string(o.ID)) || o.Ref != "ref-1" {
				t.Fatalf("order %q of ref %q out of %q", o.ID, o.Ref, data)
			}
		}
	})
}

// FuzzPayAnswer: paid is claimed only where the answer says exactly that.
func FuzzPayAnswer(f *testing.F) {
	f.Add([]byte(`{"protocolPaySuccess":true}`))
	f.Add([]byte(`{"payUrl":"https://trade.1688.com/x","cantPayOrderList":[2542285634920880794]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var answer payAnswer
		if wirejson.Decode(data, &answer) != nil {
			return
		}
		p, err := answer.payment(ref)
		if err == nil && p.State == core.Settled && (!answer.ProtocolPaySuccess.B || p.ActionURL != "") {
			t.Fatalf("claimed as paid: %q", data)
		}
	})
}
