package dajisaas

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

func TestTheSeedIsRead(t *testing.T) {
	view := seedView(t)
	a, _ := answering(t, map[string]canned{pathDetail: {Body: view}})
	got, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: seedOrder(), Raw: true})
	require.NoError(t, err)
	require.Equal(t, core.OrderID(seedID), got.ID, "trap 1: the string twin wins")
	require.Equal(t, core.Ref("T20240708002"), got.Ref)
	require.Equal(t, []string{"11.96 CNY", "9.00 CNY", "3.00 CNY"}, []string{got.Totals.Payable.String(), got.Totals.Goods.String(), got.Totals.Shipping.String()}, "traps 66, 67, 70: yuan")
	require.Equal(t, core.Cancelled, got.Status)
	require.Equal(t, "cancel", got.UpstreamStatus)
	require.Equal(t, time.Date(2024, 8, 14, 7, 10, 38, 0, time.UTC), got.Times.Created, "trap 81")
	require.Empty(t, got.Parcels, "trap 44")
	require.Equal(t, core.LineID(seedID), got.Lines[0].ID)
	require.Contains(t, string(got.Raw), `"totalAmount":11.96`)
	for _, personal := range []string{"张三", "18888888888", "网商路", "18248548872", "蔡景雄"} {
		require.NotContains(t, string(got.Raw), personal, "raw is scrubbed")
	}

	got, err = a.GetOrder(t.Context(), core.GetOrderRequest{Order: seedOrder()})
	require.NoError(t, err)
	require.Nil(t, got.Raw, "raw is opt-in")
	_, err = a.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
	requireError(t, err, core.BadAnswer, core.NotDone)
}

func TestRawIsScrubbedInsideText(t *testing.T) { // trap 38
	raw := wirejson.Scrub([]byte(`{"id":2257164624870311973,"nativeLogistics":"{\"mobile\":\"13912345678\",\"area\":\"普陀区\"}","note":"{broken"}`))
	require.JSONEq(t, `{"id":2257164624870311973,"nativeLogistics":{"area":"普陀区","mobile":"[redacted]"},"note":"{broken"}`, string(raw))
	require.Contains(t, string(raw), "2257164624870311973", "trap 3")
	require.Nil(t, wirejson.Scrub([]byte(`{`)))
}

func rows(trades ...string) canned { return ok(`{"result":[` + strings.Join(trades, ",") + `]}`) }

func TestListPages(t *testing.T) { // trap 119
	one, two := trade("1", "waitbuyerpay", "1"), trade("2", "success", "2")
	for _, row := range []struct {
		rule   string
		answer canned
		r      core.ListOrdersRequest
		ids    []core.OrderID
		next   string
	}{
		{"a full page has a next", rows(one, two), core.ListOrdersRequest{PageSize: 2}, []core.OrderID{"1", "2"}, "2"},
		{"and the next one", rows(one, two), core.ListOrdersRequest{PageSize: 2, Cursor: "7"}, []core.OrderID{"1", "2"}, "8"},
		{"a short page is the last", rows(one, two), core.ListOrdersRequest{PageSize: 3}, []core.OrderID{"1", "2"}, ""},
		{"an empty page is the last", rows(), core.ListOrdersRequest{PageSize: 1}, nil, ""},
		{"a list that is null is empty", ok(`{"result":null}`), core.ListOrdersRequest{}, nil, ""},
		{"a full page that does not fit goes on", rows(one, two), core.ListOrdersRequest{PageSize: 2, Ref: "other"}, nil, "2"},
		{"trap 96: the status is held again", rows(one, two), core.ListOrdersRequest{Status: core.AwaitingPayment}, []core.OrderID{"1"}, ""},
		{"a status that no one word covers", rows(one, two), core.ListOrdersRequest{Status: core.Closed}, nil, ""},
		{"too early", rows(one), core.ListOrdersRequest{CreatedFrom: time.Date(2024, 8, 14, 7, 10, 38, 1, time.UTC)}, nil, ""},
		{"the first instant is in", rows(one), core.ListOrdersRequest{CreatedFrom: time.Date(2024, 8, 14, 7, 10, 38, 0, time.UTC)}, []core.OrderID{"1"}, ""},
		{"the last one is not", rows(one), core.ListOrdersRequest{CreatedTo: time.Date(2024, 8, 14, 7, 10, 38, 0, time.UTC)}, nil, ""},
		{"trap 38: a list in text", ok(`{"result":"[]"}`), core.ListOrdersRequest{}, nil, ""},
	} {
		a, _ := answering(t, map[string]canned{pathList: row.answer})
		got, err := a.ListOrders(t.Context(), row.r)
		require.NoError(t, err, row.rule)
		var ids []core.OrderID
		for _, o := range got.Orders {
			ids = append(ids, o.ID)
		}
		require.Equal(t, row.ids, ids, row.rule)
		require.Equal(t, row.next, got.Next, row.rule)
		require.Zero(t, got.Total, row.rule)
	}
}

