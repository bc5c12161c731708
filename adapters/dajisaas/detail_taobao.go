package dajisaas

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// taobao is the market Taobao, whose paths and names are those of Taobao's own global purchase calls.
type taobao struct{}

func (taobao) idWord() string { return "a purchase id of dajisaas' Taobao" }

func (taobao) detailBody(id string) any {
	return queryBody{PurchaseIDs: []wirejson.IntID{wirejson.IntID(id)}, PageNo: 1, PageSize: 1}
}

var errSeveralOrders = errors.New("it holds several orders where one was asked for")

// detail is a list of the one order. An empty one is NotFound.
func (m taobao) detail(got answer) (json.RawMessage, error) {
	rows, err := m.rows(got)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Op: got.call.op,
			Message: "the market does not know the order", Gateway: core.GatewayError{RequestID: got.requestID}}
	case len(rows) > 1:
		return nil, got.bad(errSeveralOrders)
	}
	return rows[0], nil
}

// purchase is an order as query_order tells it (UPSTREAM). Amounts are in fen, times in milliseconds, of
// which pay_time is text. pay_amount is text too and is not read: its unit may be another.
type purchase struct {
	PurchaseID wirejson.ID                `json:"purchase_id"`
	Number     wirejson.Text              `json:"outer_purchase_id"`
	Status     wirejson.Text              `json:"status"`
	AmountFen  wirejson.Number            `json:"purchase_amount"`
	PostFeeFen wirejson.Number            `json:"domestic_post_fee"`
	PaidAt     wirejson.Time              `json:"pay_time"`
	CreatedAt  wirejson.Time              `json:"created_time"`
	Lines      wirejson.List[subPurchase] `json:"sub_purchase_orders"`
}

type subPurchase struct {
	SubID        wirejson.ID             `json:"sub_purchase_order_id"`
	TaobaoID     wirejson.ID             `json:"purchase_order_outer_id"`
	ItemID       wirejson.ID             `json:"item_id"`
	SKUID        wirejson.ID             `json:"sku_id"`
	Quantity     wirejson.Int            `json:"quantity"`
	Status       wirejson.Text           `json:"status"`
	RefundID     wirejson.ID             `json:"refund_id"`
	RefundStatus wirejson.Text           `json:"refund_status"`
	ErrorCode    wirejson.Text           `json:"error_code"`
	Shipments    wirejson.List[shipment] `json:"logistic_orders"`
}

type shipment struct {
	Carrier wirejson.Text `json:"logistic_company_name"`
	Number  wirejson.Text `json:"logistic_number"`
}

var errNoPurchaseID = errors.New("purchase_id is missing")

// order takes purchase_amount for all that there is to pay (UPSTREAM).
func (taobao) order(row json.RawMessage) (core.Order, error) {
	var p purchase
	if err := wirejson.Decode(row, &p); err != nil {
		return core.Order{}, err
	}
	if p.PurchaseID == "" {
		return core.Order{}, errNoPurchaseID
	}
	payable, err := p.AmountFen.Fen()
	if err != nil {
		return core.Order{}, fmt.Errorf("purchase_amount: %w", err)
	}
	shipping, err := p.PostFeeFen.Fen()
	if err != nil {
		return core.Order{}, fmt.Errorf("domestic_post_fee: %w", err)
	}
	order := core.Order{
		Ref: core.Ref(p.Number), OrderRef: core.OrderRef{ID: core.OrderID(p.PurchaseID)}, Market: core.Taobao,
		UpstreamStatus: wirejson.Clean(string(p.Status)), Totals: core.Totals{Payable: payable, Shipping: shipping},
		Times: core.Times{Created: p.CreatedAt.Time, Paid: p.PaidAt.Time},
	}
	for _, sub := range p.Lines {
		sub.into(&order)
	}
	order.Status = purchaseStatus(string(p.Status), order.Lines)
	return order, nil
}

func (s subPurchase) into(order *core.Order) {
	line := core.Line{
		ID: core.LineID(s.SubID), ProductID: core.ProductID(s.ItemID), SKUID: core.SKUID(s.SKUID), Quantity: s.Quantity.N,
		Status: purchaseStatuses[string(s.Status)], UpstreamStatus: wirejson.Clean(string(s.Status)),
	}
	if code := wirejson.Clean(string(s.ErrorCode)); code != "" {
		line.Problem = &core.GatewayError{Code: code}
	}
	order.Lines = append(order.Lines, line)
	if s.TaobaoID != "" && !slices.Contains(order.MarketplaceIDs, string(s.TaobaoID)) {
		order.MarketplaceIDs = append(order.MarketplaceIDs, string(s.TaobaoID))
	}
	for _, one := range s.Shipments {
		one.into(order, line.ID)
	}
	if s.RefundID != "" { // its numbers have two systems on Taobao, and no page says which is meant (trap 91)
		order.Refunds = append(order.Refunds, core.Refund{ID: core.RefundID(s.RefundID), Order: order.OrderRef,
			UpstreamStatus: wirejson.Clean(string(s.RefundStatus)), Lines: []core.RefundLine{{ID: line.ID}}})
	}
}

// into adds a line to the parcel of its number; one without a number is a parcel of its own.
func (s shipment) into(order *core.Order, line core.LineID) {
	number := strings.TrimSpace(wirejson.Clean(string(s.Number)))
	at := slices.IndexFunc(order.Parcels, func(p core.Parcel) bool { return number != "" && p.Number == number })
	if at < 0 {
		order.Parcels = append(order.Parcels, core.Parcel{Carrier: wirejson.Clean(string(s.Carrier)), Number: number, Lines: []core.LineID{line}})
		return
	}
	order.Parcels[at].Lines = append(order.Parcels[at].Lines, line)
}

// purchaseStatuses are Taobao's words (DOC en doc-4966230, spelt as there; trap 98), of which none means
// finished. TRADE_CLOSED does not say whether money had moved: Closed. Any other word is Unknown.
var purchaseStatuses = map[string]core.Status{
	"BULIDING": core.AwaitingPayment, "BUILDING": core.AwaitingPayment,
	"WAIT_BUYER_P": core.AwaitingPayment, "WAIT_BUYER_PAY": core.AwaitingPayment,
	"WAIT_SELLER_SEND_GOODS":   core.Paid,
	"WAIT_BUYER_CONFIRM_GOODS": core.Shipped,
	"TRADE_CLOSED":             core.Closed,
}

// purchaseStatus looks at the lines too: an order that waits for the seller may have lines on their way
// (trap 92).
func purchaseStatus(word string, lines []core.Line) core.Status {
	status := purchaseStatuses[word]
	if status != core.Paid && status != core.Shipped {
		return status
	}
	for _, line := range lines {
		if line.Status != status && (line.Status == core.Paid || line.Status == core.Shipped) {
			return core.PartlyShipped
		}
	}
	return status
}
