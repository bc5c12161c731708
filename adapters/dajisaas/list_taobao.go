package dajisaas

import (
	"encoding/json"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// queryBody is UPSTREAM's: one call reads orders by id and lists them. Its filter by status takes one word,
// and an unpaid order has two, so orders are held against the status here.
type queryBody struct {
	PurchaseIDs     []wirejson.IntID `json:"purchase_ids,omitempty"`
	OuterPurchaseID string           `json:"outer_purchase_id,omitempty"`
	PageNo          int              `json:"page_no"` // from 1 (trap 107: these names are this call's own)
	PageSize        int              `json:"page_size"`
}

func (taobao) listBody(r core.ListOrdersRequest, page listPage) any {
	return queryBody{OuterPurchaseID: string(r.Ref), PageNo: page.number, PageSize: page.size}
}

// rows fails where the list is missing, as that of 1688 does. results_total is not believed: what it counts
// is in no document.
func (taobao) rows(got answer) ([]json.RawMessage, error) {
	var list struct {
		verdict
		Orders json.RawMessage `json:"purchase_orders"`
	}
	if err := got.into(&list); err != nil {
		return nil, err
	}
	if list.failed() {
		return nil, got.failed(list.verdict)
	}
	return got.list(list.Orders)
}
