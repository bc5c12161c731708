package taobao

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestReadMessage(t *testing.T) {
	var m core.Message
	body := `{"salesOrderId":"88","subOrders":[{"purchase_order_outer_id":"sp1-g1","quantity":6},{"purchase_order_outer_id":"sp1-g1"},{"purchase_order_outer_id":null}],"purchaseOrderPriceDTO":{}}`
	require.NoError(t, readMessage(json.RawMessage(body), &m))
	require.Equal(t, core.Message{Refs: []core.Ref{"88", "sp1-g1"}}, m)
	for _, body := range []string{`{}`, `[]`, `{"subOrders":"x"}`, `{"subOrders":[{}]}`} {
		require.Error(t, readMessage(json.RawMessage(body), new(core.Message)), body)
	}
}
