package alibaba1688

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// refundBody has integers for all ids and whole fen for the amounts.
type refundBody struct {
	OrderID             wirejson.IntID   `json:"orderId"`
	OrderEntryIDs       []wirejson.IntID `json:"orderEntryIds"`
	DisputeRequest      string           `json:"disputeRequest"`
	ApplyPaymentFen     int64            `json:"applyPayment"`
	ApplyCarriageFen    int64            `json:"applyCarriage"`
	ApplyReasonID       wirejson.IntID   `json:"applyReasonId"`
	Description         string           `json:"description"`
	GoodsStatus         string           `json:"goodsStatus"`
	Vouchers            []string         `json:"vouchers,omitempty"`
	OrderEntryCountList []entryCount     `json:"orderEntryCountList,omitempty"`
}

type entryCount struct {
	ID    wirejson.IntID `json:"id"`
	Count int64          `json:"count"`
}

// disputes and goodsStatuses are UPSTREAM's words. The two statuses after the sale
// (aftersaleBuyer...) are not among them: core.GoodsState does not tell whether the order is still
// open.
var (
	disputes      = map[core.RefundKind]string{core.RefundOnly: "refund", core.ReturnAndRefund: "returnRefund"}
	goodsStatuses = map[core.GoodsState]string{
		core.GoodsNotShipped:  "refundWaitSellerSend",
		core.GoodsNotReceived: "refundWaitBuyerReceive",
		core.GoodsReceived:    "refundBuyerReceived",
	}
)

// What 1688 takes of texts and pictures (UPSTREAM).
const (
	minDescription = 2
	maxDescription = 150
	maxVouchers    = 5
)

// noReasons is what a caller who lacks a reason must know.
const noReasons = "1688 wants the number of a reason (reason_id) from its operation for refund reasons, whose path PandaPon does not document; ask your PandaPon contact for the numbers"

// Refund applies for money back on lines of a paid order that is not completed. A cancelled or
// failed call may have happened. The answer is an id; whether the seller agrees, GetRefund tells.
func (a *Adapter) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	body, err := refundBodyOf(r)
	if err != nil {
		return core.Refund{}, err
	}
	var answer struct {
		verdict
		RefundID wirejson.ID `json:"refundId"`
	}
	reply, err := a.call(ctx, gateway.Call{Endpoint: epRefundCreate, Attempt: &r.Attempt, Body: body}, core.OpRefund, &answer)
	switch {
	case err != nil:
		return core.Refund{}, err
	case answer.failed():
		e := a.refusedInside(core.OpRefund, true, answer.verdict, reply)
		if answer.RefundID != "" {
			e.Outcome = core.InDoubt
		}
		return core.Refund{}, e
	case answer.RefundID == "":
		return core.Refund{}, badAnswer(core.OpRefund, true, reply, errors.New("it has no refundId"))
	}
	return core.Refund{ID: core.RefundID(answer.RefundID), Ref: r.Ref, Order: r.Order, Kind: r.Kind, State: core.RefundRequested,
		Amount: r.Amount, Shipping: r.Shipping, Lines: r.Lines, Reason: r.Reason}, nil
}

func refundBodyOf(r core.RefundRequest) (refundBody, error) {
	if err := checkRefund(r); err != nil {
		return refundBody{}, err
	}
	id, err := orderNumber(r.Order)
	if err != nil {
		return refundBody{}, err
	}
	body := refundBody{OrderID: id, DisputeRequest: disputes[r.Kind], ApplyReasonID: wirejson.IntID(r.ReasonID),
		Description: r.Reason, GoodsStatus: goodsStatuses[r.Goods], Vouchers: r.Evidence}
	if body.ApplyPaymentFen, err = fenOf("amount", r.Amount); err != nil {
		return refundBody{}, err
	}
	if body.ApplyCarriageFen, err = fenOf("shipping", r.Shipping); err != nil {
		return refundBody{}, err
	}
	return body, body.addLines(r.Lines)
}

// addLines names whole lines, and counts pieces only of those that have a quantity.
func (b *refundBody) addLines(lines []core.RefundLine) error {
	ids := make([]core.LineID, 0, len(lines))
	for _, line := range lines {
		ids = append(ids, line.ID)
	}
	numbers, err := lineNumbers(ids)
	if err != nil {
		return err
	}
	b.OrderEntryIDs = numbers
	for i, line := range lines {
		if line.Quantity > 0 {
			b.OrderEntryCountList = append(b.OrderEntryCountList, entryCount{numbers[i], line.Quantity})
		}
	}
	return nil
}

// checkRefund refuses what 1688 would: at the gateway the refusal would leave the refund in doubt.
func checkRefund(r core.RefundRequest) error {
	length := utf8.RuneCountInString(r.Reason)
	switch {
	case disputes[r.Kind] == "":
		return core.Invalid("kind", "is missing; use refund_only or return_and_refund")
	case goodsStatuses[r.Goods] == "":
		return core.Invalid("goods", "is missing; say not_shipped, not_received or received")
	case r.Kind == core.ReturnAndRefund && r.Goods != core.GoodsReceived:
		return core.Invalid("kind", "is return_and_refund, which 1688 takes only for goods that are received")
	case len(r.Lines) == 0:
		return core.Invalid("lines", "is empty; 1688 refunds by line, so name the lines of the order")
	case !isNumber(r.ReasonID):
		return core.Invalid("reason_id", "is not a number; %s", noReasons)
	case length < minDescription || length > maxDescription:
		return core.Invalid("reason", "has %d characters; 1688 takes %d to %d", length, minDescription, maxDescription)
	case len(r.Evidence) > maxVouchers:
		return core.Invalid("evidence", "has %d pictures; 1688 takes at most %d", len(r.Evidence), maxVouchers)
	}
	for i, line := range r.Lines {
		if line.Quantity < 0 {
			return core.Invalid(fmt.Sprintf("lines[%d].quantity", i), "is %d; give 1 or more, or leave it out", line.Quantity)
		}
	}
	return nil
}

// fenOf is 0 for the absent amount.
func fenOf(field string, amount money.Amount) (int64, error) {
	if !amount.IsSet() {
		return 0, nil
	}
	if amount.Currency() != money.CNY || amount.Sign() < 0 {
		return 0, core.Invalid(field, "is %s; 1688 pays back in CNY, and nothing below 0", amount)
	}
	fen, err := amount.Minor()
	if err != nil {
		return 0, core.Invalid(field, "is too large")
	}
	return fen, nil
}
