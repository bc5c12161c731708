package core_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

func limited(t tester, f *fake, limits core.BuyerLimits) *core.Buyer {
	return openWith(t, f, core.BuyerOptions{Limits: limits})
}

func usd(text string) money.Amount { return money.MustParse(text, money.USD) }

func TestMaxOrderBoundsAPurchase(t *testing.T) {
	for name, row := range map[string]struct {
		f    func() *fake
		most money.Amount
		own  money.Amount
		want string
	}{
		"by the caller's prices":            {newFake, cny("15.99"), money.Amount{}, "max_total"},
		"by a quote":                        {func() *fake { return quoting(cny("18.00")) }, cny("17.99"), money.Amount{}, "max_total"},
		"also where the caller allows more": {newFake, cny("15.99"), cny("99.00"), "max_total"},
		"in another currency":               {newFake, usd("99.00"), money.Amount{}, "max_total"},
		"just enough":                       {newFake, cny("16.00"), money.Amount{}, ""},
		"just enough for a quote":           {func() *fake { return quoting(cny("18.00")) }, cny("18.00"), money.Amount{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := row.f()
			r := purchase()
			r.MaxTotal = row.own
			_, err := limited(t, f, core.BuyerLimits{MaxOrder: row.most}).CreateOrder(t.Context(), r)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			assertError(t, err, core.Guarded, core.NotDone)
			assert.Equal(t, row.want, field(err))
			assert.Zero(t, f.writes())
		})
	}
}

func TestAPurchaseWithoutAPriceIsRefusedUnderALimit(t *testing.T) {
	r := purchase()
	r.Lines[0].UnitPrice = money.UnitPrice{}
	f := newFake()
	_, err := limited(t, f, core.BuyerLimits{MaxOrder: cny("99.00")}).CreateOrder(t.Context(), r)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "%v", err)
	assert.Zero(t, f.writes())
}

func TestAnOrderThatCostsMoreThanTheLimitIsSaidSo(t *testing.T) {
	f := creating(func(o *core.Order) { o.Totals.Payable = cny("16.01") })
	order, err := limited(t, f, core.BuyerLimits{MaxOrder: cny("16.00")}).CreateOrder(t.Context(), purchase())
	assertError(t, err, core.Guarded, core.Done)
	assert.Equal(t, core.OrderID("1001"), order.ID, "it exists")
}

func TestMaxOrderBoundsAPayment(t *testing.T) {
	for most, sent := range map[string]int{"15.99": 0, "16.00": 1, "USD": 0} {
		limits := core.BuyerLimits{MaxOrder: usd("99.00")}
		if most != "USD" {
			limits.MaxOrder = cny(most)
		}
		f := newFake()
		_, err := limited(t, f, limits).Pay(t.Context(), payment16())
		assert.Equal(t, sent, f.writes(), "%s: %v", most, err)
		if sent == 0 {
			assertError(t, err, core.Guarded, core.NotDone)
			assert.Equal(t, "expect", field(err))
		}
	}
}

// payOrder pays 16.00 for an order.
func payOrder(b *core.Buyer, id core.OrderID) error {
	_, err := b.Pay(context.Background(), core.PayRequest{Order: core.OrderRef{ID: id}, Expect: cny("16.00")})
	return err
}

func TestMaxDayBoundsAllPaymentsOfADay(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	f := newFake()
	buyer := func() *core.Buyer {
		return openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal, Limits: core.BuyerLimits{MaxDay: cny("40.00")}})
	}
	require.NoError(t, payOrder(buyer(), "1"))
	require.NoError(t, payOrder(buyer(), "2"), "32.00 of 40.00")
	err := payOrder(buyer(), "3")
	assertError(t, err, core.Guarded, core.NotDone)
	assert.Equal(t, "limits.max_day", field(err))
	require.NoError(t, payOrder(buyer(), "2"), "a replay spends nothing")
	c.now = time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	assertError(t, payOrder(buyer(), "3"), core.Guarded, core.NotDone)
	c.now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.FixedZone("CST", 8*3600)) // midnight in UTC
	require.NoError(t, payOrder(buyer(), "3"), "another day is free")
	assert.Equal(t, 3, f.writes())
}

