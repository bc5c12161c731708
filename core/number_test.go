package core_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core"
)

var numberForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,32}$`)

func TestANumberIsShortAndTheSameForTheSamePurchase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[0-9A-Za-z]{1,8}`).Draw(t, "prefix")
		account, ref := rapid.String().Draw(t, "account"), core.Ref(rapid.StringMatching(`[!-~]{1,64}`).Draw(t, "ref"))
		generation := rapid.IntRange(1, 99_999).Draw(t, "generation")
		number := core.Number(prefix, account, ref, generation)
		assert.Regexp(t, numberForm, number)
		assert.True(t, strings.HasPrefix(number, prefix))
		assert.Equal(t, number, core.Number(prefix, account, ref, generation))
		assert.NotEqual(t, number, core.Number(prefix, account, ref, generation+1))
		assert.NotEqual(t, number, core.Number(prefix, account+"x", ref, generation))
		assert.NotEqual(t, number, core.Number(prefix, account, ref+"x", generation))
	})
}

func TestNoTwoPurchasesHaveOneNumber(t *testing.T) {
	seen := map[string]string{}
	for _, prefix := range []string{"sp", "s", "p"} {
		for _, names := range [][2]string{{"a", "bc"}, {"ab", "c"}, {"", "abc"}, {"abc", ""}, {"A", "bc"}, {"a", "b"}, {"a\x00\x00\x00\x01b", "c"}} {
			for _, generation := range []int{1, 2, 11} {
				number := core.Number(prefix, names[0], core.Ref(names[1]), generation)
				is := strings.Join([]string{prefix, names[0], names[1]}, "|")
				assert.Empty(t, seen[number], "%s and %s", seen[number], is)
				seen[number] = is
			}
		}
	}
}

// A number must not change from one release to the next: what is in doubt is found by it.
func TestANumberIsWhatItWasInEveryRelease(t *testing.T) {
	assert.Equal(t, "spvdxrro63e3gfvszc-g1", core.Number("sp", "shop", "order-1", 1))
}

func TestTheAdapterSeesTheNumberAndTheCallerItsRef(t *testing.T) {
	f := newFake()
	var seen core.CreateOrderRequest
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		seen = r
		o := made(r)
		o.Siblings = []core.Order{{Ref: r.Ref, OrderRef: core.OrderRef{ID: "1002"}}, {Ref: "foreign", OrderRef: core.OrderRef{ID: "1003"}}}
		return o, nil
	}
	b := openWith(t, f, core.BuyerOptions{Account: "shop", NumberPrefix: "Zz9"})
	for range 2 {
		order, err := b.CreateOrder(t.Context(), purchase())
		require.NoError(t, err)
		assert.Equal(t, core.Ref(core.Number("Zz9", "shop", "order-1", 1)), seen.Ref)
		assert.Equal(t, core.Ref("order-1"), order.Ref)
		assert.Equal(t, core.Ref("order-1"), order.Siblings[0].Ref)
		assert.Equal(t, core.Ref("foreign"), order.Siblings[1].Ref)
	}
	want := purchase()
	want.Ref, want.Attempt = seen.Ref, seen.Attempt
	assert.Equal(t, want, seen, "nothing else of the request is changed")
}

func TestTheNumberStaysTheSameFromAttemptToAttempt(t *testing.T) {
	var seen []core.Ref
	f := newFake()
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		seen = append(seen, r.Ref)
		return core.Order{}, notSent()
	}
	b := open(t, f)
	for range 3 {
		_, err := b.CreateOrder(t.Context(), purchase())
		require.Error(t, err)
	}
	assert.Equal(t, []core.Ref{ourNumber("order-1"), ourNumber("order-1"), ourNumber("order-1")}, seen)
}

