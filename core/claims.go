package core

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// What an intent must have alone, by name:
//
//	number:N  the purchase's number at the gateway, for ever
//	goods:H   the same goods for the same address, while a purchase without a number is open
//	order:ID  an order, for the purchase that it came from
//	money:ID  the money of an order, while an operation on it is open
//	refund:ID a refund, for the request that it came from
//
// The journal keeps two intents of an account from having the same, in the change itself, so that it
// holds between hosts too.
func claimsOf(i Intent) []string {
	switch i.Op {
	case OpCreateOrder:
		return purchaseClaims(i)
	case OpRefund:
		var refund Refund
		if i.State == IntentDone && json.Unmarshal(i.Result, &refund) == nil && refund.ID != "" {
			return []string{"refund:" + string(refund.ID)}
		}
	}
	if i.About != "" && (i.State.IsOpen() || i.State == IntentDone && unfinished(i) == Accepted) {
		return []string{moneyClaim(i.About)}
	}
	return nil
}

func moneyClaim(order OrderID) string { return "money:" + string(order) }

func purchaseClaims(i Intent) []string {
	input, _ := readInput[createInput](i)
	var claims []string
	if input.Number != "" {
		claims = append(claims, numberClaim(input.Number))
	}
	if input.Goods != "" && i.State.IsOpen() {
		claims = append(claims, "goods:"+input.Goods)
	}
	var order Order
	if i.State == IntentDone && json.Unmarshal(i.Result, &order) == nil {
		for _, o := range append([]Order{order}, order.Siblings...) {
			if o.ID != "" {
				claims = append(claims, orderClaim(o.ID))
			}
		}
	}
	return claims
}

// aboutOf is the order that an intent is about; a purchase is about the one that it became.
func aboutOf(i Intent) OrderID {
	var order Order
	if i.Op == OpCreateOrder && i.State == IntentDone && json.Unmarshal(i.Result, &order) == nil {
		return order.ID
	}
	return i.About
}

// unfinished is Accepted or ActionRequired for an answer whose end must be read, and else
// PaymentUnknown.
func unfinished(i Intent) PaymentState {
	switch i.Op {
	case OpPay:
		var p Payment
		if json.Unmarshal(i.Result, &p) == nil && (p.State == Accepted || p.State == ActionRequired) {
			return p.State
		}
	case OpCancelOrder:
		var c Cancellation
		if json.Unmarshal(i.Result, &c) == nil && c.State == CancelAccepted {
			return Accepted
		}
	}
	return PaymentUnknown
}

// readInput reads what the journal kept of a request.
func readInput[T any](i Intent) (T, error) {
	var input T
	err := json.Unmarshal(i.Input, &input)
	return input, err
}

// claimOrder records a money operation and takes its order for it, before its guard reads.
func (b *Buyer) claimOrder(ctx context.Context, intent Intent) (Intent, error) {
	now, err := b.now(ctx)
	if err != nil {
		return intent, journalError(intent.Op, err)
	}
	intent.State = IntentReserved
	if intent.Doubted { // it is looked for once more, whatever its guard says
		intent.State = IntentNotApplied
	}
	intent.Claims = []string{moneyClaim(intent.About)}
	intent.Due = now.UTC().Truncate(time.Millisecond).Add(claimPatience)
	claimed, err := b.keepClaim(ctx, intent)
	if taken, ok := errors.AsType[*claimTaken](err); ok {
		// It may be over by now: reads tell. Whatever they say is on record.
		_ = b.resolveHeld(ctx, taken.holder)
		claimed, err = b.keepClaim(ctx, intent)
	}
	return claimed, err
}

// claimPatience is longer than a guard takes.
const claimPatience = time.Minute

func (b *Buyer) keepClaim(ctx context.Context, intent Intent) (Intent, error) {
	if intent.Version > 0 {
		claimed, err := b.journal.Update(ctx, intent)
		return claimed, journalErrorOrNil(intent.Op, err)
	}
	claimed, raced, err := b.journal.Reserve(ctx, intent)
	if err == nil && raced {
		err = &Error{Code: Conflict, Outcome: InDoubt, Message: "another host is at work on this write; nothing was sent here"}
	}
	return claimed, journalErrorOrNil(intent.Op, err)
}

// dropStale takes the claim from an operation whose host ended between claim and attempt: nothing of
// it can be on the wire, and its host, if it is only frozen, finds the intent changed.
func (b *Buyer) dropStale(ctx context.Context, stale Intent) error {
	now, err := b.now(ctx)
	if err != nil || stale.Due.IsZero() || stale.Due.After(now) {
		return journalErrorOrNil(stale.Op, err)
	}
	stale.Note = "the host ended before the attempt began; nothing was sent"
	_, err = b.settle(ctx, stale)
	return journalErrorOrNil(stale.Op, err)
}

// unclaim gives back what claimOrder took. If it fails the claim goes stale and is dropped later.
func (b *Buyer) unclaim(ctx context.Context, intent Intent) {
	if intent.About == "" || intent.Version == 0 {
		return // a purchase claims nothing before its attempt
	}
	if _, err := b.settle(context.WithoutCancel(ctx), intent); err != nil {
		b.log.WarnContext(ctx, "claim not given back", "op", intent.Op, "key", intent.Key, "error", err)
	}
}

// beingSent reports whether a begin failed because an equal purchase is on its way right now.
func (b *Buyer) beingSent(ctx context.Context, err error) bool {
	taken, ok := errors.AsType[*claimTaken](err)
	if !ok {
		return false
	}
	holder, known, err := b.journal.Lookup(ctx, taken.holder)
	return err == nil && known && holder.Op == OpCreateOrder && holder.State == IntentSending
}
