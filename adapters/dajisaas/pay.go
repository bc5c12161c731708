package dajisaas

import (
	"context"
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// payBody has no amount: nobody can cap what is charged, so Buyer reads the price first.
type payBody struct {
	OrderID string `json:"orderId"`
}

// payAnswer is UPSTREAM's; dajisaas documents code 200 and nothing inside.
type payAnswer struct {
	verdict
	Result wirejson.Embedded[struct {
		verdict
		PaySuccess wirejson.Bool `json:"paySuccess"`
	}] `json:"result"`
}

func (p payAnswer) refused() (verdict, bool) {
	result := p.Result.Value
	switch {
	case p.failed():
		return p.verdict, true
	case result.failed(), result.PaySuccess.Set && !result.PaySuccess.B:
		return result.verdict, true
	}
	return verdict{}, false
}

// Pay debits one order by the account's agreement. It may have happened when it fails or is cancelled.
func (a *Adapter) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	id, err := a.orderNumber(r.Order)
	if err != nil {
		return core.Payment{}, err
	}
	got, err := a.call(ctx, call{op: core.OpPay, body: a.market.payBody(id), attempt: &r.Attempt})
	if err != nil {
		return core.Payment{}, a.sureOfRefusal(ctx, r, err)
	}
	return a.market.paid(r, got, func() (core.Order, error) {
		return a.GetOrder(ctx, core.GetOrderRequest{Order: r.Order})
	})
}

func (alibaba) payBody(id string) any { return payBody{OrderID: id} }

// paid reads the answer of the password-free payment, 诚E赊 first, then Alipay. Because the answer is not
// documented, the order is read again after it: Settled is what that read says, never what the answer
// says. Accepted means that the order is still unpaid.
func (alibaba) paid(r core.PayRequest, got answer, seen func() (core.Order, error)) (core.Payment, error) {
	var said payAnswer
	spoke := got.into(&said) == nil
	if v, refused := said.refused(); spoke && refused {
		return core.Payment{}, got.failed(v)
	}
	order, err := seen()
	if err != nil { // its kind is that of the read and says nothing of the payment, so it is not wrapped
		return core.Payment{}, got.bad(errors.New("the order cannot be read after it: " + err.Error()))
	}
	payment := core.Payment{Order: r.Order, Amount: order.Totals.Payable, Paid: order.Times.Paid, UpstreamStatus: order.UpstreamStatus}
	switch {
	case order.Status.IsPaid():
		payment.State = core.Settled
	case order.Status == core.AwaitingPayment && spoke:
		payment.State = core.Accepted
	default:
		return core.Payment{}, got.bad(fmt.Errorf("it does not say that it paid, and the order is %s", order.Status))
	}
	return payment, nil
}

// sureOfRefusal holds the market's refusal of a payment against a fresh read: it is certain only
// while the order is unpaid.
func (a *Adapter) sureOfRefusal(ctx context.Context, r core.PayRequest, err error) error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Outcome != core.NotDone || e.Code != core.Refused || e.Gateway.Code != fmt.Sprint(codeRefused) {
		return err
	}
	order, readErr := a.GetOrder(ctx, core.GetOrderRequest{Order: r.Order})
	if readErr == nil && order.Status == core.AwaitingPayment {
		return err
	}
	doubtful := *e
	doubtful.Outcome = core.InDoubt
	doubtful.Message = "the market refused to pay, but the order is not seen to be unpaid; look at the order"
	return &doubtful
}
