package dajisaas

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// Track takes carriers and numbers from the order detail. There are no scans to be had.
func (a *Adapter) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: r.Order})
	if err != nil {
		return core.Tracking{}, err
	}
	return core.Tracking{Order: r.Order, Parcels: order.Parcels, Note: noTrace}, nil
}
