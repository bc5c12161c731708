package dajisaas

import (
	"context"
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

const sentAddress = `{"fullName":"张三丰","mobile":"18888888888","phone":"0571-88881888","postCode":"200333","cityText":"上海市","provinceText":"上海","areaText":"普陀区","townText":"长河镇","address":"网商路699号","districtCode":"310107"}`

const sentCargo = `[{"offerId":623686863670,"specId":"53a1eff0fa008b2b9f32a120b0a050f2","quantity":5}]`

// Golden bodies, but for the sign, which is held by recomputing it from the body as it came.
func TestRequestBodies(t *testing.T) {
	from := time.Date(2025, 7, 2, 13, 11, 13, 0, time.UTC)
	for _, row := range []struct {
		rule string
		call func(context.Context, *Adapter) error
		line string
		body string
	}{
		{"quote", func(ctx context.Context, a *Adapter) error {
			_, err := a.Quote(ctx, core.QuoteRequest{Lines: pencils().Lines, Address: home})
			return err
		}, "POST " + pathQuote,
			`{"addressParam":` + sentAddress + `,"appKey":"dj_test_key","cargoParamList":` + sentCargo + `,"flow":"general"}`},
		{"create", func(ctx context.Context, a *Adapter) error { _, err := a.CreateOrder(ctx, pencils()); return err }, "POST " + pathCreate,
			`{"addressParam":` + sentAddress + `,"appKey":"dj_test_key","cargoParamList":` + sentCargo + `,"flow":"general","isvBizType":"cross","message":"备注 <测试> & more","thirdOrderId":"T20240708002"}`},
		{"create with options, without what may be left out", func(ctx context.Context, a *Adapter) error {
			r := pencils()
			r.Message, r.Lines[0].SpecID = "", ""
			r.Address.Phone, r.Address.Postcode, r.Address.Town = "", "", ""
			r.Options = map[string]string{"flow": "saleproxy", "isv_biz_type": "cross_daigou"}
			_, err := a.CreateOrder(ctx, r)
			return err
		}, "POST " + pathCreate,
			`{"addressParam":{"fullName":"张三丰","mobile":"18888888888","phone":"18888888888","postCode":"000000","cityText":"上海市","provinceText":"上海","areaText":"普陀区","address":"网商路699号","districtCode":"310107"},"appKey":"dj_test_key","cargoParamList":[{"offerId":623686863670,"quantity":5}],"flow":"saleproxy","isvBizType":"cross_daigou","thirdOrderId":"T20240708002"}`},
		{"list; trap 128: no empty text", func(ctx context.Context, a *Adapter) error {
			_, err := a.ListOrders(ctx, core.ListOrdersRequest{})
			return err
		}, "POST " + pathList, `{"appKey":"dj_test_key","page":1,"pageSize":20}`},
		{"trap 85: the filter's own time format", func(ctx context.Context, a *Adapter) error {
			_, err := a.ListOrders(ctx, core.ListOrdersRequest{Ref: "T1", Status: core.Completed, CreatedFrom: from, CreatedTo: from.Add(time.Hour), PageSize: 3, Cursor: "2"})
			return err
		}, "POST " + pathList,
			`{"appKey":"dj_test_key","createEndTime":"20250702221113000+0800","createStartTime":"20250702211113000+0800","orderStatus":"success","outOrderId":"T1","page":2,"pageSize":3}`},
		{"an end between two milliseconds loses nothing", func(ctx context.Context, a *Adapter) error {
			_, err := a.ListOrders(ctx, core.ListOrdersRequest{CreatedTo: from.Add(1)})
			return err
		}, "POST " + pathList, `{"appKey":"dj_test_key","createEndTime":"20250702211113001+0800","page":1,"pageSize":20}`},
		{"detail; traps 5, 123: id as text, webSite", func(ctx context.Context, a *Adapter) error {
			_, err := a.GetOrder(ctx, core.GetOrderRequest{Order: seedOrder()})
			return err
		}, "POST " + pathDetail, `{"appKey":"dj_test_key","orderId":"2257164624870311973","webSite":"1688"}`},
		{"pay", func(ctx context.Context, a *Adapter) error {
			_, err := a.Pay(ctx, core.PayRequest{Order: seedOrder(), Expect: cny("11.96"), Attempt: attempt()})
			return err
		}, "POST " + pathPay, `{"appKey":"dj_test_key","orderId":"2257164624870311973"}`},
		{"confirm; traps 4, 5: exact integers", func(ctx context.Context, a *Adapter) error {
			_, err := a.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: core.OrderRef{ID: "56623232655125698"}, Lines: []core.LineID{"562356635566365512"}, Attempt: attempt()})
			return err
		}, "POST " + pathConfirm, `{"appKey":"dj_test_key","orderEntryIds":[562356635566365512],"orderId":56623232655125698}`},
		{"confirm the whole order", func(ctx context.Context, a *Adapter) error {
			_, err := a.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: seedOrder(), Attempt: attempt()})
			return err
		}, "POST " + pathConfirm, `{"appKey":"dj_test_key","orderId":2257164624870311973}`},
		{"cancel; traps 100, 108, 123", func(ctx context.Context, a *Adapter) error {
			_, err := a.CancelOrder(ctx, core.CancelOrderRequest{Order: seedOrder(), Reason: "取消订单备注", Attempt: attempt()})
			return err
		}, "POST " + pathCancel,
			`{"appKey":"dj_test_key","cancelReason":"buyerCancel","orderId":"2257164624870311973","remark":"取消订单备注","webSite":"1688"}`},
		{"cancel without a reason", func(ctx context.Context, a *Adapter) error {
			_, err := a.CancelOrder(ctx, core.CancelOrderRequest{Order: seedOrder(), Attempt: attempt()})
			return err
		}, "POST " + pathCancel,
			`{"appKey":"dj_test_key","cancelReason":"buyerCancel","orderId":"2257164624870311973","remark":"buyerCancel","webSite":"1688"}`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, s := answering(t, nil) // the answer does not matter here
			require.Error(t, row.call(t.Context(), a))
			require.Len(t, s.requests(), 1)
			got := s.requests()[0]
			require.Equal(t, row.line, got.Line)
			body, sent := withoutSign(got.Body)
			require.Equal(t, row.body, body)
			require.Equal(t, signAsReceived(t, row.body), sent, "the sign is of what is sent")
		})
	}
}

