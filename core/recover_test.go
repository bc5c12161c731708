package core_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// stateOf is the state of a write on record.
func stateOf(t tester, b *core.Buyer, key core.IntentKey) core.IntentState {
	intent, _, err := b.History(context.Background(), key)
	require.NoError(t, err)
	return intent.State
}

func TestABuyerThatNeverSawTheRequestSettlesItFromTheJournalAlone(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		require.Error(t, theWrites[op](openWith(t, f, core.BuyerOptions{Now: c.read, Journal: j})))
		after := losingAll(op)
		b := openWith(t, after, core.BuyerOptions{Now: c.read, Journal: j})
		intent, err := b.Resolve(t.Context(), keyOf(op))
		assertError(t, err, core.Unavailable, core.InDoubt)
		require.Equal(t, core.IntentInDoubt, intent.State)
		after.happened(op)
		intent, err = b.Resolve(t.Context(), keyOf(op))
		require.NoError(t, err)
		assert.Equal(t, core.IntentDone, intent.State)
		assert.Equal(t, core.OrderID("1001"), intent.About)
		after.blind()
		_, err = b.Resolve(t.Context(), keyOf(op))
		require.NoError(t, err, "what is done is not read again")
		require.NoError(t, theWrites[op](b), "the same call replays")
		assert.Zero(t, after.writes())
	})
}

func TestABuyerThatNeverSawTheRequestSettlesWhatWasBeingSent(t *testing.T) {
	forEveryWrite(t, func(t *testing.T, op core.Operation, f *fake, c *clock, j *core.MemoryJournal) {
		assert.Panics(t, func() {
			_ = theWrites[op](openWith(t, f, core.BuyerOptions{Now: c.read, Journal: &dyingJournal{j, func(i core.Intent) bool { return i.State == core.IntentInDoubt }}}))
		})
		require.Equal(t, 1, f.writes())
		after := losingAll(op).happened(op)
		b := openWith(t, after, core.BuyerOptions{Now: c.read, Journal: j})
		for _, want := range []core.IntentState{core.IntentSending, core.IntentDone} {
			_, err := b.Recover(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, stateOf(t, b, keyOf(op)))
			c.advance(time.Minute)
		}
		assert.Zero(t, after.writes())
	})
}

func TestRecoverSettlesWhatIsFoundAndGivesTheRest(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	f := losingAll(core.OpPay)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
	require.Error(t, theWrites[core.OpCreateOrder](b))
	require.Error(t, payOrder(b, "1"))
	require.Error(t, payOrder(b, "2"))
	f.get = func(_ context.Context, r core.GetOrderRequest) (core.Order, error) {
		if r.Order.ID == "2" {
			return paidOrder("2"), nil
		}
		return unpaid(r.Order.ID), nil
	}
	open, err := openWith(t, f.happened(core.OpCreateOrder), core.BuyerOptions{Now: c.read, Journal: journal}).Recover(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)
	assert.Equal(t, core.IntentKey{Account: "fake", Op: core.OpPay, Key: "1"}, open[0].IntentKey)
}

func TestWatchSettlesWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := losingAll(core.OpPay)
		b := openWith(t, f, core.BuyerOptions{Now: time.Now, Journal: core.NewMemoryJournal()})
		require.Error(t, theWrites[core.OpPay](b))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Watch(ctx, "host-1") }()
		time.Sleep(time.Minute)
		assert.Equal(t, core.IntentInDoubt, stateOf(t, b, keyOf(core.OpPay)))
		time.Sleep(quarantine)
		assert.Equal(t, core.IntentNeedsHuman, stateOf(t, b, keyOf(core.OpPay)))
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
		assert.Equal(t, 1, f.writes())
		assertError(t, b.Watch(t.Context(), " "), core.InvalidInput, core.NotDone)
	})
}

