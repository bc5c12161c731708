package core

import (
	"context"
	"time"
)

// TrackRequest names the order to follow.
type TrackRequest struct {
	Order OrderRef
}

// Event is one scan of a parcel.
type Event struct {
	Time  time.Time `json:"time,omitzero"`
	Text  string    `json:"text,omitempty"`
	Place string    `json:"place,omitempty"`
	// Code is the carrier's or the gateway's own word; the set is open.
	Code string `json:"code,omitempty"`
}

// Parcel is a shipment with one tracking number.
type Parcel struct {
	Carrier     string `json:"carrier,omitempty"`
	CarrierCode string `json:"carrier_code,omitempty"`
	// Number is the waybill; "" where the goods were handed over without one.
	Number string `json:"number,omitempty"`
	// Events are newest first.
	Events []Event `json:"events,omitempty"`
	// Lines are the order's lines in this parcel, where the gateway says.
	Lines []LineID `json:"lines,omitempty"`
}

// Tracking is what is known of an order's parcels.
type Tracking struct {
	Order   OrderRef `json:"order"`
	Parcels []Parcel `json:"parcels,omitempty"`
	// EventsAvailable is false where the gateway gives tracking numbers only; then no events does
	// not mean that nothing happened.
	EventsAvailable bool `json:"events_available"`
	// Note says why events are not available.
	Note string `json:"note,omitempty"`
}

// Track reads where an order's parcels are.
func (b *Buyer) Track(ctx context.Context, r TrackRequest) (Tracking, error) {
	if err := r.Order.validate(); err != nil {
		return Tracking{}, atOp(OpTrack, err)
	}
	if err := b.description.Check(OpTrack); err != nil {
		return Tracking{}, err
	}
	tracking, err := b.adapter.Track(ctx, r)
	return tracking, readError(OpTrack, err)
}
