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

// SignTestMessage gives a message as the gateway would push it, signed with this account's secret: for
// tests of a program that listens.
func (a *Adapter) SignTestMessage(body []byte) core.MessageRequest {
	return a.gateway.SignTestMessage(body)
}

// readMessage takes what may be the numbers of our purchases: the id that PandaPon's other calls take is
// in no documented member of a message (DOC doc-en api-263477629: 8 of 26 members are). salesOrderId is
// the merchant's number (UPSTREAM), and of purchase_order_outer_id it is not said whose it is. What is
// no number of ours is no purchase on record.
func readMessage(body json.RawMessage, m *core.Message) error {
	var price struct {
		SalesOrderID wirejson.Text `json:"salesOrderId"`
		SubOrders    []struct {
			OuterID wirejson.Text `json:"purchase_order_outer_id"`
		} `json:"subOrders"`
	}
	if err := wirejson.Decode(body, &price); err != nil {
		return err
	}
	numbers := []wirejson.Text{price.SalesOrderID}
	for _, sub := range price.SubOrders {
		numbers = append(numbers, sub.OuterID)
	}
	for _, number := range numbers {
		if ref := core.Ref(number); ref != "" && !slices.Contains(m.Refs, ref) {
			m.Refs = append(m.Refs, ref)
		}
	}
	if len(m.Refs) == 0 {
		return errors.New("neither salesOrderId nor a purchase_order_outer_id is there")
	}
	return nil
}
