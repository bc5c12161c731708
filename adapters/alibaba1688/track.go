package alibaba1688

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// Track takes carriers and numbers from the order detail, and scans from the trace, where the
// account names that endpoint.
func (a *Adapter) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: r.Order})
	if err != nil {
		return core.Tracking{}, err
	}
	tracking := core.Tracking{Order: r.Order, Parcels: order.Parcels}
	if _, off := a.gateway.Table().Endpoint(epTrace); off != nil {
		tracking.Note = "tracking numbers only: " + a.gateway.Capability(epTrace).Reason
		return tracking, nil
	}
	tracking.EventsAvailable = true
	if !slices.ContainsFunc(order.Parcels, func(p core.Parcel) bool { return p.Number != "" }) {
		return tracking, nil
	}
	traces, err := a.traces(ctx, r.Order)
	if err != nil {
		return core.Tracking{}, err
	}
	tracking.Parcels = joinTraces(order.Parcels, traces)
	return tracking, nil
}

// traceAnswer names its list by either word, depending on the version upstream.
type traceAnswer struct {
	verdict
	Result         wirejson.List[trace] `json:"result"`
	LogisticsTrace wirejson.List[trace] `json:"logisticsTrace"`
}

// trace is 1688's own (UPSTREAM): the scans of one parcel, in two lists about the same.
type trace struct {
	LogisticsBillNo wirejson.Text            `json:"logisticsBillNo"`
	LogisticsSteps  wirejson.List[traceScan] `json:"logisticsSteps"`
	TraceNodeList   wirejson.List[traceScan] `json:"traceNodeList"`
}

type traceScan struct {
	AcceptTime   wirejson.Time `json:"acceptTime"`
	Remark       wirejson.Text `json:"remark"`
	Action       wirejson.Text `json:"action"`
	FacilityName wirejson.Text `json:"facilityName"`
}

func (a *Adapter) traces(ctx context.Context, order core.OrderRef) ([]trace, error) {
	call := gateway.Call{Endpoint: epTrace, Query: url.Values{"orderId": {string(order.ID)}, "webSite": {webSite}}}
	reply, err := a.gateway.Call(ctx, call)
	if err != nil || reply.Data == nil {
		return nil, err
	}
	var answer traceAnswer
	if reply.Data[0] == '[' {
		err = wirejson.Decode(reply.Data, &answer.Result)
	} else {
		err = wirejson.Decode(reply.Data, &answer)
	}
	if err != nil {
		return nil, badAnswer(core.OpTrack, false, reply, err)
	}
	if answer.failed() {
		return nil, a.refusedInside(core.OpTrack, false, answer.verdict, reply)
	}
	return append(answer.Result, answer.LogisticsTrace...), nil
}

// joinTraces gives parcels the scans of their numbers. A trace of a number that no parcel has is
// left out: the detail says which parcels there are.
func joinTraces(parcels []core.Parcel, traces []trace) []core.Parcel {
	joined := slices.Clone(parcels)
	for _, one := range traces {
		number := strings.TrimSpace(string(one.LogisticsBillNo))
		for i := range joined {
			if number != "" && joined[i].Number == number {
				joined[i].Events = one.events()
			}
		}
	}
	return joined
}

// events are newest first, also those of one second: the lists are taken to be oldest first unless
// their times say otherwise. A step that is a node too is taken once, with the node's place and word.
func (t trace) events() []core.Event {
	var events []core.Event
	for _, scan := range append(slices.Clone(t.TraceNodeList), t.LogisticsSteps...) {
		event := core.Event{Time: scan.AcceptTime.Time, Text: clean(scan.Remark), Place: clean(scan.FacilityName), Code: clean(scan.Action)}
		same := func(e core.Event) bool { return e.Time.Equal(event.Time) && e.Text == event.Text }
		if !slices.ContainsFunc(events, same) {
			events = append(events, event)
		}
	}
	if len(events) > 1 && !events[0].Time.After(events[len(events)-1].Time) {
		slices.Reverse(events)
	}
	slices.SortStableFunc(events, func(a, b core.Event) int { return b.Time.Compare(a.Time) })
	return events
}
