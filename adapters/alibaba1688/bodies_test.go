package alibaba1688

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

var ref = core.OrderRef{ID: orderID}

func refundRequest() core.RefundRequest {
	return core.RefundRequest{Ref: "refund-1", Order: ref, Kind: core.ReturnAndRefund, Goods: core.GoodsReceived,
		Lines:  []core.RefundLine{{ID: "128403042259997715"}, {ID: "58218860985545941", Quantity: 2}},
		Amount: cny("225.00"), Shipping: cny("7.00"), ReasonID: "20006", Reason: "不想要了",
		Evidence: []string{"https://cbu01.alicdn.com/a.jpg"}, Attempt: attempt()}
}

// address9 is v1's addressParam of home: nine strings in the documented order, without districtCode.
const address9 = `{"fullName":"zhang","mobile":"18600888861","phone":"0571-88881888","postCode":"100000","cityText":"杭州市",` +
	`"provinceText":"浙江省","areaText":"西湖区","townText":"转塘","address":"之江路 42 号"}`

var address10 = address9[:len(address9)-1] + `,"districtCode":"330106"}`

const (
	cargoJSON   = `{"offerId":706627393257,"specId":"` + shortsSpec + `","quantity":3}`
	cargoV2JSON = `{"sellerOpenId":"` + shopOpenID + `","offerMapId":"0TKFRHPSMug9XFLmzNmVXw","specId":"` + shortsSpec + `","quantity":3}`
)

// TestRequestBodies: what is sent is what the documentation shows, to the byte. Numbers are traps.
func TestRequestBodies(t *testing.T) {
	type sent = seen
	for _, row := range []struct {
		name string
		do   func(*Adapter) error
		want sent
	}{
		{"create by number: offerId an integer (14, 15, 16), a token in message (116), no number of ours",
			func(a *Adapter) error { _, err := a.CreateOrder(t.Context(), shorts()); return err },
			sent{"POST /alibaba/order/create", `{"flow":"general","message":"请尽快发货 #t26o7x3t","addressParam":` + address9 + `,"cargoParamList":[` + cargoJSON + `]}`}},
		{"create with options passed through (94, 101) and without a note",
			func(a *Adapter) error {
				r := shorts()
				r.Message, r.Options = "", map[string]string{"flow": "boutiquepifa", "shop_promotion_id": "p1", "trade_type": "assureTrade"}
				_, err := a.CreateOrder(t.Context(), r)
				return err
			},
			sent{"POST /alibaba/order/create", `{"flow":"boutiquepifa","message":"#t26o7x3t","shopPromotionId":"p1","tradeType":"assureTrade","addressParam":` + address9 + `,"cargoParamList":[` + cargoJSON + `]}`}},
		{"create by encrypted id: the batch create with offerMapId and sellerOpenId (14, 15, 16)",
			func(a *Adapter) error { _, err := a.CreateOrder(t.Context(), shortsV2()); return err },
			sent{"POST /v2/alibaba/order/batch/create", `{"flow":"general","message":"请尽快发货 #t26o7x3t","addressParam":` + address10 + `,"cargoParamList":[` + cargoV2JSON + `]}`}},
		{"preview by number: no flow",
			func(a *Adapter) error {
				_, err := a.Quote(t.Context(), core.QuoteRequest{Lines: shorts().Lines, Address: home})
				return err
			},
			sent{"POST /alibaba/order/create/preview", `{"addressParam":` + address9 + `,"cargoParamList":[` + cargoJSON + `]}`}},
		{"preview by encrypted id",
			func(a *Adapter) error {
				_, err := a.Quote(t.Context(), core.QuoteRequest{Lines: shortsV2().Lines, Address: home})
				return err
			},
			sent{"POST /v2/alibaba/order/create/preview", `{"addressParam":` + address10 + `,"cargoParamList":[` + cargoV2JSON + `]}`}},
		{"list: pageNum and pageSize (107), never the time bean (45)",
			func(a *Adapter) error { _, err := a.ListOrders(t.Context(), core.ListOrdersRequest{}); return err },
			sent{"POST /v2/alibaba/order/page", `{"pageNum":1,"pageSize":20}`}},
		{"list by id: tbOrderId (9); by status: only the proven number (95)",
			func(a *Adapter) error {
				_, err := a.ListOrders(t.Context(), core.ListOrdersRequest{ID: orderID, Status: core.AwaitingPayment, PageSize: 5, Cursor: "3"})
				return err
			},
			sent{"POST /v2/alibaba/order/page", `{"pageNum":3,"pageSize":5,"tbOrderId":"2542285634920880794","orderStatus":1}`}},
		{"detail: the id as text (5), webSite (123)",
			func(a *Adapter) error {
				_, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
				return err
			},
			sent{"POST /alibaba/order/detail", `{"webSite":"1688","orderId":"2542285634920880794"}`}},
		{"pay: a GET, the id in the query (111)",
			func(a *Adapter) error {
				_, err := a.Pay(t.Context(), core.PayRequest{Order: ref, Expect: cny("232.00"), Attempt: attempt()})
				return err
			},
			sent{"GET /alibaba/order/pay/url?orderId=2542285634920880794", ""}},
		{"cancel: the id as an exact integer (3, 4, 5), UPSTREAM's word (100), the text in remark",
			func(a *Adapter) error {
				_, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Reason: "不想要了", Attempt: attempt()})
				return err
			},
			sent{"POST /alibaba/order/cancel", `{"webSite":"1688","orderId":2542285634920880794,"cancelReason":"buyerCancel","remark":"不想要了"}`}},
		{"confirm: integers (5)",
			func(a *Adapter) error {
				_, err := a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref, Lines: []core.LineID{"58218860985545941", "58218860986545941"}, Attempt: attempt()})
				return err
			},
			sent{"POST /alibaba/order/receivegoods", `{"orderId":2542285634920880794,"orderEntryIds":[58218860985545941,58218860986545941]}`}},
		{"confirm of the whole order",
			func(a *Adapter) error {
				_, err := a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref, Attempt: attempt()})
				return err
			},
			sent{"POST /alibaba/order/receivegoods", `{"orderId":2542285634920880794}`}},
		{"refund create: integers (5), fen (66), words (27), counts only where they were given",
			func(a *Adapter) error { _, err := a.Refund(t.Context(), refundRequest()); return err },
			sent{"POST /alibaba/refund/detail/create", `{"orderId":2542285634920880794,"orderEntryIds":[128403042259997715,58218860985545941],"disputeRequest":"returnRefund",` +
				`"applyPayment":22500,"applyCarriage":700,"applyReasonId":20006,"description":"不想要了","goodsStatus":"refundBuyerReceived",` +
				`"vouchers":["https://cbu01.alicdn.com/a.jpg"],"orderEntryCountList":[{"id":58218860985545941,"count":2}]}`}},
		{"refund info: the id in the body and in the query (47, 114), as text (20)",
			func(a *Adapter) error {
				_, err := a.GetRefund(t.Context(), core.GetRefundRequest{Order: ref, ID: "TQ7257793022991577"})
				return err
			},
			sent{"POST /alibaba/refund/info?refundId=TQ7257793022991577", `{"refundId":"TQ7257793022991577"}`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newStub(t, nil)
			a := newAdapter(t, s.URL, nil)
			require.Error(t, row.do(a), "the stub answers nothing")
			require.NotEmpty(t, s.requests())
			require.Equal(t, row.want, s.requests()[0])
		})
	}
}

