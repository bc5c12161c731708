package listen

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sampan-go/sampan/core"
)

const (
	// page is how many letters are read together: all that name one order cost one read of it.
	page = 500
	// lookAgain is how often a worker looks without being woken: another host may have kept a letter.
	lookAgain = 2 * time.Second
	// firstPause and longestPause bound the wait before an order is tried again.
	firstPause   = time.Second
	longestPause = time.Minute
	// mostTries is how often an order is read whose reading fails for a reason that may last for ever.
	mostTries = 5
)

// lateness is what is known of an order that could not be read.
type lateness struct {
	tries int
	until time.Time
}

// work reads what waits in the inbox of an account until ctx ends.
func (l *Listener) work(ctx context.Context, a *account) {
	for ctx.Err() == nil {
		stuck, err := l.readAll(ctx, a)
		if err != nil && ctx.Err() == nil {
			l.logger.Error("the inbox cannot be read", "account", a.name, reason(err))
		}
		if stuck || err != nil { // further letters change nothing about it
			waits(ctx, lookAgain, nil)
			continue
		}
		waits(ctx, lookAgain, a.wake)
	}
}

// mostStuck is how many pages in a row may hold nothing but letters that must wait, before the rest is
// left for another time: while a gateway is down there can be very many.
const mostStuck = 20

// readAll reads what waits, oldest first. stuck says that it gave up for now.
func (l *Listener) readAll(ctx context.Context, a *account) (stuck bool, err error) {
	after := int64(0)
	for inVain := 0; inVain < mostStuck; {
		letters, err := l.inbox.Unread(ctx, a.name, after, page)
		if err != nil || len(letters) == 0 {
			return false, err
		}
		after = letters[len(letters)-1].Seq
		settled, err := l.readTogether(ctx, a, letters)
		if err != nil {
			return false, err
		}
		if inVain++; settled > 0 {
			inVain = 0
		}
	}
	return true, nil
}

// errand is one order to be read, for all letters that name it.
type errand struct {
	order   core.OrderRef
	refunds []core.RefundID
	letters []int
}

// readTogether reads every order that the letters name once, and marks those letters as read of which
// nothing is left to do.
func (l *Listener) readTogether(ctx context.Context, a *account, letters []core.Letter) (settled int, err error) {
	notes := make([]string, len(letters))
	errands, err := errandsOf(ctx, a, letters, notes)
	if err != nil {
		return 0, err
	}
	for _, e := range errands {
		note, settled := l.readOrder(ctx, a, e)
		for _, i := range e.letters {
			switch {
			case !settled:
				notes[i] = ""
			case notes[i] != "":
				notes[i] = note
			}
		}
	}
	if slices.Contains(notes, nothingNamed) {
		signal(a.hurry)
	}
	byNote := map[string][]core.Letter{}
	for i, note := range notes {
		byNote[note] = append(byNote[note], letters[i])
	}
	delete(byNote, "") // they stay
	for note, read := range byNote {
		if err := l.inbox.Read(context.WithoutCancel(ctx), read, note); err != nil {
			return settled, err
		}
		settled += len(read)
	}
	return settled, nil
}

const (
	nothingNamed = "it names no order of this account"
	wasRead      = "read"
)

// purchasePatience is how long a letter waits for the purchase that it names to be on record. After it
// the poll will find the order, if there is one.
const purchasePatience = 10 * time.Minute

// errandsOf also begins the notes: none on a letter that must wait.
func errandsOf(ctx context.Context, a *account, letters []core.Letter, notes []string) ([]*errand, error) {
	var errands []*errand
	known := map[core.OrderID]*errand{}
	for i, letter := range letters {
		orders, unfinished, err := a.buyer.OrdersOf(ctx, letter.Message)
		if err != nil {
			return nil, err
		}
		if !unfinished || time.Since(letter.Received) > purchasePatience {
			notes[i] = nothingNamed
		}
		for _, order := range orders {
			e := known[order.ID]
			if e == nil {
				e = &errand{order: order}
				known[order.ID], errands = e, append(errands, e)
			}
			e.letters = append(e.letters, i)
			for _, id := range letter.Message.Refunds {
				if len(orders) == 1 && !slices.Contains(e.refunds, id) { // of several orders none knows whose it is
					e.refunds = append(e.refunds, id)
				}
			}
		}
	}
	return errands, nil
}

