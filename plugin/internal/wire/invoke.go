package wire

import (
	"encoding/json"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// InvokeRequestTo makes the message of an InvokeRequest. A read has no attempt.
func InvokeRequestTo(r core.InvokeRequest) *pb.InvokeRequest {
	m := &pb.InvokeRequest{Endpoint: r.Endpoint, Data: string(r.Data), Ref: string(r.Ref), Spend: moneyOf(r.Spend)}
	if r.Attempt != (core.Attempt{}) {
		m.Attempt = attemptTo(r.Attempt)
	}
	return m
}

// InvokeRequestFrom reads an InvokeRequest.
func InvokeRequestFrom(m *pb.InvokeRequest) (core.InvokeRequest, error) {
	var d decoder
	r := core.InvokeRequest{Endpoint: text(m.GetEndpoint()), Data: json.RawMessage(m.GetData()), Ref: core.Ref(d.id("ref", m.GetRef())), Spend: d.amount("spend", m.GetSpend())}
	if m.GetAttempt() != nil {
		r.Attempt = attemptFrom(m.GetAttempt())
	}
	return r, d.err
}

// InvokeAnswerTo makes the message of an InvokeAnswer.
func InvokeAnswerTo(a core.InvokeAnswer) *pb.InvokeAnswer {
	return &pb.InvokeAnswer{Endpoint: a.Endpoint, Data: string(a.Data), RequestId: short(a.RequestID)}
}

// InvokeAnswerFrom reads an InvokeAnswer. Its data is the gateway's own: whoever shows it cleans it.
func InvokeAnswerFrom(m *pb.InvokeAnswer) (core.InvokeAnswer, error) {
	a := core.InvokeAnswer{Endpoint: text(m.GetEndpoint()), RequestID: short(m.GetRequestId())}
	if m.GetData() != "" {
		a.Data = json.RawMessage(m.GetData())
	}
	return a, nil
}
