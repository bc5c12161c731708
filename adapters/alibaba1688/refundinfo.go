package alibaba1688

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/adapters/trade1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// refundInfo is AlibabaRefundInfo; all of it may be null, all amounts are fen. Members beyond the
// apply... ones are INFERRED from 1688's own model. goodsStatus is an integer here and a word in the
// request, and is not read.
type refundInfo struct {
	RefundID          wirejson.ID                               `json:"refundId"`
	OrderID           wirejson.ID                               `json:"orderId"`
	Status            wirejson.Text                             `json:"status"`
	ApplyPaymentFen   wirejson.Number                           `json:"applyPayment"`
	ApplyCarriageFen  wirejson.Number                           `json:"applyCarriage"`
	RefundPaymentFen  wirejson.Number                           `json:"refundPayment"`
	RefundCarriageFen wirejson.Number                           `json:"refundCarriage"`
	ApplyReason       wirejson.Text                             `json:"applyReason"`
	CreateTime        wirejson.Time                             `json:"createTime"`
	GMTApply          wirejson.Time                             `json:"gmtApply"`
	OnlyRefund        wirejson.Text                             `json:"onlyRefund"`
	RefundGoods       wirejson.Text                             `json:"refundGoods"`
	EntryIDs          wirejson.Soft[wirejson.List[wirejson.ID]] `json:"orderEntryIdList"`
}

// GetRefund reads one refund. Its amounts are what was asked for, and once the money is back, what
// came.
func (a *Adapter) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	if r.ID == "" {
		return core.Refund{}, core.Invalid("id", "is missing; it is the id that Refund gave")
	}
	// One mirror wants the id in the body, another in the query: both are sent.
	call := gateway.Call{Endpoint: epRefundInfo, Query: url.Values{"refundId": {string(r.ID)}},
		Body: struct {
			RefundID core.RefundID `json:"refundId"`
		}{r.ID}}
	var info refundInfo
	reply, err := a.call(ctx, call, core.OpGetRefund, &info)
	if err != nil {
		return core.Refund{}, err
	}
	refund, err := info.refund(r)
	if err != nil {
		return core.Refund{}, badAnswer(core.OpGetRefund, false, reply, err)
	}
	return refund, nil
}

func (i refundInfo) refund(r core.GetRefundRequest) (core.Refund, error) {
	switch {
	case i.RefundID == "" && i.Status == "":
		return core.Refund{}, errors.New("it holds no refund")
	case i.RefundID != "" && core.RefundID(i.RefundID) != r.ID:
		return core.Refund{}, errors.New("it is about another refund than the one asked for")
	case i.OrderID != "" && r.Order.ID != "" && core.OrderID(i.OrderID) != r.Order.ID:
		return core.Refund{}, errOtherOrder
	}
	refund := core.Refund{ID: r.ID, Order: r.Order, Kind: i.kind(), State: trade1688.RefundStateOf(string(i.Status)),
		UpstreamStatus: clean(i.Status), Reason: clean(i.ApplyReason), Created: i.GMTApply.Time}
	if refund.Order.ID == "" {
		refund.Order.ID = core.OrderID(i.OrderID)
	}
	if refund.Created.IsZero() {
		refund.Created = i.CreateTime.Time
	}
	for _, id := range i.EntryIDs.Value {
		refund.Lines = append(refund.Lines, core.RefundLine{ID: core.LineID(id)})
	}
	var err error
	if refund.Amount, err = i.amount(refund.State, i.ApplyPaymentFen, i.RefundPaymentFen); err != nil {
		return core.Refund{}, fmt.Errorf("applyPayment or refundPayment: %w", err)
	}
	if refund.Shipping, err = i.amount(refund.State, i.ApplyCarriageFen, i.RefundCarriageFen); err != nil {
		return core.Refund{}, fmt.Errorf("applyCarriage or refundCarriage: %w", err)
	}
	return refund, nil
}

// amount is what came back where the refund is paid, and else what was asked for: the other member
// is 0 until then.
func (i refundInfo) amount(state core.RefundState, applied, came wirejson.Number) (money.Amount, error) {
	asked, err := applied.Fen()
	if err != nil || state != core.RefundPaid || came == "" {
		return asked, err
	}
	return came.Fen()
}

// kind reads two flags, and neither where they do not agree.
func (i refundInfo) kind() core.RefundKind {
	only, goods := i.OnlyRefund == "true", i.RefundGoods == "true"
	switch {
	case only && !goods:
		return core.RefundOnly
	case goods && !only:
		return core.ReturnAndRefund
	}
	return core.NoRefund
}
