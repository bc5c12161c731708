package dajisaas

import (
	"errors"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// batchBody takes up to 10 orders (DOC) and is sent with one: what is agreed to, guarded and in doubt is one
// payment. It has no amount.
type batchBody struct {
	PurchaseOrderIDList []wirejson.IntID `json:"purchaseOrderIdList"`
}

func (taobao) payBody(id string) any { return batchBody{[]wirejson.IntID{wirejson.IntID(id)}} }

// batchAnswer is UPSTREAM's, where two public models disagree: ids are numbers or text, success is a flag or
// text, and a failure has one of two shapes.
type batchAnswer struct {
	verdict
	WillPay wirejson.List[wirejson.ID]  `json:"will_pay_purchase_order_ids"`
	Failed  wirejson.List[wirejson.ID]  `json:"pay_failure_purchase_order_ids"`
	Reasons wirejson.List[batchFailure] `json:"pay_failed_results"`
}

type batchFailure struct {
	verdict
	PurchaseID wirejson.ID   `json:"purchase_order_id"`
	GSPOrderID wirejson.ID   `json:"gspOrderId"`
	Reason     wirejson.Text `json:"reason"`
}

var (
	errNotInBatch = errors.New("it does not say that the order will be paid")
	errBothWays   = errors.New("it says that the order will be paid and that it will not")
)

// paid judges the answer by what it says of this order, whatever it says of others. The debit follows later
// ("will pay"): from the balance of Alipay first, then from the bound card (DOC). So a payment is Accepted
// at best, and a read of the order settles it. A failure that names no order is taken for this one's, the
// only one of its batch.
func (taobao) paid(r core.PayRequest, got answer, _ func() (core.Order, error)) (core.Payment, error) {
	var said batchAnswer
	if err := got.into(&said); err != nil {
		return core.Payment{}, err
	}
	id := wirejson.ID(r.Order.ID)
	why, failed := said.failure(id)
	willPay := slices.Contains(said.WillPay, id)
	switch {
	case failed && willPay:
		return core.Payment{}, got.bad(errBothWays)
	case failed:
		return core.Payment{}, got.failed(why)
	case !willPay:
		return core.Payment{}, got.bad(errNotInBatch)
	}
	return core.Payment{Order: r.Order, State: core.Accepted}, nil
}

func (b batchAnswer) failure(id wirejson.ID) (verdict, bool) {
	for _, one := range b.Reasons {
		if one.PurchaseID == id || one.PurchaseID == "" {
			return one.said(), true
		}
	}
	return b.verdict, slices.Contains(b.Failed, id) || b.failed()
}

func (f batchFailure) said() verdict {
	v := f.verdict
	if v.text() == "" {
		v.Message = f.Reason
	}
	return v
}
