package trade1688

import (
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

func (t trade) order() (core.Order, error) {
	if !t.BaseInfo.Set {
		return core.Order{}, errors.New("it has no baseInfo")
	}
	base := t.BaseInfo.Value
	id, err := base.orderID()
	if err != nil {
		return core.Order{}, err
	}
	totals, err := base.totals()
	if err != nil {
		return core.Order{}, err
	}
	paid := t.paid()
	lines, err := t.lines(paid)
	if err != nil {
		return core.Order{}, err
	}
	status := orderStatus(string(base.Status), paid, lines)
	ref := core.OrderRef{ID: id}
	return core.Order{
		Ref:            core.Ref(base.OutOrderID),
		OrderRef:       ref,
		MarketplaceIDs: []string{string(id)},
		Market:         core.Alibaba1688,
		Status:         status,
		UpstreamStatus: clean(base.Status),
		Lines:          lines,
		Totals:         totals,
		Times:          base.times(status, paid),
		Seller:         core.Seller{ID: core.SellerID(base.SellerID), Name: clean(base.SellerLoginID)},
		Address:        t.address(),
		Parcels:        t.parcels(lines),
		Refunds:        t.refunds(ref, lines),
	}, nil
}

func clean(text wirejson.Text) string { return wirejson.Clean(string(text)) }

// field is the error of one member. It names the place and never the value.
func field(path string, err error) error { return fmt.Errorf("%s: %w", path, err) }
