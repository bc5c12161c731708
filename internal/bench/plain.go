package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// plain is the client that a competent Go programmer writes for this one gateway: net/http and
// encoding/json, a connection pool of its own, exact money, and the members that are needed. It is the
// baseline of every ratio. It has no guards, no caps and none of the gateways' oddities; a test holds
// its orders to be those of the adapter.
type plain struct {
	base string
	http *http.Client
}

func newPlain(base string) *plain {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 128
	return &plain{base: base, http: &http.Client{Transport: t}}
}

func (p *plain) call(ctx context.Context, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random) // it never fails
	nonce, stamp := hex.EncodeToString(random), strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := md5.Sum([]byte(accessKey + stamp + nonce + accessSecret))
	for name, value := range map[string]string{"Content-Type": "application/json", "access-key": accessKey, "timestamp": stamp,
		"nonce-str": nonce, "user-id": userID, "signature": strings.ToUpper(hex.EncodeToString(sum[:]))} {
		r.Header.Set(name, value)
	}
	response, err := p.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	envelope := struct {
		Code int
		Msg  string
		Data any
	}{Data: answer}
	if err := json.Unmarshal(data, &envelope); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || envelope.Code != http.StatusOK {
		return fmt.Errorf("HTTP %d, code %d: %s", response.StatusCode, envelope.Code, envelope.Msg)
	}
	return nil
}

// page reads one page of orders, and how many there are in all.
func (p *plain) page(ctx context.Context, n int) ([]core.Order, int, error) {
	var answer struct {
		Total int
		Data  []plainRow
	}
	if err := p.call(ctx, listPath, map[string]int{"pageNum": n, "pageSize": perPage}, &answer); err != nil {
		return nil, 0, err
	}
	orders := make([]core.Order, 0, len(answer.Data))
	for _, row := range answer.Data {
		order, err := row.order()
		if err != nil {
			return nil, 0, err
		}
		orders = append(orders, order)
	}
	return orders, answer.Total, nil
}

// plainRow is an order of the list; amounts are fen, and some members are texts that hold JSON.
type plainRow struct {
	OrderNo              string
	TbOrderID            string `json:"tbOrderId"`
	ProductAmount        int64
	ShippingFee          int64
	Discount             int64
	TotalAmount          int64
	RefundAmount         int64
	OrderStatus          int
	PayStatus            int
	CloseReason          *string
	TbCreateTime         string
	SellerLoginID        string `json:"sellerLoginId"`
	CargoParamList       string
	WarehouseAddressInfo string
	OrderDetailInfoVOS   []plainLine
}

type plainLine struct {
	SubTbOrderID string `json:"subTbOrderId"`
	ProductID    string `json:"productId"`
	SkuID        string `json:"skuId"`
	SpecID       string `json:"specId"`
	Name         string
	Quantity     int64
	Unit         string
	Price        int64
	ItemAmount   int64
	Status       int
	SkuInfos     string
	PayTime      *string
}

const plainTime = "2006-01-02T15:04:05.000-07:00"

func (r plainRow) order() (core.Order, error) {
	var cargo []struct {
		SellerOpenID string `json:"sellerOpenId"`
	}
	var to struct{ FullName, Mobile, Phone, PostCode, ProvinceText, CityText, AreaText, TownText, Address string }
	if err := json.Unmarshal([]byte(r.CargoParamList), &cargo); err != nil {
		return core.Order{}, err
	}
	if err := json.Unmarshal([]byte(r.WarehouseAddressInfo), &to); err != nil {
		return core.Order{}, err
	}
	created, err := time.Parse(plainTime, r.TbCreateTime)
	if err != nil {
		return core.Order{}, err
	}
	order := core.Order{
		OrderRef: core.OrderRef{ID: core.OrderID(r.TbOrderID)}, Number: r.OrderNo, MarketplaceIDs: []string{r.TbOrderID}, Market: core.Alibaba1688,
		UpstreamStatus: fmt.Sprintf("orderStatus=%d;payStatus=%d", r.OrderStatus, r.PayStatus),
		Totals:         core.Totals{Goods: money.FromFen(r.ProductAmount), Shipping: money.FromFen(r.ShippingFee), Payable: money.FromFen(r.TotalAmount)},
		Times:          core.Times{Created: created.UTC()},
		Seller:         core.Seller{Name: r.SellerLoginID},
		Address: &core.Address{Name: to.FullName, Mobile: to.Mobile, Phone: to.Phone, Postcode: to.PostCode,
			Province: to.ProvinceText, City: to.CityText, District: to.AreaText, Town: to.TownText, Street: to.Address},
	}
	if r.OrderStatus == 1 && r.PayStatus == 1 {
		order.Status = core.AwaitingPayment
	}
	if r.Discount > 0 {
		order.Totals.Discount = money.FromFen(r.Discount)
	}
	if r.RefundAmount > 0 {
		order.Totals.Refunded = money.FromFen(r.RefundAmount)
	}
	if len(cargo) > 0 {
		order.Seller.ID = core.SellerID(cargo[0].SellerOpenID)
	}
	for _, l := range r.OrderDetailInfoVOS {
		line, err := l.line(order.Status)
		if err != nil {
			return core.Order{}, err
		}
		order.Lines = append(order.Lines, line)
	}
	return order, nil
}

