package dajisaas

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// A pushed message is a form of two fields (DOC zh doc-5787639, en doc-7744081).
const (
	messageField   = "message"
	signatureField = "_dj_signature"
)

// messageBases are what _dj_signature may be over: the page says HmacSHA1 and not of what. The first is
// 1688's own rule for its pushes (UPSTREAM, _aop_signature), and the default.
var messageBases = map[string]func(message string) string{
	"name+value": func(message string) string { return messageField + message },
	"value":      func(message string) string { return message },
}

// SHA-1 is the gateway's choice; inside an HMAC it is not known to be weak.
func signMessage(base, secret, message string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(messageBases[base](message)))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// ParseMessage implements core.MessageParser.
func (a *Adapter) ParseMessage(_ context.Context, r core.MessageRequest) (core.Message, error) {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil || !a.signedMessage(form.Get(messageField), form.Get(signatureField)) {
		return core.Message{}, &core.Error{Code: core.Denied, Outcome: core.NotDone, Op: core.OpMessage, Message: "the message is not signed with this account's secret"}
	}
	m := readMessage([]byte(form.Get(messageField)))
	if m.Market != "" && m.Market != a.settings.Market {
		m.Orders, m.Problem = nil, fmt.Sprintf("this account buys on %s", a.settings.Market)
	}
	return m, nil
}

// SignTestMessage gives a message as the gateway would push it, signed with this account's secret: for
// tests of a program that listens.
func (a *Adapter) SignTestMessage(message []byte) core.MessageRequest {
	form := url.Values{messageField: {string(message)}, signatureField: {signMessage(a.settings.MessageBase, a.settings.AppSecret.Reveal(), string(message))}}
	return core.MessageRequest{Body: []byte(form.Encode())}
}

// signedMessage compares in constant time with every secret that may be in use.
func (a *Adapter) signedMessage(message, signature string) bool {
	given, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil || len(given) != sha1.Size {
		return false
	}
	found := false
	for _, secret := range []core.Secret{a.settings.AppSecret, a.settings.PreviousSecret} {
		if secret.Reveal() == "" {
			continue
		}
		want, _ := hex.DecodeString(signMessage(a.settings.MessageBase, secret.Reveal(), message))
		found = hmac.Equal(given, want) || found
	}
	return found
}

// pushed is both forms of a message: 1688's own (UPSTREAM) has type, dajisaas' for Taobao (DOC en
// doc-4966230) has message_type.
type pushed struct {
	Type        wirejson.Text `json:"type"`
	MessageType wirejson.Int  `json:"message_type"`
	Born        wirejson.Int  `json:"gmtBorn"`   // milliseconds
	Timestamp   wirejson.Int  `json:"timestamp"` // seconds
	Data        wirejson.Embedded[struct {
		OrderID      wirejson.ID   `json:"orderId"`
		RefundAction wirejson.Text `json:"refundAction"`
		// Taobao's status message has the first, its price message the second (trap 106).
		PurchaseID      wirejson.ID `json:"purchase_id"`
		PurchaseOrderID wirejson.ID `json:"purchaseOrderId"`
	}] `json:"data"`
}

// The documented types of Taobao's messages.
const (
	statusMessage = 3
	priceMessage  = 8
)

func readMessage(text []byte) core.Message {
	var p pushed
	if err := wirejson.Decode(text, &p); err != nil {
		return core.Message{Problem: "it is signed, and not in a known form: " + err.Error()}
	}
	data := p.Data.Value
	if p.MessageType.Set {
		m := core.Message{Market: core.Taobao, Type: wirejson.Clean(string(p.Type))}
		switch p.MessageType.N {
		case statusMessage:
			m.Kind, m.Type = core.OrderChanged, "3"
		case priceMessage:
			m.Kind, m.Type = core.PriceChanged, "8"
		}
		if p.Timestamp.Set {
			m.Sent = time.Unix(p.Timestamp.N, 0).UTC()
		}
		return naming(m, data.PurchaseID, data.PurchaseOrderID)
	}
	word := wirejson.Clean(string(p.Type))
	m := core.Message{Market: core.Alibaba1688, Type: word, Kind: kindOf(word)}
	if p.Born.Set && p.Born.N > 0 {
		m.Sent = time.UnixMilli(p.Born.N).UTC()
	}
	if data.RefundAction != "" {
		m.Kind = core.RefundChanged
	}
	return naming(m, data.OrderID)
}

// naming adds the order that a message is about: the first id that is there.
func naming(m core.Message, ids ...wirejson.ID) core.Message {
	id := cmp.Or(ids...)
	if id == "" {
		m.Problem = "it names no order"
		return m
	}
	m.Orders = []core.OrderID{core.OrderID(id)}
	return m
}

// kindOf reads 1688's own topics (UPSTREAM).
func kindOf(word string) core.MessageKind {
	switch {
	case strings.Contains(word, "PRICE_MODIFY"):
		return core.PriceChanged
	case strings.Contains(word, "REFUND"):
		return core.RefundChanged
	case strings.HasPrefix(word, "ORDER_"), strings.HasPrefix(word, "LOGISTICS_"):
		return core.OrderChanged
	}
	return core.MessageUnknown
}
