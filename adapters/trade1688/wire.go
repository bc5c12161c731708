package trade1688

import "github.com/sampan-go/sampan/core/wirejson"

// trade is the object on the wire: the members that are read, of some 200.
type trade struct {
	BaseInfo        wirejson.Embedded[baseInfo]            `json:"baseInfo"`
	NativeLogistics wirejson.Embedded[nativeLogistics]     `json:"nativeLogistics"`
	ProductItems    wirejson.Embedded[wirejson.List[item]] `json:"productItems"`
	TradeTerms      loose[payment]                         `json:"tradeTerms"`
}

type baseInfo struct {
	IDNumber wirejson.Text `json:"id"`
	IDOfStr  wirejson.Text `json:"idOfStr"`
	// OutOrderID is the caller's own reference, where the gateway takes one.
	OutOrderID wirejson.ID   `json:"outOrderId"`
	Status     wirejson.Text `json:"status"`
	Currency   wirejson.Text `json:"currency"`

	TotalAmountYuan       wirejson.Number `json:"totalAmount"`
	SumProductPaymentYuan wirejson.Number `json:"sumProductPayment"`
	ShippingFeeYuan       wirejson.Number `json:"shippingFee"`
	RefundYuan            wirejson.Number `json:"refund"`
	DiscountFen           wirejson.Number `json:"discount"`

	RefundStatus      wirejson.Text `json:"refundStatus"`
	RefundStatusForAs wirejson.Text `json:"refundStatusForAs"`
	RefundID          wirejson.ID   `json:"refundId"`

	CreateTime       wirejson.Time `json:"createTime"`
	PayTime          wirejson.Time `json:"payTime"`
	AllDeliveredTime wirejson.Time `json:"allDeliveredTime"`
	ReceivingTime    wirejson.Time `json:"receivingTime"`
	ConfirmedTime    wirejson.Time `json:"confirmedTime"`
	CompleteTime     wirejson.Time `json:"completeTime"`

	SellerID      wirejson.ID                     `json:"sellerID"`
	SellerLoginID wirejson.Text                   `json:"sellerLoginId"`
	ReceiverInfo  wirejson.Embedded[receiverInfo] `json:"receiverInfo"`

	NewStepOrderList loose[payment] `json:"newStepOrderList"`
}

type receiverInfo struct {
	ToFullName     wirejson.Text `json:"toFullName"`
	ToMobile       wirejson.Text `json:"toMobile"`
	ToPhone        wirejson.Text `json:"toPhone"`
	ToPost         wirejson.Text `json:"toPost"`
	ToDivisionCode wirejson.Text `json:"toDivisionCode"`
	// ToArea is the whole address in one text.
	ToArea wirejson.Text `json:"toArea"`
}

type nativeLogistics struct {
	ContactPerson  wirejson.Text                                   `json:"contactPerson"`
	Mobile         wirejson.Text                                   `json:"mobile"`
	Telephone      wirejson.Text                                   `json:"telephone"`
	Province       wirejson.Text                                   `json:"province"`
	City           wirejson.Text                                   `json:"city"`
	Area           wirejson.Text                                   `json:"area"`
	Town           wirejson.Text                                   `json:"town"`
	Address        wirejson.Text                                   `json:"address"`
	Zip            wirejson.Text                                   `json:"zip"`
	AreaCode       wirejson.Text                                   `json:"areaCode"`
	LogisticsItems wirejson.Embedded[wirejson.List[logisticsItem]] `json:"logisticsItems"`
}

type logisticsItem struct {
	Type               wirejson.Text `json:"type"`
	LogisticsBillNo    wirejson.Text `json:"logisticsBillNo"`
	LogisticsCompany   wirejson.Text `json:"logisticsCompanyName"`
	LogisticsCompanyNo wirejson.Text `json:"logisticsCompanyNo"`
	SubItemIDs         wirejson.Text `json:"subItemIds"`
}

type item struct {
	SubItemIDNumber    wirejson.Text    `json:"subItemID"`
	SubItemIDString    wirejson.Text    `json:"subItemIDString"`
	ProductSnapshotURL wirejson.Text    `json:"productSnapshotUrl"`
	ProductID          wirejson.ID      `json:"productID"`
	SKUID              wirejson.ID      `json:"skuID"`
	SpecID             wirejson.ID      `json:"specId"`
	Name               wirejson.Text    `json:"name"`
	Quantity           wirejson.Text    `json:"quantity"`
	Unit               wirejson.Text    `json:"unit"`
	PriceYuan          wirejson.Number  `json:"price"`
	ItemAmountYuan     wirejson.Number  `json:"itemAmount"`
	Status             wirejson.Text    `json:"status"`
	RefundStatus       wirejson.Text    `json:"refundStatus"`
	RefundID           wirejson.ID      `json:"refundId"`
	RefundIDForAs      wirejson.ID      `json:"refundIdForAs"`
	SKUInfos           loose[attribute] `json:"skuInfos"`
}
