package listen

import (
	"context"
	"iter"
	"time"

	"github.com/sampan-go/sampan/core"
)

// eventPage is how many events are fetched at once.
const eventPage = 100

// Events gives a reader every event that it is not done with, and then waits for more until ctx ends.
// The reader's name keeps its place for ever: an event is done with when the next one is asked for, and
// one that was not is given again after a restart. A name that is new begins with the first event of
// the log. An error of the log is given and ends it.
func (l *Listener) Events(ctx context.Context, reader string) iter.Seq2[core.OrderEvent, error] {
	return func(yield func(core.OrderEvent, error) bool) {
		at, err := l.log.Position(ctx, reader)
		for err == nil {
			news := l.awaited() // before the look, so that nothing is missed after it
			var events []core.OrderEvent
			if events, err = l.log.Events(ctx, at, eventPage); err != nil {
				break
			}
			for _, event := range events {
				if ctx.Err() != nil || !yield(event, nil) {
					return
				}
				at = event.Seq
				if err = l.advance(ctx, reader, at); err != nil {
					break
				}
			}
			if err == nil && len(events) == 0 {
				waits(ctx, lookAgain, news)
			}
			if ctx.Err() != nil {
				return
			}
		}
		if ctx.Err() == nil {
			yield(core.OrderEvent{}, err)
		}
	}
}

// advance counts an event that was handled although the reader's time is over.
func (l *Listener) advance(ctx context.Context, reader string, to int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return l.log.Advance(ctx, reader, to)
}

// announce wakes whoever waits for events.
func (l *Listener) announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.news)
	l.news = make(chan struct{})
}

func (l *Listener) awaited() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.news
}
