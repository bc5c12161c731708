package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/sampan-go/sampan/core"
)

// group lets changes that are asked for at the same time share one transaction, and so one fsync. A
// change is acknowledged when that transaction is on disk: what an acknowledgement means is the same for
// one and for many.
type group struct {
	turn chan struct{} // held by the caller that commits; one writer is all that SQLite has

	mu      sync.Mutex
	waiting []*change
	commits int // so far
}

// change is what one caller wants done. do may be called twice, if others spoilt the first try.
type change struct {
	ctx  context.Context
	do   func(*sql.Tx) error
	err  error
	done chan struct{} // closed when err is final
}

// mostTogether bounds how long one transaction holds the others up.
const mostTogether = 128

func newGroup() *group { return &group{turn: make(chan struct{}, 1)} }

// run makes a change durable, or gives the error of a change that was not made. While one caller
// commits, the others gather; the next of them commits for all.
func (g *group) run(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	c := &change{ctx: ctx, do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	for {
		select {
		case <-c.done:
			return c.err
		case g.turn <- struct{}{}:
			g.commit(db, g.next())
			<-g.turn
		}
	}
}

func (g *group) next() []*change {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), mostTogether)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	return batch
}

// commit makes the changes of a batch. If anything goes wrong with it that is not one change's own
// refusal, such as a full disk, each is tried alone: one must not fail because of another.
func (g *group) commit(db *sql.DB, batch []*change) {
	var live []*change
	for _, c := range batch {
		if c.err = c.ctx.Err(); c.err != nil {
			close(c.done) // it has not begun
			continue
		}
		live = append(live, c)
	}
	if len(live) > 1 && g.together(db, live) == nil {
		return
	}
	for _, c := range live {
		c.err = g.alone(db, c)
		close(c.done)
	}
}

// alone makes one change in a transaction of its own.
func (g *group) alone(db *sql.DB, c *change) error {
	tx, err := db.BeginTx(c.ctx, nil)
	if err != nil {
		return err
	}
	if err := c.do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	g.count()
	return tx.Commit()
}

// together makes all changes in one transaction, or none of them and gives an error. A change that
// refuses itself is undone alone. The transaction belongs to nobody's context: a caller that goes away
// must not take the others' changes with it.
func (g *group) together(db *sql.DB, batch []*change) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	for _, c := range batch {
		if err := within(tx, c); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	g.count()
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, c := range batch {
		close(c.done)
	}
	return nil
}

// within makes one change in a transaction of several. Its error is one that spoils them all.
func within(tx *sql.Tx, c *change) error {
	if _, err := tx.Exec("SAVEPOINT change"); err != nil { //nolint:noctx // the transaction is nobody's
		return err
	}
	undo := ""
	if c.err = c.do(tx); c.err != nil {
		if _, refusal := errors.AsType[*core.Error](c.err); !refusal {
			return c.err
		}
		undo = "ROLLBACK TO change; "
	}
	_, err := tx.Exec(undo + "RELEASE change") //nolint:noctx // see above
	return err
}

func (g *group) count() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits++
}