func TestWhatTheJournalDoesNotKnowCannotBeResolved(t *testing.T) {
	journal := core.NewMemoryJournal()
	require.NoError(t, theWrites[core.OpPay](openWith(t, newFake(), core.BuyerOptions{Account: "shop", Journal: journal})))
	b := openWith(t, newFake(), core.BuyerOptions{Account: "other", Journal: journal})
	for _, key := range []core.IntentKey{{Account: "other", Op: core.OpPay, Key: "1001"}, {Account: "shop", Op: core.OpPay, Key: "1001"}} {
		_, err := b.Resolve(t.Context(), key)
		assertError(t, err, core.NotFound, core.NotDone)
	}
}

func TestAFoundPurchaseIsHeldAgainstTheJournalsCopyOfTheRequest(t *testing.T) {
	with := func(change func(*core.Order)) core.Order {
		o := made(purchase())
		change(&o)
		return o
	}
	right := made(purchase())
	for name, row := range map[string]struct {
		orders []core.Order
		state  core.IntentState
	}{
		"the one that was asked for": {[]core.Order{right}, core.IntentDone},
		"in another quantity":        {[]core.Order{with(func(o *core.Order) { o.Lines[0].Quantity = 3 })}, core.IntentNeedsHuman},
		"of another product":         {[]core.Order{with(func(o *core.Order) { o.Lines[0].ProductID = "coffee" })}, core.IntentNeedsHuman},
		"with more goods":            {[]core.Order{with(func(o *core.Order) { o.Lines = append(o.Lines, core.Line{ProductID: "cup", Quantity: 1}) })}, core.IntentNeedsHuman},
		"twice":                      {[]core.Order{right, with(func(o *core.Order) { o.ID = "1002" })}, core.IntentNeedsHuman},
		"only a foreign one":         {[]core.Order{with(func(o *core.Order) { o.Ref = "of-another-program" })}, core.IntentInDoubt},
		"dearer than was allowed":    {[]core.Order{with(func(o *core.Order) { o.Totals.Payable = cny("20.01") })}, core.IntentDone},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{noon}
			journal := agedJournal(c)
			r := purchase()
			r.MaxTotal = cny("20.00")
			_, err := openWith(t, losingAll(core.OpCreateOrder), core.BuyerOptions{Now: c.read, Journal: journal}).CreateOrder(t.Context(), r)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))
			f := newFake().listing(row.orders...)
			b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
			intent, err := b.Resolve(t.Context(), keyOf(core.OpCreateOrder))
			require.Equal(t, row.state, intent.State, "%v", err)
			if row.state == core.IntentNeedsHuman {
				assertError(t, err, core.NeedsHuman, core.InDoubt)
			}
			if name == "dearer than was allowed" {
				assertError(t, err, core.Guarded, core.Done)
			}
			_, again := b.CreateOrder(t.Context(), r)
			assert.Equal(t, core.OutcomeOf(err), core.OutcomeOf(again))
			assert.Zero(t, f.writes())
		})
	}
}

func TestAFoundPaymentOfAnotherAmountIsDoneAndSaidSo(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	require.Error(t, theWrites[core.OpPay](openWith(t, losingAll(core.OpPay), core.BuyerOptions{Now: c.read, Journal: journal})))
	o := paidOrder("1001")
	o.Totals.Payable = cny("61.00")
	intent, err := openWith(t, newFake().reading(o), core.BuyerOptions{Now: c.read, Journal: journal}).Resolve(t.Context(), keyOf(core.OpPay))
	assertError(t, err, core.Guarded, core.Done)
	assert.Equal(t, core.IntentDone, intent.State)
}

