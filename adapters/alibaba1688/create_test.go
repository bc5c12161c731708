package alibaba1688

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

const createPath = "/alibaba/order/create"

func made(id string) core.Order {
	return core.Order{Ref: "ref-1", OrderRef: core.OrderRef{ID: core.OrderID(id)}, MarketplaceIDs: []string{id},
		Market: core.Alibaba1688, Status: core.AwaitingPayment}
}

func with(o core.Order, change func(*core.Order)) core.Order { change(&o); return o }

// TestCreateAnswers: v1's answer is not documented, so each likely shape is read (28, 59, 66).
func TestCreateAnswers(t *testing.T) {
	whole := with(made(orderID), func(o *core.Order) { o.Totals = core.Totals{Payable: cny("232.00"), Shipping: cny("7.00")} })
	for _, row := range []struct {
		name, data string
		want       core.Order
	}{
		{"an id as text", `"2542285634920880794"`, made(orderID)},
		{"an id as a number, exact (3)", `2542285634920880794`, made(orderID)},
		{"1688's result, in fen (67)", `{"success":true,"result":{"success":true,"orderId":"2542285634920880794","totalSuccessAmount":23200,"postFee":700,"orderList":[],"failedOfferList":null}}`, whole},
		{"the result with numbers as text and a number as id", `{"success":"true","result":{"orderId":2542285634920880794,"totalSuccessAmount":"23200","postFee":"700"}}`, whole},
		{"the result as JSON inside a string (38)", `"{\"result\": {\"orderId\": \"2542285634920880794\", \"postFee\": 700, \"success\": true, \"orderList\": [], \"totalSuccessAmount\": 23200}, \"success\": true}"`, whole},
		{"split orders: the main id and amounts are empty (59, 104)",
			`{"success":true,"result":{"orderId":"","totalSuccessAmount":"","postFee":null,"orderList":[
				{"success":true,"orderId":"2542285634920880794","orderAmmount":23200,"postFee":700},
				{"success":true,"orderId":2542285634921880794,"orderAmmount":100,"postFee":0}]}}`,
			with(whole, func(o *core.Order) {
				o.Siblings = []core.Order{with(made("2542285634921880794"), func(s *core.Order) { s.Totals = core.Totals{Payable: cny("1.00"), Shipping: cny("0.00")} })}
			})},
		{"the main order is in the list too",
			`{"success":true,"result":{"orderId":"2542285634920880794","totalSuccessAmount":999,"orderList":[{"orderId":"2542285634920880794","orderAmmount":23200,"postFee":700}]}}`, whole},
		{"a list row, in fen", `{"tbOrderId":"2542285634920880794","orderNo":"1232742280398373686","orderStatus":1,"payStatus":1,"totalAmount":23200,"shippingFee":700}`,
			with(whole, func(o *core.Order) { o.Number, o.UpstreamStatus = "1232742280398373686", "orderStatus=1;payStatus=1" })},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, _ := answering(t, createPath, ok(row.data), nil)
			got, err := a.CreateOrder(t.Context(), shorts())
			require.NoError(t, err)
			require.Equal(t, row.want, got)
		})
	}
}

// TestBatchCreateOfEncryptedIDs: the documented answer is trade objects in yuan, with another product
// id than the one sent (15, 66).
func TestBatchCreateOfEncryptedIDs(t *testing.T) {
	const trade = `{"guaranteesTerms":null,"nativeLogistics":{"city":"杭州市","logisticsItems":null},
		"productItems":[{"itemAmount":19,"price":19,"productID":743470146022,"specId":"` + shortsSpec + `","quantity":1,"subItemIDString":"2542285634920880794"}],
		"baseInfo":{"id":2542285634920880600,"idOfStr":"2542285634920880794","status":"waitbuyerpay","totalAmount":26,"shippingFee":7,"outOrderId":null}}`
	second := strings.ReplaceAll(trade, orderID, "2542285634921880794")
	for _, data := range []string{"[" + trade + "," + second + "]", "[" + second + "]", trade} {
		a, s := answering(t, "/v2/alibaba/order/batch/create", ok(data), nil)
		order, err := a.CreateOrder(t.Context(), shortsV2())
		require.NoError(t, err)
		require.Len(t, s.requests(), 1)
		require.Equal(t, core.Ref("ref-1"), order.Ref)
		require.Equal(t, cny("26.00"), order.Totals.Payable, "yuan, although it looks like fen")
		require.Equal(t, core.ProductID("743470146022"), order.Lines[0].ProductID)
		require.Equal(t, core.AwaitingPayment, order.Status)
		require.Len(t, order.Siblings, strings.Count(data, "idOfStr")-1)
		for _, sibling := range order.Siblings {
			require.Equal(t, core.Ref("ref-1"), sibling.Ref)
		}
	}
}