type plainAttribute struct{ Name, Value string }

func (l plainLine) line(order core.Status) (core.Line, error) {
	var infos []plainAttribute
	if err := json.Unmarshal([]byte(l.SkuInfos), &infos); err != nil {
		return core.Line{}, err
	}
	line := core.Line{ID: core.LineID(l.SubTbOrderID), ProductID: core.ProductID(l.ProductID), SKUID: core.SKUID(l.SkuID), SpecID: core.SpecID(l.SpecID),
		Name: l.Name, Quantity: l.Quantity, Unit: l.Unit, UnitPrice: money.UnitFromFen(l.Price), Amount: money.FromFen(l.ItemAmount),
		UpstreamStatus: strconv.Itoa(l.Status), Attributes: attributesOf(infos)}
	if l.Status == 1 {
		line.Status = order
	}
	return line, nil
}

func attributesOf(infos []plainAttribute) map[string]string {
	attributes := map[string]string{}
	for _, one := range infos {
		attributes[one.Name] = one.Value
	}
	return attributes
}

// order reads one order as the marketplace has it; its amounts are yuan.
func (p *plain) order(ctx context.Context, id core.OrderID) (core.Order, error) {
	var t plainTrade
	if err := p.call(ctx, detailPath, map[string]string{"webSite": "1688", "orderId": string(id)}, &t); err != nil {
		return core.Order{}, err
	}
	return t.order()
}

type plainTrade struct {
	BaseInfo struct {
		IDOfStr, OutOrderID, Status                      string
		TotalAmount, SumProductPayment, ShippingFee      json.Number
		Refund                                           json.Number
		Discount                                         int64
		CreateTime, CompleteTime                         string
		SellerID                                         string `json:"sellerID"`
		SellerLoginID                                    string `json:"sellerLoginId"`
		PayTime, AllDeliveredTime, ReceivingTime, Closed *string
	}
	NativeLogistics struct {
		ContactPerson, Mobile, Telephone, Province, City, Area, Town, Address, Zip, AreaCode string

		LogisticsItems []struct{ LogisticsBillNo, LogisticsCompanyName, LogisticsCompanyNo string }
	}
	ProductItems []struct {
		SubItemIDString   string
		ProductID, SkuID  json.Number
		SpecID            string
		Name, Unit        string
		Quantity          int64
		Price, ItemAmount json.Number
		Status            string
		SkuInfos          []plainAttribute
	}
}

func (t plainTrade) order() (core.Order, error) {
	b, n := t.BaseInfo, t.NativeLogistics
	order := core.Order{Ref: core.Ref(b.OutOrderID), OrderRef: core.OrderRef{ID: core.OrderID(b.IDOfStr)}, MarketplaceIDs: []string{b.IDOfStr},
		Market: core.Alibaba1688, UpstreamStatus: b.Status, Seller: core.Seller{ID: core.SellerID(b.SellerID), Name: b.SellerLoginID},
		Address: &core.Address{Name: n.ContactPerson, Mobile: n.Mobile, Phone: n.Telephone, Province: n.Province, City: n.City, District: n.Area,
			Town: n.Town, Street: n.Address, Postcode: n.Zip, DistrictCode: n.AreaCode}}
	if b.Status == "cancel" {
		order.Status = core.Cancelled
	}
	var err error
	for _, one := range []struct {
		yuan json.Number
		into *money.Amount
	}{{b.TotalAmount, &order.Totals.Payable}, {b.SumProductPayment, &order.Totals.Goods}, {b.ShippingFee, &order.Totals.Shipping}} {
		if *one.into, err = money.FromYuan(one.yuan.String()); err != nil {
			return core.Order{}, err
		}
	}
	for _, one := range []struct {
		text string
		into *time.Time
	}{{b.CreateTime, &order.Times.Created}, {b.CompleteTime, &order.Times.Cancelled}} {
		at, err := time.Parse(plainTime, one.text)
		if err != nil {
			return core.Order{}, err
		}
		*one.into = at.UTC()
	}
	for _, i := range t.ProductItems {
		price, err := money.ParseUnit(i.Price.String(), money.CNY)
		if err != nil {
			return core.Order{}, err
		}
		amount, err := money.FromYuan(i.ItemAmount.String())
		if err != nil {
			return core.Order{}, err
		}
		order.Lines = append(order.Lines, core.Line{ID: core.LineID(i.SubItemIDString), ProductID: core.ProductID(i.ProductID), SKUID: core.SKUID(i.SkuID),
			SpecID: core.SpecID(i.SpecID), Name: i.Name, Quantity: i.Quantity, Unit: i.Unit, UnitPrice: price, Amount: amount,
			Status: order.Status, UpstreamStatus: i.Status, Attributes: attributesOf(i.SkuInfos)})
	}
	for _, l := range n.LogisticsItems {
		order.Parcels = append(order.Parcels, core.Parcel{Carrier: l.LogisticsCompanyName, CarrierCode: l.LogisticsCompanyNo, Number: l.LogisticsBillNo})
	}
	return order, nil
}
