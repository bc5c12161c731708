package trade1688

import (
	"errors"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

var errCurrency = errors.New("the amounts are not in yuan")

// totals takes each sum as it is sent; none is computed. Payable is what there is to pay: goods plus
// shipping minus discount is not, because line promotions are in no other sum.
//
// Discount keeps the sign of the wire, where a price that the seller lowered is negative.
func (b baseInfo) totals() (core.Totals, error) {
	if !yuan[string(b.Currency)] {
		return core.Totals{}, field("baseInfo.currency", errCurrency)
	}
	var totals core.Totals
	var all errs
	totals.Payable = all.amount("baseInfo.totalAmount", b.TotalAmountYuan.Yuan)
	totals.Goods = all.amount("baseInfo.sumProductPayment", b.SumProductPaymentYuan.Yuan)
	totals.Shipping = all.amount("baseInfo.shippingFee", b.ShippingFeeYuan.Yuan)
	if discount := all.amount("baseInfo.discount", b.DiscountFen.Fen); discount.Sign() != 0 {
		totals.Discount = discount
	}
	if refunded := all.amount("baseInfo.refund", b.RefundYuan.Yuan); refunded.Sign() > 0 {
		totals.Refunded = refunded
	}
	return totals, all.first
}

// yuan are the words for the currency; it is null in all samples.
var yuan = map[string]bool{"": true, "CNY": true, "RMB": true, "156": true}

// errs keeps the first error of several members.
type errs struct{ first error }

func (e *errs) amount(path string, read func() (money.Amount, error)) money.Amount {
	amount, err := read()
	if err != nil && e.first == nil {
		e.first = field(path, err)
	}
	return amount
}