// TestTraceRequest is alone because its endpoint is Provisional and comes after a detail.
func TestTraceRequest(t *testing.T) {
	s := newStub(t, map[string]string{"/alibaba/order/detail": ok(shippedDetail)})
	a := newAdapter(t, s.URL, map[string]any{"endpoints": map[string]string{"trace": "GET /alibaba/order/logistics/trace"}})
	_, err := a.Track(t.Context(), core.TrackRequest{Order: ref})
	require.Error(t, err)
	require.Equal(t, "GET /alibaba/order/logistics/trace?orderId=2542285634920880794&webSite=1688", s.requests()[1].Line)
}

// TestWritesAreSentOnce: whatever the answer, a write is one request, and the GET that pays is one
// too (111).
func TestWritesAreSentOnce(t *testing.T) {
	for name, do := range writes(t) {
		for _, answer := range []string{"", "<html>502</html>", ok("{}"), refusal("500", "system error")} {
			s := newStub(t, nil)
			s.answers = map[string]string{}
			for _, e := range endpoints {
				s.answers[e.Path] = answer
			}
			err := do(newAdapter(t, s.URL, nil))
			require.Len(t, s.requests(), 1, "%s answered %q", name, answer)
			if name == "pay" && answer == ok("{}") {
				require.NoError(t, err, "PaymentUnknown is for Buyer to hold in doubt")
				continue
			}
			require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%s answered %q: %v", name, answer, err)
		}
	}
}

// TestWritesNeedAnAttempt: nothing is signed with the adapter's own clock, nothing goes out late.
func TestWritesNeedAnAttempt(t *testing.T) {
	late := attempt()
	late.NotAfter = late.SignedAt.Add(-1)
	for _, a := range []core.Attempt{{}, late} {
		for name, do := range writesWith(t, a) {
			s := newStub(t, nil)
			err := do(newAdapter(t, s.URL, nil))
			require.Equal(t, core.NotDone, core.OutcomeOf(err), name)
			require.Empty(t, s.requests(), name)
		}
	}
}

func writes(t *testing.T) map[string]func(*Adapter) error { return writesWith(t, attempt()) }

func writesWith(t *testing.T, at core.Attempt) map[string]func(*Adapter) error {
	create := func(r core.CreateOrderRequest) func(*Adapter) error {
		return func(a *Adapter) error { r.Attempt = at; _, err := a.CreateOrder(t.Context(), r); return err }
	}
	return map[string]func(*Adapter) error{
		"create":       create(shorts()),
		"batch create": create(shortsV2()),
		"pay": func(a *Adapter) error {
			_, err := a.Pay(t.Context(), core.PayRequest{Order: ref, Attempt: at})
			return err
		},
		"cancel": func(a *Adapter) error {
			_, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: at})
			return err
		},
		"confirm": func(a *Adapter) error {
			_, err := a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: ref, Attempt: at})
			return err
		},
		"refund": func(a *Adapter) error {
			r := refundRequest()
			r.Attempt = at
			_, err := a.Refund(t.Context(), r)
			return err
		},
	}
}
