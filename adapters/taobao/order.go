package taobao

import (
	"errors"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// orderData is create's data (SEED). Detail and list are taken to answer the same object with the
// members filled that are null at creation, and with the order's own status: UNKNOWN, see
// endpoints.go.
type orderData struct {
	ID                wirejson.ID             `json:"id"`
	OrderNo           wirejson.ID             `json:"orderNo"`
	SellerOrderNumber wirejson.Text           `json:"sellerOrderNumber"`
	CreateTime        wirejson.Time           `json:"createTime"`
	Status            wirejson.Text           `json:"status"`
	SubOrders         wirejson.List[subOrder] `json:"subOrderVOS"`
}

type subOrder struct {
	SubOrderID          wirejson.ID     `json:"subOrderId"`
	Title               wirejson.Text   `json:"title"`
	Quantity            wirejson.Int    `json:"quantity"`
	ItemID              wirejson.ID     `json:"itemId"`
	SkuID               wirejson.ID     `json:"skuId"`
	Status              wirejson.Text   `json:"status"`
	Currency            wirejson.Text   `json:"purchaseCurrency"`
	PurchaseAmountFen   wirejson.Number `json:"purchaseAmount"`
	DomesticPostFeeFen  wirejson.Number `json:"domesticPostFee"`
	TaobaoPurchaseID    wirejson.ID     `json:"taobaoPurchaseId"`
	TaobaoSubPurchaseID wirejson.ID     `json:"taobaoSubPurchaseId"`
	ErrorCode           wirejson.Text   `json:"errorCode"`
	ErrorMessage        wirejson.Text   `json:"errorMessage"`
}

var errNoID = errors.New("data.id is missing")

func (d orderData) order() (core.Order, error) {
	if d.ID == "" {
		return core.Order{}, errNoID
	}
	lines := make([]core.Line, 0, len(d.SubOrders))
	for _, sub := range d.SubOrders {
		line, err := sub.line()
		if err != nil {
			return core.Order{}, err
		}
		lines = append(lines, line)
	}
	totals, err := d.totals()
	if err != nil {
		return core.Order{}, err
	}
	return core.Order{
		Ref:            core.Ref(d.SellerOrderNumber),
		OrderRef:       core.OrderRef{ID: core.OrderID(d.ID), Handle: d.handle()},
		Number:         string(d.OrderNo),
		MarketplaceIDs: d.taobaoIDs(),
		Market:         core.Taobao,
		Status:         orderStatus(string(d.Status), lines),
		UpstreamStatus: wirejson.Clean(string(d.Status)),
		Lines:          lines,
		Totals:         totals,
		Times:          core.Times{Created: d.CreateTime.Time},
	}, nil
}

func (s subOrder) line() (core.Line, error) {
	amount, err := s.PurchaseAmountFen.Fen()
	if err != nil {
		return core.Line{}, err
	}
	line := core.Line{
		ID: core.LineID(s.SubOrderID), ProductID: core.ProductID(s.ItemID), SKUID: core.SKUID(s.SkuID),
		Name: wirejson.Clean(string(s.Title)), Quantity: s.Quantity.N, Amount: amount,
		Status: statusOf(string(s.Status)), UpstreamStatus: wirejson.Clean(string(s.Status)),
	}
	if s.ErrorCode != "" || s.ErrorMessage != "" {
		line.Problem = &core.GatewayError{Code: wirejson.Clean(string(s.ErrorCode)), Message: wirejson.Clean(string(s.ErrorMessage))}
	}
	return line, nil
}

// totals are known once every line that was taken has its amount: an absent amount is not zero.
func (d orderData) totals() (core.Totals, error) {
	goods, shipping := money.FromFen(0), money.FromFen(0)
	taken := 0
	for _, sub := range d.SubOrders {
		if sub.ErrorCode != "" || sub.ErrorMessage != "" {
			continue
		}
		if sub.Currency != "" && sub.Currency != "CNY" {
			return core.Totals{}, nil
		}
		amount, err1 := sub.PurchaseAmountFen.Fen()
		post, err2 := sub.DomesticPostFeeFen.Fen()
		if err := errors.Join(err1, err2); err != nil {
			return core.Totals{}, err
		}
		if !amount.IsSet() || !post.IsSet() {
			return core.Totals{}, nil
		}
		if goods, err1 = goods.Add(amount); err1 == nil {
			shipping, err1 = shipping.Add(post)
		}
		if err1 != nil {
			return core.Totals{}, err1
		}
		taken++
	}
	if taken == 0 {
		return core.Totals{}, nil
	}
	payable, err := goods.Add(shipping)
	return core.Totals{Goods: goods, Shipping: shipping, Payable: payable}, err
}

func (d orderData) taobaoIDs() []string {
	var ids []string
	for _, sub := range d.SubOrders {
		if id := string(sub.TaobaoPurchaseID); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// parcelKey ties a line to the Taobao sub-purchase id by which its parcels are found.
type parcelKey struct{ line, subPurchase string }

// handle is "line:subPurchase,line:subPurchase": the ids that logistics takes are others than the
// order's own.
func (d orderData) handle() core.Handle {
	var parts []string
	for _, sub := range d.SubOrders {
		if sub.TaobaoSubPurchaseID != "" {
			parts = append(parts, string(sub.SubOrderID)+":"+string(sub.TaobaoSubPurchaseID))
		}
	}
	return core.Handle(strings.Join(parts, ","))
}

func parseHandle(h core.Handle) ([]parcelKey, error) {
	var keys []parcelKey
	for _, part := range strings.Split(string(h), ",") {
		line, sub, ok := strings.Cut(part, ":")
		if !ok || sub == "" || strings.Trim(line+sub, "0123456789") != "" {
			return nil, core.Invalid("order.handle", "is not one that this adapter gave; copy it from the order unchanged")
		}
		keys = append(keys, parcelKey{line, sub})
	}
	return keys, nil
}
