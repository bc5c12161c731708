package dajisaas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/core/wirejson"
)

type previewBody struct {
	Flow           string       `json:"flow"`
	AddressParam   addressParam `json:"addressParam"`
	CargoParamList []cargo      `json:"cargoParamList"`
}

type preview struct {
	verdict
	// Parts are the orders that 1688 would make; the member is misspelt on the wire.
	Parts wirejson.List[previewPart] `json:"orderPreviewResuslt"`
}

// previewPart has its sums in fen and its goods in yuan (trap 68).
type previewPart struct {
	verdict
	Status                  wirejson.Bool               `json:"status"`
	SumPaymentFen           wirejson.Number             `json:"sumPayment"`
	SumPaymentNoCarriageFen wirejson.Number             `json:"sumPaymentNoCarriage"`
	SumCarriageFen          wirejson.Number             `json:"sumCarriage"`
	DiscountFeeFen          wirejson.Number             `json:"discountFee"`
	CargoList               wirejson.List[previewGoods] `json:"cargoList"`
}

type previewGoods struct {
	verdict
	OfferID            wirejson.ID     `json:"offerId"`
	SKUID              wirejson.ID     `json:"skuId"`
	SpecID             wirejson.ID     `json:"specId"`
	AmountYuan         wirejson.Number `json:"amount"`
	FinalUnitPriceYuan wirejson.Number `json:"finalUnitPrice"`
}

// Quote asks what a purchase would cost; it changes nothing. A refusal inside the answer is a Problem
// and leaves the totals out, which would be those of less than was asked for.
func (a *Adapter) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	if err := a.checkOptions(r.Options); err != nil {
		return core.Quote{}, err
	}
	body, err := a.market.quoteBody(r)
	if err != nil {
		return core.Quote{}, err
	}
	got, err := a.call(ctx, call{op: core.OpQuote, body: body, private: private(r.Address)})
	if err != nil {
		return core.Quote{}, err
	}
	return a.market.quote(r, got)
}

func (alibaba) quote(r core.QuoteRequest, got answer) (core.Quote, error) {
	var p preview
	if err := got.into(&p); err != nil {
		return core.Quote{}, err
	}
	quote, err := p.quote(r, got)
	if err != nil {
		return core.Quote{}, got.bad(err)
	}
	return quote, nil
}

func (alibaba) quoteBody(r core.QuoteRequest) (any, error) {
	goods, err := cargoOf(r.Lines)
	if err != nil {
		return nil, err
	}
	address, err := addressOf(r.Address)
	if err != nil {
		return nil, err
	}
	return previewBody{cmp.Or(r.Options[optionFlow], generalFlow), address, goods}, nil
}

var errNoPreview = errors.New("it holds no preview")

func (p preview) quote(r core.QuoteRequest, got answer) (core.Quote, error) {
	quote := core.Quote{Orders: len(p.Parts)}
	if p.failed() {
		quote.Problem = problem(p.verdict, got)
	} else if len(p.Parts) == 0 {
		return quote, errNoPreview
	}
	for i, part := range p.Parts {
		if quote.Problem == nil && part.bad() {
			quote.Problem = problem(part.verdict, got)
		}
		for j, goods := range part.CargoList {
			line, err := goods.line(r, got)
			if err != nil {
				return quote, fmt.Errorf("line %d of part %d: %w", j, i, err)
			}
			quote.Lines = append(quote.Lines, line)
		}
	}
	if quote.Problem != nil || slices.ContainsFunc(quote.Lines, func(l core.QuoteLine) bool { return l.Problem != nil }) {
		return quote, nil
	}
	var err error
	quote.Totals, err = p.totals()
	return quote, err
}

// bad is also true of a code that nobody knows: on success it is null.
func (p previewPart) bad() bool {
	return p.failed() || p.Status.Set && !p.Status.B || p.ResultCode != ""
}

func problem(v verdict, got answer) *core.GatewayError {
	said := got.said(v)
	return &said
}

// totals adds up what the parts say. A sum that one of them leaves out is absent.
func (p preview) totals() (core.Totals, error) {
	var totals core.Totals
	for _, sum := range []struct {
		name string
		into *money.Amount
		of   func(previewPart) wirejson.Number
	}{
		{"sumPayment", &totals.Payable, func(p previewPart) wirejson.Number { return p.SumPaymentFen }},
		{"sumPaymentNoCarriage", &totals.Goods, func(p previewPart) wirejson.Number { return p.SumPaymentNoCarriageFen }},
		{"sumCarriage", &totals.Shipping, func(p previewPart) wirejson.Number { return p.SumCarriageFen }},
		{"discountFee", &totals.Discount, func(p previewPart) wirejson.Number { return p.DiscountFeeFen }},
	} {
		var err error
		if *sum.into, err = sumOf(p.Parts, sum.of); err != nil {
			return totals, fmt.Errorf("%s: %w", sum.name, err)
		}
	}
	return totals, nil
}

func sumOf(parts []previewPart, of func(previewPart) wirejson.Number) (money.Amount, error) {
	amounts := make([]money.Amount, 0, len(parts))
	for _, part := range parts {
		amount, err := of(part).Fen()
		if err != nil || !amount.IsSet() {
			return money.Amount{}, err
		}
		amounts = append(amounts, amount)
	}
	return money.Sum(money.CNY, amounts...)
}

// line takes the quantity from the request: the answer does not repeat it.
func (g previewGoods) line(r core.QuoteRequest, got answer) (core.QuoteLine, error) {
	line := core.QuoteLine{ProductID: core.ProductID(g.OfferID), SKUID: core.SKUID(g.SKUID), SpecID: core.SpecID(g.SpecID)}
	var asked []core.OrderLine
	for _, one := range r.Lines {
		if same(one, g.OfferID, g.SpecID) {
			asked = append(asked, one)
		}
	}
	if len(asked) == 1 {
		line.Quantity = asked[0].Quantity
	}
	var err error
	if line.UnitPrice, err = g.FinalUnitPriceYuan.UnitYuan(); err != nil {
		return line, fmt.Errorf("finalUnitPrice: %w", err)
	}
	if line.Amount, err = g.AmountYuan.Yuan(); err != nil {
		return line, fmt.Errorf("amount: %w", err)
	}
	if g.failed() || g.ResultCode != "" {
		line.Problem = problem(g.verdict, got)
	}
	return line, nil
}
