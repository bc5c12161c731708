package alibaba1688

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

// goodCodes are the codes of a preview's parts that say nothing bad. The set upstream is open; an
// unknown one is shown as a problem.
var goodCodes = map[string]bool{"": true, "0": true, "200": true, "SUCCESS": true, "success": true}

func (p preview) quote(r core.QuoteRequest, reply gateway.Reply) (core.Quote, error) {
	if !p.failed() && len(p.Parts) == 0 {
		return core.Quote{}, errNoPreview
	}
	quote := core.Quote{Orders: len(p.Parts)}
	if p.failed() || !goodCodes[p.code()] {
		quote.Problem = problem(p.verdict, r, reply)
	}
	for i, part := range p.Parts {
		if quote.Problem == nil && part.bad() {
			quote.Problem = problem(part.verdict, r, reply)
		}
		for j, goods := range part.goods() {
			line, err := goods.line(p.goodsInFen, r, reply)
			if err != nil {
				return core.Quote{}, fmt.Errorf("line %d of part %d: %w", j, i, err)
			}
			quote.Lines = append(quote.Lines, line)
		}
	}
	refused := func(l core.QuoteLine) bool { return l.Problem != nil }
	if quote.Problem != nil || slices.ContainsFunc(quote.Lines, refused) {
		return quote, nil // its sums would be those of less than was asked for
	}
	var err error
	quote.Totals, err = p.totals()
	return quote, err
}

func problem(v verdict, r core.QuoteRequest, reply gateway.Reply) *core.GatewayError {
	said := v.said(reply.RequestID)
	said.Message = withoutAddress(said.Message, r.Address)
	return &said
}

func (p previewPart) bad() bool {
	return p.failed() || p.Status.Set && !p.Status.B || !goodCodes[p.code()]
}

func (p previewPart) goods() []previewGoods { return append(p.CargoList, p.OrderItemTOList...) }

// totals adds what the parts say; a sum that one of them leaves out is absent. Payable is
// sumTotalPayment where there is one, the larger: it bounds a purchase.
func (p preview) totals() (core.Totals, error) {
	var t core.Totals
	for _, sum := range []struct {
		name string
		into *money.Amount
		of   func(previewPart) wirejson.Number
	}{
		{"sumPayment", &t.Payable, func(p previewPart) wirejson.Number { return cmp.Or(p.SumTotalPaymentFen, p.SumPaymentFen) }},
		{"sumPaymentNoCarriage", &t.Goods, func(p previewPart) wirejson.Number { return p.SumPaymentNoCarriageFen }},
		{"sumCarriage", &t.Shipping, func(p previewPart) wirejson.Number { return p.SumCarriageFen }},
		{"discountFee", &t.Discount, func(p previewPart) wirejson.Number { return p.DiscountFeeFen }},
	} {
		amount, err := sumOf(p.Parts, sum.of)
		if err != nil {
			return t, fmt.Errorf("%s: %w", sum.name, err)
		}
		*sum.into = amount
	}
	if t.Discount.Sign() <= 0 {
		t.Discount = money.Amount{}
	}
	return t, nil
}

func sumOf(parts []previewPart, of func(previewPart) wirejson.Number) (money.Amount, error) {
	var amounts []money.Amount
	for _, part := range parts {
		amount, err := of(part).Fen()
		if err != nil || !amount.IsSet() {
			return money.Amount{}, err
		}
		amounts = append(amounts, amount)
	}
	return money.Sum(money.CNY, amounts...)
}

func (g previewGoods) line(inFen bool, r core.QuoteRequest, reply gateway.Reply) (core.QuoteLine, error) {
	line := core.QuoteLine{ProductID: core.ProductID(g.OfferID), SKUID: core.SKUID(g.SKUID), SpecID: core.SpecID(g.SpecID)}
	if asked, ok := askedLine(r.Lines, line.SpecID); ok {
		line.ProductID, line.Quantity = asked.ProductID, asked.Quantity
	}
	var err error
	if line.UnitPrice, err = unit(inFen, g.FinalUnitPrice); err != nil {
		return line, fmt.Errorf("finalUnitPrice: %w", err)
	}
	if line.Amount, err = amount(inFen, g.Amount); err != nil {
		return line, fmt.Errorf("amount: %w", err)
	}
	if g.failed() || !goodCodes[g.code()] {
		line.Problem = problem(g.verdict, r, reply)
	}
	return line, nil
}

// askedLine is the one line that asked for the variant; the answer repeats no quantity.
func askedLine(lines []core.OrderLine, spec core.SpecID) (core.OrderLine, bool) {
	var found []core.OrderLine
	for _, line := range lines {
		if spec != "" && line.SpecID == spec {
			found = append(found, line)
		}
	}
	if len(found) != 1 {
		return core.OrderLine{}, false
	}
	return found[0], true
}

func unit(inFen bool, n wirejson.Number) (money.UnitPrice, error) {
	if inFen {
		return n.UnitFen()
	}
	return n.UnitYuan()
}

func amount(inFen bool, n wirejson.Number) (money.Amount, error) {
	if inFen {
		return n.Fen()
	}
	return n.Yuan()
}
