package taobao

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// Pay implements core.Adapter. Provisional. The sister's statuses show a finance step between the
// instruction and the payment, so success is Accepted and never Settled.
func (a *Adapter) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	body := struct {
		OrderID string `json:"orderId"`
	}{string(r.Order.ID)}
	answer, err := a.instruct(ctx, core.OpPay, gateway.Call{Endpoint: epPay, Body: body, Attempt: &r.Attempt})
	if err != nil {
		return core.Payment{}, err
	}
	payment := core.Payment{Order: r.Order}
	if answer.accepted {
		payment.State = core.Accepted
	}
	return payment, nil
}

// instruction is an answer that says yes, no or nothing: {"success": true}, or true itself.
type instruction struct{ accepted bool }

// instruct sends a write whose answer is a flag. A "no" is an error; anything but a clear "yes" is
// not accepted.
func (a *Adapter) instruct(ctx context.Context, op core.Operation, call gateway.Call) (instruction, error) {
	reply, err := a.gateway.Call(ctx, call)
	if err != nil {
		return instruction{}, err
	}
	var flag wirejson.Bool
	if wirejson.Decode(reply.Data, &flag) == nil && flag.Set {
		return a.flagged(op, flag.B, core.GatewayError{RequestID: reply.RequestID})
	}
	var data struct {
		Success      wirejson.Bool `json:"success"`
		ErrorCode    wirejson.Text `json:"errorCode"`
		ErrorMessage wirejson.Text `json:"errorMessage"`
	}
	if wirejson.Decode(reply.Data, &data) != nil || !data.Success.Set {
		return instruction{}, nil
	}
	return a.flagged(op, data.Success.B, core.GatewayError{Code: wirejson.Clean(string(data.ErrorCode)),
		Message: wirejson.Clean(string(data.ErrorMessage)), RequestID: reply.RequestID})
}

func (a *Adapter) flagged(op core.Operation, yes bool, said core.GatewayError) (instruction, error) {
	if yes {
		return instruction{accepted: true}, nil
	}
	return instruction{}, a.gateway.InnerFailure(op, said)
}