func TestAnExactlyFullDayIsWithinTheLimit(t *testing.T) {
	b := limited(t, newFake(), core.BuyerLimits{MaxDay: cny("32.00")})
	require.NoError(t, payOrder(b, "1"))
	require.NoError(t, payOrder(b, "2"))
	assertError(t, payOrder(b, "3"), core.Guarded, core.NotDone)
}

func TestAPaymentCountsForItsDayUntilItIsKnownNotToHaveHappened(t *testing.T) {
	for name, row := range map[string]struct {
		answer error
		frees  bool
	}{
		"done":     {nil, false},
		"in doubt": {lost(), false},
		"refused":  {refusedBy(), true},
		"not sent": {notSent(), true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.pay = func(_ context.Context, r core.PayRequest) (core.Payment, error) {
				if r.Order.ID == "1" && row.answer != nil {
					return core.Payment{}, row.answer
				}
				return core.Payment{State: core.Settled}, nil
			}
			b := limited(t, f, core.BuyerLimits{MaxDay: cny("16.00")})
			_ = payOrder(b, "1")
			if err := payOrder(b, "2"); row.frees {
				require.NoError(t, err)
			} else {
				assertError(t, err, core.Guarded, core.NotDone)
			}
		})
	}
}

func TestAPersonsVerdictGivesADayItsMoneyBack(t *testing.T) {
	for happened, want := range map[bool]core.Outcome{true: core.NotDone, false: core.Done} {
		c := &clock{noon}
		f := newFake().losing()
		b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Limits: core.BuyerLimits{MaxDay: cny("16.00")}})
		require.Error(t, payOrder(b, "1"))
		c.advance(quarantine)
		require.ErrorIs(t, payOrder(b, "1"), core.NeedsHuman)
		f.pay = newFake().pay
		require.ErrorIs(t, payOrder(b, "2"), core.Guarded, "what waits for a person counts")
		intent, _, err := b.History(t.Context(), core.IntentKey{Account: "fake", Op: core.OpPay, Key: "1"})
		require.NoError(t, err)
		_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Happened: happened, Reason: "the bank says so"})
		require.NoError(t, err)
		assert.Equal(t, want, core.OutcomeOf(payOrder(b, "2")), "it happened: %v", happened)
	}
}

func TestADaysLimitInAnotherCurrencyRefuses(t *testing.T) {
	f := newFake()
	b := limited(t, f, core.BuyerLimits{MaxDay: usd("999.00")})
	err := payOrder(b, "1")
	assertError(t, err, core.Guarded, core.NotDone)
	assert.Equal(t, "limits.max_day", field(err))
	assert.Zero(t, f.writes())
}

func TestARefusedDayLeavesTheOrderToOthers(t *testing.T) {
	f := newFake()
	b := limited(t, f, core.BuyerLimits{MaxDay: cny("15.99")})
	require.Error(t, payOrder(b, "1001"))
	require.NoError(t, theWrites[core.OpCancelOrder](b))
}

func TestPaymentsAtOnceDoNotExceedADay(t *testing.T) {
	f, journal := newFake(), core.NewMemoryJournal()
	var wg sync.WaitGroup
	for i := range 20 {
		b := openWith(t, f, core.BuyerOptions{Journal: journal, Limits: core.BuyerLimits{MaxDay: cny("50.00")}})
		wg.Go(func() { _ = payOrder(b, core.OrderID(fmt.Sprint(i))) })
	}
	wg.Wait()
	assert.Equal(t, 3, f.writes(), "3 x 16.00")
}