func TestARefundIsFoundOnlyIfItIsTheOne(t *testing.T) {
	one := core.Refund{ID: "f1", State: core.RefundRequested, Amount: cny("2.00"), Shipping: cny("1.00"), Kind: core.RefundOnly, Lines: []core.RefundLine{{ID: "l1", Quantity: 1}}, Created: noon.Add(time.Second)}
	with := func(change func(*core.Refund)) core.Refund {
		f := one
		change(&f)
		return f
	}
	for name, row := range map[string]struct {
		refunds []core.Refund
		state   core.IntentState
	}{
		"the one":                       {[]core.Refund{one}, core.IntentDone},
		"said no more than it must":     {[]core.Refund{{ID: "f1", Amount: cny("2.00")}}, core.IntentDone},
		"after one of before":           {[]core.Refund{with(func(f *core.Refund) { f.ID, f.Created = "f0", noon.Add(-time.Hour) }), one}, core.IntentDone},
		"by a clock that is behind":     {[]core.Refund{with(func(f *core.Refund) { f.Created = noon.Add(-time.Minute) })}, core.IntentDone},
		"next to another request's":     {[]core.Refund{with(func(f *core.Refund) { f.ID = "owned" }), one}, core.IntentDone},
		"only another request's":        {[]core.Refund{with(func(f *core.Refund) { f.ID = "owned" })}, core.IntentInDoubt},
		"only one of before":            {[]core.Refund{with(func(f *core.Refund) { f.Created = noon.Add(-time.Minute - time.Second) })}, core.IntentInDoubt},
		"of another amount":             {[]core.Refund{with(func(f *core.Refund) { f.Amount = cny("2.01") })}, core.IntentInDoubt},
		"of another freight":            {[]core.Refund{with(func(f *core.Refund) { f.Shipping = cny("0.99") })}, core.IntentInDoubt},
		"of another kind":               {[]core.Refund{with(func(f *core.Refund) { f.Kind = core.ReturnAndRefund })}, core.IntentInDoubt},
		"of another line":               {[]core.Refund{with(func(f *core.Refund) { f.Lines = []core.RefundLine{{ID: "l2"}} })}, core.IntentInDoubt},
		"of an amount that is not told": {[]core.Refund{{ID: "f1"}}, core.IntentInDoubt},
		"without an id":                 {[]core.Refund{with(func(f *core.Refund) { f.ID = "" })}, core.IntentInDoubt},
		"twice":                         {[]core.Refund{one, with(func(f *core.Refund) { f.ID = "f2" })}, core.IntentNeedsHuman},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{noon}
			journal := agedJournal(c)
			order := paidOrder("1001")
			f := newFake()
			f.get = func(context.Context, core.GetOrderRequest) (core.Order, error) { return order, nil }
			f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
				if r.Ref == "refund-0" {
					return core.Refund{ID: "owned"}, nil
				}
				return core.Refund{}, lost()
			}
			b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
			r := core.RefundRequest{Ref: "refund-0", Order: core.OrderRef{ID: "1001"}, Kind: core.RefundOnly, Amount: cny("2.00"), Shipping: cny("1.00"), Lines: []core.RefundLine{{ID: "l1", Quantity: 1}}}
			_, err := b.Refund(t.Context(), r)
			require.NoError(t, err)
			r.Ref = "refund-1"
			_, err = b.Refund(t.Context(), r)
			require.Equal(t, core.InDoubt, core.OutcomeOf(err))

			order.Refunds = row.refunds
			after := newFake().reading(order)
			b = openWith(t, after, core.BuyerOptions{Now: c.read, Journal: journal})
			intent, err := b.Resolve(t.Context(), keyOf(core.OpRefund))
			require.Equal(t, row.state, intent.State, "%v", err)
			if row.state == core.IntentDone {
				var refund core.Refund
				require.NoError(t, json.Unmarshal(intent.Result, &refund))
				assert.Equal(t, core.RefundID("f1"), refund.ID)
				assert.Equal(t, core.Ref("refund-1"), refund.Ref)
				_, held, err := journal.Holder(t.Context(), "fake", "refund:f1")
				require.NoError(t, err)
				assert.True(t, held)
			}
			assert.Zero(t, after.writes())
		})
	}
}