// readOrder reads an order and says what came of it; not settled: it is to be read again, because it
// could not be, or because a call of ours that changes it is on its way.
func (l *Listener) readOrder(ctx context.Context, a *account, e *errand) (note string, settled bool) {
	late := a.late[e.order.ID]
	if time.Now().Before(late.until) || ctx.Err() != nil {
		return "", false
	}
	atWork, err := a.buyer.AtWork(ctx, e.order.ID) // before the read: what ends during it may be missing
	if err == nil {
		err = l.observe(ctx, a, e.order, e.refunds...)
	}
	if err == nil && (!atWork || late.tries >= mostTries) {
		delete(a.late, e.order.ID)
		return wasRead, true
	}
	if ctx.Err() != nil {
		return "", false
	}
	late.tries++
	late.until = time.Now().Add(min(firstPause<<min(late.tries-1, 10), longestPause))
	if err != nil {
		l.logger.Warn("an order that a message names could not be read", "account", a.name, "order", e.order.ID, "tries", late.tries, reason(err))
	}
	if err == nil || late.tries < triesFor(err) {
		a.late[e.order.ID] = late
		return "", false
	}
	delete(a.late, e.order.ID)
	return "it could not be read: " + codeOf(err).String(), true
}

// triesFor says how often it is worth reading an order: what will pass is waited for as long as it
// takes, and what may be so for ever is not. The poll reads the account's own orders all the same.
func triesFor(err error) int {
	switch code := codeOf(err); {
	case ofTheGateway(code):
		return 1 << 30
	case code == core.InvalidInput, code == core.Unsupported:
		return 1
	}
	return mostTries
}

// ofTheGateway reports whether a failure is the gateway's or the account's, and not one order's.
func ofTheGateway(code core.Code) bool {
	return code == core.Unavailable || code == core.RateLimited || code == core.Denied || code == core.Canceled
}

func codeOf(err error) core.Code {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.Code
	}
	return core.Internal
}

// observe reads an order and lets the readers of events know.
func (l *Listener) observe(ctx context.Context, a *account, order core.OrderRef, refunds ...core.RefundID) error {
	events, err := a.buyer.Observe(ctx, l.log, order, refunds...)
	if len(events) > 0 {
		l.announce()
	}
	return err
}

// pollRegularly reads every open order at once, and then on the schedule, or earlier when a message
// came of which nobody knows what it is about.
func (l *Listener) pollRegularly(ctx context.Context, a *account) {
	for ctx.Err() == nil {
		if err := l.Poll(ctx, a.name); err != nil && ctx.Err() == nil {
			l.logger.Warn("not every open order could be read", "account", a.name, reason(err))
		}
		waits(ctx, min(l.poll, leastPoll), nil)
		waits(ctx, max(l.poll-leastPoll, 0), a.hurry)
	}
}

// leastPoll is how long after a poll the next one may be, when a message names no order that is known.
const leastPoll = time.Minute

// failuresInARow end a poll: the gateway is not there.
const failuresInARow = 5

// Poll reads every open order of an account now. Its error is that of the last order that could not be
// read; the others were.
func (l *Listener) Poll(ctx context.Context, account string) error {
	a := l.accounts[account]
	if a == nil {
		return core.Invalid("account", "%q is not listened for", account)
	}
	var failure error
	failures := 0
	for order, err := range a.buyer.OpenOrders(ctx, l.log) {
		if err == nil {
			err = l.observe(ctx, a, order)
		}
		if err == nil {
			failures = 0
			continue
		}
		failure = err
		if ofTheGateway(codeOf(err)) {
			failures++
		}
		if failures == failuresInARow || ctx.Err() != nil {
			break
		}
	}
	return failure
}
