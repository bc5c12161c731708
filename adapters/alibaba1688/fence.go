package alibaba1688

import (
	"context"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// ProveFence implements core.FenceProver, by reading one order of the list.
func (a *Adapter) ProveFence(ctx context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	return a.gateway.ProveFence(ctx, gateway.Call{Endpoint: epList, Body: listBody{PageNum: 1, PageSize: 1}}, r)
}