// The journal is kept for years and read by many: nothing personal may be in it.
func TestTheJournalHoldsNothingPersonal(t *testing.T) {
	const canary = "CANARY"
	f := newFake().listing()
	order := func(r core.CreateOrderRequest) core.Order {
		o := made(r)
		o.Address = &r.Address
		o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}, Address: &r.Address}}
		return o
	}
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) { return order(r), nil }
	c := &clock{noon}
	journal := agedJournal(c)
	b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal})
	r := purchase()
	r.Address = core.Address{Name: canary + "1", Mobile: "1380013" + "7777", Phone: canary + "2", Country: canary + "3", Province: canary + "4", City: canary + "5",
		District: canary + "6", Town: canary + "7", Street: canary + "8", Postcode: canary + "9", DistrictCode: "330119"}
	r.Message = canary + "-message"
	scan := func() {
		t.Helper()
		intents, err := journal.Find(t.Context(), core.Filter{})
		require.NoError(t, err)
		require.NotEmpty(t, intents)
		for _, intent := range intents {
			changes, err := journal.Changes(t.Context(), intent.IntentKey)
			require.NoError(t, err)
			text, err := json.Marshal([]any{intent, changes})
			require.NoError(t, err)
			for _, personal := range []string{canary, "13800137777", "330119"} {
				assert.NotContains(t, string(text), personal)
			}
		}
	}
	_, err := b.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	scan()
	require.NoError(t, theWrites[core.OpPay](b))
	f.reading(paidOrder("1001"))
	refund := refundOf("1.00")
	refund.Reason, refund.Evidence = canary+"-reason", []string{canary + "-picture"}
	_, err = b.Refund(t.Context(), refund)
	require.NoError(t, err)
	require.ErrorIs(t, theWrites[core.OpCancelOrder](b), core.Guarded)
	scan()

	// What is found, adopted or decided brings the order as it is read, with its address.
	r.Ref = "order-9"
	f.create = func(context.Context, core.CreateOrderRequest) (core.Order, error) { return core.Order{}, lost() }
	_, err = b.CreateOrder(t.Context(), r)
	require.Error(t, err)
	found := r
	found.Ref = ourNumber("order-9")
	listed := order(found)
	listed.ID, listed.Siblings = "1009", nil
	f.listing(listed)
	_, err = b.Resolve(t.Context(), core.IntentKey{Account: "fake", Op: core.OpCreateOrder, Key: "order-9"})
	require.NoError(t, err)
	journal = core.NewMemoryJournalAt(c.read)
	_, err = openWith(t, f, core.BuyerOptions{Now: c.read, Journal: journal}).CreateOrder(t.Context(), r)
	require.NoError(t, err, "it is adopted")
	scan()
}

func TestARefundReasonThatTheAdapterRepeatsIsNotInTheJournal(t *testing.T) {
	f := newFake().reading(paidOrder("1001"))
	f.refund = func(_ context.Context, r core.RefundRequest) (core.Refund, error) {
		return core.Refund{ID: "f1", Reason: r.Reason}, nil
	}
	journal := core.NewMemoryJournal()
	r := refundOf("1.00")
	r.Reason = "CANARY"
	_, err := openWith(t, f, core.BuyerOptions{Journal: journal}).Refund(t.Context(), r)
	require.NoError(t, err)
	assertNoCanary(t, journal)
}

func assertNoCanary(t *testing.T, journal core.Journal) {
	t.Helper()
	intents, err := journal.Find(t.Context(), core.Filter{})
	require.NoError(t, err)
	text, err := json.Marshal(intents)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "CANARY")
}

