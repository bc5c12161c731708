package dajisaas

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestCreated(t *testing.T) {
	for _, row := range []struct{ rule, data, id, payable string }{
		{"trap 67: the document's example, in fen", `{"totalSuccessAmount":1196,"orderId":"2257164624870311973","success":true,"code":null,"message":null,"accountPeriod":null,"failedOfferList":null}`, seedID, "11.96 CNY"},
		{"trap 1: id as number", `{"orderId":2257164624870311973,"success":true,"totalSuccessAmount":"1196"}`, seedID, "11.96 CNY"},
		{"trap 34: no amount is absent, not zero", `{"orderId":"2257164624870311973","success":true,"totalSuccessAmount":null}`, seedID, ""},
		{"nobody failed", `{"orderId":"2257164624870311973","success":true,"failedOfferList":[]}`, seedID, ""},
	} {
		a, _ := answering(t, map[string]canned{pathCreate: ok(row.data)})
		got, err := a.CreateOrder(t.Context(), pencils())
		require.NoError(t, err, row.rule)
		require.Equal(t, row.payable, got.Totals.Payable.String(), row.rule)
		got.Totals = core.Totals{}
		require.Equal(t, core.Order{Ref: "T20240708002", OrderRef: core.OrderRef{ID: core.OrderID(row.id)}, MarketplaceIDs: []string{row.id},
			Market: core.Alibaba1688, Status: core.AwaitingPayment}, got, row.rule)
	}
}

func TestCreateInDoubt(t *testing.T) {
	for _, row := range []struct {
		rule, data string
		code       core.Code
		detail     string
	}{
		{"trap 59: several orders", `{"orderId":"","totalSuccessAmount":null,"success":true,"orderList":[{"orderId":"1"},{"orderId":"2"}]}`, core.BadAnswer, "the ref T20240708002"},
		{"trap 66: yuan where fen are read", `{"orderId":"2257164624870311973","success":true,"totalSuccessAmount":11.96}`, core.BadAnswer, "the order " + seedID},
		{"trap 51: an inner failure", `{"orderId":null,"success":false,"code":"500_002","message":"库存不足"}`, core.Refused, "the ref T20240708002"},
		{"a failure beside an id", `{"orderId":"2257164624870311973","success":false}`, core.Refused, "the order " + seedID},
		{"an id that is none", `{"orderId":"created","success":true}`, core.BadAnswer, "the ref T20240708002"},
		{"an id that was rounded away", `{"orderId":2.257164624870312e18,"success":true}`, core.BadAnswer, ""},
		{"a failed line that nobody asked for", `{"orderId":"2257164624870311973","success":true,"failedOfferList":[{"offerId":1}]}`, core.BadAnswer, "the order " + seedID},
		{"a failed line without a name", `{"orderId":"2257164624870311973","success":true,"failedOfferList":[{}]}`, core.BadAnswer, "the order " + seedID},
		{"every line failed", `{"orderId":"2257164624870311973","success":true,"failedOfferList":[{"offerId":623686863670}]}`, core.BadAnswer, "the order " + seedID},
		{"failed lines of another shape", `{"orderId":"2257164624870311973","success":true,"failedOfferList":[7]}`, core.BadAnswer, ""},
	} {
		a, s := answering(t, map[string]canned{pathCreate: ok(row.data)})
		_, err := a.CreateOrder(t.Context(), pencils())
		e := requireError(t, err, row.code, core.InDoubt)
		require.Len(t, s.requests(), 1, row.rule)
		if row.detail != "" {
			require.Contains(t, e.Detail[len(e.Detail)-1], row.detail, row.rule)
		}
	}
}

func TestPartialSuccessNamesTheLine(t *testing.T) { // trap 52
	a, _ := answering(t, map[string]canned{pathCreate: ok(`{"orderId":"2257164624870311973","success":true,"totalSuccessAmount":1196,
		"failedOfferList":[{"offerId":"670291644950","specId":"s2","errorCode":"OFFER_NOT_FOUND","errorMessage":"商品不存在"}]}`)})
	r := pencils()
	r.Lines = append(r.Lines, core.OrderLine{ProductID: "670291644950", SpecID: "s1", Quantity: 1}, core.OrderLine{ProductID: "670291644950", SpecID: "s2", Quantity: 2})
	got, err := a.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []core.Line{
		{ProductID: "623686863670", SpecID: pencilSpec, Quantity: 5},
		{ProductID: "670291644950", SpecID: "s1", Quantity: 1},
		{ProductID: "670291644950", SpecID: "s2", Quantity: 2, Problem: &core.GatewayError{Code: "OFFER_NOT_FOUND", Message: "商品不存在", RequestID: "7928f1cc7f35"}},
	}, got.Lines)
}

