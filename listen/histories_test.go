package listen

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// history is the lives of a few orders, as states one after the other, and which order each is of.
type history []core.Order

// anyHistory lets three orders live: prices, payment, parcels, refunds, an end.
func anyHistory(rng *rand.Rand) history {
	var steps history
	for _, id := range []core.OrderID{"1", "2", "3"} {
		o := order(id, core.AwaitingPayment, "100.00")
		life := history{o}
		step := func(change func(*core.Order)) {
			o.Refunds = append([]core.Refund{}, o.Refunds...)
			change(&o)
			life = append(life, o)
		}
		for range rng.IntN(3) {
			step(func(o *core.Order) { o.Totals.Payable, _ = money.FromMinor(int64(1+rng.IntN(10_000)), money.CNY) })
		}
		if rng.IntN(4) == 0 {
			step(func(o *core.Order) { o.Status = core.Cancelled })
		} else {
			for _, status := range []core.Status{core.Paid, core.PartlyShipped, core.Shipped, core.Received, core.Completed} {
				if status == core.Paid || rng.IntN(2) == 0 {
					step(func(o *core.Order) { o.Status = status })
				}
			}
			if rng.IntN(2) == 0 {
				step(func(o *core.Order) {
					o.Refunds = []core.Refund{{ID: "TQ" + core.RefundID(id), State: core.RefundRequested}}
				})
				for _, state := range []core.RefundState{core.RefundAwaitingReturn, core.RefundReturning, core.RefundPaid} {
					if rng.IntN(2) == 0 {
						step(func(o *core.Order) { o.Refunds[0].State = state })
					}
				}
			}
		}
		steps = interleave(rng, steps, life)
	}
	return steps
}

// interleave keeps the order within each.
func interleave(rng *rand.Rand, a, b history) history {
	var all history
	for len(a)+len(b) > 0 {
		if rng.IntN(len(a)+len(b)) < len(a) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}

// end is what was seen last of each order.
func end(t *testing.T, l *Listener) map[core.OrderID]core.Sight {
	t.Helper()
	seen := map[core.OrderID]core.Sight{}
	for _, id := range []core.OrderID{"1", "2", "3"} {
		sight, known, err := l.log.Seen(t.Context(), "a", id)
		require.NoError(t, err)
		require.True(t, known)
		sight.Version, sight.At = 0, noTime
		seen[id] = sight
	}
	return seen
}

var noTime = core.Sight{}.At

// told keeps a message and reads what waits, without the goroutines that Run has for it.
func told(t *testing.T, l *Listener, letters ...core.Letter) {
	t.Helper()
	_, err := l.inbox.Keep(t.Context(), letters)
	require.NoError(t, err)
	_, err = l.readAll(t.Context(), l.accounts["a"])
	require.NoError(t, err)
}

func letterOf(step int, id core.OrderID) core.Letter {
	return core.Letter{Account: "a", Sum: fmt.Sprint(step), Message: core.Message{Orders: []core.OrderID{id}}}
}

// ordered is the history as it was, every message in its time.
func ordered(t *testing.T, steps history) map[core.OrderID]core.Sight {
	s := newShop()
	l := listener(t, s, Options{})
	for i, o := range steps {
		s.set(o)
		told(t, l, letterOf(i, o.ID))
	}
	return end(t, l)
}

// A message is shuffled, doubled, late or lost; an answer may be that of a copy which lags; and a poll
// comes at the end.
func TestEveryHistoryEndsWhereTheOrderedOneEnds(t *testing.T) {
	const histories = 10_000
	var messages, lost, doubled, stale int
	for seed := range uint64(histories) {
		rng := rand.New(rand.NewPCG(seed, 1))
		steps := anyHistory(rng)
		s := newShop()
		l := listener(t, s, Options{})
		var waiting []core.Letter
		past := map[core.OrderID]history{}
		lagging := true
		s.lag = func(id core.OrderID) (core.Order, bool) {
			if old := past[id]; lagging && len(old) > 0 && rng.IntN(3) == 0 {
				stale++
				return old[rng.IntN(len(old))], true
			}
			return core.Order{}, false
		}
		for i, o := range steps {
			s.set(o)
			past[o.ID] = append(past[o.ID], o)
			messages++
			switch rng.IntN(5) {
			case 0:
				lost++
			case 1:
				doubled++
				waiting = append(waiting, letterOf(i, o.ID), letterOf(i, o.ID))
			default:
				waiting = append(waiting, letterOf(i, o.ID))
			}
			rng.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
			n := rng.IntN(len(waiting) + 1)
			told(t, l, waiting[:n]...)
			waiting = waiting[n:]
		}
		told(t, l, waiting...)
		lagging = false
		for id := range past { // the poll also reads what was bought and never heard of
			require.NoError(t, l.observe(t.Context(), l.accounts["a"], core.OrderRef{ID: id}))
		}
		require.NoError(t, l.Poll(t.Context(), "a"))
		require.Equal(t, ordered(t, steps), end(t, l), "seed %d", seed)
		requireForward(t, allEvents(t, l), seed)
	}
	require.Greater(t, lost*6, messages, "about a fifth are lost")
	require.Greater(t, doubled*6, messages)
	require.Greater(t, stale, histories)
	t.Logf("%d histories, %d messages: %d lost, %d doubled; %d stale answers", histories, messages, lost, doubled, stale)
}

// requireForward: what the events say of an order is one life without a step back.
func requireForward(t *testing.T, events []core.OrderEvent, seed uint64) {
	t.Helper()
	status := map[core.OrderID]core.Status{}
	refunds := map[core.RefundID]core.RefundState{}
	for _, e := range events {
		require.True(t, status[e.Order].CanBecome(e.Status), "seed %d: %s after %s", seed, e.Status, status[e.Order])
		status[e.Order] = e.Status
		if e.Kind == core.EventRefund {
			require.Equal(t, refunds[e.Refund], e.RefundStateBefore)
			require.Greater(t, e.RefundState, e.RefundStateBefore, "seed %d", seed)
			refunds[e.Refund] = e.RefundState
		}
	}
}

// Half are forged, half are replays of messages that were taken before.
func TestForgedAndReplayedMessagesChangeNothing(t *testing.T) {
	const attempts, genuine = 100_000, 50
	s := newShop()
	l := listener(t, s, Options{})
	running(t, l)
	var bodies [][]byte
	for i := range genuine {
		id := core.OrderID(fmt.Sprint(i))
		s.set(order(id, core.Paid, "16.00"))
		bodies = append(bodies, message(i, id))
		pushed(t, l, bodies[i])
	}
	eventually(t, nothingWaits(t, l), "the genuine ones are read")
	events := allEvents(t, l)
	s.mu.Lock()
	reads := maps.Clone(s.reads)
	s.mu.Unlock()
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range attempts {
		body := bodies[rng.IntN(genuine)]
		if i%2 == 0 {
			require.Equal(t, http.StatusOK, push(l, body, signed(body)), "a replay is answered, so that the gateway is content")
			continue
		}
		forged, signature := append([]byte{}, body...), signed(body)
		switch rng.IntN(4) {
		case 0:
			forged[rng.IntN(len(forged))] ^= byte(1 + rng.IntN(255))
		case 1:
			signature = signature[:rng.IntN(len(signature))]
		case 2:
			forged = append(forged, ' ')
		case 3:
			signature = signed(forged[1:])
		}
		require.Equal(t, http.StatusUnauthorized, push(l, forged, signature))
	}
	require.True(t, nothingWaits(t, l)())
	require.Equal(t, events, allEvents(t, l))
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Equal(t, reads, s.reads, "no order was read again")
}
