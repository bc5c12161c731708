package core

// Ref is the caller's own stable name for one purchase. It is the idempotency key: the same Ref
// with the same content is the same purchase, with other content a Conflict. A new purchase after
// a cancelled one takes a new Ref.
type Ref string

// Handle is an adapter's own opaque text that later calls on an order need (other ids of the same
// order, for example). Store it beside the order's id and hand it back unchanged.
type Handle string

// Ids of different things are different types, so that one cannot be passed for another. All are
// text: ids of the gateways exceed 2^53 and some are not numbers.
type (
	// OrderID is the marketplace's id of an order: the one that its other calls take.
	OrderID string
	// LineID is the marketplace's id of one line of an order.
	LineID string
	// ProductID names goods in the form that the adapter's gateway orders by.
	ProductID string
	// SKUID names one variant of a product.
	SKUID string
	// SpecID names one variant where a market has a second id for it (1688's specId).
	SpecID string
	// SellerID names the shop.
	SellerID string
	// RefundID is the marketplace's id of a refund.
	RefundID string
)

// Market is where goods are sold.
type Market string

// The markets known so far. An adapter may name another.
const (
	Taobao      Market = "taobao"
	Alibaba1688 Market = "1688"
)

// OrderRef is what a later call needs to name an order.
type OrderRef struct {
	// ID is required.
	ID OrderID `json:"id,omitempty"`
	// Handle is required where the order's adapter gave one.
	Handle Handle `json:"handle,omitempty"`
}