func TestListThatProvesNothingIsAnError(t *testing.T) {
	for rule, answer := range map[string]canned{
		"no list":                 ok(`{}`),
		"null data":               ok(`null`),
		"a failure inside":        ok(`{"success":false,"result":[]}`),
		"a hole":                  rows(trade("1", "success", "1"), `{"baseInfo":{}}`),
		"a refusal in its place":  ok(`{"result":{"success":false,"errorCode":"1"}}`),
		"an amount that is none":  rows(trade("1", "success", `"a lot"`)),
		"a fraction of a fen":     rows(trade("1", "success", `11.965`)),
		"the list is only a text": ok(`{"result":"none"}`),
	} {
		a, _ := answering(t, map[string]canned{pathList: answer})
		_, err := a.ListOrders(t.Context(), core.ListOrdersRequest{Ref: "T1"})
		require.Error(t, err, rule)
		require.Equal(t, core.NotDone, core.OutcomeOf(err), rule)
	}
	a, s := answering(t, nil)
	for _, cursor := range []string{"0", "-1", "x", "1000001", "2/20"} {
		_, err := a.ListOrders(t.Context(), core.ListOrdersRequest{Cursor: cursor})
		require.Equal(t, "cursor", requireError(t, err, core.InvalidInput, core.NotDone).Field)
	}
	require.Empty(t, s.requests())
}

func TestListByIDReadsTheOrder(t *testing.T) {
	a, s := answering(t, map[string]canned{pathDetail: ok(trade("7", "success", "1"))})
	got, err := a.ListOrders(t.Context(), core.ListOrdersRequest{ID: "7"})
	require.NoError(t, err)
	require.Len(t, got.Orders, 1)
	require.Equal(t, "POST "+pathDetail, s.requests()[0].Line)

	got, err = a.ListOrders(t.Context(), core.ListOrdersRequest{ID: "7", Status: core.Paid})
	require.NoError(t, err)
	require.Empty(t, got.Orders, "every filter holds")

	a, _ = answering(t, map[string]canned{pathDetail: refused(1009, "订单不存在", "4003")})
	got, err = a.ListOrders(t.Context(), core.ListOrdersRequest{ID: "7"})
	require.NoError(t, err)
	require.Empty(t, got.Orders)

	a, _ = answering(t, map[string]canned{pathDetail: refused(1009, "x", "1")})
	_, err = a.ListOrders(t.Context(), core.ListOrdersRequest{ID: "7"})
	requireError(t, err, core.Refused, core.NotDone)
}

func TestPay(t *testing.T) {
	const unpaid, paid, gone = "waitbuyerpay", "waitsellersend", "cancel"
	for _, row := range []struct {
		rule   string
		answer canned
		status string
		state  core.PaymentState
		code   core.Code
		out    core.Outcome
	}{
		{"paid is what the read says", ok(`{"success":true,"result":{"paySuccess":true}}`), paid, core.Settled, 0, core.Done},
		{"whatever the answer's shape", ok(`null`), paid, core.Settled, 0, core.Done},
		{"trap 60: accepted is not done", ok(`{"success":true,"result":{"paySuccess":true}}`), unpaid, core.Accepted, 0, core.Done},
		{"nothing inside is an acceptance", ok(`{}`), unpaid, core.Accepted, 0, core.Done},
		{"trap 61: nothing said, nothing paid", ok(`null`), unpaid, 0, core.BadAnswer, core.InDoubt},
		{"another shape, nothing paid", ok(`false`), unpaid, 0, core.BadAnswer, core.InDoubt},
		{"the order ended meanwhile", ok(`{"success":true}`), gone, 0, core.BadAnswer, core.InDoubt},
		{"a status that nobody knows", ok(`{"success":true}`), "paid_but_not_fund", 0, core.BadAnswer, core.InDoubt},
		{"trap 51: an inner failure", ok(`{"success":false,"code":"PAY_FAIL"}`), unpaid, 0, core.Refused, core.InDoubt},
		{"trap 51: a failure one deeper", ok(`{"success":true,"result":{"paySuccess":false}}`), unpaid, 0, core.Refused, core.InDoubt},
		{"a refusal, and a read that agrees", refused(1009, "x", "1"), unpaid, 0, core.Refused, core.NotDone},
		{"a refusal, and a read that does not", refused(1009, "x", "1"), paid, 0, core.Refused, core.InDoubt},
		{"a refusal at the door", canned{Status: 400, Body: `{"detail":"x"}`}, paid, 0, core.Refused, core.NotDone},
	} {
		a, s := answering(t, map[string]canned{pathPay: row.answer, pathDetail: ok(trade(seedID, row.status, "11.96"))})
		got, err := a.Pay(t.Context(), core.PayRequest{Order: seedOrder(), Expect: cny("11.96"), Attempt: attempt()})
		require.Equal(t, "POST "+pathPay, s.requests()[0].Line, row.rule)
		for _, later := range s.requests()[1:] {
			require.Equal(t, "POST "+pathDetail, later.Line, "%s: a write is sent once", row.rule)
		}
		if row.out != core.Done {
			requireError(t, err, row.code, row.out)
			continue
		}
		require.NoError(t, err, row.rule)
		require.Equal(t, core.Payment{Order: seedOrder(), State: row.state, Amount: got.Amount, UpstreamStatus: row.status}, got, row.rule)
		require.Equal(t, "11.96 CNY", got.Amount.String(), row.rule)
	}
}

