package wire

import (
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// MessageRequestTo makes the message of a MessageRequest.
func MessageRequestTo(r core.MessageRequest) *pb.ParseMessageRequest {
	return &pb.ParseMessageRequest{Headers: r.Header, Body: r.Body}
}

// MessageRequestFrom reads a MessageRequest, byte for byte: it is signed.
func MessageRequestFrom(m *pb.ParseMessageRequest) (core.MessageRequest, error) {
	return core.MessageRequest{Header: m.GetHeaders(), Body: m.GetBody()}, nil
}

// MessageTo makes the message of a Message.
func MessageTo(m core.Message) *pb.Message {
	out := &pb.Message{Kind: pb.MessageKind(m.Kind), Type: m.Type, Market: string(m.Market), SentMs: millis(m.Sent), Problem: short(m.Problem)}
	for _, id := range m.Orders {
		out.OrderIds = append(out.OrderIds, string(id))
	}
	for _, ref := range m.Refs {
		out.Refs = append(out.Refs, string(ref))
	}
	for _, id := range m.Refunds {
		out.RefundIds = append(out.RefundIds, string(id))
	}
	return out
}

// MessageFrom reads a Message.
func MessageFrom(m *pb.Message) (core.Message, error) {
	var d decoder
	out := core.Message{Kind: known(m.GetKind(), core.RefundChanged), Type: text(m.GetType()), Market: core.Market(text(m.GetMarket())),
		Sent: timeOf(m.GetSentMs()), Problem: short(m.GetProblem())}
	for _, id := range entries(&d, "order_ids", m.GetOrderIds()) {
		out.Orders = append(out.Orders, core.OrderID(d.id("order_ids", id)))
	}
	for _, ref := range entries(&d, "refs", m.GetRefs()) {
		out.Refs = append(out.Refs, core.Ref(d.id("refs", ref)))
	}
	for _, id := range entries(&d, "refund_ids", m.GetRefundIds()) {
		out.Refunds = append(out.Refunds, core.RefundID(d.id("refund_ids", id)))
	}
	return out, d.err
}
