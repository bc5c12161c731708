package alibaba1688

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// shippedDetail has a parcel with a number, one handed over without (42), and a sub-item that is no
// line (43).
const shippedDetail = `{"baseInfo":{"id":2542285634920880600,"idOfStr":"2542285634920880794","status":"waitbuyerreceive","totalAmount":232},
"productItems":[{"subItemIDString":"2542285634920880794","quantity":3,"price":75,"itemAmount":225,"status":"waitbuyerreceive"}],
"nativeLogistics":{"logisticsItems":[
{"type":"0","logisticsBillNo":"YT1234567890123","logisticsCompanyName":"圆通速递","logisticsCompanyNo":"YTO","subItemIds":"2542285634920880794,\n1"},
{"type":"2","logisticsBillNo":"不需要物流","subItemIds":"1"}]}}`

const scans = `{"logisticsId":"BX1","orderId":2542285634920880794,"logisticsBillNo":"YT1234567890123",
"logisticsSteps":[{"acceptTime":"2026-05-20 15:40:00","remark":"已揽收"},{"acceptTime":"2026-05-21 09:00:00","remark":"已签收"}],
"traceNodeList":[{"action":"SIGN","acceptTime":"2026-05-21 09:00:00","remark":"已签收","facilityName":"杭州"}]}`

const withoutParcel = `{"logisticsBillNo":"ZZ999999","logisticsSteps":[{"acceptTime":"2026-05-20 15:40:00","remark":"别人的"}]}`

func trackWith(t *testing.T, detail, trace string, named bool) (core.Tracking, *stub, error) {
	s := newStub(t, map[string]string{"/alibaba/order/detail": ok(detail), "/trace": trace})
	more := map[string]any{}
	if named {
		more["endpoints"] = map[string]string{"trace": "GET /trace"}
	}
	tracking, err := newAdapter(t, s.URL, more).Track(t.Context(), core.TrackRequest{Order: ref})
	return tracking, s, err
}

// TestTrackWithoutTrace: no events does not mean that nothing happened, and nothing undocumented is
// sent.
func TestTrackWithoutTrace(t *testing.T) {
	got, s, err := trackWith(t, shippedDetail, "", false)
	require.NoError(t, err)
	require.Len(t, s.requests(), 1)
	require.False(t, got.EventsAvailable)
	require.Contains(t, got.Note, `endpoints.trace = "GET /alibaba/order/logistics/trace"`)
	require.Equal(t, []core.Parcel{
		{Carrier: "圆通速递", CarrierCode: "YTO", Number: "YT1234567890123", Lines: []core.LineID{orderID}},
		{},
	}, got.Parcels, "traps 42, 43")
}

// TestTrackJoinsScansByNumber: both keys of the list, and a list alone.
func TestTrackJoinsScansByNumber(t *testing.T) {
	want := []core.Event{
		{Time: time.Date(2026, 5, 21, 1, 0, 0, 0, time.UTC), Text: "已签收", Place: "杭州", Code: "SIGN"},
		{Time: time.Date(2026, 5, 20, 7, 40, 0, 0, time.UTC), Text: "已揽收"},
	}
	list := "[" + withoutParcel + "," + scans + "]"
	for _, data := range []string{`{"result":` + list + `}`, `{"success":true,"logisticsTrace":` + list + `}`, list} {
		got, _, err := trackWith(t, shippedDetail, ok(data), true)
		require.NoError(t, err)
		require.True(t, got.EventsAvailable)
		require.Len(t, got.Parcels, 2)
		require.Equal(t, want, got.Parcels[0].Events, "newest first, each scan once, times of Beijing in UTC (83)")
		require.Empty(t, got.Parcels[1].Events)
	}
}

// TestTrackOfAnUnshippedOrder asks for no trace: there is no number to ask about (44).
func TestTrackOfAnUnshippedOrder(t *testing.T) {
	detail := `{"baseInfo":{"idOfStr":"2542285634920880794","status":"waitsellersend"},"nativeLogistics":{"logisticsItems":null}}`
	got, s, err := trackWith(t, detail, "", true)
	require.NoError(t, err)
	require.Len(t, s.requests(), 1)
	require.Empty(t, got.Parcels)
	require.True(t, got.EventsAvailable)
}

// TestTrackFailures: a failed trace is an error, and a read's error is never in doubt.
func TestTrackFailures(t *testing.T) {
	for answer, code := range map[string]core.Code{
		ok(`{"success":false,"errorCode":"isv.x","errorMessage":"no right"}`): core.Refused,
		ok(`{"result":"x"}`):    core.BadAnswer,
		refusal("4001", "none"): core.Refused,
	} {
		_, _, err := trackWith(t, shippedDetail, answer, true)
		requireError(t, err, code, core.NotDone)
	}
}
