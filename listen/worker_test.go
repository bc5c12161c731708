package listen

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestAMessageMakesTheOrderBeReadAndIsNotBelieved(t *testing.T) {
	s := newShop()
	s.set(order("17", core.Paid, "16.00"))
	l := listener(t, s, Options{})
	running(t, l)
	pushed(t, l, message(1, "17"))
	eventually(t, func() bool { return len(allEvents(t, l)) == 1 }, "an event")
	s.set(order("17", core.Shipped, "16.00"))
	pushed(t, l, message(2, "17"))
	eventually(t, func() bool { return len(allEvents(t, l)) == 2 }, "a second one")
	e := allEvents(t, l)[1]
	require.Equal(t, core.EventStatus, e.Kind)
	require.Equal(t, []core.Status{core.Paid, core.Shipped}, []core.Status{e.StatusBefore, e.Status})
}

func TestManyMessagesOfOneOrderCostOneRead(t *testing.T) {
	s := newShop()
	s.set(order("17", core.Paid, "16.00"))
	s.set(order("18", core.Paid, "16.00"))
	l := listener(t, s, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	go l.keep(ctx)
	for i := range 60 {
		pushed(t, l, message(i, "17", "18"))
	}
	cancel()
	_, err := l.readAll(t.Context(), l.accounts["a"])
	require.NoError(t, err)
	require.Equal(t, 1, s.readsOf("17"))
	require.Equal(t, 1, s.readsOf("18"))
	require.True(t, nothingWaits(t, l)())
}

// A message that comes while its order is being read may be about what the read does not show yet.
func TestAMessageThatComesDuringAReadCausesAnother(t *testing.T) {
	s := newShop()
	s.set(order("17", core.Paid, "16.00"))
	s.gate = make(chan struct{})
	l := listener(t, s, Options{})
	running(t, l)
	pushed(t, l, message(1, "17"))
	time.Sleep(20 * time.Millisecond) // the read has begun, or begins after the second message
	pushed(t, l, message(2, "17"))
	close(s.gate)
	eventually(t, nothingWaits(t, l), "both are read")
	require.Equal(t, 2, s.readsOf("17"))
}

func TestWhatWasNotReadIsReadByTheNextRun(t *testing.T) {
	s := newShop()
	s.set(order("17", core.Paid, "16.00"))
	s.failing("17", &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "down"})
	box := core.NewMemoryInbox()
	l := listener(t, s, Options{Inbox: box, Log: box})
	stop := running(t, l)
	pushed(t, l, message(1, "17"))
	eventually(t, func() bool { return s.readsOf("17") > 0 }, "it was tried")
	stop()
	require.False(t, nothingWaits(t, l)())
	s.failing("17", nil)
	l = listener(t, s, Options{Inbox: box, Log: box})
	running(t, l)
	eventually(t, nothingWaits(t, l), "the next run reads it")
	require.Len(t, allEvents(t, l), 1)
}

func TestHowLongAnOrderIsTried(t *testing.T) {
	for code, want := range map[core.Code]struct{ fewest, most int }{
		core.Unavailable: {30, 200}, core.RateLimited: {30, 200}, core.Denied: {30, 200},
		core.NotFound: {5, 5}, core.BadAnswer: {5, 5}, core.InvalidInput: {1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop()
			s.failing("17", &core.Error{Code: code, Outcome: core.NotDone, Message: "no"})
			s.set(order("18", core.Paid, "16.00"))
			l := listener(t, s, Options{})
			running(t, l)
			pushed(t, l, message(1, "17", "18"))
			time.Sleep(30 * time.Minute)
			require.GreaterOrEqual(t, s.readsOf("17"), want.fewest, code)
			require.LessOrEqual(t, s.readsOf("17"), want.most, code)
			require.Equal(t, want.most < 30, nothingWaits(t, l)(), "%s: a letter stays while it is worth waiting", code)
			require.Len(t, allEvents(t, l), 1, "the other order is told at once")
		})
	}
}

