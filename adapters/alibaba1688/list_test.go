package alibaba1688

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

const listPath = "/v2/alibaba/order/page"

func seedPage(t *testing.T, r core.ListOrdersRequest) core.OrderPage {
	t.Helper()
	a, _ := answering(t, listPath, string(testdata(t, "order_page.response.json")), nil)
	page, err := a.ListOrders(t.Context(), r)
	require.NoError(t, err)
	return page
}

// TestSeedPageDecodesExactly: traps 3, 9, 10, 15, 29, 30, 34, 38, 39, 48, 66, 70, 71, 81, 88, 94, 95,
// 102 in one documented answer.
func TestSeedPageDecodesExactly(t *testing.T) {
	page := seedPage(t, core.ListOrdersRequest{PageSize: 2})
	require.Equal(t, 753, page.Total)
	require.Equal(t, "2/2", page.Next)
	require.Len(t, page.Orders, 2)

	require.Equal(t, core.Order{
		OrderRef: core.OrderRef{ID: "2542285634920880794"}, Number: "1232742280398373686",
		MarketplaceIDs: []string{"2542285634920880794"}, Market: core.Alibaba1688,
		Status: core.AwaitingPayment, UpstreamStatus: "orderStatus=1;payStatus=1",
		Lines: []core.Line{{
			ID: "2542285634920880794", ProductID: "0TKFRHPSMug9XFLmzNmVXw", SKUID: "5739035294244", SpecID: shortsSpec,
			Name: "24S跨境欧美潮牌恶魔岛多口袋松紧休闲工装短裤男女沙滩五分裤", Quantity: 3, Unit: "件",
			UnitPrice: money.MustParseUnit("75.00", money.CNY), Amount: cny("225.00"),
			Status: core.AwaitingPayment, UpstreamStatus: "1",
			Attributes: map[string]string{"颜色": "黑印黑色", "尺码": "S"},
		}},
		Totals: core.Totals{Goods: cny("225.00"), Shipping: cny("7.00"), Payable: cny("232.00")},
		Times:  core.Times{Created: time.Date(2025, 4, 24, 9, 17, 42, 0, time.UTC)},
		Seller: core.Seller{ID: "BBBsYj57TvauuzYy0AH4tDVCQ", Name: "斯嘉丽服装商行"},
		Address: &core.Address{Name: "zhang", Mobile: "18600888861", Phone: "18600888861", Province: "浙江省", City: "杭州市",
			District: "西湖区", Town: "转塘", Street: "xxxxxxx", Postcode: "100000"},
	}, page.Orders[0])

	second := page.Orders[1]
	require.Equal(t, core.OrderID("2540825544788880794"), second.ID)
	require.Equal(t, core.Totals{Goods: cny("599.00"), Shipping: cny("25.00"), Payable: cny("594.05")}, second.Totals,
		"totalAmount is what there is to pay, not 599.00 + 25.00 - 0 = 624.00 (70, 71)")
	require.Equal(t, cny("569.05"), second.Lines[0].Amount)
	require.Equal(t, time.Date(2025, 4, 23, 9, 43, 36, 0, time.UTC), second.Times.Created)
	require.Empty(t, second.Address.Postcode, "39: members are missing in the second order")
	require.Empty(t, second.Address.Town)
	require.Equal(t, core.SellerID("BBBhWsUyJ9jS2iI0O2lf3GTXg"), second.Seller.ID)
}

// TestRawIsScrubbedAndExact: opt-in, without the address, with every digit (3).
func TestRawIsScrubbedAndExact(t *testing.T) {
	require.Nil(t, seedPage(t, core.ListOrdersRequest{}).Orders[0].Raw)
	raw := string(seedPage(t, core.ListOrdersRequest{Raw: true}).Orders[0].Raw)
	for _, kept := range []string{`"tbOrderId":"2542285634920880794"`, `"totalAmount":23200`, "orderDetailInfoVOS"} {
		require.Contains(t, raw, kept)
	}
	for _, personal := range []string{"18600888861", "zhang", "xxxxxxx", "转塘"} {
		require.NotContains(t, raw, personal)
	}
	require.Contains(t, string(wirejson.Scrub([]byte(`{"id":2257164624870311973}`))), "2257164624870311973")
}

// rowWith is a row of the list with some members.
func rowWith(members string) string { return `{"tbOrderId":"2542285634920880794",` + members + `}` }

