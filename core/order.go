package core

import (
	"encoding/json"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// Address is where goods go. It is personal: no error and no log line holds any of it.
type Address struct {
	Name     string `json:"name,omitempty"`
	Mobile   string `json:"mobile,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Country  string `json:"country,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	Town     string `json:"town,omitempty"`
	Street   string `json:"street,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	// DistrictCode is the six-digit code of the district. Where it is given it wins over the text.
	DistrictCode string `json:"district_code,omitempty"`
}

// OrderLine is what to buy.
type OrderLine struct {
	ProductID ProductID `json:"product_id"`
	SKUID     SKUID     `json:"sku_id,omitempty"`
	SpecID    SpecID    `json:"spec_id,omitempty"`
	SellerID  SellerID  `json:"seller_id,omitempty"`
	// Quantity is in pieces, at least 1.
	Quantity int64 `json:"quantity"`
	// UnitPrice is what the caller expects to pay for one piece. Required where the gateway takes
	// a price; see the adapter's page.
	UnitPrice money.UnitPrice `json:"unit_price,omitzero"`
}

// CreateOrderRequest buys Lines. It is the form of `order create --file`.
type CreateOrderRequest struct {
	// Ref is required: at most 64 printable characters without spaces.
	Ref     Ref         `json:"ref"`
	Lines   []OrderLine `json:"lines"`
	Address Address     `json:"address,omitzero"`
	// Message is the note to the seller.
	Message string `json:"message,omitempty"`
	// MaxTotal is the most that the order may cost; 0 is not "no limit", absent is.
	MaxTotal money.Amount `json:"max_total,omitzero"`
	// Options are the adapter's own, documented in its Description.
	Options map[string]string `json:"options,omitempty"`
	Attempt Attempt           `json:"-"`
}

// Line is one line of an order as the marketplace has it.
type Line struct {
	ID        LineID    `json:"id,omitempty"`
	ProductID ProductID `json:"product_id,omitempty"`
	SKUID     SKUID     `json:"sku_id,omitempty"`
	SpecID    SpecID    `json:"spec_id,omitempty"`
	Name      string    `json:"name,omitempty"`
	Quantity  int64     `json:"quantity,omitempty"`
	// Unit is the marketplace's word for a piece ("件").
	Unit      string          `json:"unit,omitempty"`
	UnitPrice money.UnitPrice `json:"unit_price,omitzero"`
	// Amount is what the line costs after its own discounts.
	Amount         money.Amount      `json:"amount,omitzero"`
	Status         Status            `json:"status,omitzero"`
	UpstreamStatus string            `json:"upstream_status,omitempty"`
	Attributes     map[string]string `json:"attributes,omitempty"`
	// Problem is set on a line that the marketplace refused while it took others.
	Problem *GatewayError `json:"problem,omitempty"`
}

// Totals are an order's sums. Absent means not known, never zero.
type Totals struct {
	Goods    money.Amount `json:"goods,omitzero"`
	Shipping money.Amount `json:"shipping,omitzero"`
	Discount money.Amount `json:"discount,omitzero"`
	// Payable is what there is to pay (or was paid) in all.
	Payable  money.Amount `json:"payable,omitzero"`
	Refunded money.Amount `json:"refunded,omitzero"`
}

// Times are in UTC. The zero time means not known or not yet.
type Times struct {
	Created   time.Time `json:"created,omitzero"`
	Paid      time.Time `json:"paid,omitzero"`
	Shipped   time.Time `json:"shipped,omitzero"`
	Received  time.Time `json:"received,omitzero"`
	Completed time.Time `json:"completed,omitzero"`
	Cancelled time.Time `json:"cancelled,omitzero"`
}

// Seller is the shop.
type Seller struct {
	ID   SellerID `json:"id,omitempty"`
	Name string   `json:"name,omitempty"`
}

// Order is one order at the marketplace.
type Order struct {
	Ref Ref `json:"ref,omitempty"`
	OrderRef
	// Number is the gateway's own order number where it differs from the id.
	Number string `json:"number,omitempty"`
	// MarketplaceIDs are the ids under which the marketplace itself shows the order.
	MarketplaceIDs []string `json:"marketplace_ids,omitempty"`
	Market         Market   `json:"market,omitempty"`
	// Account is the operator's name of the account; Buyer fills it in.
	Account string `json:"account,omitempty"`
	Status  Status `json:"status"`
	// UpstreamStatus is the gateway's own word, whatever Status became.
	UpstreamStatus string   `json:"upstream_status,omitempty"`
	Lines          []Line   `json:"lines,omitempty"`
	Totals         Totals   `json:"totals,omitzero"`
	Times          Times    `json:"times,omitzero"`
	Seller         Seller   `json:"seller,omitzero"`
	Address        *Address `json:"address,omitempty"`
	Parcels        []Parcel `json:"parcels,omitempty"`
	Refunds        []Refund `json:"refunds,omitempty"`
	// Siblings are the other orders where one purchase became several.
	Siblings []Order `json:"siblings,omitempty"`
	// Source says where the order comes from if not from the gateway's own list or answer.
	Source OrderSource `json:"source,omitempty"`
	// Raw is the gateway's own object, scrubbed, where it was asked for.
	Raw json.RawMessage `json:"raw,omitempty"`
}

// OrderSource says where an order comes from. "" is the gateway.
type OrderSource string

// The other sources.
const (
	// FromJournal: as it was when it was recorded; it may have changed since.
	FromJournal OrderSource = "journal"
	// FromJournalRefreshed: known from the journal, and read afresh now.
	FromJournalRefreshed OrderSource = "journal_refreshed"
)

// GetOrderRequest names the order to read.
type GetOrderRequest struct {
	Order OrderRef
	// Raw asks for Order.Raw.
	Raw bool
}

// ListOrdersRequest asks for orders. The zero value asks for all, with the adapter's page size.
type ListOrdersRequest struct {
	// Ref, ID and Status narrow the list where they are set. An adapter that cannot filter by one
	// answers Unsupported rather than more than was asked for.
	Ref    Ref
	ID     OrderID
	Status Status
	// Created bounds the time of creation: from (inclusive) and to (exclusive). Zero: open.
	CreatedFrom, CreatedTo time.Time
	// PageSize is a wish, at least 1; 0 leaves it to the adapter.
	PageSize int
	// Cursor is OrderPage.Next of the page before; "" is the first page.
	Cursor string
	Raw    bool
}

// OrderPage is one page of a list.
type OrderPage struct {
	Orders []Order
	// Next is the cursor of the next page; "" means that this is the last.
	Next string
	// Total is how many there are in all; 0 where the gateway does not say.
	Total int
}