var signMember = regexp.MustCompile(`,"sign":"([0-9A-F]{32})"`)

func withoutSign(body string) (rest, sign string) {
	if found := signMember.FindStringSubmatch(body); found != nil {
		sign = found[1]
	}
	return signMember.ReplaceAllString(body, ""), sign
}

func signAsReceived(t *testing.T, body string) string {
	t.Helper()
	var got map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	params := map[string]string{}
	for name, raw := range got {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		params[name] = text
	}
	return sign(params, core.NewSecret(testSecret))
}

func TestRequestTimeIsNeverSent(t *testing.T) { // trap 131
	a, s := answering(t, nil)
	_, _ = a.CreateOrder(t.Context(), pencils())
	require.NotContains(t, s.requests()[0].Body, "requestTime")
}

func TestNotSentWhatCannotBeBought(t *testing.T) {
	for _, row := range []struct {
		rule, field string
		change      func(*core.CreateOrderRequest)
	}{
		{"trap 110: the code wins over the text", "address.district_code", func(r *core.CreateOrderRequest) { r.Address.Province = "浙江省" }},
		{"a province that cannot be checked", "address.district_code", func(r *core.CreateOrderRequest) { r.Address.Province = "Shanghai" }},
		{"a code of no province", "address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "990107" }},
		{"a code that is none", "address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "31010" }},
		{"no code", "address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "" }},
		{"no name", "address.name", func(r *core.CreateOrderRequest) { r.Address.Name = " " }},
		{"no mobile", "address.mobile", func(r *core.CreateOrderRequest) { r.Address.Mobile = "" }},
		{"no province", "address.province", func(r *core.CreateOrderRequest) { r.Address.Province = "" }},
		{"no city", "address.city", func(r *core.CreateOrderRequest) { r.Address.City = "" }},
		{"no district", "address.district", func(r *core.CreateOrderRequest) { r.Address.District = "" }},
		{"no street", "address.street", func(r *core.CreateOrderRequest) { r.Address.Street = "" }},
		{"no ref", "ref", func(r *core.CreateOrderRequest) { r.Ref = "" }},
		{"trap 15: an encrypted offer id", "lines[0].product_id", func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "0TKFRHPSMug9XFLmzNmVXw" }},
		{"a variant that dajisaas would not see", "lines[0].spec_id", func(r *core.CreateOrderRequest) { r.Lines[0].SpecID, r.Lines[0].SKUID = "", "5403412737023" }},
		{"two sellers", "lines[1].seller_id", func(r *core.CreateOrderRequest) {
			r.Lines = append(r.Lines, core.OrderLine{ProductID: "1", SellerID: "b2b-2", Quantity: 1})
		}},
		{"trap 118: 100 lines", "lines", func(r *core.CreateOrderRequest) { r.Lines = make([]core.OrderLine, 101) }},
		{"an unknown option", "options.promotion", func(r *core.CreateOrderRequest) { r.Options = map[string]string{"promotion": "x"} }},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, s := answering(t, nil)
			r := pencils()
			row.change(&r)
			_, err := a.CreateOrder(t.Context(), r)
			require.Equal(t, row.field, requireError(t, err, core.InvalidInput, core.NotDone).Field)
			if row.field != "ref" {
				_, err = a.Quote(t.Context(), core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
				require.Equal(t, row.field, requireError(t, err, core.InvalidInput, core.NotDone).Field)
			}
			require.Empty(t, s.requests(), "nothing is sent")
		})
	}
}

func TestIdsThatAreNoNumbersAreNotSent(t *testing.T) {
	a, s := answering(t, nil)
	for _, id := range []core.OrderID{"", "abc", "0123", "12345678901234567890", "1.5", "-1", "1e3"} {
		ref := core.OrderRef{ID: id}
		_, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.Pay(t.Context(), core.PayRequest{Order: ref, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: seedOrder(), Lines: []core.LineID{core.LineID(id)}, Attempt: attempt()})
		requireError(t, err, core.InvalidInput, core.NotDone)
		_, err = a.Track(t.Context(), core.TrackRequest{Order: ref})
		requireError(t, err, core.InvalidInput, core.NotDone)
	}
	require.Empty(t, s.requests())
}
