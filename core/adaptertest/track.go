package adaptertest

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
)

var trackRules = []rule{
	{name: "a shipped order has parcels", needs: []core.Operation{core.OpCreateOrder, core.OpPay}, needsShip: true, check: func(p *probe) {
		order := p.paid()
		p.h.Ship(p.TB, order.ID)
		tracking, err := p.track(p.Context(), order.OrderRef)
		p.noError(err, "Track")
		p.check(len(tracking.Parcels) > 0, "no parcel", "one parcel at least", "read the gateway's shipments; a parcel may lack its number, not its place in the list")
		p.checkEvents(tracking)
	}},
	{name: "an order that the gateway does not know has none", check: func(p *probe) {
		tracking, err := p.track(p.Context(), p.foreign())
		p.check(err != nil || len(tracking.Parcels) == 0, tracking.Parcels, "an error, or no parcels", "give nobody the parcels of another order")
	}},
}

func (p *probe) checkEvents(tracking core.Tracking) {
	p.Helper()
	events := 0
	for _, parcel := range tracking.Parcels {
		events += len(parcel.Events)
	}
	if !tracking.EventsAvailable && events > 0 {
		p.fail(ruleEvents, fmt.Sprintf("EventsAvailable is false, and there are %d events", events), "true, or none", "set EventsAvailable where the gateway gives events")
	}
	p.check(tracking.EventsAvailable || tracking.Note != "", "no events and no Note", "a Note that says why", "set Tracking.Note")
}
