package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// PayRequest pays one order.
type PayRequest struct {
	Order OrderRef
	// Expect is required: what the caller has agreed to pay. Buyer reads the order afresh and
	// refuses before sending when the payable amount differs by anything.
	Expect  money.Amount
	Attempt Attempt
}

// PaymentState says how far a payment is. The zero value is: not known.
type PaymentState uint8

// The states of a payment. Only Settled means paid.
const (
	PaymentUnknown PaymentState = iota
	// Settled: the money has moved.
	Settled
	// Accepted: the gateway took the instruction; read the order to see the money move.
	Accepted
	// ActionRequired: a person must open ActionURL.
	ActionRequired
	// PaymentRefused: the gateway refused for certain.
	PaymentRefused
)

var paymentStateNames = [...]string{
	PaymentUnknown: "unknown", Settled: "settled", Accepted: "accepted",
	ActionRequired: "action_required", PaymentRefused: "refused",
}

func (s PaymentState) String() string { return nameOf(paymentStateNames[:], uint8(s)) }

// MarshalText gives the state's name.
func (s PaymentState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name; an unknown one is PaymentUnknown.
func (s *PaymentState) UnmarshalText(text []byte) error {
	*s = PaymentState(valueOf(paymentStateNames[:], string(text)))
	return nil
}

// Payment is what came of a Pay.
type Payment struct {
	Order OrderRef     `json:"order"`
	State PaymentState `json:"state"`
	// Amount is what was or will be paid, where it is known.
	Amount money.Amount `json:"amount,omitzero"`
	// ActionURL is the page that a person must open. It may let its reader pay: do not log it.
	ActionURL string    `json:"action_url,omitempty"`
	Paid      time.Time `json:"paid,omitzero"`
	// UpstreamStatus is the gateway's own word.
	UpstreamStatus string `json:"upstream_status,omitempty"`
}

// Pay pays one order, or places the instruction to; only State Settled means that the money moved.
// Before anything is sent the order is read afresh: it must be unpaid and cost exactly Expect.
//
// No pay call of these gateways carries an amount, so a price that changes between that read and
// the debit cannot be prevented, only seen afterwards. A cancelled or failed call may have
// happened. An order that was paid through this Buyer is never paid again: the recorded Payment is
// given back.
func (b *Buyer) Pay(ctx context.Context, r PayRequest) (Payment, error) {
	if err := r.Validate(); err != nil {
		return Payment{}, atOp(OpPay, err)
	}
	if err := b.description.Check(OpPay); err != nil {
		return Payment{}, err
	}
	return run(ctx, b, b.payWrite(r))
}

// payInput is what the journal keeps of a payment.
type payInput struct {
	Order  OrderRef     `json:"order"`
	Expect money.Amount `json:"expect"`
}

func (b *Buyer) payFrom(i Intent) (write[Payment], error) {
	input, err := readInput[payInput](i)
	return b.payWrite(PayRequest{Order: input.Order, Expect: input.Expect}), err
}

func (b *Buyer) payWrite(r PayRequest) write[Payment] {
	agreed := r // what an answer is held against: what was agreed to when it was sent
	return write[Payment]{
		op: OpPay, key: string(r.Order.ID), about: r.Order.ID, content: r.Order.ID, again: true, spend: r.Expect,
		input: func(Intent) any { return payInput{r.Order, r.Expect} },
		guard: func(ctx context.Context) error { return b.guardPay(ctx, r) },
		send: func(ctx context.Context, i Intent) (Payment, error) {
			agreed = r
			return b.sendPay(ctx, r, i)
		},
		refresh: func(ctx context.Context, i Intent, p Payment) (Payment, bool) {
			if p.State != Accepted && p.State != ActionRequired {
				return p, false
			}
			agreed = agreedTo(r, i)
			paid, found, err := b.findPaid(ctx, agreed)
			return paid, found && err == nil
		},
		check: func(p Payment) error { return checkPayment(agreed, p) },
		look: func(ctx context.Context, i Intent) (Payment, bool, error) {
			agreed = agreedTo(r, i)
			return b.findPaid(ctx, agreed)
		},
	}
}

// agreedTo puts the amount in force when a payment was sent in the place of what a later caller
// expects: what was paid is held against that.
func agreedTo(r PayRequest, i Intent) PayRequest {
	if input, err := readInput[payInput](i); err == nil && input.Expect.IsSet() {
		r.Expect = input.Expect
	}
	return r
}

// sendPay believes neither "settled" nor "refused" without a read of the order.
func (b *Buyer) sendPay(ctx context.Context, r PayRequest, i Intent) (Payment, error) {
	r.Attempt = i.Attempt
	payment, err := b.adapter.Pay(ctx, r)
	switch {
	case err == nil && payment.State == Settled:
		return b.seenPaid(ctx, r, payment), nil
	case err == nil && payment.State == PaymentRefused && (!payment.Amount.IsSet() || payment.Amount.Equal(r.Expect)):
		return payment, b.seenUnpaid(ctx, r, &Error{Code: Refused, Outcome: NotDone, Message: "the gateway refused to pay the order", Gateway: GatewayError{Message: payment.UpstreamStatus}})
	case errors.Is(err, Refused) && OutcomeOf(err) == NotDone:
		return payment, b.seenUnpaid(ctx, r, err)
	}
	return payment, err
}

// seenUnpaid believes a refusal only if a read says that the order is unpaid.
func (b *Buyer) seenUnpaid(ctx context.Context, r PayRequest, refusal error) error {
	_, paid, err := b.findPaid(ctx, r)
	if err == nil && !paid {
		return refusal
	}
	e, _ := errors.AsType[*Error](refusal)
	doubt := *e
	doubt.Code, doubt.Outcome = BadAnswer, InDoubt
	doubt.Message = "the gateway says that it refused to pay, and the order is read as paid; a person must look"
	if err != nil {
		doubt.Message = "the gateway says that it refused to pay, and the order could not be read to see that it is unpaid"
	}
	return &doubt
}

func (b *Buyer) guardPay(ctx context.Context, r PayRequest) error {
	if err := b.limits.admit(r.Expect, "expect"); err != nil {
		return err
	}
	order, err := b.freshOrder(ctx, r.Order, "an order is never paid without knowing what it costs")
	if err != nil {
		return err
	}
	if order.Status != AwaitingPayment {
		return guarded("order", "the order's status is %s (%s), not awaiting_payment; nothing was sent", order.Status, order.UpstreamStatus)
	}
	payable := order.Totals.Payable
	if !payable.IsSet() {
		return guarded("expect", "the gateway does not say what the order costs yet; nothing was sent, try again later")
	}
	if !payable.Equal(r.Expect) {
		return guarded("expect", "the order costs %s now, not the %s agreed to; nothing was sent. Agree to the new price or cancel", payable, r.Expect)
	}
	return nil
}

// freshOrder reads the order that a write is about; why says what the read protects from.
func (b *Buyer) freshOrder(ctx context.Context, ref OrderRef, why string) (Order, error) {
	order, err := b.GetOrder(ctx, GetOrderRequest{Order: ref})
	if errors.Is(err, Unsupported) {
		e, _ := errors.AsType[*Error](err)
		return Order{}, NotOffered("", "needs a fresh read of the order ("+why+"), and reading one order is not offered: "+e.Message)
	}
	return order, err
}

// seenPaid believes "settled" only if a read says so too, and takes the amount from there. Otherwise
// the payment is Accepted: a later read shows whether the money moved.
func (b *Buyer) seenPaid(ctx context.Context, r PayRequest, claimed Payment) Payment {
	seen, found, err := b.findPaid(ctx, r)
	if err != nil || !found {
		claimed.State = Accepted
		return claimed
	}
	if !claimed.Amount.IsSet() {
		claimed.Amount = seen.Amount
	}
	if claimed.Paid.IsZero() {
		claimed.Paid = seen.Paid
	}
	return claimed
}

// findPaid reads the order: one that is paid was paid by the attempt in doubt, because no other
// write to it could begin.
func (b *Buyer) findPaid(ctx context.Context, r PayRequest) (Payment, bool, error) {
	order, err := b.GetOrder(ctx, GetOrderRequest{Order: r.Order})
	if err != nil || !order.Status.IsPaid() {
		return Payment{}, false, err
	}
	return Payment{Order: r.Order, State: Settled, Amount: order.Totals.Payable, Paid: order.Times.Paid, UpstreamStatus: order.UpstreamStatus}, true, nil
}

func guarded(field, format string, args ...any) *Error {
	return &Error{Code: Guarded, Outcome: NotDone, Field: field, Message: fmt.Sprintf(format, args...)}
}

// checkPayment refuses to believe an answer that contradicts itself. The money may have moved.
func checkPayment(r PayRequest, p Payment) error {
	doubt := &Error{Code: BadAnswer, Outcome: InDoubt, Message: "read the order to see whether it was paid"}
	switch {
	case p.State == PaymentUnknown:
		doubt.Message = "the gateway does not say whether it paid; " + doubt.Message
	case p.State == ActionRequired && p.ActionURL == "":
		doubt.Message = "a person must act, but the gateway gave no page to act on; " + doubt.Message
	case p.Order.ID != "" && p.Order.ID != r.Order.ID:
		doubt.Message = "the gateway speaks of another order; " + doubt.Message
	case p.State == Settled && p.Amount.IsSet() && !p.Amount.Equal(r.Expect):
		return &Error{Code: Guarded, Outcome: Done, Field: "expect", Message: fmt.Sprintf("%s was agreed to, but %s was paid; a person must look", r.Expect, p.Amount)}
	case p.Amount.IsSet() && !p.Amount.Equal(r.Expect):
		doubt.Message = fmt.Sprintf("%s was to be paid, but the gateway speaks of %s; %s", r.Expect, p.Amount, doubt.Message)
	default:
		return nil
	}
	return doubt
}
