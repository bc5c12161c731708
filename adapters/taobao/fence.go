package taobao

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// refundListBody has the required members only.
type refundListBody struct {
	PageNo   int `json:"pageNo"`
	PageSize int `json:"pageSize"`
}

// ProveFence implements core.FenceProver, by reading one refund of the list.
func (a *Adapter) ProveFence(ctx context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	return a.gateway.ProveFence(ctx, gateway.Call{Endpoint: epRefundList, Body: refundListBody{PageNo: 1, PageSize: 1}}, r)
}
