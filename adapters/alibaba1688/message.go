package alibaba1688

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/sampan-go/sampan/adapters/trade1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// ParseMessage implements core.MessageParser.
func (a *Adapter) ParseMessage(_ context.Context, r core.MessageRequest) (core.Message, error) {
	return a.gateway.ParseMessage(r, core.Alibaba1688, readMessage)
}

// SignTestMessage gives a message as the gateway would push it, signed with this account's secret: for
// tests of a program that listens.
func (a *Adapter) SignTestMessage(body []byte) core.MessageRequest {
	return a.gateway.SignTestMessage(body)
}

// readMessage takes the order's id from a trade object (SEED), or from the flat form of the sister
// platform (SIBLING doc-en-ka doc-7259275) and of 1688 itself (UPSTREAM).
func readMessage(body json.RawMessage, m *core.Message) error {
	if id, err := trade1688.OrderID(body); err == nil {
		m.Orders = []core.OrderID{id}
		return nil
	}
	var flat struct {
		OrderID  wirejson.ID `json:"orderId"`
		RefundID wirejson.ID `json:"refundId"`
	}
	if err := wirejson.Decode(body, &flat); err != nil {
		return err
	}
	if flat.OrderID == "" {
		return errors.New("neither baseInfo.idOfStr nor orderId is there")
	}
	m.Orders = []core.OrderID{core.OrderID(flat.OrderID)}
	if flat.RefundID != "" {
		m.Refunds = []core.RefundID{core.RefundID(flat.RefundID)}
	}
	return nil
}
