package wire

import (
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// RefundRequestTo makes the message of a RefundRequest.
func RefundRequestTo(r core.RefundRequest) *pb.RefundRequest {
	return &pb.RefundRequest{Ref: string(r.Ref), Order: orderRefTo(r.Order), Kind: pb.RefundKind(r.Kind), Lines: each(r.Lines, refundLineTo),
		Amount: moneyOf(r.Amount), Shipping: moneyOf(r.Shipping), Goods: pb.GoodsState(r.Goods), ReasonId: r.ReasonID, Reason: r.Reason,
		Evidence: r.Evidence, Attempt: attemptTo(r.Attempt)}
}

// RefundRequestFrom reads a RefundRequest.
func RefundRequestFrom(m *pb.RefundRequest) (core.RefundRequest, error) {
	var d decoder
	r := core.RefundRequest{Ref: core.Ref(d.id("ref", m.GetRef())), Order: d.orderRef("order", m.GetOrder()), Kind: asked(&d, "kind", m.GetKind(), core.ReturnAndRefund),
		Lines: d.refundLines(m.GetLines()), Amount: d.amount("amount", m.GetAmount()), Shipping: d.amount("shipping", m.GetShipping()),
		Goods: asked(&d, "goods", m.GetGoods(), core.GoodsReceived), ReasonID: m.GetReasonId(), Reason: m.GetReason(), Evidence: m.GetEvidence(), Attempt: attemptFrom(m.GetAttempt())}
	return r, d.err
}

// RefundTo makes the message of a Refund.
func RefundTo(r core.Refund) *pb.Refund {
	return &pb.Refund{Id: string(r.ID), Ref: string(r.Ref), Order: orderRefTo(r.Order), Kind: pb.RefundKind(r.Kind), State: pb.RefundState(r.State),
		UpstreamStatus: r.UpstreamStatus, Amount: moneyOf(r.Amount), Shipping: moneyOf(r.Shipping), Lines: each(r.Lines, refundLineTo), Reason: r.Reason, CreatedMs: millis(r.Created)}
}

// RefundFrom reads a Refund.
func RefundFrom(m *pb.Refund) (core.Refund, error) {
	var d decoder
	r := d.refund("refund", m)
	return r, d.err
}

func (d *decoder) refund(field string, m *pb.Refund) core.Refund {
	return core.Refund{ID: core.RefundID(d.id(field+".id", m.GetId())), Ref: core.Ref(d.id(field+".ref", m.GetRef())), Order: d.orderRef(field+".order", m.GetOrder()),
		Kind: known(m.GetKind(), core.ReturnAndRefund), State: known(m.GetState(), core.RefundClosed), UpstreamStatus: text(m.GetUpstreamStatus()),
		Amount: d.amount(field+".amount", m.GetAmount()), Shipping: d.amount(field+".shipping", m.GetShipping()), Lines: d.refundLines(m.GetLines()),
		Reason: text(m.GetReason()), Created: timeOf(m.GetCreatedMs())}
}

func refundLineTo(l core.RefundLine) *pb.RefundLine {
	return &pb.RefundLine{LineId: string(l.ID), Quantity: l.Quantity}
}

func (d *decoder) refundLines(in []*pb.RefundLine) []core.RefundLine {
	return each(entries(d, "lines", in), func(m *pb.RefundLine) core.RefundLine {
		return core.RefundLine{ID: core.LineID(d.id("lines.line_id", m.GetLineId())), Quantity: d.quantity("lines.quantity", m.GetQuantity())}
	})
}

// GetRefundTo makes the message of a GetRefundRequest.
func GetRefundTo(r core.GetRefundRequest) *pb.GetRefundRequest {
	return &pb.GetRefundRequest{Order: orderRefTo(r.Order), Id: string(r.ID)}
}

// GetRefundFrom reads a GetRefundRequest.
func GetRefundFrom(m *pb.GetRefundRequest) (core.GetRefundRequest, error) {
	var d decoder
	r := core.GetRefundRequest{Order: d.orderRef("order", m.GetOrder()), ID: core.RefundID(d.id("id", m.GetId()))}
	return r, d.err
}
