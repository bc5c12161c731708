package dajisaas

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// panama is the kind of order that the documents' example makes.
const panama = "PANAMA"

// purchaseBody has other names than the preview for the same things (trap 105), and its lines as JSON text
// (trap 36). What is false is sent so, as the documents advise.
type purchaseBody struct {
	// ThirdOrderID is the merchant's number; UPSTREAM gives it back as outer_purchase_id.
	ThirdOrderID string `json:"thirdOrderId"`
	// SellerOrderNumber is required and may be empty (DOC). Empty text is not sent (trap 128), so it is
	// the number again.
	SellerOrderNumber      string         `json:"seller_order_number"`
	PurchaseAmountFen      int64          `json:"purchase_amount"`
	OrderSource            string         `json:"order_source,omitempty"`
	OrderLineList          string         `json:"order_line_list"`
	Receiver               taobaoReceiver `json:"receiver"`
	WarehouseAddressInfo   taobaoReceiver `json:"warehouse_address_info"`
	ChannelOrderType       string         `json:"channel_order_type"`
	SupportPartialSuccess  bool           `json:"support_partial_success"`
	OrderRemark            string         `json:"order_remark,omitempty"`
	NeedSupplyChainService bool           `json:"need_supply_chain_service"`
	NeedSysRetry           bool           `json:"need_sys_retry"`
}

// purchaseLine numbers lines uniquely (trap 22). The unit of its price is that of purchase_amount
// (INFERRED).
type purchaseLine struct {
	ItemID      wirejson.IntID `json:"itemId"`
	OrderLineNo string         `json:"orderLineNo"`
	Quantity    string         `json:"quantity"`
	PriceFen    int64          `json:"price"`
	Currency    money.Currency `json:"currency"`
	SKUID       wirejson.IntID `json:"skuId"`
}

func (taobao) createBody(r core.CreateOrderRequest) (any, error) {
	lines, totalFen, err := purchaseLines(r.Lines)
	if err != nil {
		return nil, err
	}
	address, err := taobaoAddressOf(r.Address)
	if err != nil {
		return nil, err
	}
	text, err := compact(lines)
	if err != nil {
		return nil, err
	}
	to := taobaoReceiver{taobaoAddress: address}
	return purchaseBody{
		ThirdOrderID: string(r.Ref), SellerOrderNumber: string(r.Ref), PurchaseAmountFen: totalFen,
		OrderSource: r.Options[optionSource], ChannelOrderType: cmp.Or(r.Options[optionChannel], panama),
		OrderLineList: string(text), Receiver: to, WarehouseAddressInfo: to, OrderRemark: r.Message,
	}, nil
}

// purchaseLines gives the planned amount too: what the lines cost at the caller's prices, in fen.
func purchaseLines(lines []core.OrderLine) ([]purchaseLine, int64, error) {
	wire := make([]purchaseLine, 0, len(lines))
	total := money.FromFen(0)
	for i, line := range lines {
		if err := mapped(i, line); err != nil {
			return nil, 0, err
		}
		field := fmt.Sprintf("lines[%d].unit_price", i)
		if !line.UnitPrice.IsSet() || line.UnitPrice.Currency() != money.CNY {
			return nil, 0, core.Invalid(field, "must be the expected price of one piece in CNY; dajisaas takes it with the order")
		}
		priceFen, err := line.UnitPrice.Fen()
		if err != nil {
			return nil, 0, core.Invalid(field, "is %s; dajisaas takes whole fen", line.UnitPrice)
		}
		amount, err := line.UnitPrice.Total(line.Quantity, money.Exact)
		if err == nil {
			total, err = total.Add(amount)
		}
		if err != nil {
			return nil, 0, core.Invalid(field, "makes the sum too large: %v", err)
		}
		wire = append(wire, purchaseLine{wirejson.IntID(line.ProductID), strconv.Itoa(i + 1), strconv.FormatInt(line.Quantity, 10),
			priceFen, money.CNY, wirejson.IntID(line.SKUID)})
	}
	fen, err := total.Minor()
	return wire, fen, err
}

// purchased is UPSTREAM's; dajisaas documents no answer. Its amounts are estimates, and are not read.
type purchased struct {
	Success      wirejson.Bool                     `json:"success"`
	ErrorCode    wirejson.Text                     `json:"error_code"`
	ErrorMessage wirejson.Text                     `json:"error_message"`
	Number       wirejson.ID                       `json:"outer_purchase_id"`
	Orders       wirejson.List[purchasedOneSeller] `json:"order_list"`
}

type purchasedOneSeller struct {
	PurchaseID wirejson.ID                  `json:"purchase_id"`
	Seller     wirejson.Text                `json:"supplier_nick"`
	Lines      wirejson.List[purchasedLine] `json:"order_line_list"`
}

type purchasedLine struct {
	SubID    wirejson.ID  `json:"sub_purchase_order_id"`
	ItemID   wirejson.ID  `json:"item_id"`
	SKUID    wirejson.ID  `json:"sku_id"`
	Quantity wirejson.Int `json:"quantity"`
}

// verdict is the same in this answer's own names (trap 54).
func (p purchased) verdict() verdict {
	return verdict{Success: p.Success, ErrorCode: p.ErrorCode, ErrorMessage: p.ErrorMessage}
}

func (p purchased) ids() []wirejson.ID {
	ids := make([]wirejson.ID, 0, len(p.Orders))
	for _, o := range p.Orders {
		ids = append(ids, o.PurchaseID)
	}
	return ids
}

var (
	errNoPurchase  = errors.New("it names no order")
	errOtherNumber = errors.New("it is about another number than the one sent")
)

// created makes an order of each seller's part; the first has the others as its Siblings. Taobao prices
// the order afterwards, so totals are absent and must be read.
func (taobao) created(r core.CreateOrderRequest, got answer) (core.Order, error) {
	var p purchased
	if err := got.into(&p); err != nil {
		return core.Order{}, err
	}
	switch {
	case p.verdict().failed():
		return core.Order{}, lookUp(r, got.failed(p.verdict()), p.ids()...)
	case p.Number != "" && string(p.Number) != string(r.Ref):
		return core.Order{}, lookUp(r, got.bad(errOtherNumber), p.ids()...)
	case len(p.Orders) == 0:
		return core.Order{}, lookUp(r, got.bad(errNoPurchase))
	}
	orders := make([]core.Order, 0, len(p.Orders))
	for _, one := range p.Orders {
		if !isNumber(string(one.PurchaseID)) {
			return core.Order{}, lookUp(r, got.bad(errNoPurchase), p.ids()...)
		}
		orders = append(orders, one.order(r))
	}
	first := orders[0]
	first.Siblings = orders[1:]
	return first, nil
}

func (p purchasedOneSeller) order(r core.CreateOrderRequest) core.Order {
	order := core.Order{
		Ref: r.Ref, OrderRef: core.OrderRef{ID: core.OrderID(p.PurchaseID)}, Market: core.Taobao, Status: core.AwaitingPayment,
		Seller: core.Seller{Name: wirejson.Clean(string(p.Seller))},
	}
	for _, line := range p.Lines {
		order.Lines = append(order.Lines, core.Line{ID: core.LineID(line.SubID), ProductID: core.ProductID(line.ItemID),
			SKUID: core.SKUID(line.SKUID), Quantity: line.Quantity.N})
	}
	return order
}
