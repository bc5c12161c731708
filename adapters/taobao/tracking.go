package taobao

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// logisticsData is GET /open/order/logistics/detail/get (DOC doc api-250313082). Its receiver
// member is personal and not read.
type logisticsData struct {
	Parcels wirejson.List[parcelData] `json:"pnmLogisticsDetails"`
}

type parcelData struct {
	MailNo   wirejson.Text              `json:"mailNo"`
	Traces   wirejson.List[traceData]   `json:"logisticsTraces"`
	Partners wirejson.List[partnerData] `json:"logisticsPartner"`
}

type partnerData struct {
	Company wirejson.Text `json:"company"`
}

type traceData struct {
	Time         wirejson.Time `json:"time"`
	StatusDesc   wirejson.Text `json:"statusDesc"`
	StanderdDesc wirejson.Text `json:"standerdDesc"` // spelt so on the wire
	Action       wirejson.Text `json:"action"`
	Province     wirejson.Text `json:"province"`
	City         wirejson.Text `json:"city"`
	District     wirejson.Text `json:"district"`
	FacilityName wirejson.Text `json:"facilityName"`
}

// Track implements core.Adapter: one read per line, because logistics goes by Taobao's
// sub-purchase id. Lines that share a parcel are joined by its waybill.
func (a *Adapter) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	keys, err := a.parcelKeys(ctx, r.Order)
	if err != nil {
		return core.Tracking{}, err
	}
	tracking := core.Tracking{Order: r.Order, EventsAvailable: true}
	for _, key := range keys {
		var data logisticsData
		query := url.Values{"subPurchaseOrderId": {key.subPurchase}}
		if err := a.call(ctx, gateway.Call{Endpoint: epLogistics, Query: query}, core.OpTrack, &data); err != nil {
			return core.Tracking{}, err
		}
		for _, p := range data.Parcels {
			tracking.Parcels = joinParcel(tracking.Parcels, p.parcel(), core.LineID(key.line))
		}
	}
	return tracking, nil
}

// parcelKeys come from the handle, or else from a fresh read of the order.
func (a *Adapter) parcelKeys(ctx context.Context, ref core.OrderRef) ([]parcelKey, error) {
	if ref.Handle == "" {
		order, err := a.GetOrder(ctx, core.GetOrderRequest{Order: ref})
		if err != nil {
			return nil, core.Invalid("order.handle", "is missing, and the order cannot be read to learn it; give the handle that CreateOrder returned")
		}
		if ref.Handle = order.Handle; ref.Handle == "" {
			return nil, nil
		}
	}
	return parseHandle(ref.Handle)
}

func joinParcel(parcels []core.Parcel, p core.Parcel, line core.LineID) []core.Parcel {
	for i := range parcels {
		if p.Number != "" && parcels[i].Number == p.Number {
			parcels[i].Lines = append(parcels[i].Lines, line)
			return parcels
		}
	}
	if line != "" {
		p.Lines = []core.LineID{line}
	}
	return append(parcels, p)
}

func (p parcelData) parcel() core.Parcel {
	parcel := core.Parcel{Number: wirejson.Clean(string(p.MailNo))}
	for _, partner := range p.Partners {
		parcel.Carrier = wirejson.Clean(string(partner.Company))
		break
	}
	for _, trace := range p.Traces {
		parcel.Events = append(parcel.Events, trace.event())
	}
	slices.SortStableFunc(parcel.Events, func(a, b core.Event) int { return b.Time.Compare(a.Time) })
	return parcel
}

func (t traceData) event() core.Event {
	text := t.StanderdDesc
	if text == "" {
		text = t.StatusDesc
	}
	var place []string
	for _, part := range []wirejson.Text{t.Province, t.City, t.District, t.FacilityName} {
		if part != "" {
			place = append(place, wirejson.Clean(string(part)))
		}
	}
	return core.Event{Time: t.Time.Time, Text: wirejson.Clean(string(text)), Place: strings.Join(place, " "), Code: wirejson.Clean(string(t.Action))}
}