// unreadCounter counts the pages that are asked for.
type unreadCounter struct {
	*core.MemoryInbox
	pages int
}

func (c *unreadCounter) Unread(ctx context.Context, account string, after int64, most int) ([]core.Letter, error) {
	c.pages++
	return c.MemoryInbox.Unread(ctx, account, after, most)
}

func TestWhileAGatewayIsDownTheInboxIsNotReadThroughEveryTime(t *testing.T) {
	s := newShop()
	s.failing("17", &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "down"})
	s.set(order("18", core.Paid, "16.00"))
	box := &unreadCounter{MemoryInbox: core.NewMemoryInbox()}
	l := listener(t, s, Options{Inbox: box, Log: box})
	var letters []core.Letter
	for i := range page * (mostStuck + 5) {
		letters = append(letters, core.Letter{Account: "a", Sum: fmt.Sprint(i), Message: core.Message{Orders: []core.OrderID{"17"}}})
	}
	letters[page*(mostStuck-1)].Message.Orders = []core.OrderID{"18"}
	_, err := box.Keep(t.Context(), letters)
	require.NoError(t, err)
	stuck, err := l.readAll(t.Context(), l.accounts["a"])
	require.NoError(t, err)
	require.False(t, stuck, "one letter that could be read in between, and it goes on to the end")
	require.Equal(t, 1, s.readsOf("18"))
	box.pages = 0
	stuck, err = l.readAll(t.Context(), l.accounts["a"])
	require.NoError(t, err)
	require.True(t, stuck)
	require.Equal(t, mostStuck, box.pages)
	require.Equal(t, 1, s.readsOf("17"), "and the order is not asked for at once")
}

// A message of a refund can be faster than the answer that says which refund it is.
func TestAnOrderIsReadAgainWhenOurOwnCallHasEnded(t *testing.T) {
	for name, c := range map[string]struct {
		ends  bool
		reads int
	}{"it ends": {true, 2}, "it never does": {false, mostTries + 1}} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop()
			s.set(order("17", core.Paid, "16.00"))
			journal := core.NewMemoryJournal()
			intent, _, err := journal.Reserve(t.Context(), core.Intent{IntentKey: core.IntentKey{Account: "a", Op: core.OpRefund, Key: "r1"}, About: "17", State: core.IntentSending})
			require.NoError(t, err)
			box := core.NewMemoryInbox()
			buyer, err := core.NewBuyer(t.Context(), s, core.BuyerOptions{Account: "a", Journal: journal})
			require.NoError(t, err)
			l, err := New(Options{Buyers: []*core.Buyer{buyer}, Inbox: box, Log: box, Poll: -1})
			require.NoError(t, err)
			running(t, l)
			pushed(t, l, message(1, "17"))
			time.Sleep(10 * time.Millisecond)
			require.Equal(t, 1, s.readsOf("17"), name)
			require.Len(t, allEvents(t, l), 1, "what was read is told at once")
			require.False(t, nothingWaits(t, l)())
			if c.ends {
				intent.State = core.IntentInDoubt
				_, err = journal.Update(t.Context(), intent)
				require.NoError(t, err)
			}
			time.Sleep(10 * time.Minute)
			require.Equal(t, c.reads, s.readsOf("17"), name)
			require.True(t, nothingWaits(t, l)())
		})
	}
}

func TestALostMessageCostsOnlyTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.set(order("17", core.AwaitingPayment, "16.00"))
		l := listener(t, s, Options{Poll: 10 * time.Minute})
		running(t, l)
		pushed(t, l, message(1, "17"))
		time.Sleep(time.Second)
		s.set(order("17", core.Completed, "16.00")) // of which no message comes
		time.Sleep(10 * time.Minute)
		events := allEvents(t, l)
		require.Equal(t, core.Completed, events[len(events)-1].Status)
		reads := s.readsOf("17")
		time.Sleep(time.Hour)
		require.Equal(t, reads, s.readsOf("17"), "what has ended is not polled")
	})
}

