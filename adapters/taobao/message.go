package taobao

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// ParseMessage implements core.MessageParser.
func (a *Adapter) ParseMessage(_ context.Context, r core.MessageRequest) (core.Message, error) {
	return a.gateway.ParseMessage(r, core.Taobao, readMessage)
}

// readMessage takes the numbers of our purchases: the id that PandaPon's other calls take is in no
// documented member of a message (DOC doc-en api-263477629: 8 of 26 members are).
func readMessage(body json.RawMessage, m *core.Message) error {
	var price struct {
		SubOrders []struct {
			OuterID wirejson.Text `json:"purchase_order_outer_id"`
		} `json:"subOrders"`
	}
	if err := wirejson.Decode(body, &price); err != nil {
		return err
	}
	for _, sub := range price.SubOrders {
		if ref := core.Ref(sub.OuterID); ref != "" && !slices.Contains(m.Refs, ref) {
			m.Refs = append(m.Refs, ref)
		}
	}
	if len(m.Refs) == 0 {
		return errors.New("no sub-order has a purchase_order_outer_id")
	}
	return nil
}
