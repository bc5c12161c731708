package dajisaas

import (
	"context"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// confirmBody takes ids as JSON integers, unlike every other call (trap 5).
type confirmBody struct {
	OrderID       wirejson.IntID   `json:"orderId"`
	OrderEntryIDs []wirejson.IntID `json:"orderEntryIds,omitempty"`
}

// confirmAnswer is documented for a failure; of a success it is only known to lack one.
type confirmAnswer struct {
	verdict
	Result wirejson.Embedded[verdict] `json:"result"`
}

// ConfirmReceipt tells 1688 that goods came, which releases the money to the seller and cannot be
// undone. Without lines the sub-orders are left out, which means the whole order (UPSTREAM). A
// cancelled or failed call may have happened.
func (a *Adapter) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	id, err := a.orderNumber(r.Order)
	if err != nil {
		return core.Receipt{}, err
	}
	entries, err := lineNumbers(r.Lines)
	if err != nil {
		return core.Receipt{}, err
	}
	got, err := a.call(ctx, call{op: core.OpConfirmReceipt, body: confirmBody{wirejson.IntID(id), entries}, attempt: &r.Attempt})
	if err == nil {
		err = confirmed(got)
	}
	if err != nil {
		return core.Receipt{}, err
	}
	return core.Receipt{Order: r.Order}, nil
}

// confirmed is true of code 200 alone: a success is declared as an empty object.
func confirmed(got answer) error {
	if got.data == nil {
		return nil
	}
	var said confirmAnswer
	if err := got.into(&said); err != nil {
		return err
	}
	for _, v := range []verdict{said.Result.Value, said.verdict} {
		if v.failed() {
			return got.failed(v)
		}
	}
	return nil
}