// TestCreateInDoubt: whatever is neither a checked success nor a listed refusal was probably done
// (28, 50, 51, 61).
func TestCreateInDoubt(t *testing.T) {
	for data, code := range map[string]core.Code{
		`null`: core.BadAnswer, `{}`: core.BadAnswer, `[]`: core.BadAnswer, `true`: core.BadAnswer, `""`: core.BadAnswer,
		`1`: core.BadAnswer, `"成功"`: core.BadAnswer, `2.5e18`: core.BadAnswer, `"254228563492088079x"`: core.BadAnswer,
		`99999999999999999999`: core.BadAnswer, `[1,2]`: core.BadAnswer, `{"orderId":"2542285634920880794"}`: core.BadAnswer,
		`{"success":true}`: core.BadAnswer, `{"success":true,"result":{}}`: core.BadAnswer, `{"success":true,"result":"x"}`: core.BadAnswer,
		`{"success":true,"result":{"orderId":"abc"}}`:                                                                   core.BadAnswer,
		`{"success":true,"result":{"orderId":"2542285634920880794","totalSuccessAmount":232.5}}`:                        core.BadAnswer,
		`{"success":true,"result":{"orderId":"2542285634920880794","orderList":[{"success":false}]}}`:                   core.BadAnswer,
		`{"success":true,"result":{"orderList":[{"orderId":"2542285634920880794"},{"orderId":"2542285634920880794"}]}}`: core.BadAnswer,
		`{"baseInfo":{}}`: core.BadAnswer, `[{"baseInfo":{"idOfStr":"2542285634920880794"}},{"tbOrderId":"1"}]`: core.BadAnswer,
		`{"tbOrderId":"2542285634920880794","totalAmount":232.00}`:                                    core.BadAnswer,
		`{"success":false,"code":"500_1","message":"no stock"}`:                                       core.Refused,
		`{"success":true,"result":{"success":false,"code":"500_1","message":"no stock"}}`:             core.Refused,
		`{"success":false,"code":"KNOWN","result":{"success":false,"orderId":"2542285634920880794"}}`: core.Refused,
	} {
		a, _ := answering(t, createPath, ok(data), map[string]any{"refusal_codes": []string{"KNOWN"}})
		order, err := a.CreateOrder(t.Context(), shorts())
		requireError(t, err, code, core.InDoubt)
		require.Empty(t, order.ID, data)
		e, _ := errors.AsType[*core.Error](err)
		require.Contains(t, strings.Join(e.Detail, "\n"), "#t26o7x3t", "what a person looks for: %s", data)
		if strings.Contains(data, `"orderId":"`+orderID) && strings.Contains(data, "result") {
			require.Contains(t, strings.Join(e.Detail, "\n"), orderID, data)
		}
	}
}

// TestCreateRefusedForCertain: only a code that the operator listed means that nothing happened, in
// the envelope and inside of data alike (51, 63).
func TestCreateRefusedForCertain(t *testing.T) {
	known := map[string]any{"refusal_codes": []string{"51002", "NO_STOCK"}}
	for _, answer := range []string{
		refusal("51002", "商品不存在"),
		ok(`{"success":false,"code":"NO_STOCK","message":"无货"}`),
		ok(`{"success":true,"result":{"success":false,"errorCode":"NO_STOCK"}}`),
	} {
		a, _ := answering(t, createPath, answer, known)
		_, err := a.CreateOrder(t.Context(), shorts())
		requireError(t, err, core.Refused, core.NotDone)

		a, _ = answering(t, createPath, answer, nil)
		_, err = a.CreateOrder(t.Context(), shorts())
		requireError(t, err, core.Refused, core.InDoubt)
	}
}

