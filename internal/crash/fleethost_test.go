package crash

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/sampan-go/sampan/core"
)

// fleetPlan is what one of several hosts on one database is told to do.
type fleetPlan struct {
	site
	Orders int
	Seed   uint64 // of the order in which it takes the purchases
	Owner  string // names this run of this host
	// Calm is how a host is started when nothing goes wrong any more: it recovers, waits for the
	// others, and makes every call once more.
	Calm bool
	Seen truth
}

// The words that hosts of a fleet say beside those of others.
const (
	sayRest      = "REST"      // nothing is left that this host may do
	sayRecovered = "RECOVERED" // and how many a person decided here
	sayAll       = "ALL"       // and the order of each purchase, as JSON
)

func fleetProcess(p fleetPlan) error {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	goAhead := make(chan struct{})
	go listen(goAhead)
	h, err := openHost(ctx, p.site)
	if err != nil {
		return err
	}
	defer h.close()
	if p.Calm {
		return h.calm(ctx, p, goAhead)
	}
	go func() { _ = h.buyer.Watch(ctx, p.Owner) }() // until the end
	h.storm(ctx, p)
	say(sayRest, "")
	<-ctx.Done()
	return nil
}

// listen takes the test's word to go on, and ends this process when the test is gone.
func listen(goAhead chan<- struct{}) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		close(goAhead)
	}
	os.Exit(3)
}

func refOf(n int) core.Ref { return core.Ref(fmt.Sprintf("po-%04d", n)) }

// houseOf gives every purchase an address of its own, but for some pairs: those are the same goods for
// the same address, which this gateway cannot tell apart, and so one waits for the other.
func houseOf(n int) int {
	if n%10 == 1 {
		return n - 1
	}
	return n
}

// shuffled is every purchase, in an order that follows from the seed.
func (p fleetPlan) shuffled() []int { return rand.New(rand.NewPCG(p.Seed, 0)).Perm(p.Orders) }

// storm buys and pays what the others leave: it tries again what was not done, and leaves what is in
// doubt to Watch.
func (h *host) storm(ctx context.Context, p fleetPlan) {
	for todo := p.shuffled(); len(todo) > 0 && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		var again []int
		for _, n := range todo {
			if _, err := h.buy(ctx, n); core.OutcomeOf(err) == core.NotDone {
				again = append(again, n)
			}
		}
		todo = again
	}
}

// buy makes one purchase and pays what a read says that it costs.
func (h *host) buy(ctx context.Context, n int) (core.OrderID, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	order, err := h.buyer.CreateOrder(ctx, purchase(refOf(n), houseOf(n)))
	if err != nil {
		return "", err
	}
	seen, err := h.buyer.GetOrder(ctx, core.GetOrderRequest{Order: order.OrderRef})
	if err != nil {
		return "", err
	}
	_, err = h.buyer.Pay(ctx, core.PayRequest{Order: order.OrderRef, Expect: seen.Totals.Payable})
	return order.ID, err
}

// calm recovers until nothing is open, and when all hosts have, buys and pays everything once more.
func (h *host) calm(ctx context.Context, p fleetPlan, goAhead <-chan struct{}) error {
	decided, err := h.recoverAll(ctx, p.Seen)
	if err != nil {
		return err
	}
	say(sayRecovered, decided)
	select {
	case <-goAhead:
	case <-ctx.Done():
		return ctx.Err()
	}
	became := map[core.Ref]core.OrderID{}
	for _, n := range p.shuffled() {
		if became[refOf(n)], err = h.insist(ctx, n, p.Seen); err != nil {
			return fmt.Errorf("%s: %w", refOf(n), err)
		}
	}
	say(sayAll, written(became))
	return nil
}

// recoverAll lets a truthful person decide what Recover lists for one, until nothing is open. The other
// hosts do the same at the same time, so a decision may come too late.
func (h *host) recoverAll(ctx context.Context, seen truth) (decided int, err error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		open, err := h.buyer.Recover(ctx)
		if err == nil && len(open) == 0 {
			return decided, nil
		}
		if err == nil {
			var n int
			n, err = h.decideAll(ctx, open, seen)
			decided += n
		}
		if time.Now().After(end) {
			return decided, fmt.Errorf("%d intents stay open, the last error is %w", len(open), err)
		}
	}
}

// decideAll is one round of a truthful person.
func (h *host) decideAll(ctx context.Context, open []core.Intent, seen truth) (decided int, err error) {
	for _, i := range open {
		if i.State != core.IntentNeedsHuman {
			continue
		}
		if _, err = h.buyer.Decide(ctx, i.IntentKey, seen.verdict(i)); err == nil {
			decided++
		}
	}
	return decided, err
}

// insist makes the same calls until they are done: another host may be at work on them. What was proved
// three times not to have happened is for a person before it is tried again; nothing of it was sent
// since seen was seen, because nothing is.
func (h *host) insist(ctx context.Context, n int, seen truth) (id core.OrderID, err error) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if id, err = h.buy(ctx, n); err == nil {
			return id, nil
		}
		if errors.Is(err, core.NeedsHuman) {
			if open, err := h.buyer.Open(ctx); err == nil {
				_, _ = h.decideAll(ctx, open, seen) // another host's person may have been quicker
			}
		}
	}
	return id, err
}
