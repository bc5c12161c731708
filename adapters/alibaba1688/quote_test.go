package alibaba1688

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func quoteWith(t *testing.T, answer string) (core.Quote, error) {
	a, _ := answering(t, "/alibaba/order/create/preview", answer, nil)
	return a.Quote(t.Context(), core.QuoteRequest{Lines: shorts().Lines, Address: home})
}

// TestQuoteUnits: the shape decides the unit of the goods, the sums are fen in both (66, 68, 69, 104).
func TestQuoteUnits(t *testing.T) {
	got, err := quoteWith(t, ok(`{"orderPreviewResuslt":[{"status":true,"resultCode":"200","sumPayment":1671,"sumCarriage":350,"sumPaymentNoCarriage":1321,
		"discountFee":69,"cargoList":[{"amount":13.21,"finalUnitPrice":13.9,"specId":"`+shortsSpec+`","skuId":5739035294244,"offerId":706627393257,"resultCode":null}]}],
		"success":true,"errorCode":null,"errorMsg":null,"unsupportedCrossBorderPayOfferList":[]}`))
	require.NoError(t, err)
	require.Equal(t, core.Quote{Orders: 1,
		Totals: core.Totals{Payable: cny("16.71"), Shipping: cny("3.50"), Goods: cny("13.21"), Discount: cny("0.69")},
		Lines: []core.QuoteLine{{ProductID: "706627393257", SKUID: "5739035294244", SpecID: shortsSpec, Quantity: 3,
			UnitPrice: money.MustParseUnit("13.90", money.CNY), Amount: cny("13.21")}},
	}, got)

	got, err = quoteWith(t, ok(`[{"sumCarriage":600,"sumPayment":6400,"sumTotalPayment":6561,"sumPaymentNoCarriage":5800,
		"orderItemTOList":[{"amount":5800,"message":null,"finalUnitPrice":2900,"specId":"`+shortsSpec+`","skuId":5736673805656,"offerId":889512351602}]}]`))
	require.NoError(t, err)
	require.Equal(t, core.Totals{Payable: cny("65.61"), Shipping: cny("6.00"), Goods: cny("58.00")}, got.Totals, "the larger sum bounds a purchase")
	require.Equal(t, cny("58.00"), got.Lines[0].Amount)
	require.Equal(t, money.MustParseUnit("29.00", money.CNY), got.Lines[0].UnitPrice)
}

// TestQuoteOfSeveralOrders: sums are added; one that a part leaves out is absent, never zero.
func TestQuoteOfSeveralOrders(t *testing.T) {
	got, err := quoteWith(t, ok(`{"success":true,"orderPreviewResuslt":[{"sumPayment":100,"sumCarriage":10},{"sumPayment":200,"sumCarriage":null}]}`))
	require.NoError(t, err)
	require.Equal(t, 2, got.Orders)
	require.Equal(t, core.Totals{Payable: cny("3.00")}, got.Totals)
}

// TestQuoteProblems: every inner flag is looked at (51, 52, 54), and then there are no totals that
// could pass for the price of all that was asked for.
func TestQuoteProblems(t *testing.T) {
	for data, code := range map[string]string{
		`{"success":false,"errorCode":"E1","errorMsg":"送不到之江路 42 号"}`:                                "E1",
		`{"success":true,"orderPreviewResuslt":[{"status":false,"resultCode":"E2","sumPayment":1}]}`: "E2",
		`{"success":true,"orderPreviewResuslt":[{"status":true,"resultCode":"E3","sumPayment":1}]}`:  "E3",
		`[{"success":false,"code":"E4","sumPayment":1}]`:                                             "E4",
	} {
		got, err := quoteWith(t, ok(data))
		require.NoError(t, err, data)
		require.NotNil(t, got.Problem, data)
		require.Equal(t, code, got.Problem.Code)
		require.NotContains(t, got.Problem.Message, home.Street)
		require.False(t, got.Totals.Payable.IsSet(), data)
	}
	got, err := quoteWith(t, ok(`{"success":true,"orderPreviewResuslt":[{"sumPayment":1,"cargoList":[{"specId":"x","resultCode":"NO_STOCK","message":"无货"}]}]}`))
	require.NoError(t, err)
	require.Equal(t, &core.GatewayError{Code: "NO_STOCK", Message: "无货", RequestID: "req-1"}, got.Lines[0].Problem)
	require.False(t, got.Totals.Payable.IsSet())
}

func TestQuoteBadAnswers(t *testing.T) {
	for _, data := range []string{`null`, `{}`, `[]`, `true`, `{"success":true,"orderPreviewResuslt":[]}`,
		`{"orderPreviewResuslt":[{"sumPayment":16.71}]}`, // 66: yuan where fen belong
		`{"orderPreviewResuslt":[{"cargoList":[{"amount":13.215}]}]}`,
		`[{"orderItemTOList":[{"amount":58.00}]}]`,
	} {
		_, err := quoteWith(t, ok(data))
		requireError(t, err, core.BadAnswer, core.NotDone)
	}
	_, err := quoteWith(t, refusal("51002", "之江路 42 号"))
	requireError(t, err, core.Refused, core.NotDone)
}
