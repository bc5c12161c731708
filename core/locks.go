package core

import (
	"context"
	"sync"
)

// keyLocks lets callers of the same write wait for one another, so that they get equal answers.
type keyLocks struct {
	mu   sync.Mutex
	held map[IntentKey]chan struct{}
}

// lock takes the keys one after the other, always in the same order of the callers' making; an empty
// key is none.
func (l *keyLocks) lock(ctx context.Context, keys ...IntentKey) (release func(), err error) {
	var held []func()
	release = func() {
		for _, r := range held {
			r()
		}
	}
	for _, key := range keys {
		if key.Key == "" {
			continue
		}
		r, err := l.lockOne(ctx, key)
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, r)
	}
	return release, nil
}

func (l *keyLocks) lockOne(ctx context.Context, key IntentKey) (release func(), err error) {
	for {
		l.mu.Lock()
		if l.held == nil {
			l.held = map[IntentKey]chan struct{}{}
		}
		holder, taken := l.held[key]
		if !taken {
			mine := make(chan struct{})
			l.held[key] = mine
			l.mu.Unlock()
			return func() { l.release(key, mine) }, nil
		}
		l.mu.Unlock()
		select {
		case <-holder:
		case <-ctx.Done():
			return nil, &Error{Code: Canceled, Outcome: InDoubt, Message: "gave up waiting for another call of the same write, whose outcome is not known here", Err: ctx.Err()}
		}
	}
}

func (l *keyLocks) release(key IntentKey, mine chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, key)
	close(mine)
}
