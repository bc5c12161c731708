package trade1688

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

// member gives one member of a sample in testdata/wire/1688.
func member(t testing.TB, file, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../testdata/wire/1688", file))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	if members[name] == nil {
		t.Fatalf("%s has no member %s", file, name)
	}
	return members[name]
}

func detail(t testing.TB) []byte { return member(t, "dajisaas/buyer_view.response.json", "data") }

func callback(t testing.TB) []byte {
	return member(t, "pandapon/price_modify.callback.json", "messageBody")
}

func decoded(t *testing.T, data []byte) core.Order {
	t.Helper()
	order, err := Decode(data)
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return order
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestDetailSample(t *testing.T) {
	order := decoded(t, detail(t))
	equal(t, "ref", order.Ref, "T20240708002")
	equal(t, "id", order.ID, "2257164624870311973")
	equal(t, "marketplace ids", len(order.MarketplaceIDs), 1)
	equal(t, "marketplace id", order.MarketplaceIDs[0], "2257164624870311973")
	equal(t, "market", order.Market, core.Alibaba1688)
	equal(t, "status", order.Status, core.Cancelled)
	equal(t, "upstream's word", order.UpstreamStatus, "cancel")
	equal(t, "payable", order.Totals.Payable.String(), "11.96 CNY")
	equal(t, "goods", order.Totals.Goods.String(), "9.00 CNY")
	equal(t, "shipping", order.Totals.Shipping.String(), "3.00 CNY")
	equal(t, "discount is absent", order.Totals.Discount.IsSet(), false)
	equal(t, "refunded is absent", order.Totals.Refunded.IsSet(), false)
	equal(t, "seller", order.Seller, core.Seller{ID: "b2b-2208112041019eda4c", Name: "义乌莎诗文具百货有限公司"})
	equal(t, "parcels", len(order.Parcels), 0)
	equal(t, "refunds", len(order.Refunds), 0)
	equal(t, "times", order.Times, core.Times{
		Created:   time.Date(2024, 8, 14, 7, 10, 38, 0, time.UTC),
		Cancelled: time.Date(2024, 8, 14, 7, 31, 24, 0, time.UTC),
	})
	equal(t, "address", *order.Address, core.Address{
		Name: "张三", Mobile: "18888888888", Phone: "18888888888", Province: "上海", City: "上海市", District: "普陀区",
		Town: "长河镇", Street: "网商路699号", Postcode: "000000", DistrictCode: "310107",
	})
}

func TestDetailSampleLine(t *testing.T) {
	lines := decoded(t, detail(t)).Lines
	equal(t, "lines", len(lines), 1)
	line := lines[0]
	equal(t, "id", line.ID, "2257164624870311973")
	equal(t, "product", line.ProductID, "623686863670")
	equal(t, "SKU", line.SKUID, "5403412737023")
	equal(t, "spec", line.SpecID, "53a1eff0fa008b2b9f32a120b0a050f2")
	equal(t, "quantity", line.Quantity, 5)
	equal(t, "unit", line.Unit, "盒")
	equal(t, "unit price", line.UnitPrice.String(), "1.80 CNY")
	equal(t, "amount", line.Amount.String(), "8.96 CNY")
	equal(t, "status", line.Status, core.Cancelled)
	equal(t, "attributes", len(line.Attributes), 2)
	equal(t, "attribute", line.Attributes["铅芯颜色"], "2B铅笔1盒")
}

func TestCallbackSample(t *testing.T) {
	order := decoded(t, callback(t))
	equal(t, "id", order.ID, "58218860983545941")
	equal(t, "ref", order.Ref, "")
	equal(t, "status", order.Status, core.PartlyShipped)
	equal(t, "upstream's word", order.UpstreamStatus, "waitbuyerreceive")
	equal(t, "payable", order.Totals.Payable.String(), "6.15 CNY")
	equal(t, "times", order.Times, core.Times{
		Created: time.Date(2017, 9, 14, 6, 17, 8, 0, time.UTC),
		Paid:    time.Date(2017, 9, 14, 6, 17, 27, 0, time.UTC),
		Shipped: time.Date(2017, 9, 14, 6, 19, 16, 0, time.UTC),
	})
	for i, want := range []core.LineID{"128403042259997715", "58218860985545941", "58218860986545941"} {
		equal(t, "line id", order.Lines[i].ID, want)
	}
}

func TestCallbackSampleParcelAndRefunds(t *testing.T) {
	order := decoded(t, callback(t))
	equal(t, "parcels", len(order.Parcels), 1)
	equal(t, "waybill", order.Parcels[0].Number, "")
	equal(t, "lines in the parcel", len(order.Parcels[0].Lines), 2)
	equal(t, "refunds", len(order.Refunds), 2)
	first := order.Refunds[0]
	equal(t, "refund", first.ID, "TQ7257793022991577")
	equal(t, "its order", first.Order.ID, order.ID)
	equal(t, "its state", first.State, core.RefundRequested)
	equal(t, "its word", first.UpstreamStatus, "WAIT_SELLER_AGREE")
	equal(t, "its line", first.Lines[0].ID, "128403042259997715")
	equal(t, "the other has no id", order.Refunds[1].ID, "")
	equal(t, "and both other lines", len(order.Refunds[1].Lines), 2)
}

func TestEveryMomentIsInUTC(t *testing.T) {
	times := decoded(t, callback(t)).Times
	for _, moment := range []time.Time{times.Created, times.Paid, times.Shipped} {
		equal(t, "zone", moment.Location(), time.UTC)
	}
}
