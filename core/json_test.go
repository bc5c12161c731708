package core_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// fullOrder has every member set.
func fullOrder() core.Order {
	at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }
	return core.Order{
		Ref: "order-1", OrderRef: core.OrderRef{ID: "4999999999999999999", Handle: "h1"}, Number: "N-1",
		MarketplaceIDs: []string{"77"}, Market: core.Taobao, Account: "tb", Status: core.PartlyShipped, UpstreamStatus: "2",
		Lines: []core.Line{{ID: "l1", ProductID: "p1", SKUID: "k1", SpecID: "s1", Name: "茶", Quantity: 29, Unit: "件", UnitPrice: unit("0.035"),
			Amount: cny("1.02"), Status: core.Shipped, UpstreamStatus: "SENT", Attributes: map[string]string{"颜色": "绿"},
			Problem: &core.GatewayError{Code: "7", Message: "sold out", RequestID: "r"}}},
		Totals: core.Totals{Goods: cny("225.00"), Shipping: cny("7.00"), Discount: cny("0.00"), Payable: cny("232.00"), Refunded: cny("1.00")},
		Times:  core.Times{Created: at(1), Paid: at(2), Shipped: at(3), Received: at(4), Completed: at(5), Cancelled: at(6)},
		Seller: core.Seller{ID: "b2b-1", Name: "茶庄"},
		Address: &core.Address{Name: "张三", Mobile: "13800138000", Phone: "0571-1", Country: "中国", Province: "浙江省", City: "杭州市",
			District: "余杭区", Town: "仓前", Street: "文一西路 1 号", Postcode: "310000", DistrictCode: "330110"},
		Parcels:  []core.Parcel{{Carrier: "顺丰", CarrierCode: "SF", Number: "SF1", Events: []core.Event{{Time: at(3), Text: "已揽收", Place: "杭州", Code: "GOT"}}, Lines: []core.LineID{"l1"}}},
		Refunds:  []core.Refund{{ID: "f1", State: core.RefundPaid, Amount: cny("1.00")}},
		Siblings: []core.Order{{OrderRef: core.OrderRef{ID: "5"}, Status: core.AwaitingPayment}},
		Raw:      json.RawMessage(`{"id":1}`),
	}
}

func TestTheJSONOfAnOrderHasTheNamesOfTheDesign(t *testing.T) {
	want, err := os.ReadFile("testdata/order.json")
	require.NoError(t, err)
	got, err := json.MarshalIndent(fullOrder(), "", "  ")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got)+"\n", "programs read these names; add to them, never change them")

	var back core.Order
	require.NoError(t, json.Unmarshal(want, &back))
	again, err := json.MarshalIndent(back, "", "  ")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(again)+"\n", "an order reads back exactly, for the journal replays it")
}

func TestAbsentValuesAreLeftOut(t *testing.T) {
	for want, value := range map[string]any{
		`{"id":"1","status":"unknown"}`: core.Order{OrderRef: core.OrderRef{ID: "1"}},
		`{"id":"1","status":"paid","lines":[{"quantity":1}],"totals":{"payable":{"amount":"0.00","currency":"CNY"}}}`: core.Order{
			OrderRef: core.OrderRef{ID: "1"}, Status: core.Paid, Lines: []core.Line{{Quantity: 1}}, Totals: core.Totals{Payable: cny("0.00")}},
		`{"order":{"id":"1"},"state":"settled"}`:        core.Payment{Order: core.OrderRef{ID: "1"}, State: core.Settled},
		`{"order":{"id":"1"},"events_available":false}`: core.Tracking{Order: core.OrderRef{ID: "1"}},
		`{"id":"f1","state":"requested"}`:               core.Refund{ID: "f1", State: core.RefundRequested},
		`{"order":{"id":"1"},"state":"accepted"}`:       core.Cancellation{Order: core.OrderRef{ID: "1"}, State: core.CancelAccepted},
		`{"totals":{}}`: core.Quote{},
	} {
		got, err := json.Marshal(value)
		require.NoError(t, err)
		assert.JSONEq(t, want, string(got), "0.00 CNY is a value, absent is none")
	}
}

// The form of `order create --file`.
func TestAPurchaseIsReadFromItsFile(t *testing.T) {
	const file = `{"ref":"order-1","lines":[{"product_id":"p","sku_id":"k","spec_id":"s","seller_id":"b","quantity":2,"unit_price":{"amount":"0.035","currency":"CNY"}}],
		"address":{"name":"张三","district_code":"330110"},"message":"m","max_total":{"amount":"232.00","currency":"CNY"},"options":{"gift":"yes"}}`
	var got core.CreateOrderRequest
	require.NoError(t, core.DecodeSettings([]byte(file), &got))
	want := core.CreateOrderRequest{Ref: "order-1",
		Lines:   []core.OrderLine{{ProductID: "p", SKUID: "k", SpecID: "s", SellerID: "b", Quantity: 2, UnitPrice: unit("0.035")}},
		Address: core.Address{Name: "张三", DistrictCode: "330110"}, Message: "m", MaxTotal: cny("232.00"), Options: map[string]string{"gift": "yes"}}
	assert.Equal(t, want, got)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, file, string(text), "and written back without the attempt")
}