func TestAVerdictWritesNoAddressIntoTheJournal(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	o := paidOrder("1001")
	o.Siblings = []core.Order{{OrderRef: core.OrderRef{ID: "1002"}, Address: &core.Address{Name: "CANARY"}}}
	b := openWith(t, newFake().answering(lost()).reading(o), core.BuyerOptions{Now: c.read, Journal: journal})
	require.Error(t, theWrites[core.OpCreateOrder](b))
	c.advance(time.Minute)
	intent, _, err := b.History(t.Context(), keyOf(core.OpCreateOrder))
	require.NoError(t, err)
	_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Happened: true, OrderID: "1001", Reason: "seen"})
	require.NoError(t, err)
	assertNoCanary(t, journal)
}

func TestABuyerDoesNotDecideForAnotherAccount(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	shop := openWith(t, newFake().answering(lost()), core.BuyerOptions{Account: "shop", Now: c.read, Journal: journal})
	require.Error(t, theWrites[core.OpCreateOrder](shop))
	c.advance(time.Hour)
	open, err := shop.Open(t.Context())
	require.NoError(t, err)
	other := openWith(t, newFake(), core.BuyerOptions{Account: "other", Now: c.read, Journal: journal})
	_, err = other.Decide(t.Context(), open[0].IntentKey, core.Verdict{Version: open[0].Version, Happened: true, OrderID: "7", Reason: "seen"})
	assertError(t, err, core.NotFound, core.NotDone)
}

func TestARefundMayBeToldInOneSum(t *testing.T) {
	c := &clock{noon}
	journal := agedJournal(c)
	r := refundOf("2.00")
	r.Shipping = cny("1.00")
	_, err := openWith(t, losingAll(core.OpRefund), core.BuyerOptions{Now: c.read, Journal: journal}).Refund(t.Context(), r)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	o := paidOrder("1001")
	o.Refunds = []core.Refund{{ID: "f1", Amount: cny("3.00")}}
	_, err = openWith(t, newFake().reading(o), core.BuyerOptions{Now: c.read, Journal: journal}).Resolve(t.Context(), keyOf(core.OpRefund))
	assert.NoError(t, err)
}

func TestAVerdictOnARefundNamesTheRefundWhereTheOrderDoesNot(t *testing.T) {
	one := core.Refund{ID: "f1", Amount: cny("1.00")}
	for name, row := range map[string]struct {
		shown []core.Refund
		named core.RefundID
		want  core.RefundID // "" is refused
	}{
		"the order shows it":              {[]core.Refund{one}, "", "f1"},
		"the person names it":             {nil, "f7", "f7"},
		"the person names another":        {[]core.Refund{one}, "f7", "f7"},
		"nobody names it":                 {nil, "", ""},
		"the order shows two":             {[]core.Refund{one, {ID: "f2", Amount: cny("1.00")}}, "", ""},
		"the person names one of the two": {[]core.Refund{one, {ID: "f2", Amount: cny("1.00")}}, "f2", "f2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{noon}
			f := losingAll(core.OpRefund)
			b := openWith(t, f, core.BuyerOptions{Now: c.read, Journal: agedJournal(c)})
			require.Error(t, theWrites[core.OpRefund](b))
			c.advance(quarantine)
			intent, err := b.Resolve(t.Context(), keyOf(core.OpRefund))
			require.ErrorIs(t, err, core.NeedsHuman)
			order := paidOrder("1001")
			order.Refunds = row.shown
			f.reading(order)
			_, err = b.Decide(t.Context(), intent.IntentKey, core.Verdict{Version: intent.Version, Happened: true, RefundID: row.named, Reason: "seen"})
			if row.want == "" {
				assertError(t, err, core.InvalidInput, core.NotDone)
				assert.Equal(t, "refund", field(err))
				assert.Equal(t, core.IntentNeedsHuman, stateOf(t, b, keyOf(core.OpRefund)))
				return
			}
			require.NoError(t, err)
			refund, err := b.Refund(t.Context(), refundOf("1.00"))
			require.NoError(t, err)
			assert.Equal(t, row.want, refund.ID)
			assert.Equal(t, 1, f.writes())
		})
	}
}
