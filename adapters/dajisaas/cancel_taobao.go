package dajisaas

import (
	"cmp"
	"errors"

	"github.com/sampan-go/sampan/core"
)

// asynCancelBody mixes styles in one name (trap 106). Without sub-orders it cancels the whole order (DOC).
type asynCancelBody struct {
	PurchaseID     string   `json:"purchase_id"`
	SubPurchaseIDs []string `json:"sub_purchase_orderId_list"`
	CancelReason   string   `json:"cancel_reason"`
	CancelRemark   string   `json:"cancel_remark"`
}

// cancelBody has a reason and a remark, both required and both free text.
func (taobao) cancelBody(id, reason string) any {
	text := cmp.Or(reason, buyerCancel)
	return asynCancelBody{PurchaseID: id, SubPurchaseIDs: []string{}, CancelReason: text, CancelRemark: text}
}

var errTwoVerdicts = errors.New("its code and its flag contradict each other")

// innerOK is the code of success inside data, which is text (trap 55).
const innerOK = "0"

// cancelled is an acceptance: the order must be read to see the end (trap 60).
func (taobao) cancelled(got answer) (core.CancelState, error) {
	var v verdict
	if err := got.into(&v); err != nil {
		return core.CancelUnknown, err
	}
	switch {
	case v.failed():
		return core.CancelUnknown, got.failed(v)
	case !v.Success.Set:
		return core.CancelUnknown, got.bad(errNoVerdict)
	case v.Code != "" && v.Code != innerOK:
		return core.CancelUnknown, got.bad(errTwoVerdicts)
	}
	return core.CancelAccepted, nil
}