func onePage(rows ...string) string {
	return ok(fmt.Sprintf(`{"total":%d,"data":[%s],"code":200,"msg":null}`, len(rows), strings.Join(rows, ",")))
}

func oneOrder(t *testing.T, members string) core.Order {
	t.Helper()
	a, _ := answering(t, listPath, onePage(rowWith(members)), nil)
	page, err := a.ListOrders(t.Context(), core.ListOrdersRequest{})
	require.NoError(t, err)
	require.Len(t, page.Orders, 1)
	return page.Orders[0]
}

// TestListStatus: only what is proven becomes a status; the words stay (95, 96, 89).
func TestListStatus(t *testing.T) {
	for _, row := range []struct {
		members string
		want    core.Status
		words   string
	}{
		{`"orderStatus":1,"payStatus":1`, core.AwaitingPayment, "orderStatus=1;payStatus=1"},
		{`"orderStatus":"1","payStatus":"1"`, core.AwaitingPayment, "orderStatus=1;payStatus=1"},
		{`"orderStatus":"WAITING_FOR_PAYMENT","payStatus":1`, core.AwaitingPayment, "orderStatus=WAITING_FOR_PAYMENT;payStatus=1"},
		{`"orderStatus":"WAITING_FOR_SENT","payStatus":2`, core.Paid, "orderStatus=WAITING_FOR_SENT;payStatus=2"},
		{`"orderStatus":"WAITING_FOR_SENT","payStatus":1`, core.StatusUnknown, "orderStatus=WAITING_FOR_SENT;payStatus=1"},
		{`"orderStatus":"CANCEL","payStatus":1`, core.Cancelled, "orderStatus=CANCEL;payStatus=1"},
		{`"orderStatus":"CANCEL","payStatus":2`, core.Closed, "orderStatus=CANCEL;payStatus=2"},
		{`"orderStatus":2,"payStatus":2`, core.Paid, "orderStatus=2;payStatus=2"},
		{`"orderStatus":6,"payStatus":2,"closeReason":"buyerCancel"`, core.StatusUnknown, "orderStatus=6;payStatus=2"},
		{`"orderStatus":1,"payStatus":null`, core.StatusUnknown, "orderStatus=1;payStatus=-"},
		{`"orderStatus":5,"payStatus":1`, core.StatusUnknown, "orderStatus=5;payStatus=1"},
		{`"orderStatus":2,"payStatus":9`, core.StatusUnknown, "orderStatus=2;payStatus=9"},
		{`"orderStatus":"paid_but_not_fund"`, core.StatusUnknown, "orderStatus=paid_but_not_fund;payStatus=-"},
		{`"flow":"general"`, core.StatusUnknown, "orderStatus=-;payStatus=-"},
	} {
		order := oneOrder(t, row.members)
		require.Equal(t, row.want.String(), order.Status.String(), row.members)
		require.Equal(t, row.words, order.UpstreamStatus, row.members)
	}
}

