package wire

import (
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// PayTo makes the message of a PayRequest.
func PayTo(r core.PayRequest) *pb.PayRequest {
	return &pb.PayRequest{Order: orderRefTo(r.Order), Expect: moneyOf(r.Expect), Attempt: attemptTo(r.Attempt)}
}

// PayFrom reads a PayRequest.
func PayFrom(m *pb.PayRequest) (core.PayRequest, error) {
	var d decoder
	r := core.PayRequest{Order: d.orderRef("order", m.GetOrder()), Expect: d.amount("expect", m.GetExpect()), Attempt: attemptFrom(m.GetAttempt())}
	return r, d.err
}

// PaymentTo makes the message of a Payment.
func PaymentTo(p core.Payment) *pb.Payment {
	return &pb.Payment{Order: orderRefTo(p.Order), State: pb.PaymentState(p.State), Amount: moneyOf(p.Amount), ActionUrl: p.ActionURL,
		PaidMs: millis(p.Paid), UpstreamStatus: p.UpstreamStatus}
}

// PaymentFrom reads a Payment.
func PaymentFrom(m *pb.Payment) (core.Payment, error) {
	var d decoder
	p := core.Payment{Order: d.orderRef("order", m.GetOrder()), State: known(m.GetState(), core.PaymentRefused), Amount: d.amount("amount", m.GetAmount()),
		ActionURL: d.handle("action_url", m.GetActionUrl()), Paid: timeOf(m.GetPaidMs()), UpstreamStatus: text(m.GetUpstreamStatus())}
	return p, d.err
}
