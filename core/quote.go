package core

import (
	"context"

	"github.com/sampan-go/sampan/core/money"
)

// QuoteRequest asks what Lines would cost, delivered to Address.
type QuoteRequest struct {
	Lines   []OrderLine       `json:"lines"`
	Address Address           `json:"address,omitzero"`
	Options map[string]string `json:"options,omitempty"`
}

// QuoteLine is the price of one line.
type QuoteLine struct {
	ProductID ProductID       `json:"product_id,omitempty"`
	SKUID     SKUID           `json:"sku_id,omitempty"`
	SpecID    SpecID          `json:"spec_id,omitempty"`
	Quantity  int64           `json:"quantity,omitempty"`
	UnitPrice money.UnitPrice `json:"unit_price,omitzero"`
	Amount    money.Amount    `json:"amount,omitzero"`
	// Problem says why the line cannot be ordered.
	Problem *GatewayError `json:"problem,omitempty"`
}

// Quote is a price as of now; it binds nobody.
type Quote struct {
	Lines  []QuoteLine `json:"lines,omitempty"`
	Totals Totals      `json:"totals"`
	// Orders is how many orders the marketplace would make of it.
	Orders int `json:"orders,omitempty"`
	// Problem says why the purchase as a whole cannot be ordered.
	Problem *GatewayError `json:"problem,omitempty"`
}

// Quote asks what a purchase would cost now.
func (b *Buyer) Quote(ctx context.Context, r QuoteRequest) (Quote, error) {
	if err := r.Validate(); err != nil {
		return Quote{}, atOp(OpQuote, err)
	}
	quoter, err := optional[Quoter](b, OpQuote)
	if err != nil {
		return Quote{}, err
	}
	quote, err := quoter.Quote(ctx, r)
	return quote, readError(OpQuote, err)
}
