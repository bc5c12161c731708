package alibaba1688

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// payAnswer is AlibabaPayOrderVO; every member may be null.
type payAnswer struct {
	OrderID            wirejson.ID                `json:"orderId"`
	ProtocolPaySuccess wirejson.Bool              `json:"protocolPaySuccess"`
	PayURL             wirejson.Text              `json:"payUrl"`
	CantPayOrderList   wirejson.List[wirejson.ID] `json:"cantPayOrderList"`
}

// Pay tries to pay one order without a password, or gives the page on which a person pays. It is a
// GET that may take the money at once, and it carries no amount. A cancelled or failed call may have
// happened.
//
// An answer that says nothing is PaymentUnknown, which Buyer holds in doubt. One that contradicts
// itself is in doubt too: claimed as paid, goods might never come; claimed as unpaid, somebody might
// pay again.
func (a *Adapter) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	id, err := orderNumber(r.Order)
	if err != nil {
		return core.Payment{}, err
	}
	var answer payAnswer
	reply, err := a.call(ctx, gateway.Call{Endpoint: epPay, Attempt: &r.Attempt,
		Query: url.Values{"orderId": {string(id)}}}, core.OpPay, &answer)
	if err != nil {
		return core.Payment{}, err
	}
	payment, err := answer.payment(r.Order)
	if err != nil {
		return core.Payment{}, badAnswer(core.OpPay, true, reply, err)
	}
	return payment, nil
}

var (
	errPayBoth = errors.New("it says more than one of: paid, to be paid by a person, cannot be paid")
	errPayURL  = errors.New("payUrl is no https address")
)

func (p payAnswer) payment(order core.OrderRef) (core.Payment, error) {
	if p.OrderID != "" && core.OrderID(p.OrderID) != order.ID {
		return core.Payment{}, errOtherOrder
	}
	payment := core.Payment{Order: order, State: core.PaymentUnknown, UpstreamStatus: p.words()}
	settled := p.ProtocolPaySuccess.B
	refused := slices.Contains(p.CantPayOrderList, wirejson.ID(order.ID))
	action := wirejson.CleanURL(string(p.PayURL))
	switch {
	case settled && action != "", settled && refused, refused && action != "":
		return core.Payment{}, errPayBoth
	case settled:
		payment.State = core.Settled
	case refused:
		payment.State = core.PaymentRefused
	case action != "":
		if u, err := url.Parse(action); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			return core.Payment{}, errPayURL
		}
		payment.State, payment.ActionURL = core.ActionRequired, action
	}
	return payment, nil
}

// words never hold the URL, which may let its reader pay.
func (p payAnswer) words() string {
	switch {
	case !p.ProtocolPaySuccess.Set && p.PayURL == "" && len(p.CantPayOrderList) == 0:
		return "nothing said"
	case len(p.CantPayOrderList) > 0:
		return "cantPayOrderList"
	case p.ProtocolPaySuccess.B:
		return "protocolPaySuccess=true"
	}
	return "protocolPaySuccess=false"
}