func TestPricesAHundredfoldApartAreTakenForFenAndYuan(t *testing.T) {
	for name, row := range map[string]struct {
		own    string // of one of two pieces
		quoted money.Amount
		sent   int
	}{
		"the same":                         {"8.00", cny("16.00"), 1},
		"the caller's are in fen":          {"800", cny("16.00"), 0},
		"the marketplace's are in fen":     {"8.00", cny("1600.00"), 0},
		"fifty times more":                 {"8.00", cny("800.00"), 0},
		"fifty times less":                 {"400.00", cny("16.00"), 0},
		"forty times more":                 {"8.00", cny("640.00"), 1},
		"forty times less":                 {"320.00", cny("16.00"), 1},
		"another currency":                 {"8.00", usd("16.00"), 0},
		"goods whose price is not told":    {"8.00", money.Amount{}, 1},
		"a caller that expects no price":   {"", cny("16.00"), 1},
		"a caller's price of nothing":      {"0.00", cny("16.00"), 1},
		"goods that the marketplace gives": {"8.00", cny("0.00"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := quoting(money.Amount{})
			f.quote = func(context.Context, core.QuoteRequest) (core.Quote, error) {
				return core.Quote{Totals: core.Totals{Goods: row.quoted, Shipping: cny("2000.00"), Payable: cny("2016.00")}}, nil
			}
			r := purchase()
			r.Lines[0].UnitPrice = money.UnitPrice{}
			if row.own != "" {
				r.Lines[0].UnitPrice = unit(row.own)
			}
			_, err := open(t, f).CreateOrder(t.Context(), r)
			assert.Equal(t, row.sent, f.writes(), "%v", err)
			if row.sent == 0 {
				assertError(t, err, core.Guarded, core.NotDone)
				assert.Equal(t, "lines", field(err))
			}
		})
	}
}

func TestARefusedPaymentIsBelievedOnlyWhenTheOrderIsReadAsUnpaid(t *testing.T) {
	for read, row := range map[string]struct {
		get  func(context.Context, core.GetOrderRequest) (core.Order, error)
		code core.Code
		want core.Outcome
	}{
		"unpaid":     {func(context.Context, core.GetOrderRequest) (core.Order, error) { return unpaid("1001"), nil }, core.Refused, core.NotDone},
		"paid":       {func(context.Context, core.GetOrderRequest) (core.Order, error) { return paidOrder("1001"), nil }, core.BadAnswer, core.InDoubt},
		"unreadable": {func(context.Context, core.GetOrderRequest) (core.Order, error) { return core.Order{}, lost() }, core.BadAnswer, core.InDoubt},
	} {
		t.Run(read, func(t *testing.T) {
			f := newFake()
			f.pay = func(context.Context, core.PayRequest) (core.Payment, error) {
				f.get = row.get
				return core.Payment{}, refusedBy()
			}
			_, err := open(t, f).Pay(t.Context(), payment16())
			assertError(t, err, row.code, row.want)
			assert.Equal(t, 1, f.writes())
		})
	}
}

func TestARefundThatTheOrderDoesNotShowYetCounts(t *testing.T) {
	f := newFake().reading(paidOrder("1001")) // it never shows a refund
	f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
		return core.Refund{ID: core.RefundID(r.Ref), State: core.RefundRequested}, nil
	}
	b := open(t, f)
	ask := func(ref core.Ref, amount, shipping string) error {
		r := refundOf(amount)
		r.Ref = ref
		if shipping != "" {
			r.Shipping = cny(shipping)
		}
		_, err := b.Refund(t.Context(), r)
		return err
	}
	require.NoError(t, ask("a", "6.00", "4.00"))
	assertError(t, ask("b", "6.01", ""), core.Guarded, core.NotDone)
	require.NoError(t, ask("b", "5.00", "1.00"), "6.00 is left")
	assertError(t, ask("c", "0.01", ""), core.Guarded, core.NotDone)
	require.NoError(t, ask("a", "6.00", "4.00"), "it replays")
	assert.Equal(t, 2, f.writes())
}

