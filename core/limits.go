package core

import (
	"context"
	"fmt"

	"github.com/sampan-go/sampan/core/money"
)

// admit refuses an amount that is more than one order may cost.
func (l BuyerLimits) admit(amount money.Amount, field string) error {
	if !l.MaxOrder.IsSet() {
		return nil
	}
	over, err := amount.Cmp(l.MaxOrder)
	if err != nil {
		return guarded(field, "is in %s, but the account's limits.max_order is in %s; nothing was sent", amount.Currency(), l.MaxOrder.Currency())
	}
	if over > 0 {
		return guarded(field, "%s is more than the account's limits.max_order of %s admits; nothing was sent", amount, l.MaxOrder)
	}
	return nil
}

// bound is the lower of the caller's bound and the account's; of two currencies the caller's, since
// the guard refuses the other.
func (l BuyerLimits) bound(most money.Amount) money.Amount {
	if !most.IsSet() {
		return l.MaxOrder
	}
	if over, err := most.Cmp(l.MaxOrder); l.MaxOrder.IsSet() && err == nil && over > 0 {
		return l.MaxOrder
	}
	return most
}

// guardTotal holds the price against MaxTotal and the account's limit before anything is bought: by
// a quote where the adapter has one, else by the caller's own unit prices. A quote is held against
// those prices too.
func (b *Buyer) guardTotal(ctx context.Context, r CreateOrderRequest) error {
	bounded := r.MaxTotal.IsSet() || b.limits.MaxOrder.IsSet()
	if !bounded && !priced(r.Lines) {
		return nil
	}
	total, known, err := b.quotedTotal(ctx, r)
	if err != nil || !bounded {
		return err
	}
	if !known {
		if total, err = goodsTotal(r.Lines); err != nil {
			return err
		}
	}
	if err := b.limits.admit(total, "max_total"); err != nil {
		return err
	}
	return underMaxTotal(total, r.MaxTotal)
}

func underMaxTotal(total, most money.Amount) error {
	if !most.IsSet() {
		return nil
	}
	over, err := total.Cmp(most)
	if err != nil {
		return Invalid("max_total", "is in %s, but the goods are sold in %s", most.Currency(), total.Currency())
	}
	if over > 0 {
		return guarded("max_total", "the purchase would cost %s, which is more than the %s allowed; nothing was sent", total, most)
	}
	return nil
}

// quotedTotal asks the marketplace what the purchase would cost, if it can be asked.
func (b *Buyer) quotedTotal(ctx context.Context, r CreateOrderRequest) (total money.Amount, known bool, err error) {
	if b.description.Check(OpQuote) != nil {
		return money.Amount{}, false, nil
	}
	quote, err := b.Quote(ctx, QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
	if err != nil {
		return money.Amount{}, false, err
	}
	if problem := quoteProblem(quote); problem != nil {
		return money.Amount{}, false, &Error{Code: Guarded, Outcome: NotDone, Message: "the marketplace says that it cannot be ordered; nothing was sent", Gateway: *problem}
	}
	if err := guardUnit(r.Lines, quote); err != nil {
		return money.Amount{}, false, err
	}
	return quote.Totals.Payable, quote.Totals.Payable.IsSet(), nil
}

func priced(lines []OrderLine) bool {
	for _, line := range lines {
		if !line.UnitPrice.IsSet() {
			return false
		}
	}
	return true
}

// unitSlip is how far apart two prices are when one of them is taken for fen and the other for yuan;
// half of it, since the price may have changed as well.
const unitSlip = 50

// guardUnit refuses a purchase whose prices and whose quote are so far apart that one of them is in
// fen and the other in yuan.
func guardUnit(lines []OrderLine, quote Quote) error {
	quoted := quote.Totals.Goods // what is payable has freight in it, which may dwarf the goods
	if !priced(lines) || !quoted.IsSet() {
		return nil
	}
	own, err := goodsTotal(lines)
	if err != nil {
		return err
	}
	if own.Currency() != quoted.Currency() {
		return guarded("lines", "are priced in %s, but the marketplace sells in %s; nothing was sent", own.Currency(), quoted.Currency())
	}
	if slipped(own, quoted) || slipped(quoted, own) {
		return guarded("lines", "come to %s by their unit_price, but the marketplace asks %s: one of them is in fen and the other in yuan; nothing was sent", own, quoted)
	}
	return nil
}

func slipped(small, large money.Amount) bool {
	times, err := small.Mul(unitSlip)
	if err != nil {
		return false
	}
	over, err := large.Cmp(times)
	return err == nil && over >= 0 && small.Sign() > 0
}

func quoteProblem(q Quote) *GatewayError {
	if q.Problem != nil {
		return q.Problem
	}
	for _, line := range q.Lines {
		if line.Problem != nil {
			return line.Problem
		}
	}
	return nil
}

// goodsTotal is the sum of the caller's own prices.
func goodsTotal(lines []OrderLine) (money.Amount, error) {
	var amounts []money.Amount
	for i, line := range lines {
		if !line.UnitPrice.IsSet() {
			return money.Amount{}, Invalid(fmt.Sprintf("lines[%d].unit_price", i), "is missing; max_total cannot be checked without it on this account")
		}
		amount, err := line.UnitPrice.Total(line.Quantity, money.Up)
		if err != nil {
			return money.Amount{}, Invalid(fmt.Sprintf("lines[%d].unit_price", i), "%v", err)
		}
		amounts = append(amounts, amount)
	}
	return money.Sum(amounts[0].Currency(), amounts...)
}
