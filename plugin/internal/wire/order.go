package wire

import (
	"encoding/json"
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// OrderTo makes the message of an Order.
func OrderTo(o core.Order) *pb.Order {
	return &pb.Order{
		Ref: string(o.Ref), Order: orderRefTo(o.OrderRef), Number: o.Number, MarketplaceIds: o.MarketplaceIDs,
		Market: string(o.Market), Status: pb.Status(o.Status), UpstreamStatus: o.UpstreamStatus,
		Lines: each(o.Lines, lineTo), Totals: totalsTo(o.Totals), Times: timesTo(o.Times),
		SellerId: string(o.Seller.ID), SellerName: o.Seller.Name, Address: addressTo(o.Address),
		Parcels: each(o.Parcels, parcelTo), Refunds: each(o.Refunds, RefundTo), Siblings: each(o.Siblings, OrderTo),
		RawJson: o.Raw,
	}
}

// OrderFrom reads an Order. An error names the member that cannot be believed.
func OrderFrom(m *pb.Order) (core.Order, error) {
	var d decoder
	o := d.order("order", m, true)
	return o, d.err
}

func (d *decoder) order(field string, m *pb.Order, withSiblings bool) core.Order {
	if len(m.GetLines()) > maxLines {
		d.fail(field+".lines", "has %d entries, at most %d are taken", len(m.GetLines()), maxLines)
		return core.Order{}
	}
	o := core.Order{
		Ref: core.Ref(d.id(field+".ref", m.GetRef())), OrderRef: d.orderRef(field, m.GetOrder()), Number: d.id(field+".number", m.GetNumber()),
		Market: core.Market(text(m.GetMarket())), Status: known(m.GetStatus(), core.Closed), UpstreamStatus: text(m.GetUpstreamStatus()),
		Totals: d.totals(field+".totals", m.GetTotals()), Times: timesFrom(m.GetTimes()),
		Seller: core.Seller{ID: core.SellerID(d.id(field+".seller_id", m.GetSellerId())), Name: text(m.GetSellerName())}, Address: addressFrom(m.GetAddress()),
		Parcels: d.parcels(field+".parcels", m.GetParcels()), Raw: d.raw(field+".raw_json", m.GetRawJson()),
		MarketplaceIDs: each(entries(d, field+".marketplace_ids", m.GetMarketplaceIds()), func(id string) string { return d.id(field+".marketplace_ids", id) }),
		Refunds:        each(entries(d, field+".refunds", m.GetRefunds()), func(r *pb.Refund) core.Refund { return d.refund(field+".refunds", r) }),
	}
	for i, line := range m.GetLines() {
		o.Lines = append(o.Lines, d.line(fmt.Sprintf("%s.lines[%d]", field, i), line))
	}
	if withSiblings {
		o.Siblings = each(entries(d, field+".siblings", m.GetSiblings()), func(s *pb.Order) core.Order { return d.order(field+".siblings", s, false) })
	}
	return o
}

// raw passes JSON through, as far as it is JSON.
func (d *decoder) raw(field string, raw []byte) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	if len(raw) > 1<<20 || !json.Valid(raw) {
		d.fail(field, "is over 1 MiB or not JSON")
		return nil
	}
	return raw
}

func orderRefTo(r core.OrderRef) *pb.OrderRef {
	return &pb.OrderRef{Id: string(r.ID), Handle: string(r.Handle)}
}

func (d *decoder) orderRef(field string, m *pb.OrderRef) core.OrderRef {
	return core.OrderRef{ID: core.OrderID(d.id(field+".id", m.GetId())), Handle: core.Handle(d.handle(field+".handle", m.GetHandle()))}
}

func lineTo(l core.Line) *pb.Line {
	return &pb.Line{Id: string(l.ID), ProductId: string(l.ProductID), SkuId: string(l.SKUID), SpecId: string(l.SpecID), Name: l.Name,
		Quantity: l.Quantity, Unit: l.Unit, UnitPrice: unitMoneyOf(l.UnitPrice), Amount: moneyOf(l.Amount), Status: pb.Status(l.Status),
		UpstreamStatus: l.UpstreamStatus, Attributes: l.Attributes, Problem: problemTo(l.Problem)}
}

func (d *decoder) line(field string, m *pb.Line) core.Line {
	return core.Line{ID: core.LineID(d.id(field+".id", m.GetId())), ProductID: core.ProductID(d.id(field+".product_id", m.GetProductId())),
		SKUID: core.SKUID(d.id(field+".sku_id", m.GetSkuId())), SpecID: core.SpecID(d.id(field+".spec_id", m.GetSpecId())),
		Name: text(m.GetName()), Quantity: d.quantity(field+".quantity", m.GetQuantity()), Unit: text(m.GetUnit()), UnitPrice: d.unitPrice(field+".unit_price", m.GetUnitPrice()),
		Amount: d.amount(field+".amount", m.GetAmount()), Status: known(m.GetStatus(), core.Closed), UpstreamStatus: text(m.GetUpstreamStatus()),
		Attributes: d.table(field+".attributes", m.GetAttributes()), Problem: problemFrom(m.GetProblem())}
}

func totalsTo(t core.Totals) *pb.Totals {
	return &pb.Totals{Goods: moneyOf(t.Goods), Shipping: moneyOf(t.Shipping), Discount: moneyOf(t.Discount), Payable: moneyOf(t.Payable), Refunded: moneyOf(t.Refunded)}
}

func (d *decoder) totals(field string, m *pb.Totals) core.Totals {
	return core.Totals{Goods: d.amount(field+".goods", m.GetGoods()), Shipping: d.amount(field+".shipping", m.GetShipping()),
		Discount: d.amount(field+".discount", m.GetDiscount()), Payable: d.amount(field+".payable", m.GetPayable()), Refunded: d.amount(field+".refunded", m.GetRefunded())}
}

func timesTo(t core.Times) *pb.Times {
	return &pb.Times{CreatedMs: millis(t.Created), PaidMs: millis(t.Paid), ShippedMs: millis(t.Shipped), ReceivedMs: millis(t.Received),
		CompletedMs: millis(t.Completed), CancelledMs: millis(t.Cancelled)}
}

func timesFrom(m *pb.Times) core.Times {
	return core.Times{Created: timeOf(m.GetCreatedMs()), Paid: timeOf(m.GetPaidMs()), Shipped: timeOf(m.GetShippedMs()), Received: timeOf(m.GetReceivedMs()),
		Completed: timeOf(m.GetCompletedMs()), Cancelled: timeOf(m.GetCancelledMs())}
}

func addressTo(a *core.Address) *pb.Address {
	if a == nil {
		return nil
	}
	return &pb.Address{Name: a.Name, Mobile: a.Mobile, Phone: a.Phone, Country: a.Country, Province: a.Province, City: a.City,
		District: a.District, Town: a.Town, Street: a.Street, Postcode: a.Postcode, DistrictCode: a.DistrictCode}
}

func addressFrom(m *pb.Address) *core.Address {
	if m == nil {
		return nil
	}
	return &core.Address{Name: text(m.GetName()), Mobile: text(m.GetMobile()), Phone: text(m.GetPhone()), Country: text(m.GetCountry()),
		Province: text(m.GetProvince()), City: text(m.GetCity()), District: text(m.GetDistrict()), Town: text(m.GetTown()),
		Street: text(m.GetStreet()), Postcode: text(m.GetPostcode()), DistrictCode: text(m.GetDistrictCode())}
}