func TestARefundThatTheOrderShowsCountsOnce(t *testing.T) {
	order := paidOrder("1001")
	f := newFake()
	f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return order, nil }
	b := open(t, f)
	_, err := b.Refund(t.Context(), refundOf("10.00"))
	require.NoError(t, err)
	order.Refunds = []core.Refund{{ID: "f1", State: core.RefundRequested, Amount: cny("10.00")}}
	f.refund = func(context.Context, core.RefundRequest) (core.Refund, error) { return core.Refund{ID: "f2"}, nil }
	r := refundOf("6.00")
	r.Ref = "refund-2"
	_, err = b.Refund(t.Context(), r)
	require.NoError(t, err, "16.00 in all")
}

func TestARefundThatAPersonFoundCounts(t *testing.T) {
	c := &clock{noon}
	f := newFake().losing().reading(paidOrder("1001"))
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
	_, err := b.Refund(t.Context(), refundOf("10.00"))
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	c.advance(quarantine)
	intent, err := b.Resolve(t.Context(), keyOf(core.OpRefund))
	require.ErrorIs(t, err, core.NeedsHuman)
	_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Happened: true, RefundID: "f9", Reason: "seen in the console"})
	require.NoError(t, err)
	r := refundOf("6.01")
	r.Ref = "refund-2"
	_, err = b.Refund(t.Context(), r)
	assertError(t, err, core.Guarded, core.NotDone)
}

// A gateway may say "refused" as a state and not as an error.
func TestARefusalThatIsAStateIsReadTooBeforeItIsBelieved(t *testing.T) {
	f := newFake()
	f.pay = func(context.Context, core.PayRequest) (core.Payment, error) {
		f.reading(paidOrder("1001"))
		return core.Payment{State: core.PaymentRefused}, nil
	}
	_, err := open(t, f).Pay(t.Context(), payment16())
	assertError(t, err, core.BadAnswer, core.InDoubt)
}

// 10.00 were paid back before; 6.00 + 6.00 more would be 22.00 of 16.00.
func TestARefundThatIsNotShownYetCountsNextToLargerOnesThatAre(t *testing.T) {
	order := paidOrder("1001")
	order.Totals.Refunded = cny("10.00")
	order.Refunds = []core.Refund{{ID: "f0", State: core.RefundPaid, Amount: cny("10.00")}}
	for name, refunds := range map[string][]core.Refund{"listed": order.Refunds, "in the total only": nil} {
		order.Refunds = refunds
		f := newFake().reading(order)
		f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
			return core.Refund{ID: core.RefundID(r.Ref), State: core.RefundRequested}, nil
		}
		b := open(t, f)
		_, err := b.Refund(t.Context(), refundOf("6.00"))
		require.NoError(t, err)
		r := refundOf("6.00")
		r.Ref = "refund-2"
		_, err = b.Refund(t.Context(), r)
		assert.Equal(t, core.NotDone, core.OutcomeOf(err), "%s", name)
		assert.Equal(t, 1, f.writes(), "%s", name)
	}
}

// What was spent is spent, although it was proved not to have happened.
func TestAPaymentThatIsFoundLateCountsForItsDay(t *testing.T) {
	c := &clock{noon}
	f := losingAll(core.OpPay).withEffect(lookupable)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c), Fence: fence, Limits: core.BuyerLimits{MaxDay: cny("16.00")}})
	require.Error(t, theWrites[core.OpPay](b))
	c.advance(quarantine)
	require.Equal(t, core.NotDone, core.OutcomeOf(theWrites[core.OpPay](b)))
	f.reading(paidOrder("1001"))
	require.NoError(t, theWrites[core.OpPay](b))
	f.get, f.pay = newFake().get, newFake().pay
	assertError(t, payOrder(b, "2"), core.Guarded, core.NotDone)
}
