package core

import (
	"context"
	"time"
)

// OpMessage is the reading of what a gateway pushed.
const OpMessage Operation = "message"

// MessageKind says what a pushed message is about. The zero value is: something else, or not known.
type MessageKind uint8

// The kinds of messages.
const (
	MessageUnknown MessageKind = iota
	// OrderChanged: the state of an order.
	OrderChanged
	// PriceChanged: what an order costs.
	PriceChanged
	// RefundChanged: a refund of an order.
	RefundChanged
)

var messageKindNames = [...]string{MessageUnknown: "unknown", OrderChanged: "order_changed", PriceChanged: "price_changed", RefundChanged: "refund_changed"}

func (k MessageKind) String() string { return nameOf(messageKindNames[:], uint8(k)) }

// MarshalText gives the kind's name.
func (k MessageKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name; an unknown one is MessageUnknown.
func (k *MessageKind) UnmarshalText(text []byte) error {
	*k = MessageKind(valueOf(messageKindNames[:], string(text)))
	return nil
}

// Message is what a gateway pushed, verified. It is a hint and no more: its amounts and states are never
// applied, the orders that it names are read again.
type Message struct {
	Kind MessageKind `json:"kind"`
	// Type is the gateway's own word.
	Type string `json:"type,omitempty"`
	// Market is where the order is, if the message says it.
	Market Market `json:"market,omitempty"`
	// Orders are to be read again; none if the message names none that could be read.
	Orders []OrderID `json:"orders,omitempty"`
	// Refs are the numbers of purchases that the message names.
	Refs []Ref `json:"refs,omitempty"`
	// Refunds are those that the message names.
	Refunds []RefundID `json:"refunds,omitempty"`
	// Sent is the gateway's own time; zero if it says none.
	Sent time.Time `json:"sent,omitzero"`
	// Problem says why a message that is the gateway's could not be understood.
	Problem string `json:"problem,omitempty"`
}

// MessageRequest is a pushed message as it came.
type MessageRequest struct {
	// Header holds those headers that MessageReading names, and no others.
	Header map[string]string
	// Body is exactly what was received.
	Body []byte
}

// MessageReading says what an adapter needs of a pushed message, and how sure it is.
type MessageReading struct {
	// Headers are those that the signature is in, in their usual spelling; none: it is in the body.
	Headers []string `json:"headers,omitempty"`
	// Note says what is not documented, and what to set.
	Note string `json:"note,omitempty"`
}

// MessageParser verifies and reads what a gateway pushes.
type MessageParser interface {
	// ParseMessage gives Denied for a message that the gateway did not sign. The signature is checked
	// over the bytes as they came, before anything is parsed. One that is signed and not understood is
	// no error: its Problem says why. It sends nothing.
	ParseMessage(context.Context, MessageRequest) (Message, error)
}

// ReadMessage verifies and reads what the gateway pushed to this account: Denied if the gateway did not
// sign it, Unsupported where the adapter reads no messages. header gives a header of the request as it
// came; only those that the signature is in are asked for.
func (b *Buyer) ReadMessage(ctx context.Context, header func(name string) string, body []byte) (Message, error) {
	parser, ok := b.adapter.(MessageParser)
	if !ok || b.description.Messages == nil {
		return Message{}, NotOffered(OpMessage, "the adapter "+b.description.Adapter+" reads no messages; orders are read on a schedule")
	}
	r := MessageRequest{Body: body, Header: map[string]string{}}
	for _, name := range b.description.Messages.Headers {
		r.Header[name] = header(name)
	}
	m, err := parser.ParseMessage(ctx, r)
	return m, readError(OpMessage, err)
}