func TestARefusedPurchaseBeginsAgainUnderAnotherNumberOnlyByAPerson(t *testing.T) {
	var seen []core.Ref
	f := newFake()
	f.create = func(_ context.Context, r core.CreateOrderRequest) (core.Order, error) {
		if seen = append(seen, r.Ref); len(seen) < 3 {
			return core.Order{}, refusedBy()
		}
		return made(r), nil
	}
	b := open(t, f)
	key := keyOf(core.OpCreateOrder)
	for generation := 2; generation <= 3; generation++ {
		for range 2 {
			_, err := b.CreateOrder(t.Context(), purchase())
			assertError(t, err, core.Refused, core.NotDone)
		}
		intent, _, err := b.History(t.Context(), key)
		require.NoError(t, err)
		for _, bad := range []core.Verdict{
			{Version: intent.Version, Again: true},
			{Version: intent.Version - 1, Again: true, Reason: "r"},
			{Version: intent.Version, Again: true, Happened: true, OrderID: "1001", Reason: "r"},
			{Version: intent.Version, Reason: "it is not in doubt"},
		} {
			_, err = b.Decide(t.Context(), key, bad)
			require.Equal(t, core.NotDone, core.OutcomeOf(err), "%+v", bad)
		}
		decided, err := b.Decide(t.Context(), key, core.Verdict{Version: intent.Version, Again: true, Reason: "it is in stock again"})
		require.NoError(t, err)
		assert.Equal(t, generation, decided.Generation)
	}
	order, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	assert.Equal(t, core.Ref("order-1"), order.Ref)
	require.Len(t, seen, 3)
	for i, number := range seen {
		assert.Equal(t, core.Ref(core.Number("sp", "fake", "order-1", i+1)), number)
	}
	_, changes, err := b.History(t.Context(), key)
	require.NoError(t, err)
	var notes []string
	for _, change := range changes {
		notes = append(notes, change.Note)
	}
	assert.Contains(t, notes, "it is in stock again")
	f.list = func(_ context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
		assert.Equal(t, seen[2], r.Ref, "the list is asked for the number that the purchase has now")
		return core.OrderPage{}, nil
	}
	for range b.ListOrders(t.Context(), core.ListOrdersRequest{Ref: "order-1"}) {
		t.Fatal("nothing is listed")
	}
}

func TestWhatIsInDoubtCannotBeginAgain(t *testing.T) {
	c := &clock{noon}
	b := openWith(t, newFake().answering(lost()), core.BuyerOptions{Now: c.read})
	_, err := b.CreateOrder(t.Context(), purchase())
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	for range 2 {
		intent, _, err := b.History(t.Context(), keyOf(core.OpCreateOrder))
		require.NoError(t, err)
		_, err = b.Decide(t.Context(), keyOf(core.OpCreateOrder), core.Verdict{Version: intent.Version, Again: true, Reason: "impatient"})
		assertError(t, err, core.Conflict, core.NotDone)
		c.advance(quarantine)
		_, _ = b.Recover(t.Context())
	}
}

func TestAListByRefAsksForTheNumberAndGivesTheRefBack(t *testing.T) {
	f := newFake()
	b := open(t, f)
	_, err := b.CreateOrder(t.Context(), purchase())
	require.NoError(t, err)
	foreign, unknown := unpaid("7"), unpaid("8")
	foreign.Ref, unknown.Ref = "of-another-program", ourNumber("not-in-the-journal")
	var asked []core.Ref
	f.list = func(_ context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
		asked = append(asked, r.Ref)
		ours := unpaid("1001")
		ours.Ref = ourNumber("order-1")
		return core.OrderPage{Orders: []core.Order{ours, foreign, unknown}}, nil
	}
	for _, ref := range []core.Ref{"order-1", "", "order-9"} {
		var got []core.Ref
		for order, err := range b.ListOrders(t.Context(), core.ListOrdersRequest{Ref: ref}) {
			require.NoError(t, err)
			got = append(got, order.Ref)
		}
		assert.Equal(t, []core.Ref{"order-1", "of-another-program", ourNumber("not-in-the-journal")}, got)
	}
	assert.Equal(t, []core.Ref{ourNumber("order-1"), "", ourNumber("order-9")}, asked)

	ours := unpaid("1001")
	ours.Ref = ourNumber("order-1")
	f.reading(ours)
	order, err := b.GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1001"}})
	require.NoError(t, err)
	assert.Equal(t, core.Ref("order-1"), order.Ref)
}

func TestABadNumberPrefixIsRefused(t *testing.T) {
	for _, prefix := range []string{"ninechars", "a-b", "ü", "a b", "_", "a\n"} {
		_, err := core.NewBuyer(t.Context(), newFake(), core.BuyerOptions{NumberPrefix: prefix})
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, "number_prefix", field(err), "%q", prefix)
	}
	for _, prefix := range []string{"", "a", "12345678", "aZ09"} {
		_, err := core.NewBuyer(t.Context(), newFake(), core.BuyerOptions{NumberPrefix: prefix})
		require.NoError(t, err, "%q", prefix)
	}
}
