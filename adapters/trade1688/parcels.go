package trade1688

import (
	"regexp"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// parcels are the shipments that the order knows, without events.
func (t trade) parcels(lines []core.Line) []core.Parcel {
	var parcels []core.Parcel
	for _, one := range t.NativeLogistics.Value.LogisticsItems.Value {
		parcels = append(parcels, core.Parcel{
			Carrier:     clean(one.LogisticsCompany),
			CarrierCode: clean(one.LogisticsCompanyNo),
			Number:      one.waybill(),
			Lines:       one.lines(lines),
		})
	}
	return parcels
}

// handedOver is the type of a shipment that needs no carrier.
const handedOver wirejson.Text = "2"

var (
	waybillForm = regexp.MustCompile(`^[A-Za-z0-9-]{4,64}$`)
	anyDigit    = regexp.MustCompile(`[0-9]`)
)

// waybill is "" where the text is not one: sellers write "不需要物流" there.
func (l logisticsItem) waybill() string {
	number := strings.TrimSpace(string(l.LogisticsBillNo))
	if l.Type == handedOver || !waybillForm.MatchString(number) || !anyDigit.MatchString(number) {
		return ""
	}
	return number
}

// lines are those of the order that subItemIds names. It also names sub-items that are no line, and
// holds line breaks between the ids.
func (l logisticsItem) lines(of []core.Line) []core.LineID {
	known := map[core.LineID]bool{}
	for _, line := range of {
		known[line.ID] = true
	}
	var found []core.LineID
	for _, text := range strings.Split(string(l.SubItemIDs), ",") {
		if id := core.LineID(strings.TrimSpace(text)); id != "" && known[id] {
			found = append(found, id)
			known[id] = false
		}
	}
	return found
}
