package taobao

import (
	"context"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// The numbers of refundType and goodsStatus are Alibaba's LinkedMall ones (UPSTREAM), the likeliest
// meaning of PandaPon's, whose pages give no list.
var (
	refundTypes = map[core.RefundKind]int{core.RefundOnly: 1, core.ReturnAndRefund: 3}
	goodsStates = map[core.GoodsState]int{core.GoodsNotShipped: 4, core.GoodsNotReceived: 1, core.GoodsReceived: 2}
)

// submitBody is taken from the members of the reverse render (DOC doc-cnv2 api-288803028): UNKNOWN.
type submitBody struct {
	SubOrderID  string    `json:"subOrderId"`
	RefundType  int       `json:"refundType"`
	GoodsStatus int       `json:"goodsStatus"`
	ReasonID    int64     `json:"reasonId"`
	RefundFee   feeNumber `json:"refundFee"`
	RefundDesc  string    `json:"refundDesc,omitempty"`
}

// Refund implements core.Adapter. Provisional. One refund is about one line.
func (a *Adapter) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	body, err := a.newSubmitBody(r)
	if err != nil {
		return core.Refund{}, err
	}
	var data struct {
		RefundID wirejson.ID `json:"refundId"`
	}
	if err := a.call(ctx, gateway.Call{Endpoint: epRefundSubmit, Body: body, Attempt: &r.Attempt}, core.OpRefund, &data); err != nil {
		return core.Refund{}, err
	}
	return core.Refund{ID: core.RefundID(data.RefundID), Ref: r.Ref, Order: r.Order, Kind: r.Kind,
		State: core.RefundRequested, Amount: r.Amount, Lines: r.Lines, Reason: r.Reason}, nil
}

func (a *Adapter) newSubmitBody(r core.RefundRequest) (submitBody, error) {
	if len(r.Lines) != 1 || r.Lines[0].Quantity != 0 {
		return submitBody{}, core.Invalid("lines", "must name exactly one line, whole: a Taobao refund is about one sub-order")
	}
	if r.Shipping.IsSet() && r.Shipping.Sign() != 0 {
		return submitBody{}, core.Invalid("shipping", "cannot be sent: a Taobao refund has one sum; put it into amount")
	}
	if len(r.Evidence) > 0 {
		return submitBody{}, core.Invalid("evidence", "cannot be sent: no member for pictures is known; leave it out")
	}
	goods, known := goodsStates[r.Goods]
	if !known {
		return submitBody{}, core.Invalid("goods", "is missing; say not_shipped, not_received or received")
	}
	reason, err := strconv.ParseInt(r.ReasonID, 10, 64)
	if err != nil {
		return submitBody{}, core.Invalid("reason_id", "must be the number of a reason of this line; PandaPon's reverse render lists them")
	}
	if utf8.RuneCountInString(r.Reason) > 200 {
		return submitBody{}, core.Invalid("reason", "is longer than 200 characters")
	}
	fee, err := a.fee(r.Amount)
	return submitBody{SubOrderID: string(r.Lines[0].ID), RefundType: refundTypes[r.Kind], GoodsStatus: goods,
		ReasonID: reason, RefundFee: fee, RefundDesc: r.Reason}, err
}

// feeNumber is a JSON number in the unit that the account's settings name.
type feeNumber string

// MarshalJSON writes the digits as a number.
func (f feeNumber) MarshalJSON() ([]byte, error) { return []byte(f), nil }

func (a *Adapter) fee(amount money.Amount) (feeNumber, error) {
	if amount.Currency() != money.CNY {
		return "", core.Invalid("amount", "is in %s; Taobao pays back in CNY", amount.Currency())
	}
	switch a.refundUnit {
	case "fen":
		fen, err := amount.Minor()
		return feeNumber(strconv.FormatInt(fen, 10)), err
	case "yuan":
		return feeNumber(amount.Decimal()), nil
	}
	return "", core.NotOffered(core.OpRefund, a.refundCapability().Reason)
}

// refundData is GET /open/order/refund/query (DOC doc-vnm api-250496551).
type refundData struct {
	Currency  wirejson.Text `json:"currency"`
	Aggregate struct {
		Order refundOrder `json:"refundOrder"`
	} `json:"refundOrderAggregate"`
}

type refundOrder struct {
	RefundID wirejson.ID `json:"refundId"`
	// RefundFee has no stated unit.
	RefundFee    wirejson.Number `json:"refundFee"`
	RefundStatus wirejson.Text   `json:"refundStatus"` // int here, text in the reverse render
	RefundType   wirejson.Int    `json:"refundType"`
	ReasonDesc   wirejson.Text   `json:"reasonDesc"`
}

// GetRefund implements core.RefundGetter. The state is read by settings.refund_states, the amount
// by settings.refund_fee_unit; what they do not say stays unknown.
func (a *Adapter) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	var data refundData
	query := url.Values{"refundId": {string(r.ID)}}
	if err := a.call(ctx, gateway.Call{Endpoint: epRefundQuery, Query: query}, core.OpGetRefund, &data); err != nil {
		return core.Refund{}, err
	}
	got := data.Aggregate.Order
	if core.RefundID(got.RefundID) != r.ID {
		return core.Refund{}, &core.Error{Code: core.BadAnswer, Outcome: core.NotDone, Op: core.OpGetRefund,
			Message: "PandaPon answered with another refund than the one asked for"}
	}
	amount, err := a.refundAmount(got.RefundFee, data.Currency)
	if err != nil {
		return core.Refund{}, unreadable(core.OpGetRefund, false, "", err)
	}
	word := wirejson.Clean(string(got.RefundStatus))
	return core.Refund{ID: r.ID, Order: r.Order, Kind: refundKind(got.RefundType.N), State: a.refundStates[word],
		UpstreamStatus: word, Amount: amount, Reason: wirejson.Clean(string(got.ReasonDesc))}, nil
}

func (a *Adapter) refundAmount(fee wirejson.Number, currency wirejson.Text) (money.Amount, error) {
	if currency != "" && currency != "CNY" {
		return money.Amount{}, nil
	}
	switch a.refundUnit {
	case "fen":
		return fee.Fen()
	case "yuan":
		return fee.Yuan()
	}
	return money.Amount{}, nil
}

func refundKind(number int64) core.RefundKind {
	for kind, n := range refundTypes {
		if int64(n) == number {
			return kind
		}
	}
	return core.NoRefund
}
