package adaptertest

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// The calls of a probe: one each, the answer looked at.

func (p *probe) create(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	p.Helper()
	order, err := p.adapter.CreateOrder(ctx, r)
	p.look(core.OpCreateOrder, err)
	p.lookOrder(order)
	return order, err
}

func (p *probe) list(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	p.Helper()
	page, err := p.adapter.ListOrders(ctx, r)
	p.lookRead(core.OpListOrders, err)
	for _, order := range page.Orders {
		p.lookOrder(order)
	}
	return page, err
}

func (p *probe) pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	p.Helper()
	payment, err := p.adapter.Pay(ctx, r)
	p.look(core.OpPay, err)
	p.lookTime("Payment.Paid", payment.Paid)
	return payment, err
}

func (p *probe) track(ctx context.Context, order core.OrderRef) (core.Tracking, error) {
	p.Helper()
	tracking, err := p.adapter.Track(ctx, core.TrackRequest{Order: order})
	p.lookRead(core.OpTrack, err)
	p.lookParcels(tracking.Parcels)
	return tracking, err
}

func (p *probe) refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	p.Helper()
	refund, err := p.adapter.Refund(ctx, r)
	p.look(core.OpRefund, err)
	p.lookTime("Refund.Created", refund.Created)
	return refund, err
}

func (p *probe) get(ctx context.Context, ref core.OrderRef) (core.Order, error) {
	p.Helper()
	order, err := optional[core.OrderGetter](p, core.OpGetOrder).GetOrder(ctx, core.GetOrderRequest{Order: ref})
	p.lookRead(core.OpGetOrder, err)
	p.lookOrder(order)
	return order, err
}

func (p *probe) getRefund(ctx context.Context, order core.OrderRef, id core.RefundID) (core.Refund, error) {
	p.Helper()
	refund, err := optional[core.RefundGetter](p, core.OpGetRefund).GetRefund(ctx, core.GetRefundRequest{Order: order, ID: id})
	p.lookRead(core.OpGetRefund, err)
	p.lookTime("Refund.Created", refund.Created)
	return refund, err
}

func (p *probe) cancel(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	p.Helper()
	cancellation, err := optional[core.Canceller](p, core.OpCancelOrder).CancelOrder(ctx, r)
	p.look(core.OpCancelOrder, err)
	return cancellation, err
}

func (p *probe) confirm(ctx context.Context, r core.ConfirmReceiptRequest) error {
	p.Helper()
	_, err := optional[core.ReceiptConfirmer](p, core.OpConfirmReceipt).ConfirmReceipt(ctx, r)
	p.look(core.OpConfirmReceipt, err)
	return err
}

func (p *probe) quote(ctx context.Context, r core.CreateOrderRequest) (core.Quote, error) {
	p.Helper()
	quote, err := optional[core.Quoter](p, core.OpQuote).Quote(ctx, core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
	p.lookRead(core.OpQuote, err)
	return quote, err
}

// optional gives the adapter as the optional interface of op, which Describe offers.
func optional[T any](p *probe, op core.Operation) T {
	p.Helper()
	adapter, ok := p.adapter.(T)
	if !ok {
		p.fail(ruleBothWays, string(op)+" is offered, and the adapter has no method for it", "both or neither",
			"implement the optional interface of "+string(op)+", or take it out of Description.Operations")
		p.FailNow()
	}
	return adapter
}
