package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func bounded(most string) core.CreateOrderRequest {
	r := purchase()
	r.MaxTotal = cny(most)
	return r
}

func quoting(payable money.Amount) *fake {
	f := newFake()
	f.d.Operations[core.OpQuote] = core.Capability{Support: core.Supported}
	f.quote = func(context.Context, core.QuoteRequest) (core.Quote, error) {
		return core.Quote{Totals: core.Totals{Payable: payable}}, nil
	}
	return f
}

func TestMaxTotalIsHeldByAQuoteWhereThereIsOne(t *testing.T) {
	f := quoting(cny("18.00")) // goods 16.00 and freight
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), bounded("17.99"))
	assertError(t, err, core.Guarded, core.NotDone)
	assert.Equal(t, "max_total", field(err))
	assert.ErrorContains(t, err, "18.00 CNY")
	assert.Zero(t, f.writes(), "a guard refuses before sending")
	_, err = b.CreateOrder(t.Context(), bounded("18.00"))
	assert.NoError(t, err, "exactly the bound is within it")
}

func TestMaxTotalIsHeldByTheCallersPricesWhereNothingIsQuoted(t *testing.T) {
	for name, f := range map[string]*fake{"no quote": newFake(), "a quote without a total": quoting(money.Amount{})} {
		b := open(t, f)
		_, err := b.CreateOrder(t.Context(), bounded("15.99"))
		assertError(t, err, core.Guarded, core.NotDone)
		assert.Zero(t, f.writes(), name)
		_, err = b.CreateOrder(t.Context(), bounded("16.00"))
		assert.NoError(t, err, name)
	}
}

func TestPricesOfPartsOfAFenAreRoundedUpAgainstTheBound(t *testing.T) {
	r := bounded("0.03")
	r.Lines[0].Quantity, r.Lines[0].UnitPrice = 1, unit("0.031")
	_, err := open(t, newFake()).CreateOrder(t.Context(), r)
	assertError(t, err, core.Guarded, core.NotDone)
}

func TestABoundThatCannotBeCheckedIsRefused(t *testing.T) {
	r := bounded("16.00")
	r.Lines[0].UnitPrice = money.UnitPrice{}
	f := newFake()
	_, err := open(t, f).CreateOrder(t.Context(), r)
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.Equal(t, "lines[0].unit_price", field(err))

	r = purchase()
	r.MaxTotal = money.MustParse("99.00", money.USD)
	_, err = open(t, f).CreateOrder(t.Context(), r)
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.Equal(t, "max_total", field(err), "two currencies are never compared")
	assert.Zero(t, f.writes())
}

func TestAFailedQuoteStopsABoundedPurchase(t *testing.T) {
	f := quoting(money.Amount{})
	f.quote = func(context.Context, core.QuoteRequest) (core.Quote, error) { return core.Quote{}, lost() }
	_, err := open(t, f).CreateOrder(t.Context(), bounded("16.00"))
	assertError(t, err, core.Unavailable, core.NotDone)
	assert.Zero(t, f.writes())
}

// creating makes the fake's create answer as change says.
func creating(change func(*core.Order)) *fake {
	f := newFake()
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		o := made(r)
		change(&o)
		return o, nil
	}
	return f
}

func TestAnOrderThatCostsMoreThanAllowedIsGivenBackAsDone(t *testing.T) {
	for name, change := range map[string]func(*core.Order){
		"one order": func(o *core.Order) { o.Totals.Payable = cny("16.01") },
		"two orders": func(o *core.Order) {
			o.Totals.Payable = cny("10.00")
			o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}, Totals: core.Totals{Payable: cny("6.01")}}}
		},
		"two orders, one of unknown price": func(o *core.Order) {
			o.Totals.Payable = cny("16.01")
			o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}}}
		},
		"another currency": func(o *core.Order) { o.Totals.Payable = money.MustParse("1.00", money.USD) },
	} {
		f := creating(change)
		b := open(t, f)
		order, err := b.CreateOrder(t.Context(), bounded("16.00"))
		assertError(t, err, core.Guarded, core.Done)
		assert.Equal(t, "max_total", field(err), name)
		assert.Equal(t, core.OrderID("1001"), order.ID, "%s: hiding the order would lose a purchase", name)
		again, err := b.CreateOrder(t.Context(), bounded("16.00"))
		assertError(t, err, core.Guarded, core.Done)
		assert.Equal(t, order, again, "%s: both replay", name)
		assert.Equal(t, 1, f.writes(), name)
	}
}

