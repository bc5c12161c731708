package dajisaas

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// renderBody has its lines as JSON text in a member with a capital L (traps 36, 105, 106). Both addresses
// are to hold the warehouse in China (DOC).
type renderBody struct {
	NeedSupplychainService bool          `json:"need_supplychain_service"`
	ReceiverAddress        taobaoAddress `json:"receiver_address"`
	WarehouseAddress       taobaoAddress `json:"warehouse_address"`
	RenderItemList         string        `json:"render_item_List"`
}

// renderItem quotes its quantity and not its ids (trap 19).
type renderItem struct {
	ItemID   wirejson.IntID `json:"itemId"`
	Quantity string         `json:"quantity"`
	SKUID    wirejson.IntID `json:"skuId"`
}

// rendered is known from a third party's summary (CLIENT). Its orderFee is not read: of what it is the
// sum, nobody says.
type rendered struct {
	verdict
	Result wirejson.Embedded[struct {
		verdict
		Data wirejson.Embedded[struct {
			verdict
			TotalRealPayPrice   feeFen `json:"totalRealPayPrice"`
			MainlandShippingFee feeFen `json:"mainlandShippingFee"`
		}] `json:"data"`
	}] `json:"result"`
}

// feeFen is an amount with its currency; the unit is INFERRED from its being whole.
type feeFen struct {
	AmountFen wirejson.Number `json:"amount"`
	Currency  wirejson.Text   `json:"currency"`
}

func (taobao) quoteBody(r core.QuoteRequest) (any, error) {
	items := make([]renderItem, 0, len(r.Lines))
	for i, line := range r.Lines {
		if err := mapped(i, line); err != nil {
			return nil, err
		}
		items = append(items, renderItem{wirejson.IntID(line.ProductID), strconv.FormatInt(line.Quantity, 10), wirejson.IntID(line.SKUID)})
	}
	address, err := taobaoAddressOf(r.Address)
	if err != nil {
		return nil, err
	}
	text, err := compact(items)
	if err != nil {
		return nil, err
	}
	return renderBody{ReceiverAddress: address, WarehouseAddress: address, RenderItemList: string(text)}, nil
}

// mapped refuses a line that cannot be of the form in which dajisaas orders (trap 18): a public id of
// Taobao has digits too, and is not told apart here.
func mapped(i int, line core.OrderLine) error {
	const how = "; ids come from the item mapping (host invoke taobao.map_item)"
	if !isNumber(string(line.ProductID)) {
		return core.Invalid(fmt.Sprintf("lines[%d].product_id", i), "is not an mpId, which has digits only"+how)
	}
	if !isNumber(string(line.SKUID)) {
		return core.Invalid(fmt.Sprintf("lines[%d].sku_id", i), "is not an mpSkuid, which has digits only"+how)
	}
	return nil
}

// quote has no lines: the answer tells none. A refusal inside is a Problem, and leaves the totals out.
func (taobao) quote(_ core.QuoteRequest, got answer) (core.Quote, error) {
	var r rendered
	if err := got.into(&r); err != nil {
		return core.Quote{}, err
	}
	data := r.Result.Value.Data.Value
	for _, v := range []verdict{data.verdict, r.Result.Value.verdict, r.verdict} {
		if v.failed() {
			return core.Quote{Problem: problem(v, got)}, nil
		}
	}
	payable, err := data.TotalRealPayPrice.amount()
	if err == nil && !payable.IsSet() {
		err = errNoPreview
	}
	if err != nil {
		return core.Quote{}, got.bad(fmt.Errorf("totalRealPayPrice: %w", err))
	}
	shipping, err := data.MainlandShippingFee.amount()
	if err != nil {
		return core.Quote{}, got.bad(fmt.Errorf("mainlandShippingFee: %w", err))
	}
	return core.Quote{Totals: core.Totals{Payable: payable, Shipping: shipping}}, nil
}

var errOtherMoney = errors.New("it is in another currency than CNY")

func (f feeFen) amount() (money.Amount, error) {
	if f.Currency != "" && f.Currency != wirejson.Text(money.CNY) {
		return money.Amount{}, errOtherMoney
	}
	return f.AmountFen.Fen()
}
