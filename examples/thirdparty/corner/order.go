package corner

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// orderAnswer is what most calls answer.
type orderAnswer struct {
	Order *order `json:"order"`
}

// order is one order as the shop writes it. Amounts are in fen, times in milliseconds.
type order struct {
	ID        wirejson.ID     `json:"id"`
	Ref       wirejson.Text   `json:"ref"`
	Status    wirejson.Text   `json:"status"`
	TotalFen  wirejson.Number `json:"total_fen"`
	CreatedMs wirejson.Int    `json:"created_ms"`
	PaidMs    wirejson.Int    `json:"paid_ms"`
	Parcel    wirejson.Text   `json:"parcel"`
	Lines     []line          `json:"lines"`
}

type line struct {
	Product  wirejson.ID     `json:"product"`
	Pieces   wirejson.Int    `json:"pieces"`
	PriceFen wirejson.Number `json:"price_fen"`
}

// statuses are the shop's words. One that is not here is Unknown, never a guess.
var statuses = map[string]core.Status{"unpaid": core.AwaitingPayment, "paid": core.Paid, "sent": core.Shipped, "cancelled": core.Cancelled}

var errNoOrder = errors.New("it holds no order")

// core reads an order. Its error is only the reason: what it means depends on the call.
func (o *order) core() (core.Order, error) {
	if o == nil || o.ID == "" {
		return core.Order{}, errNoOrder
	}
	total, err := o.TotalFen.Fen()
	if err != nil {
		return core.Order{}, fmt.Errorf("total_fen: %w", err)
	}
	out := core.Order{OrderRef: core.OrderRef{ID: core.OrderID(o.ID)}, Ref: core.Ref(o.Ref), Market: market,
		Status: statuses[string(o.Status)], UpstreamStatus: string(o.Status), Totals: core.Totals{Payable: total},
		Times: core.Times{Created: timeOf(o.CreatedMs), Paid: timeOf(o.PaidMs)}}
	for i, l := range o.Lines {
		price, err := l.PriceFen.UnitFen()
		if err != nil {
			return core.Order{}, fmt.Errorf("lines[%d].price_fen: %w", i, err)
		}
		out.Lines = append(out.Lines, core.Line{ProductID: core.ProductID(l.Product), Quantity: l.Pieces.N, UnitPrice: price})
	}
	if o.Parcel != "" {
		out.Parcels = []core.Parcel{{Number: string(o.Parcel)}}
	}
	return out, nil
}

func timeOf(ms wirejson.Int) time.Time {
	if !ms.Set || ms.N == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms.N).UTC()
}

// pathOf is the path of an order, or of something of it.
func pathOf(ref core.OrderRef, of string) (string, error) {
	if ref.ID == "" {
		return "", core.Invalid("order.id", "is missing; it is the id that CreateOrder gave")
	}
	return "/orders/" + url.PathEscape(string(ref.ID)) + of, nil
}
