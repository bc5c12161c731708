package taobao

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

const optionSource = "order_source"

// createBody is POST /open/order (SEED create-order-taobao). Two members are JSON documents
// serialised into strings.
type createBody struct {
	PurchaseAmountFen int64  `json:"purchaseAmount"`
	Receiver          string `json:"receiver"`
	OrderLineList     string `json:"orderLineList"`
	OrderSource       string `json:"orderSource,omitempty"`
	SellerOrderNumber string `json:"sellerOrderNumber"`
}

// createLine is one entry of orderLineList; every value is text there.
type createLine struct {
	ItemID      string `json:"itemId"`
	OrderLineNo string `json:"orderLineNo"`
	Quantity    string `json:"quantity"`
	// PriceFen per piece: INFERRED from the SEED, whose lines add up to purchaseAmount.
	PriceFen string `json:"price"`
	Currency string `json:"currency"`
	SkuID    string `json:"skuId"`
}

type receiver struct {
	Zip      string `json:"zip"`
	Country  string `json:"country"`
	Address  string `json:"address"`
	City     string `json:"city"`
	Phone    string `json:"phone"`
	Mobile   string `json:"mobile_phone"`
	District string `json:"district"`
	Name     string `json:"name"`
	State    string `json:"state"`
}

// CreateOrder implements core.Adapter. The gateway answers before Taobao has priced the order, so
// its amounts and its status are absent and must be read later.
func (a *Adapter) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	body, err := newCreateBody(r)
	if err != nil {
		return core.Order{}, err
	}
	var data orderData
	if err := a.call(ctx, gateway.Call{Endpoint: epCreate, Body: body, Attempt: &r.Attempt, Private: private(r.Address)}, core.OpCreateOrder, &data); err != nil {
		return core.Order{}, err
	}
	order, err := data.order()
	if err != nil {
		return core.Order{}, unreadable(core.OpCreateOrder, true, "", err)
	}
	order.Ref = r.Ref
	order.Status = core.AwaitingPayment // a new order has no status in the answer; its life begins unpaid
	if err := a.judgeLines(order); err != nil {
		return core.Order{}, err
	}
	return order, nil
}

// judgeLines looks at the lines that failed: code 200 can carry them. Lines refused with codes that
// the operator knows leave an order of the others, or nothing at all; a code that nobody knows may
// stand for a line that was taken, so the whole is in doubt.
func (a *Adapter) judgeLines(order core.Order) error {
	refused := 0
	var last *core.Error
	for _, line := range order.Lines {
		if line.Problem == nil {
			continue
		}
		refused++
		if last = a.gateway.InnerFailure(core.OpCreateOrder, *line.Problem); last.Outcome != core.NotDone {
			last.Detail = []string{"order " + string(order.ID) + " exists at the gateway; line " + string(line.ProductID) + " is the one in doubt"}
			return last
		}
	}
	if last != nil && refused == len(order.Lines) {
		return last
	}
	return nil
}

// private are the parts of an address that must not come back in what the gateway says.
func private(a core.Address) []string {
	return []string{a.Name, a.Mobile, a.Phone, a.Street, a.Town + a.Street, a.Town}
}

func newCreateBody(r core.CreateOrderRequest) (createBody, error) {
	if r.Message != "" {
		return createBody{}, core.Invalid("message", "cannot be sent: PandaPon's Taobao order has no note to the seller; leave it out")
	}
	lines, totalFen, err := createLines(r.Lines)
	if err != nil {
		return createBody{}, err
	}
	to, err := newReceiver(r.Address)
	if err != nil {
		return createBody{}, err
	}
	return createBody{PurchaseAmountFen: totalFen, Receiver: plainJSON(to), OrderLineList: plainJSON(lines),
		OrderSource: r.Options[optionSource], SellerOrderNumber: string(r.Ref)}, nil
}

// createLines numbers the lines uniquely, and gives the budget: what they cost at the caller's
// prices, in fen.
func createLines(lines []core.OrderLine) ([]createLine, int64, error) {
	wire := make([]createLine, 0, len(lines))
	total := money.FromFen(0)
	seen := map[lineGoods]int{}
	for i, line := range lines {
		field := fmt.Sprintf("lines[%d].", i)
		amount, err := lineAmount(field, line)
		if err != nil {
			return nil, 0, err
		}
		goods := lineGoods{line.ProductID, line.SKUID}
		if first, twice := seen[goods]; twice {
			return nil, 0, core.Invalid(field+"sku_id", "is the same as in lines[%d]; PandaPon's answer tells lines apart by product and SKU only, so put both quantities into one line", first)
		}
		seen[goods] = i
		if total, err = total.Add(amount); err != nil {
			return nil, 0, core.Invalid(field+"unit_price", "makes the sum too large: %v", err)
		}
		priceFen, _ := line.UnitPrice.Fen() // lineAmount has checked it
		wire = append(wire, createLine{ItemID: string(line.ProductID), OrderLineNo: strconv.Itoa(i + 1),
			Quantity: strconv.FormatInt(line.Quantity, 10), PriceFen: strconv.FormatInt(priceFen, 10),
			Currency: string(money.CNY), SkuID: string(line.SKUID)})
	}
	fen, err := total.Minor()
	return wire, fen, err
}

type lineGoods struct {
	product core.ProductID
	sku     core.SKUID
}

func lineAmount(field string, line core.OrderLine) (money.Amount, error) {
	if line.SKUID == "" {
		return money.Amount{}, core.Invalid(field+"sku_id", "is missing; Taobao orders name the distribution SKU (mpSkuId)")
	}
	if !line.UnitPrice.IsSet() {
		return money.Amount{}, core.Invalid(field+"unit_price", "is missing; PandaPon's Taobao order takes the expected price of one piece")
	}
	if line.UnitPrice.Currency() != money.CNY {
		return money.Amount{}, core.Invalid(field+"unit_price", "is in %s; Taobao sells in CNY", line.UnitPrice.Currency())
	}
	if _, err := line.UnitPrice.Fen(); err != nil {
		return money.Amount{}, core.Invalid(field+"unit_price", "is %s; PandaPon takes whole fen", line.UnitPrice)
	}
	return line.UnitPrice.Total(line.Quantity, money.Exact)
}

// newReceiver never repeats a value in an error: an address is personal.
func newReceiver(a core.Address) (receiver, error) {
	for _, row := range []struct{ field, value string }{
		{"name", a.Name}, {"mobile", a.Mobile + a.Phone}, {"province", a.Province}, {"city", a.City}, {"street", a.Street},
	} {
		if row.value == "" {
			return receiver{}, core.Invalid("address."+row.field, "is missing; Taobao delivers to a full address")
		}
	}
	country := a.Country
	if country == "" {
		country = "中国" // as in the documented example; orders are delivered within China
	}
	return receiver{Zip: a.Postcode, Country: country, Address: a.Town + a.Street, City: a.City, Phone: a.Phone,
		Mobile: a.Mobile, District: a.District, Name: a.Name, State: a.Province}, nil
}

// plainJSON writes JSON text as the documentation shows it, without escapes for HTML.
func plainJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("taobao: own types cannot be marshalled: " + err.Error())
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