func TestPayThatCannotBeReadAfterwardsIsInDoubt(t *testing.T) {
	for rule, detail := range map[string]canned{"refused": refused(1009, "x", "4003"), "broken": {Body: "<"}, "another order": ok(trade("1", "waitsellersend", "1"))} {
		for _, answer := range []canned{ok(`{"success":true}`), refused(1009, "x", "1")} {
			a, _ := answering(t, map[string]canned{pathPay: answer, pathDetail: detail})
			_, err := a.Pay(t.Context(), core.PayRequest{Order: seedOrder(), Expect: cny("11.96"), Attempt: attempt()})
			require.Equal(t, core.InDoubt, core.OutcomeOf(err), rule)
		}
	}
}

func TestConfirmReceiptAnswers(t *testing.T) {
	for _, row := range []struct {
		rule   string
		answer canned
		code   core.Code
		out    core.Outcome
	}{
		{"a success is declared as an empty object", ok(`{}`), 0, core.Done},
		{"or nothing", ok(`null`), 0, core.Done},
		{"or says so", ok(`{"result":{"success":true}}`), 0, core.Done},
		{"the document's example", canned{Body: `{"code":1009,"message":"买家确认收货失败","data":{"result":{"success":false,"errorInfo":"订单不存在","errorCode":"4003"}},"timestamp":1,"traceId":"x"}`}, core.NotFound, core.NotDone},
		{"another refusal", refused(1009, "x", "4002"), core.Refused, core.NotDone},
		{"trap 51: an inner failure", ok(`{"result":{"success":false,"errorCode":"4003"}}`), core.Refused, core.InDoubt},
		{"trap 51: an inner failure, not so deep", ok(`{"success":false}`), core.Refused, core.InDoubt},
		{"another shape", ok(`false`), core.BadAnswer, core.InDoubt},
	} {
		a, s := answering(t, map[string]canned{pathConfirm: row.answer})
		got, err := a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: seedOrder(), Attempt: attempt()})
		require.Len(t, s.requests(), 1, row.rule)
		if row.out == core.Done {
			require.NoError(t, err, row.rule)
			require.Equal(t, core.Receipt{Order: seedOrder()}, got, row.rule)
			continue
		}
		requireError(t, err, row.code, row.out)
	}
}

func TestTrackHasNumbersAndNoScans(t *testing.T) {
	shipped := `{"baseInfo":{"idOfStr":"` + seedID + `","status":"waitbuyerreceive"},"nativeLogistics":{"logisticsItems":[
		{"logisticsBillNo":"YT2458","logisticsCompanyName":"圆通速递","logisticsCompanyNo":"YTO","subItemIds":"7"},
		{"logisticsBillNo":"不需要物流","type":"2"}]},"productItems":[{"subItemIDString":"7"}]}`
	a, _ := answering(t, map[string]canned{pathDetail: ok(shipped)})
	got, err := a.Track(t.Context(), core.TrackRequest{Order: seedOrder()})
	require.NoError(t, err)
	require.False(t, got.EventsAvailable)
	require.Contains(t, got.Note, "no trace endpoint")
	require.Equal(t, core.Parcel{Carrier: "圆通速递", CarrierCode: "YTO", Number: "YT2458", Lines: []core.LineID{"7"}}, got.Parcels[0])
	require.Empty(t, got.Parcels[1].Number, "trap 42")
}

func TestRefundIsNotOffered(t *testing.T) { // trap 122
	a, s := answering(t, nil)
	_, err := a.Refund(t.Context(), core.RefundRequest{})
	requireError(t, err, core.Unsupported, core.NotDone)
	require.Empty(t, s.requests())
}
