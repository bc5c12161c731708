package listen

import (
	"context"
	"time"

	"github.com/sampan-go/sampan/core"
)

// arrival is a letter that waits to be kept.
type arrival struct {
	letter core.Letter
	kept   chan error
}

// deposit keeps a letter durably, together with whatever else arrives meanwhile.
func (l *Listener) deposit(ctx context.Context, letter core.Letter) error {
	one := arrival{letter, make(chan error, 1)}
	select {
	case l.arrivals <- one:
	case <-ctx.Done():
		return tooSlow("the listener does not run, or the messages are faster than the inbox")
	}
	select {
	case err := <-one.kept:
		return err
	case <-ctx.Done(): // it may be kept all the same; then its second coming is no new letter
		return tooSlow("the inbox did not answer in time")
	}
}

func tooSlow(message string) error {
	return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: core.OpMessage, Message: message}
}

// mostKept is how many letters go into one change of the inbox.
const mostKept = 128

// keepPatience is how long one change of the inbox may take.
const keepPatience = 5 * time.Second

// keep writes letters as they arrive, all that wait in one change: a disk takes few changes a second,
// however many letters are in each.
func (l *Listener) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-l.arrivals:
			l.keepTogether(ctx, l.waiting(first))
		}
	}
}

func (l *Listener) waiting(first arrival) []arrival {
	batch := []arrival{first}
	for len(batch) < mostKept {
		select {
		case next := <-l.arrivals:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (l *Listener) keepTogether(ctx context.Context, batch []arrival) {
	letters := make([]core.Letter, len(batch))
	for i, one := range batch {
		letters[i] = one.letter
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	kept, err := l.inbox.Keep(ctx, letters)
	for i, one := range batch {
		one.kept <- err
		if err == nil && kept[i] {
			l.accounts[one.letter.Account].rouse()
		}
	}
}
