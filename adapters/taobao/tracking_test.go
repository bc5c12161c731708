package taobao

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

const logistics = `{"purchaseOrderOuterId":"3682557363260579405","pnmLogisticsDetails":[{"mailNo":"78753196186473",
 "logisticsTraces":[
  {"statusDesc":"运输中","province":null,"city":"杭州市","action":"TMS_STATION_IN","facilityName":"余杭站","time":"2023-12-14 08:00:00","standerdDesc":"到达","status":"TRANSPORT"},
  {"statusDesc":"运输中","province":null,"city":null,"action":"TMS_STATION_OUT","time":"2023-12-14 21:39:11","standerdDesc":"离开","status":"TRANSPORT"},
  {"statusDesc":"揽收","time":"soon","action":"NEW_WORD"}],
 "logisticsPartner":[{"company":"中通快递","companyContact":"95311"}],
 "receiver":{"name":"张三","phone":"13800000000","address":"x"},
 "logisticsGoods":[{"title":"t","quantity":"200"}]}]}`

func TestTrackReadsTheDocumentedShape(t *testing.T) {
	gw := newRecorder(t, map[string]string{"/open/order/logistics/detail/get": envelope(logistics)})
	ref := core.OrderRef{ID: "1031992847890383164", Handle: "1031992851828834889:200027842448"}
	tracking, err := open(t, gw.URL, nil).Track(bg(), core.TrackRequest{Order: ref})
	require.NoError(t, err)
	require.Equal(t, "subPurchaseOrderId=200027842448", gw.seen[0].query, "logistics takes the Taobao sub-purchase id (trap 11)")
	require.Len(t, tracking.Parcels, 1)
	p := tracking.Parcels[0]
	require.Equal(t, "78753196186473", p.Number)
	require.Equal(t, "中通快递", p.Carrier)
	require.Equal(t, []core.LineID{"1031992851828834889"}, p.Lines)
	require.Len(t, p.Events, 3, "an unreadable time loses no event; actions are an open set (trap 102)")
	require.Equal(t, "2023-12-14T13:39:11Z", p.Events[0].Time.Format("2006-01-02T15:04:05Z07:00"), "newest first, Beijing to UTC")
	require.Equal(t, "离开", p.Events[0].Text)
	require.Equal(t, "杭州市 余杭站", p.Events[1].Place)
	require.Equal(t, "NEW_WORD", p.Events[2].Code)
}

func TestTrackWithoutHandleOrDetailSaysWhatIsMissing(t *testing.T) {
	gw := newRecorder(t, nil)
	_, err := open(t, gw.URL, settingsMap{"endpoints": map[string]string{}}).Track(bg(), core.TrackRequest{Order: core.OrderRef{ID: "1"}})
	require.ErrorContains(t, err, "order.handle")
	require.Empty(t, gw.seen)
}

func TestAForeignHandleIsRefused(t *testing.T) {
	gw := newRecorder(t, nil)
	for _, handle := range []core.Handle{"x", "1:2;3", "1:", "1:2&subPurchaseOrderId=3"} {
		_, err := open(t, gw.URL, nil).Track(bg(), core.TrackRequest{Order: core.OrderRef{ID: "1", Handle: handle}})
		require.ErrorContains(t, err, "order.handle", "handle %q", handle)
	}
	require.Empty(t, gw.seen)
}

func FuzzOrderData(f *testing.F) {
	f.Add([]byte(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":200,"domesticPostFee":0,"status":10}]}`))
	f.Add([]byte(`{"id":7,"subOrderVOS":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		order, err := decodeOrder(data)
		if err == nil && order.ID == "" {
			t.Fatal("an order without an id is not an order")
		}
	})
}