// TestCreatePartial: lines that 1688 left out carry its reason, the others are there (52).
func TestCreatePartial(t *testing.T) {
	r := shorts()
	r.Lines = append(r.Lines, core.OrderLine{ProductID: "743470146022", SpecID: cameraSpec, Quantity: 1})
	answer := func(failed string) string {
		return ok(`{"success":true,"result":{"orderId":"2542285634920880794","success":true,"totalSuccessAmount":23200,"failedOfferList":[` + failed + `]}}`)
	}
	const camera = `{"offerId":743470146022,"specId":"` + cameraSpec + `","errorCode":"OFFER_NOT_FOUND","errorMessage":"之江路 42 号送不到, 18600888861"}`
	a, _ := answering(t, createPath, answer(camera), nil)
	order, err := a.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, order.Lines, 2)
	require.Nil(t, order.Lines[0].Problem)
	require.Equal(t, &core.GatewayError{Code: "OFFER_NOT_FOUND", Message: "[address]送不到, [number]", RequestID: "req-1"}, order.Lines[1].Problem)

	for _, failed := range []string{`{"specId":"other"}`, `{}`, camera + `,{"specId":"` + shortsSpec + `"}`} {
		a, _ := answering(t, createPath, answer(failed), nil)
		_, err := a.CreateOrder(t.Context(), r)
		requireError(t, err, core.BadAnswer, core.InDoubt)
	}
}

// TestCreateChecksBeforeSending: what PandaPon would refuse leaves no doubt behind (14, 16, 110, 118).
func TestCreateChecksBeforeSending(t *testing.T) {
	s := newStub(t, nil)
	a := newAdapter(t, s.URL, nil)
	line := shorts().Lines[0]
	for _, row := range []struct {
		field  string
		change func(*core.CreateOrderRequest)
	}{
		{"lines", func(r *core.CreateOrderRequest) { r.Lines = nil }},
		{"lines", func(r *core.CreateOrderRequest) { r.Lines = make([]core.OrderLine, 101) }},
		{"lines[0].product_id", func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "0123" }},
		{"lines[0].product_id", func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "99999999999999999999" }},
		{"lines[0].quantity", func(r *core.CreateOrderRequest) { r.Lines[0].Quantity = 0 }},
		{"lines[0].spec_id", func(r *core.CreateOrderRequest) { r.Lines[0].SpecID = "" }},
		{"lines[1].product_id", func(r *core.CreateOrderRequest) { r.Lines = append(r.Lines, shortsV2().Lines[0]) }},
		{"lines[1].seller_id", func(r *core.CreateOrderRequest) {
			r.Lines = append(r.Lines, line)
			r.Lines[0].SellerID, r.Lines[1].SellerID = "a", "b"
		}},
		{"lines[0].seller_id", func(r *core.CreateOrderRequest) { r.Lines = shortsV2().Lines; r.Lines[0].SellerID = "" }},
		{"options.flows", func(r *core.CreateOrderRequest) { r.Options = map[string]string{"flows": "x"} }},
		{"address.name", func(r *core.CreateOrderRequest) { r.Address.Name = " " }},
		{"address.mobile", func(r *core.CreateOrderRequest) { r.Address.Mobile = "" }},
		{"address.street", func(r *core.CreateOrderRequest) { r.Address.Street = "" }},
		{"address.postcode", func(r *core.CreateOrderRequest) { r.Address.Postcode = "" }},
		{"address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "310107" }},
	} {
		r := shorts()
		row.change(&r)
		_, err := a.CreateOrder(t.Context(), r)
		requireError(t, err, core.InvalidInput, core.NotDone)
		e, _ := errors.AsType[*core.Error](err)
		require.Equal(t, row.field, e.Field)
	}
	require.Empty(t, s.requests())
}

// TestCreateErrorsHideTheAddress: gateways repeat the line that they do not like, also cut off.
func TestCreateErrorsHideTheAddress(t *testing.T) {
	cutOff := strings.Repeat("很", 96) + home.Street
	for _, msg := range []string{"收件人 zhang 之江路 42 号 转塘 无法送达 0571-88881888 18600888861", cutOff} {
		for _, answer := range []string{refusal("1", msg), ok(`{"success":false,"message":"` + msg + `"}`)} {
			a, _ := answering(t, createPath, answer, nil)
			_, err := a.CreateOrder(t.Context(), shorts())
			requireError(t, err, core.Refused, core.InDoubt)
			require.NotContains(t, err.Error(), "之江路")
		}
	}
}

// TestNoteTokenIsStable: a lost journal finds its orders again. The value is held to another
// implementation's.
func TestNoteTokenIsStable(t *testing.T) {
	require.Equal(t, "#t26o7x3t", noteToken("ref-1"))
	require.NotEqual(t, noteToken("ref-1"), noteToken("ref-2"))
}