func TestProvincesAreThe34(t *testing.T) {
	require.Len(t, provinces, 34)
	for code, name := range provinces {
		require.True(t, inProvince(code+"0101", name), name)
	}
	require.True(t, inProvince("330108", "浙江省"))
	require.True(t, inProvince("150102", "内蒙古自治区"))
	require.False(t, inProvince("310107", "浙江省"), "trap 110")
	require.False(t, inProvince("", ""))
}

func TestQuote(t *testing.T) {
	const line = `{"amount":13.21,"message":null,"finalUnitPrice":13.9,"specId":"` + pencilSpec + `","skuId":4829152353068,"resultCode":null,"offerId":623686863670,"cargoPromotionList":[{"discountFee":69}]}`
	const part = `{"discountFee":null,"status":true,"sumPayment":1671,"message":null,"sumCarriage":350,"resultCode":null,"sumPaymentNoCarriage":1321,"additionalFee":null,"cargoList":[` + line + `]}`
	quote := func(data string) (core.Quote, error) {
		a, _ := answering(t, map[string]canned{pathQuote: ok(data)})
		return a.Quote(t.Context(), core.QuoteRequest{Lines: pencils().Lines, Address: home})
	}
	t.Run("traps 68, 104: sums in fen, goods in yuan, a misspelt member", func(t *testing.T) {
		got, err := quote(`{"orderPreviewResuslt":[` + part + `],"success":true}`)
		require.NoError(t, err)
		require.Equal(t, 1, got.Orders)
		require.Equal(t, []string{"16.71 CNY", "13.21 CNY", "3.50 CNY", ""},
			[]string{got.Totals.Payable.String(), got.Totals.Goods.String(), got.Totals.Shipping.String(), got.Totals.Discount.String()})
		require.Len(t, got.Lines, 1)
		require.Equal(t, []any{"13.21 CNY", "13.90 CNY", int64(5), core.SKUID("4829152353068")},
			[]any{got.Lines[0].Amount.String(), got.Lines[0].UnitPrice.String(), got.Lines[0].Quantity, got.Lines[0].SKUID})
	})
	t.Run("several parts are several orders", func(t *testing.T) {
		got, err := quote(`{"orderPreviewResuslt":[` + part + `,` + part + `],"success":true}`)
		require.NoError(t, err)
		require.Equal(t, 2, got.Orders)
		require.Equal(t, "33.42 CNY", got.Totals.Payable.String())
	})
	for _, row := range []struct{ rule, data, order, line string }{
		{"trap 51: a failure inside", `{"success":false,"errorCode":"E9","errorMsg":"不支持"}`, "E9, 不支持", ""},
		{"trap 51: a part's status", `{"success":true,"orderPreviewResuslt":[{"status":false,"resultCode":"R1","message":"库存不足","sumPayment":1}]}`, "R1, 库存不足", ""},
		{"trap 52: a line's code", `{"success":true,"orderPreviewResuslt":[{"status":true,"sumPayment":1,"cargoList":[{"offerId":623686863670,"resultCode":"R2","message":"下架"}]}]}`, "", "R2, 下架"},
	} {
		got, err := quote(row.data)
		require.NoError(t, err, row.rule)
		require.False(t, got.Totals.Payable.IsSet(), "%s: no total of less than was asked for", row.rule)
		var order, goods string
		if got.Problem != nil {
			got.Problem.RequestID = ""
			order = got.Problem.String()
		}
		if len(got.Lines) > 0 && got.Lines[0].Problem != nil {
			got.Lines[0].Problem.RequestID = ""
			goods = got.Lines[0].Problem.String()
		}
		require.Equal(t, []string{row.order, row.line}, []string{order, goods}, row.rule)
	}
	for rule, data := range map[string]string{
		"no preview":       `{"success":true,"orderPreviewResuslt":[]}`,
		"a sum in yuan":    `{"success":true,"orderPreviewResuslt":[{"status":true,"sumPayment":16.71}]}`,
		"an amount in yen": `{"success":true,"orderPreviewResuslt":[{"status":true,"cargoList":[{"amount":13.215}]}]}`,
	} {
		_, err := quote(data)
		requireError(t, err, core.BadAnswer, core.NotDone)
		require.Error(t, err, rule)
	}
}
