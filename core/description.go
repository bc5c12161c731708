package core

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
}

// Offered reports whether the operation may be called.
func (c Capability) Offered() bool {
	return c.Support == Supported || c.Support == Emulated || c.Support == Provisional && c.Enabled
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