// TestRowShapes: traps of single members. The order of the list survives all of them.
func TestRowShapes(t *testing.T) {
	for _, row := range []struct {
		rule, members string
		check         func(*testing.T, core.Order)
	}{
		{"38: real arrays and objects instead of strings",
			`"cargoParamList":[{"sellerOpenId":"BBB1"}],"warehouseAddressInfo":{"fullName":"x"},"orderDetailInfoVOS":[{"skuInfos":[{"name":"a","value":1}]}]`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, core.SellerID("BBB1"), o.Seller.ID)
				require.Equal(t, &core.Address{Name: "x"}, o.Address)
				require.Equal(t, map[string]string{"a": "1"}, o.Lines[0].Attributes)
			}},
		{"38, 49: strings that hold no JSON cost only themselves",
			`"cargoParamList":"{price=53.00; }","warehouseAddressInfo":"x","totalAmount":100,"orderDetailInfoVOS":[{"skuInfos":"[","price":5}]`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, cny("1.00"), o.Totals.Payable)
				require.Nil(t, o.Address)
				require.Empty(t, o.Seller.ID)
			}},
		{"34: null is absent, not zero", `"totalAmount":null,"shippingFee":0,"orderDetailInfoVOS":null`,
			func(t *testing.T, o core.Order) {
				require.False(t, o.Totals.Payable.IsSet())
				require.True(t, o.Totals.Shipping.IsSet())
				require.Empty(t, o.Lines)
			}},
		{"48: the line's refund is added to nothing", `"refundAmount":0,"orderDetailInfoVOS":[{"refund":500}]`,
			func(t *testing.T, o core.Order) { require.False(t, o.Totals.Refunded.IsSet()) }},
		{"refunds and discounts above zero are kept", `"refundAmount":100,"discount":5`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, cny("1.00"), o.Totals.Refunded)
				require.Equal(t, cny("0.05"), o.Totals.Discount)
			}},
		{"10: a line's orderId is not 1688's", `"orderDetailInfoVOS":[{"orderId":"1232742280964604571","subTbOrderId":"7"}]`,
			func(t *testing.T, o core.Order) { require.Equal(t, core.LineID("7"), o.Lines[0].ID) }},
		{"24: quantity and ids as number or text", `"orderDetailInfoVOS":[{"quantity":"200","skuId":5739035294244,"subTbOrderId":2257164624870311973}]`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, int64(200), o.Lines[0].Quantity)
				require.Equal(t, core.LineID("2257164624870311973"), o.Lines[0].ID)
			}},
		{"89: a payTime proves no payment", `"orderStatus":"CANCEL","payStatus":1,"orderDetailInfoVOS":[{"payTime":"2026-05-20 15:41:00"}]`,
			func(t *testing.T, o core.Order) { require.True(t, o.Times.Paid.IsZero()) }},
		{"a paid order has its time of payment", `"orderStatus":2,"payStatus":2,"orderDetailInfoVOS":[{"payTime":"2026-05-20 15:41:00"}]`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, time.Date(2026, 5, 20, 7, 41, 0, 0, time.UTC), o.Times.Paid)
			}},
		{"88: createTime stands in for tbCreateTime", `"createTime":"2025-04-24T17:17:43.000+08:00"`,
			func(t *testing.T, o core.Order) {
				require.Equal(t, time.Date(2025, 4, 24, 9, 17, 43, 0, time.UTC), o.Times.Created)
			}},
		{"an odd time is no time", `"tbCreateTime":"121312131313"`,
			func(t *testing.T, o core.Order) { require.True(t, o.Times.Created.IsZero()) }},
		{"control characters and bidi marks are dropped", `"sellerLoginId":"a\u001b[31m\u202eb"`,
			func(t *testing.T, o core.Order) { require.Equal(t, "a[31mb", o.Seller.Name) }},
	} {
		t.Run(row.rule, func(t *testing.T) { row.check(t, oneOrder(t, row.members)) })
	}
}

// TestListBadAnswers: a page that cannot be read exactly is an error as a whole, and a read's error
// is harmless.
func TestListBadAnswers(t *testing.T) {
	for answer, code := range map[string]core.Code{
		ok(`null`):                               core.BadAnswer,
		ok(`{}`):                                 core.BadAnswer,
		ok(`[]`):                                 core.BadAnswer,
		ok(`{"total":1,"data":null}`):            core.BadAnswer,
		onePage(rowWith(`"totalAmount":232.00`)): core.BadAnswer, // 66: yuan where fen belong
		onePage(rowWith(`"totalAmount":"1e3"`)):  core.BadAnswer,
		onePage(rowWith(`"totalAmount":true`)):   core.BadAnswer,
		onePage(rowWith(`"orderDetailInfoVOS":[{"price":75.5}]`)):                       core.BadAnswer,
		onePage(rowWith(`"orderDetailInfoVOS":"x"`)):                                    core.BadAnswer,
		onePage(`{"orderStatus":1}`):                                                    core.BadAnswer,
		onePage(`{"tbOrderId":2.542285634920880794e18}`):                                core.BadAnswer, // 3
		onePage(`{"tbOrderId":"1","tbOrderId":"2"}`):                                    core.BadAnswer,
		ok(`{"total":0,"data":[],"code":500,"msg":"inner"}`):                            core.Refused, // 51
		refusal("51001", "x"):                                                           core.Refused, // 63
		strings.Replace(onePage(), `"code":200,"developId"`, `"code":0,"developId"`, 1): core.Refused, // 50
	} {
		a, _ := answering(t, listPath, answer, nil)
		_, err := a.ListOrders(t.Context(), core.ListOrdersRequest{})
		requireError(t, err, code, core.NotDone)
	}
}

