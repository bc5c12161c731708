package wire

import (
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// TrackTo makes the message of a TrackRequest.
func TrackTo(r core.TrackRequest) *pb.TrackRequest {
	return &pb.TrackRequest{Order: orderRefTo(r.Order)}
}

// TrackFrom reads a TrackRequest.
func TrackFrom(m *pb.TrackRequest) (core.TrackRequest, error) {
	var d decoder
	r := core.TrackRequest{Order: d.orderRef("order", m.GetOrder())}
	return r, d.err
}

// TrackingTo makes the message of a Tracking.
func TrackingTo(t core.Tracking) *pb.Tracking {
	return &pb.Tracking{Order: orderRefTo(t.Order), Parcels: each(t.Parcels, parcelTo), EventsAvailable: t.EventsAvailable, Note: t.Note}
}

// TrackingFrom reads a Tracking.
func TrackingFrom(m *pb.Tracking) (core.Tracking, error) {
	var d decoder
	t := core.Tracking{Order: d.orderRef("order", m.GetOrder()), Parcels: d.parcels("parcels", m.GetParcels()),
		EventsAvailable: m.GetEventsAvailable(), Note: short(m.GetNote())}
	return t, d.err
}

func parcelTo(p core.Parcel) *pb.Parcel {
	return &pb.Parcel{Carrier: p.Carrier, CarrierCode: p.CarrierCode, Number: p.Number, Events: each(p.Events, eventTo),
		LineIds: each(p.Lines, func(id core.LineID) string { return string(id) })}
}

func (d *decoder) parcels(field string, in []*pb.Parcel) []core.Parcel {
	return each(entries(d, field, in), func(m *pb.Parcel) core.Parcel {
		return core.Parcel{Carrier: text(m.GetCarrier()), CarrierCode: text(m.GetCarrierCode()), Number: d.id(field+".number", m.GetNumber()),
			Events: each(entries(d, field+".events", m.GetEvents()), eventFrom), Lines: d.lineIDs(field+".line_ids", m.GetLineIds())}
	})
}

func eventTo(e core.Event) *pb.Event {
	return &pb.Event{TimeMs: millis(e.Time), Text: e.Text, Place: e.Place, Code: e.Code}
}

func eventFrom(m *pb.Event) core.Event {
	return core.Event{Time: timeOf(m.GetTimeMs()), Text: text(m.GetText()), Place: text(m.GetPlace()), Code: text(m.GetCode())}
}
