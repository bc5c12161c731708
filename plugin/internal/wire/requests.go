package wire

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// CreateOrderTo makes the message of a CreateOrderRequest.
func CreateOrderTo(r core.CreateOrderRequest) *pb.CreateOrderRequest {
	return &pb.CreateOrderRequest{Ref: string(r.Ref), Lines: each(r.Lines, orderLineTo), Address: addressTo(&r.Address),
		Message: r.Message, MaxTotal: moneyOf(r.MaxTotal), Options: r.Options, Attempt: attemptTo(r.Attempt)}
}

// CreateOrderFrom reads a CreateOrderRequest.
func CreateOrderFrom(m *pb.CreateOrderRequest) (core.CreateOrderRequest, error) {
	var d decoder
	r := core.CreateOrderRequest{Ref: core.Ref(d.id("ref", m.GetRef())), Lines: d.orderLines(m.GetLines()),
		Message: m.GetMessage(), MaxTotal: d.amount("max_total", m.GetMaxTotal()), Options: m.GetOptions(), Attempt: attemptFrom(m.GetAttempt())}
	if a := addressFrom(m.GetAddress()); a != nil {
		r.Address = *a
	}
	return r, d.err
}

func orderLineTo(l core.OrderLine) *pb.OrderLine {
	return &pb.OrderLine{ProductId: string(l.ProductID), SkuId: string(l.SKUID), SpecId: string(l.SpecID), SellerId: string(l.SellerID),
		Quantity: l.Quantity, UnitPrice: unitMoneyOf(l.UnitPrice)}
}

func (d *decoder) orderLines(in []*pb.OrderLine) []core.OrderLine {
	var lines []core.OrderLine
	for i, m := range in {
		field := fmt.Sprintf("lines[%d]", i)
		lines = append(lines, core.OrderLine{ProductID: core.ProductID(d.id(field+".product_id", m.GetProductId())),
			SKUID: core.SKUID(d.id(field+".sku_id", m.GetSkuId())), SpecID: core.SpecID(d.id(field+".spec_id", m.GetSpecId())),
			SellerID: core.SellerID(d.id(field+".seller_id", m.GetSellerId())), Quantity: m.GetQuantity(),
			UnitPrice: d.unitPrice(field+".unit_price", m.GetUnitPrice())})
	}
	return lines
}

// ListOrdersTo makes the message of a ListOrdersRequest; maxPages 0 is all.
func ListOrdersTo(r core.ListOrdersRequest, maxPages int) *pb.ListOrdersRequest {
	return &pb.ListOrdersRequest{Ref: string(r.Ref), Id: string(r.ID), Status: pb.Status(r.Status), CreatedFromMs: millis(r.CreatedFrom),
		CreatedToMs: millis(r.CreatedTo), PageSize: int32Of(r.PageSize), Cursor: r.Cursor, Raw: r.Raw, MaxPages: int32Of(maxPages)}
}

// ListOrdersFrom reads a ListOrdersRequest.
func ListOrdersFrom(m *pb.ListOrdersRequest) (core.ListOrdersRequest, error) {
	var d decoder
	r := core.ListOrdersRequest{Ref: core.Ref(m.GetRef()), ID: core.OrderID(m.GetId()), Status: asked(&d, "status", m.GetStatus(), core.Closed),
		CreatedFrom: timeOf(m.GetCreatedFromMs()), CreatedTo: timeOf(m.GetCreatedToMs()), PageSize: int(m.GetPageSize()), Cursor: m.GetCursor(), Raw: m.GetRaw()}
	return r, d.err
}

// OrderPageTo makes the message of an OrderPage.
func OrderPageTo(p core.OrderPage) *pb.OrderPage {
	return &pb.OrderPage{Orders: each(p.Orders, OrderTo), Next: p.Next, Total: int64(p.Total)}
}