// TestListFilters: more than was asked for is never given.
func TestListFilters(t *testing.T) {
	a, s := answering(t, listPath, onePage(
		`{"tbOrderId":"1","orderStatus":1,"payStatus":1}`, `{"tbOrderId":"2","orderStatus":1,"payStatus":2}`), nil)
	for _, r := range []core.ListOrdersRequest{
		{Ref: "r"}, {Status: core.Paid}, {CreatedFrom: time.Now()}, {CreatedTo: time.Now()},
	} {
		_, err := a.ListOrders(t.Context(), r)
		requireError(t, err, core.Unsupported, core.NotDone)
	}
	for _, r := range []core.ListOrdersRequest{{Cursor: "0"}, {Cursor: "x"}, {Cursor: "1/0"}, {Cursor: "1/2/3"}, {Cursor: "-1"}, {PageSize: 1001}} {
		_, err := a.ListOrders(t.Context(), r)
		requireError(t, err, core.InvalidInput, core.NotDone)
	}
	require.Empty(t, s.requests(), "nothing was sent")

	for _, r := range []core.ListOrdersRequest{{ID: "1"}, {Status: core.AwaitingPayment}} {
		page, err := a.ListOrders(t.Context(), r)
		require.NoError(t, err)
		require.Len(t, page.Orders, 1, "a filter that the gateway passes over is applied here")
		require.Equal(t, core.OrderID("1"), page.Orders[0].ID)
		require.Zero(t, page.Total)
	}
}

// TestCursor: pages go on until the total is reached (119), in the size that the gateway really
// gives.
func TestCursor(t *testing.T) {
	for _, row := range []struct {
		at    cursor
		rows  int
		total string
		want  string
	}{
		{cursor{1, 2}, 2, "753", "2/2"},
		{cursor{376, 2}, 2, "753", "377/2"},
		{cursor{377, 2}, 1, "753", ""},
		{cursor{1, 20}, 20, "20", ""},
		{cursor{2, 20}, 0, "753", ""},
		{cursor{1, 20}, 0, "0", ""},
		{cursor{1, 100}, 50, "120", "2/50"},
		{cursor{2, 50}, 50, "120", "3/50"},
		{cursor{3, 50}, 20, "120", ""},
		{cursor{1, 20}, 20, "null", "2/20"},
		{cursor{1, 20}, 19, "null", ""},
		{cursor{1, 20}, 5, "-1", ""},
	} {
		var answer listAnswer
		require.NoError(t, answer.Total.UnmarshalJSON([]byte(row.total)))
		require.Equal(t, row.want, row.at.next(row.rows, answer.Total), "%+v", row)
	}
}

// TestGetOrderOfAnUnknownOrder: no code of PandaPon's says so, but an empty list by the same id does.
func TestGetOrderOfAnUnknownOrder(t *testing.T) {
	for list, code := range map[string]core.Code{
		onePage():                           core.NotFound,
		onePage(rowWith(`"orderStatus":1`)): core.Refused,
		refusal("1", "list is down"):        core.Refused,
		"":                                  core.Refused,
	} {
		s := newStub(t, map[string]string{"/alibaba/order/detail": refusal("51004", "订单不存在"), listPath: list})
		_, err := newAdapter(t, s.URL, nil).GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
		requireError(t, err, code, core.NotDone)
	}
}

func TestGetOrderAnswers(t *testing.T) {
	for answer, code := range map[string]core.Code{
		ok(`null`):                         core.BadAnswer,
		ok(`{}`):                           core.BadAnswer,
		ok(`true`):                         core.BadAnswer,
		ok(`{"baseInfo":{"idOfStr":"1"}}`): core.BadAnswer, // another order
		ok(`{"baseInfo":{"idOfStr":"2542285634920880794","totalAmount":"1e1000000"}}`): core.BadAnswer,
		"<html>": core.BadAnswer,
	} {
		a, _ := answering(t, "/alibaba/order/detail", answer, nil)
		_, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
		requireError(t, err, code, core.NotDone)
	}
	a, _ := answering(t, "/alibaba/order/detail", ok(shippedDetail), nil)
	order, err := a.GetOrder(t.Context(), core.GetOrderRequest{Order: ref, Raw: true})
	require.NoError(t, err)
	require.Equal(t, cny("232.00"), order.Totals.Payable, "66: yuan here, fen in the list")
	require.Equal(t, core.OrderID(orderID), order.ID, "1: the string twin wins")
	require.Contains(t, string(order.Raw), "idOfStr")

	_, err = a.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "DPUnltuJWnOM"}})
	requireError(t, err, core.InvalidInput, core.NotDone)
}