func TestAnOrderWithOtherLinesIsInDoubtAndGivenBack(t *testing.T) {
	for name, c := range map[string]struct {
		field  string
		change func(*core.Order)
	}{
		"fewer pieces":    {"lines[0]", func(o *core.Order) { o.Lines[0].Quantity = 1 }},
		"more pieces":     {"lines[0]", func(o *core.Order) { o.Lines[0].Quantity = 3 }},
		"another product": {"lines[0]", func(o *core.Order) { o.Lines[0].ProductID = "coffee" }},
		"one more line":   {"lines", func(o *core.Order) { o.Lines = append(o.Lines, core.Line{ProductID: "coffee", Quantity: 1}) }},
	} {
		f := creating(c.change)
		b := open(t, f)
		order, err := b.CreateOrder(t.Context(), purchase())
		assertError(t, err, core.BadAnswer, core.InDoubt)
		assert.Equal(t, c.field, field(err), name)
		assert.ErrorContains(t, err, "order 1001 exists", name)
		assert.Equal(t, core.OrderID("1001"), order.ID, name)
		_, err = b.CreateOrder(t.Context(), purchase())
		assert.Equal(t, core.InDoubt, core.OutcomeOf(err), name)
		assert.Equal(t, 1, f.writes(), "%s: it exists, so it is not bought again", name)
	}
}

func TestAnAnswerWithoutAnIdIsInDoubt(t *testing.T) {
	_, err := open(t, creating(func(o *core.Order) { o.ID = "" })).CreateOrder(t.Context(), purchase())
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

func TestLinesAreMatchedByTheVariantWhereTheAnswerHasIt(t *testing.T) {
	variants := purchase()
	variants.Lines = []core.OrderLine{{ProductID: "tea", SKUID: "green", Quantity: 1}, {ProductID: "tea", SKUID: "black", Quantity: 2}}
	for name, c := range map[string]struct {
		lines []core.Line
		ok    bool
	}{
		"another product id, same variants": {[]core.Line{{ProductID: "9", SKUID: "black", Quantity: 2}, {ProductID: "9", SKUID: "green", Quantity: 1}}, true},
		"variants swapped":                  {[]core.Line{{ProductID: "tea", SKUID: "black", Quantity: 1}, {ProductID: "tea", SKUID: "green", Quantity: 2}}, false},
		"no variants, same product":         {[]core.Line{{ProductID: "tea", Quantity: 3}}, true},
		"one line split in two":             {[]core.Line{{SKUID: "black", Quantity: 1}, {SKUID: "black", Quantity: 1}, {SKUID: "green", Quantity: 1}}, true},
		"no lines at all":                   {nil, true},
	} {
		_, err := open(t, creating(func(o *core.Order) { o.Lines = c.lines })).CreateOrder(t.Context(), variants)
		assert.Equal(t, c.ok, err == nil, "%s: %v", name, err)
	}
}

func TestLinesAreMatchedBySpecWhereTheAnswerHasNoSKU(t *testing.T) {
	r := purchase()
	r.Lines = []core.OrderLine{{ProductID: "tea", SpecID: "s1", Quantity: 1}, {ProductID: "tea", SpecID: "s2", Quantity: 2}}
	swapped := func(o *core.Order) { o.Lines[0].Quantity, o.Lines[1].Quantity = 2, 1 }
	_, err := open(t, creating(swapped)).CreateOrder(t.Context(), r)
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

func TestLinesOfSiblingsCount(t *testing.T) {
	split := func(o *core.Order) {
		o.Lines[0].Quantity = 1
		o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}, Lines: []core.Line{{ProductID: "tea", Quantity: 1}}}}
	}
	order, err := openWith(t, creating(split), core.BuyerOptions{Account: "shop"}).CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, "shop", order.Siblings[0].Account)
}

func TestALineThatWasRefusedByNameIsCovered(t *testing.T) {
	problem := &core.GatewayError{Code: "7", Message: "sold out"}
	order, err := open(t, creating(func(o *core.Order) { o.Lines[0].Problem = problem })).CreateOrder(t.Context(), purchase())
	require.NoError(t, err, "the line says itself what became of it")
	assert.Equal(t, problem, order.Lines[0].Problem)
}
