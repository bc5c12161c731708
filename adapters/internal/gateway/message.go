package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// MessageHeader carries the signature of a pushed message (DOC doc-cnv2 doc-6521894).
const MessageHeader = "Authorization"

// The forms of what is signed. PandaPon's page names it and does not say what it is: the first is
// UPSTREAM's (open.alitrip.com 119493), of which the page is an adaptation, and the default.
const (
	baseKeyAndBody = "key+body"
	baseBody       = "body"
)

// messageBases are the values of settings.message_base.
var messageBases = map[string]func(key string, body []byte) []byte{
	baseKeyAndBody: func(key string, body []byte) []byte { return append([]byte(key), body...) },
	baseBody:       func(_ string, body []byte) []byte { return body },
}

// SignMessage is what a pushed message carries in Authorization.
func SignMessage(base, key, secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(messageBases[base](key, body))
	return hex.EncodeToString(mac.Sum(nil))
}

// pushed is the envelope (DOC; SEED price-modify-callback). Any member may be null (trap 137).
type pushed struct {
	Type wirejson.Text `json:"messageType"`
	// Platform is 0 for Taobao and 1 for 1688; the market's name stands in no prefix for certain.
	Platform wirejson.Int  `json:"messagePlatform"`
	Sent     wirejson.Text `json:"timestamp"` // milliseconds, as text
	// Body is an object, or text that holds one (trap 23).
	Body wirejson.Embedded[json.RawMessage] `json:"messageBody"`
}

// ParseMessage verifies a pushed message over the bytes as they came, and reads it. read takes the ids
// out of the body of a message of the adapter's own market.
func (c *Client) ParseMessage(r core.MessageRequest, own core.Market, read func(body json.RawMessage, m *core.Message) error) (core.Message, error) {
	if !c.signedMessage(r) {
		return core.Message{}, &core.Error{Code: core.Denied, Outcome: core.NotDone, Op: core.OpMessage, Message: "the message is not signed with this account's secret"}
	}
	var p pushed
	if err := wirejson.Decode(r.Body, &p); err != nil {
		return core.Message{Problem: "it is signed, and not in the documented form: " + err.Error()}, nil
	}
	word := wirejson.Clean(string(p.Type))
	m := core.Message{Type: word, Kind: kindOf(word), Market: marketOf(p.Platform, word), Sent: sentAt(string(p.Sent))}
	switch {
	case m.Market != "" && m.Market != own:
		m.Problem = "it is about " + string(m.Market) + ", and this account buys on " + string(own)
	case !p.Body.Set:
		m.Problem = "it has no body"
	default:
		if err := read(p.Body.Value, &m); err != nil {
			m.Problem = "its body names no order: " + err.Error()
		}
	}
	return m, nil
}

// SignTestMessage is a message as the gateway would push it.
func (c *Client) SignTestMessage(body []byte) core.MessageRequest {
	return core.MessageRequest{Body: body, Header: map[string]string{
		MessageHeader: SignMessage(c.settings.MessageBase, c.settings.AccessKey, c.settings.AccessSecret.Reveal(), body)}}
}

// MessageReading is what Describe says of messages.
func MessageReading() *core.MessageReading {
	return &core.MessageReading{Headers: []string{MessageHeader},
		Note: `PandaPon's page does not say what the signature is over; if every message is refused, set message_base = "body" in the account's settings`}
}

// signedMessage compares in constant time with every secret that may be in use: a message may have been
// signed before the secret was reset.
func (c *Client) signedMessage(r core.MessageRequest) bool {
	given, err := hex.DecodeString(strings.TrimSpace(r.Header[MessageHeader]))
	if err != nil || len(given) != sha256.Size {
		return false
	}
	found := false
	for _, secret := range []core.Secret{c.settings.AccessSecret, c.settings.PreviousSecret} {
		if secret.Reveal() == "" {
			continue
		}
		want, _ := hex.DecodeString(SignMessage(c.settings.MessageBase, c.settings.AccessKey, secret.Reveal(), r.Body))
		found = hmac.Equal(given, want) || found
	}
	return found
}

// topic is a type without the market, which stands before it on the pages and not in the messages (trap
// 99).
func topic(word string) string {
	return strings.TrimPrefix(strings.TrimPrefix(word, "1688_"), "TAOBAO_")
}

// kindOf reads the topic's words. Only the price's is documented (SEED); the others follow 1688's own
// names (UPSTREAM). Whatever it is, the order is read again.
func kindOf(word string) core.MessageKind {
	t := topic(word)
	switch {
	case strings.Contains(t, "PRICE_MODIFY"):
		return core.PriceChanged
	case strings.Contains(t, "REFUND"):
		return core.RefundChanged
	case strings.HasPrefix(t, "ORDER_"), strings.HasPrefix(t, "LOGISTICS_"):
		return core.OrderChanged
	}
	return core.MessageUnknown
}

func marketOf(platform wirejson.Int, word string) core.Market {
	switch {
	case platform.Set && platform.N == 0, strings.HasPrefix(word, "TAOBAO_"):
		return core.Taobao
	case platform.Set && platform.N == 1, strings.HasPrefix(word, "1688_"):
		return core.Alibaba1688
	}
	return ""
}

func sentAt(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