func TestAPollEndsWhenTheGatewayIsNotThere(t *testing.T) {
	s := newShop()
	l := listener(t, s, Options{})
	for _, id := range []core.OrderID{"1", "2", "3", "4", "5", "6", "7"} {
		s.set(order(id, core.Paid, "16.00"))
		require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: id}))
		s.failing(id, &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Message: "down"})
	}
	require.ErrorIs(t, l.Poll(t.Context(), "a"), core.Unavailable)
	require.Equal(t, []int{2, 2, 1}, []int{s.readsOf("1"), s.readsOf("5"), s.readsOf("6")})
	for _, id := range []core.OrderID{"1", "2", "3", "4", "5", "6"} {
		s.failing(id, &core.Error{Code: core.NotFound, Outcome: core.NotDone, Message: "gone"})
	}
	s.failing("7", nil)
	require.ErrorIs(t, l.Poll(t.Context(), "a"), core.NotFound)
	require.Equal(t, 2, s.readsOf("7"), "orders that are gone do not keep the others from being read")
	require.ErrorIs(t, l.Poll(t.Context(), "b"), core.InvalidInput)
}

func TestAnAccountThatCannotReadOrdersGivesHints(t *testing.T) {
	s := newShop()
	s.noOrders = true
	l := listener(t, s, Options{Poll: time.Hour})
	running(t, l)
	pushed(t, l, message(1, "17"))
	eventually(t, nothingWaits(t, l), "it is read")
	require.Equal(t, core.EventHint, allEvents(t, l)[0].Kind)
}

func TestAReaderOfEventsGoesOnWhereItWasDone(t *testing.T) {
	s := newShop()
	l := listener(t, s, Options{})
	for _, id := range []core.OrderID{"1", "2", "3"} {
		s.set(order(id, core.Paid, "16.00"))
		require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: id}))
	}
	next := func(reader string, most int) (got []core.OrderID) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for e, err := range l.Events(ctx, reader) {
			require.NoError(t, err)
			got = append(got, e.Order)
			if len(got) == most {
				break // while it is at work on this one
			}
		}
		return got
	}
	require.Equal(t, []core.OrderID{"1", "2"}, next("r", 2))
	require.Equal(t, []core.OrderID{"2", "3"}, next("r", 9), "what it was at work on comes again")
	require.Empty(t, next("r", 9))
	require.Len(t, next("another", 9), 3)
	go func() {
		s.set(order("4", core.Paid, "16.00"))
		_ = l.observe(context.Background(), l.accounts["a"], core.OrderRef{ID: "4"})
	}()
	for e, err := range l.Events(t.Context(), "r") { // waits for it
		require.NoError(t, err)
		require.Equal(t, core.OrderID("4"), e.Order)
		break
	}
}

func TestAMessageThatNamesNothingKnownHurriesThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.set(order("17", core.Paid, "16.00"))
		l := listener(t, s, Options{Poll: 10 * time.Hour})
		require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: "17"}))
		running(t, l)
		time.Sleep(2 * time.Minute)
		require.Equal(t, 2, s.readsOf("17"), "the first poll")
		s.set(order("17", core.Shipped, "16.00"))
		for i := range 10 { // however many there are
			pushed(t, l, message(i))
		}
		time.Sleep(30 * time.Second)
		require.Equal(t, 3, s.readsOf("17"))
		require.Equal(t, core.Shipped, allEvents(t, l)[1].Status)
		for i := range 10 {
			pushed(t, l, message(10+i))
			time.Sleep(time.Second)
		}
		require.Equal(t, 3, s.readsOf("17"), "not more often than once a minute")
		time.Sleep(time.Minute)
		require.Equal(t, 4, s.readsOf("17"))
	})
}