// OrderPageFrom reads an OrderPage. One order that cannot be believed spoils the page: a hole in a
// list would look like proof that an order does not exist.
func OrderPageFrom(m *pb.OrderPage) (core.OrderPage, error) {
	var d decoder
	if len(m.GetOrders()) > maxOrders {
		d.fail("orders", "has %d entries, at most %d are taken in a page", len(m.GetOrders()), maxOrders)
		return core.OrderPage{}, d.err
	}
	p := core.OrderPage{Next: d.handle("next", m.GetNext()), Total: max(0, int(m.GetTotal()))}
	for i, o := range m.GetOrders() {
		p.Orders = append(p.Orders, d.order(fmt.Sprintf("orders[%d]", i), o, true))
	}
	return p, d.err
}

// GetOrderTo makes the message of a GetOrderRequest.
func GetOrderTo(r core.GetOrderRequest) *pb.GetOrderRequest {
	return &pb.GetOrderRequest{Order: orderRefTo(r.Order), Raw: r.Raw}
}

// GetOrderFrom reads a GetOrderRequest.
func GetOrderFrom(m *pb.GetOrderRequest) (core.GetOrderRequest, error) {
	var d decoder
	r := core.GetOrderRequest{Order: d.orderRef("order", m.GetOrder()), Raw: m.GetRaw()}
	return r, d.err
}

// CancelOrderTo makes the message of a CancelOrderRequest.
func CancelOrderTo(r core.CancelOrderRequest) *pb.CancelOrderRequest {
	return &pb.CancelOrderRequest{Order: orderRefTo(r.Order), Reason: r.Reason, Attempt: attemptTo(r.Attempt)}
}

// CancelOrderFrom reads a CancelOrderRequest.
func CancelOrderFrom(m *pb.CancelOrderRequest) (core.CancelOrderRequest, error) {
	var d decoder
	r := core.CancelOrderRequest{Order: d.orderRef("order", m.GetOrder()), Reason: m.GetReason(), Attempt: attemptFrom(m.GetAttempt())}
	return r, d.err
}

// CancellationTo makes the message of a Cancellation.
func CancellationTo(c core.Cancellation) *pb.Cancellation {
	return &pb.Cancellation{Order: orderRefTo(c.Order), State: pb.CancelState(c.State)}
}

// CancellationFrom reads a Cancellation.
func CancellationFrom(m *pb.Cancellation) (core.Cancellation, error) {
	var d decoder
	c := core.Cancellation{Order: d.orderRef("order", m.GetOrder()), State: known(m.GetState(), core.CancelAccepted)}
	return c, d.err
}

// ConfirmReceiptTo makes the message of a ConfirmReceiptRequest.
func ConfirmReceiptTo(r core.ConfirmReceiptRequest) *pb.ConfirmReceiptRequest {
	return &pb.ConfirmReceiptRequest{Order: orderRefTo(r.Order), Attempt: attemptTo(r.Attempt),
		LineIds: each(r.Lines, func(id core.LineID) string { return string(id) })}
}

// ConfirmReceiptFrom reads a ConfirmReceiptRequest.
func ConfirmReceiptFrom(m *pb.ConfirmReceiptRequest) (core.ConfirmReceiptRequest, error) {
	var d decoder
	r := core.ConfirmReceiptRequest{Order: d.orderRef("order", m.GetOrder()), Attempt: attemptFrom(m.GetAttempt()), Lines: d.lineIDs("line_ids", m.GetLineIds())}
	return r, d.err
}

// ReceiptTo makes the message of a Receipt.
func ReceiptTo(r core.Receipt) *pb.Receipt { return &pb.Receipt{Order: orderRefTo(r.Order)} }

// ReceiptFrom reads a Receipt.
func ReceiptFrom(m *pb.Receipt) (core.Receipt, error) {
	var d decoder
	r := core.Receipt{Order: d.orderRef("order", m.GetOrder())}
	return r, d.err
}

func (d *decoder) lineIDs(field string, ids []string) []core.LineID {
	return each(entries(d, field, ids), func(id string) core.LineID { return core.LineID(d.id(field, id)) })
}
