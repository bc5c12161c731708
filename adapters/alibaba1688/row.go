package alibaba1688

import (
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// maxOrderLines is more than any order has.
const maxOrderLines = 500

// row is an order of the list (SEED): the members that are read, of 44. All amounts are fen.
type row struct {
	OrderNo   wirejson.ID `json:"orderNo"`
	TBOrderID wirejson.ID `json:"tbOrderId"`

	ProductAmountFen wirejson.Number `json:"productAmount"`
	ShippingFeeFen   wirejson.Number `json:"shippingFee"`
	DiscountFen      wirejson.Number `json:"discount"`
	TotalAmountFen   wirejson.Number `json:"totalAmount"`
	RefundAmountFen  wirejson.Number `json:"refundAmount"`

	OrderStatus wirejson.Text `json:"orderStatus"`
	PayStatus   wirejson.Text `json:"payStatus"`
	CloseReason wirejson.Text `json:"closeReason"`

	TBCreateTime wirejson.Time `json:"tbCreateTime"`
	CreateTime   wirejson.Time `json:"createTime"`

	SellerLoginID wirejson.Text                             `json:"sellerLoginId"`
	Cargo         wirejson.Soft[wirejson.List[rowCargo]]    `json:"cargoParamList"`
	Warehouse     wirejson.Soft[rowAddress]                 `json:"warehouseAddressInfo"`
	Lines         wirejson.Embedded[wirejson.List[rowLine]] `json:"orderDetailInfoVOS"`
}

type rowCargo struct {
	SellerOpenID wirejson.ID `json:"sellerOpenId"`
}

type rowAddress struct {
	FullName wirejson.Text `json:"fullName"`
	Mobile   wirejson.Text `json:"mobile"`
	Phone    wirejson.Text `json:"phone"`
	PostCode wirejson.Text `json:"postCode"`
	Province wirejson.Text `json:"provinceText"`
	City     wirejson.Text `json:"cityText"`
	Area     wirejson.Text `json:"areaText"`
	Town     wirejson.Text `json:"townText"`
	Address  wirejson.Text `json:"address"`
}

// rowLine has no orderId here: that member is the parent's row id, not 1688's. Its refund is left
// out too: nobody knows whether it is an amount or a flag.
type rowLine struct {
	SubTBOrderID wirejson.ID `json:"subTbOrderId"`
	// ProductID is the encrypted offer id.
	ProductID     wirejson.ID                           `json:"productId"`
	SKUID         wirejson.ID                           `json:"skuId"`
	SpecID        wirejson.ID                           `json:"specId"`
	Name          wirejson.Text                         `json:"name"`
	Quantity      wirejson.Int                          `json:"quantity"`
	Unit          wirejson.Text                         `json:"unit"`
	PriceFen      wirejson.Number                       `json:"price"`
	ItemAmountFen wirejson.Number                       `json:"itemAmount"`
	Status        wirejson.Text                         `json:"status"`
	SKUInfos      wirejson.Soft[wirejson.List[skuInfo]] `json:"skuInfos"`
	PayTime       wirejson.Time                         `json:"payTime"`
}

type skuInfo struct {
	Name  wirejson.Text `json:"name"`
	Value wirejson.Text `json:"value"`
}

// decodeRow reads one order of the list.
func decodeRow(part wirejson.Part, withRaw bool) (core.Order, error) {
	var r row
	if err := part.Decode(&r); err != nil {
		return core.Order{}, err
	}
	order, err := r.order()
	if err != nil {
		return core.Order{}, err
	}
	if withRaw {
		order.Raw = wirejson.Scrub(part.Bytes())
	}
	return order, nil
}

func (r row) order() (core.Order, error) {
	if r.TBOrderID == "" && r.OrderNo == "" {
		return core.Order{}, errors.New("it has neither tbOrderId nor orderNo")
	}
	totals, err := r.totals()
	if err != nil {
		return core.Order{}, err
	}
	status := listStatus(r.OrderStatus, r.PayStatus, r.CloseReason != "")
	lines, err := r.lines(status)
	if err != nil {
		return core.Order{}, err
	}
	order := core.Order{
		OrderRef: core.OrderRef{ID: core.OrderID(r.TBOrderID)}, Number: string(r.OrderNo),
		Market: core.Alibaba1688, Status: status, UpstreamStatus: statusWords(r.OrderStatus, r.PayStatus),
		Lines: lines, Totals: totals, Times: r.times(), Seller: r.seller(), Address: r.Warehouse.Value.address(),
	}
	if r.TBOrderID != "" {
		order.MarketplaceIDs = []string{string(r.TBOrderID)}
	}
	return order, nil
}

// totals takes each sum as it is sent. What there is to pay is totalAmount: promotions on lines are
// in no other sum, so goods plus shipping minus discount is more.
func (r row) totals() (core.Totals, error) {
	var t core.Totals
	for _, one := range []struct {
		name string
		fen  wirejson.Number
		into *money.Amount
		// positive leaves a zero out: there was no discount, nothing came back.
		positive bool
	}{
		{"totalAmount", r.TotalAmountFen, &t.Payable, false},
		{"productAmount", r.ProductAmountFen, &t.Goods, false},
		{"shippingFee", r.ShippingFeeFen, &t.Shipping, false},
		{"discount", r.DiscountFen, &t.Discount, true},
		{"refundAmount", r.RefundAmountFen, &t.Refunded, true},
	} {
		amount, err := one.fen.Fen()
		if err != nil {
			return t, fmt.Errorf("%s: %w", one.name, err)
		}
		if !one.positive || amount.Sign() > 0 {
			*one.into = amount
		}
	}
	return t, nil
}

// times gives the payment's only where the pay status says that there was one.
func (r row) times() core.Times {
	times := core.Times{Created: r.TBCreateTime.Time}
	if times.Created.IsZero() {
		times.Created = r.CreateTime.Time
	}
	for _, line := range r.Lines.Value {
		if r.PayStatus == paid && times.Paid.IsZero() {
			times.Paid = line.PayTime.Time
		}
	}
	return times
}

func (r row) seller() core.Seller {
	seller := core.Seller{Name: clean(r.SellerLoginID)}
	if cargo := r.Cargo.Value; len(cargo) > 0 {
		seller.ID = core.SellerID(cargo[0].SellerOpenID)
	}
	return seller
}

func (r row) lines(order core.Status) ([]core.Line, error) {
	if len(r.Lines.Value) > maxOrderLines {
		return nil, fmt.Errorf("orderDetailInfoVOS: over %d lines", maxOrderLines)
	}
	var lines []core.Line
	for i, one := range r.Lines.Value {
		line, err := one.line(order)
		if err != nil {
			return nil, fmt.Errorf("orderDetailInfoVOS[%d]: %w", i, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (l rowLine) line(order core.Status) (core.Line, error) {
	price, err := l.PriceFen.UnitFen()
	if err != nil {
		return core.Line{}, fmt.Errorf("price: %w", err)
	}
	amount, err := l.ItemAmountFen.Fen()
	if err != nil {
		return core.Line{}, fmt.Errorf("itemAmount: %w", err)
	}
	return core.Line{
		ID: core.LineID(l.SubTBOrderID), ProductID: core.ProductID(l.ProductID),
		SKUID: core.SKUID(l.SKUID), SpecID: core.SpecID(l.SpecID),
		Name: clean(l.Name), Quantity: l.Quantity.N, Unit: clean(l.Unit),
		UnitPrice: price, Amount: amount,
		Status: lineStatus(l.Status, order), UpstreamStatus: clean(l.Status),
		Attributes: attributesOf(l.SKUInfos.Value),
	}, nil
}

func attributesOf(infos []skuInfo) map[string]string {
	var attributes map[string]string
	for _, info := range infos {
		if name := clean(info.Name); name != "" {
			if attributes == nil {
				attributes = map[string]string{}
			}
			attributes[name] = clean(info.Value)
		}
	}
	return attributes
}

// address is nil where nothing is said.
func (a rowAddress) address() *core.Address {
	address := core.Address{Name: clean(a.FullName), Mobile: clean(a.Mobile), Phone: clean(a.Phone),
		Province: clean(a.Province), City: clean(a.City), District: clean(a.Area), Town: clean(a.Town),
		Street: clean(a.Address), Postcode: clean(a.PostCode)}
	if address == (core.Address{}) {
		return nil
	}
	return &address
}

func clean(text wirejson.Text) string { return wirejson.Clean(string(text)) }
