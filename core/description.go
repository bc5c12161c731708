package core

import "time"

// Operation names one thing that an adapter can do, the same in code, proto and output.
type Operation string

// The operations.
const (
	OpDescribe       Operation = "describe"
	OpCreateOrder    Operation = "create_order"
	OpListOrders     Operation = "list_orders"
	OpGetOrder       Operation = "get_order"
	OpPay            Operation = "pay"
	OpTrack          Operation = "track"
	OpRefund         Operation = "refund"
	OpGetRefund      Operation = "get_refund"
	OpCancelOrder    Operation = "cancel_order"
	OpQuote          Operation = "quote"
	OpConfirmReceipt Operation = "confirm_receipt"
)

// Operations lists those that a Description speaks of, in the order of a purchase's life.
func Operations() []Operation {
	return []Operation{OpQuote, OpCreateOrder, OpListOrders, OpGetOrder, OpPay, OpTrack,
		OpConfirmReceipt, OpCancelOrder, OpRefund, OpGetRefund}
}

// Support says how well an operation is there. The zero value is not at all.
type Support uint8

// The degrees of support.
const (
	// NotSupported: the gateway or the adapter has no such operation; Reason says why.
	NotSupported Support = iota
	// Supported: a documented operation of the gateway.
	Supported
	// Emulated: put together from other documented operations.
	Emulated
	// Provisional: the gateway's endpoint is not documented. Off unless the account names it.
	Provisional
)

var supportNames = [...]string{NotSupported: "unsupported", Supported: "supported", Emulated: "emulated", Provisional: "provisional"}

func (s Support) String() string { return nameOf(supportNames[:], uint8(s)) }

// MarshalText gives the degree's name.
func (s Support) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a degree's name; an unknown one is NotSupported.
func (s *Support) UnmarshalText(text []byte) error {
	*s = Support(valueOf(supportNames[:], string(text)))
	return nil
}

// Capability is what an account can do of one operation. The zero value is: nothing.
type Capability struct {
	Support Support `json:"support"`
	// Enabled says that an account named the endpoint of a Provisional operation.
	Enabled bool `json:"enabled,omitempty"`
	// Reason says why an operation is not plainly supported, and what to set where that helps.
	Reason string `json:"reason,omitempty"`
	// Effect says what a machine may do about a call whose answer was lost.
	Effect Effect `json:"effect,omitzero"`
}

// Offered reports whether the operation may be called.
func (c Capability) Offered() bool {
	return c.Support == Supported || c.Support == Emulated || c.Support == Provisional && c.Enabled
}

// EffectClass says what a machine may do about a call whose answer was lost. It is declared per
// operation and never follows from the HTTP method. The zero value is the most careful one.
type EffectClass uint8

// The classes.
const (
	// EffectHuman: never sent again. A look-up may show that it happened; only a person can say that
	// it did not.
	EffectHuman EffectClass = iota
	// EffectRead: nothing changes; it may be repeated.
	EffectRead
	// EffectLookup: a look-up finds what happened. One that finds nothing proves that nothing
	// happened only where a fence is proved on the account, and late enough.
	EffectLookup
	// EffectDedup: the gateway is documented to take the same number only once.
	EffectDedup
)

var effectClassNames = [...]string{EffectHuman: "human", EffectRead: "read", EffectLookup: "lookup", EffectDedup: "dedup"}

func (c EffectClass) String() string { return nameOf(effectClassNames[:], uint8(c)) }

// MarshalText gives the class's name.
func (c EffectClass) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a class's name; an unknown one is EffectHuman.
func (c *EffectClass) UnmarshalText(text []byte) error {
	*c = EffectClass(valueOf(effectClassNames[:], string(text)))
	return nil
}

// Effect says what a machine may do about a call whose answer was lost.
type Effect struct {
	Class EffectClass `json:"class"`
	// Fence is how old a signature the gateway is documented to take at most; 0 where requests have
	// no time. It counts for nothing until it was proved on the account: see FenceProver.
	Fence time.Duration `json:"fence_ns,omitempty"`
	// Why says what the class rests on.
	Why string `json:"why,omitempty"`
}

// Idempotency is how a repeated create can be recognised. The zero value is: not at all.
type Idempotency uint8

// The strengths of idempotency.
const (
	// NoIdempotency: the gateway takes no number of ours; a lost create is settled by a person.
	NoIdempotency Idempotency = iota
	// LookupByRef: the gateway keeps our number, and orders can be found by it.
	LookupByRef
	// NativeKey: the gateway itself refuses or replays a second create with the same number.
	NativeKey
)

var idempotencyNames = [...]string{NoIdempotency: "none", LookupByRef: "lookup_by_ref", NativeKey: "native_key"}

func (i Idempotency) String() string { return nameOf(idempotencyNames[:], uint8(i)) }

// MarshalText gives the strength's name.
func (i Idempotency) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a strength's name; an unknown one is NoIdempotency.
func (i *Idempotency) UnmarshalText(text []byte) error {
	*i = Idempotency(valueOf(idempotencyNames[:], string(text)))
	return nil
}

// Limits are bounds that the gateway sets. Zero means not known.
type Limits struct {
	LinesPerOrder int `json:"lines_per_order,omitempty"`
	PageSize      int `json:"page_size,omitempty"`
}

// Description is honest data about an adapter as configured for one account.
type Description struct {
	// Adapter is the adapter's name, as in the configuration: "taobao".
	Adapter string `json:"adapter"`
	Version string `json:"version"`
	Market  Market `json:"market"`
	// Gateway names the HTTP service behind it.
	Gateway string `json:"gateway"`
	// Operations holds a Capability per operation; one that is missing is NotSupported.
	Operations map[Operation]Capability `json:"operations"`
	// Idempotency is the strength of create.
	Idempotency Idempotency `json:"idempotency"`
	Limits      Limits      `json:"limits,omitzero"`
	// Options documents what CreateOrderRequest.Options may hold: name to meaning.
	Options map[string]string `json:"options,omitempty"`
	// Messages says how the gateway's messages are read; nil: the adapter is no MessageParser.
	Messages *MessageReading `json:"messages,omitempty"`
	// Endpoints is the gateway's menu, for calls by name: see Invoker.
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Check gives nil for an offered operation and otherwise the Unsupported error that says why.
func (d Description) Check(op Operation) error {
	c := d.Operations[op]
	if c.Offered() {
		return nil
	}
	reason := c.Reason
	if reason == "" {
		reason = "the adapter " + d.Adapter + " does not offer it"
	}
	return NotOffered(op, reason)
}
