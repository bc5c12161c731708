package core_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func TestAPurchaseThatNobodyCouldTakeIsRefusedByFieldAndNothingIsSent(t *testing.T) {
	line := func(change func(*core.OrderLine)) func(*core.CreateOrderRequest) {
		return func(r *core.CreateOrderRequest) { change(&r.Lines[0]) }
	}
	for _, c := range []struct {
		field  string
		change func(*core.CreateOrderRequest)
	}{
		{"ref", func(r *core.CreateOrderRequest) { r.Ref = "" }},
		{"ref", func(r *core.CreateOrderRequest) { r.Ref = "order 1" }},
		{"ref", func(r *core.CreateOrderRequest) { r.Ref = "order\n1" }},
		{"ref", func(r *core.CreateOrderRequest) { r.Ref = "订单" }},
		{"ref", func(r *core.CreateOrderRequest) { r.Ref = core.Ref(strings.Repeat("x", 65)) }},
		{"lines", func(r *core.CreateOrderRequest) { r.Lines = nil }},
		{"lines", func(r *core.CreateOrderRequest) { r.Lines = make([]core.OrderLine, 501) }},
		{"lines[0].product_id", line(func(l *core.OrderLine) { l.ProductID = "" })},
		{"lines[0].product_id", line(func(l *core.OrderLine) { l.ProductID = core.ProductID(strings.Repeat("9", 257)) })},
		{"lines[0].sku_id", line(func(l *core.OrderLine) { l.SKUID = "a\x00b" })},
		{"lines[0].spec_id", line(func(l *core.OrderLine) { l.SpecID = "a\tb" })},
		{"lines[0].seller_id", line(func(l *core.OrderLine) { l.SellerID = "a\xff" })},
		{"lines[0].quantity", line(func(l *core.OrderLine) { l.Quantity = 0 })},
		{"lines[0].quantity", line(func(l *core.OrderLine) { l.Quantity = -1 })},
		{"lines[0].quantity", line(func(l *core.OrderLine) { l.Quantity = 1_000_001 })},
		{"lines[0].unit_price", line(func(l *core.OrderLine) { l.UnitPrice = unit("-0.01") })},
		{"lines[1].quantity", func(r *core.CreateOrderRequest) { r.Lines = append(r.Lines, core.OrderLine{ProductID: "pot"}) }},
		{"lines[1].unit_price", func(r *core.CreateOrderRequest) {
			r.Lines = append(r.Lines, core.OrderLine{ProductID: "pot", Quantity: 1, UnitPrice: money.MustParseUnit("1.00", money.USD)})
		}},
		{"message", func(r *core.CreateOrderRequest) { r.Message = strings.Repeat("x", 4097) }},
		{"message", func(r *core.CreateOrderRequest) { r.Message = "a\xff" }},
		{"max_total", func(r *core.CreateOrderRequest) { r.MaxTotal = cny("0.00") }},
		{"max_total", func(r *core.CreateOrderRequest) { r.MaxTotal = cny("-1.00") }},
		{"address.name", func(r *core.CreateOrderRequest) { r.Address.Name = "private\x07" }},
		{"address.street", func(r *core.CreateOrderRequest) { r.Address.Street = strings.Repeat("private", 200) }},
		{"address.postcode", func(r *core.CreateOrderRequest) { r.Address.Postcode = "private\xff" }},
		{"address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "privat" }},
		{"address.district_code", func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "3301101" }},
		{"options.colour", func(r *core.CreateOrderRequest) { r.Options = map[string]string{"colour": "private"} }},
		{"options.gift", func(r *core.CreateOrderRequest) { r.Options = map[string]string{"gift": "private\x00"} }},
	} {
		f := newFake()
		r := purchase()
		c.change(&r)
		_, err := open(t, f).CreateOrder(t.Context(), r)
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, c.field, field(err), "the error names the field: %v", err)
		assert.Contains(t, err.Error(), "create_order: "+c.field+": ", "and the operation")
		assert.NotContains(t, err.Error(), "privat", "an address and an option's value are never repeated")
		assert.NotContains(t, err.Error(), "3301101", "an address is never repeated")
		assert.Zero(t, f.writes(), "%s: nothing is sent", c.field)
	}
}

func TestMoreLinesThanTheGatewayTakesAreRefused(t *testing.T) {
	f := newFake()
	f.d.Limits.LinesPerOrder = 1
	r := purchase()
	r.Lines = append(r.Lines, core.OrderLine{ProductID: "pot", Quantity: 1})
	_, err := open(t, f).CreateOrder(t.Context(), r)
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.Equal(t, "lines", field(err))
	assert.Contains(t, err.Error(), "Fair takes at most 1")
	assert.Zero(t, f.writes())
}

func TestAnUnknownOptionListsTheKnownOnes(t *testing.T) {
	r := purchase()
	r.Options = map[string]string{"colour": "red"}
	_, err := open(t, newFake()).CreateOrder(t.Context(), r)
	assert.ErrorContains(t, err, "it knows: gift")
}

func TestTheLongestRefAndOneLineBreakInANoteAreTaken(t *testing.T) {
	r := purchase()
	r.Ref = core.Ref(strings.Repeat("x", 64))
	r.Message = "first\nsecond"
	assert.NoError(t, r.Validate())
}

func TestAPaymentNeedsAnOrderAndAnAmount(t *testing.T) {
	for want, r := range map[string]core.PayRequest{
		"order.id": {Expect: cny("1.00")},
		"expect":   {Order: core.OrderRef{ID: "1"}},
	} {
		f := newFake()
		_, err := open(t, f).Pay(t.Context(), r)
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, want, field(err))
		assert.Empty(t, f.calls, "nothing is sent, not even a read")
	}
	assert.Equal(t, "expect", field(core.PayRequest{Order: core.OrderRef{ID: "1"}, Expect: cny("0.00")}.Validate()))
}

func TestARefundThatSaysTooLittleIsRefused(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*core.RefundRequest)
	}{
		{"ref", func(r *core.RefundRequest) { r.Ref = "" }},
		{"order.id", func(r *core.RefundRequest) { r.Order.ID = "" }},
		{"kind", func(r *core.RefundRequest) { r.Kind = core.NoRefund }},
		{"amount", func(r *core.RefundRequest) { r.Amount = money.Amount{} }},
		{"amount", func(r *core.RefundRequest) { r.Amount = cny("0.00") }},
		{"shipping", func(r *core.RefundRequest) { r.Shipping = cny("-1.00") }},
		{"shipping", func(r *core.RefundRequest) { r.Shipping = money.MustParse("1.00", money.USD) }},
		{"lines[0].id", func(r *core.RefundRequest) { r.Lines = []core.RefundLine{{Quantity: 1}} }},
		{"lines[0].quantity", func(r *core.RefundRequest) { r.Lines = []core.RefundLine{{ID: "l1", Quantity: -1}} }},
		{"lines[1].id", func(r *core.RefundRequest) {
			r.Lines = []core.RefundLine{{ID: "l1", Quantity: 2}, {ID: "l1", Quantity: 2}}
		}},
	} {
		f := newFake()
		r := refundOf("10.00")
		c.change(&r)
		_, err := open(t, f).Refund(t.Context(), r)
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, c.field, field(err), "%v", err)
		assert.Empty(t, f.calls, "%s: nothing is sent", c.field)
	}
}
