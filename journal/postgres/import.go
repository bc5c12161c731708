package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

// importPage is how many intents are read at once.
const importPage = 500

// Import copies another journal into this one, which must be empty, and checks the copy. It is all or
// nothing. Nobody may write to the other meanwhile.
func (j *Journal) Import(ctx context.Context, from core.Journal) (intents, changes int, err error) {
	_, made, err := from.Clock(ctx)
	if err != nil {
		return 0, 0, err
	}
	err = j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		// A copy takes longer than a change may.
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE sampan.intents IN EXCLUSIVE MODE"); err != nil {
			return nil, err
		}
		var used bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM sampan.intents)").Scan(&used); err != nil {
			return nil, err
		}
		if used {
			return nil, refuse("the journal to copy into is not empty; name an empty database")
		}
		if _, err := tx.Exec(ctx, "UPDATE sampan.schema_version SET made = least(made, $1)", made); err != nil {
			return nil, err
		}
		return nil, each(ctx, from, func(intent core.Intent, history []core.Change) error {
			intents, changes = intents+1, changes+len(history)
			return copyIn(ctx, tx, intent, history)
		})
	})
	if err != nil {
		return 0, 0, err
	}
	return intents, changes, each(ctx, from, func(intent core.Intent, history []core.Change) error { return j.same(ctx, intent, history) })
}

// each gives every intent of a journal with its history.
func each(ctx context.Context, from core.Journal, f func(core.Intent, []core.Change) error) error {
	filter := core.Filter{Limit: importPage}
	for {
		page, err := from.Find(ctx, filter)
		if err != nil {
			return err
		}
		for _, intent := range page {
			history, err := from.Changes(ctx, intent.IntentKey)
			if err == nil && int64(len(history)) != intent.Version {
				err = refuse("the history of %s %q is not whole; nothing was copied", intent.Op, intent.Key)
			}
			if err == nil {
				err = f(intent, history)
			}
			if err != nil {
				return err
			}
		}
		if len(page) < importPage {
			return nil
		}
		filter.After = page[len(page)-1].IntentKey
	}
}

func copyIn(ctx context.Context, tx pgx.Tx, intent core.Intent, history []core.Change) error {
	values, err := columns(intent)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO sampan.intents (account, op, key, version, state, about, due, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", values...); err != nil {
		return err
	}
	if err := putClaims(ctx, tx, intent, nil); err != nil {
		return err
	}
	spent := intent
	spent.Spend.Most = core.Spend{}.Most // what was spent is counted, whatever the limit is
	if err := putSpend(ctx, tx, spent, core.Spend{}); err != nil {
		return err
	}
	previous := root(intent.IntentKey)
	for _, change := range history {
		w, err := keepChange(ctx, tx, intent.IntentKey, change, previous)
		if err != nil {
			return err
		}
		previous = w.hash
	}
	return nil
}

// same checks what was copied, and with it the chain.
func (j *Journal) same(ctx context.Context, intent core.Intent, history []core.Change) error {
	copied, known, err := j.Lookup(ctx, intent.IntentKey)
	if err != nil {
		return err
	}
	changes, err := j.Changes(ctx, intent.IntentKey)
	if err != nil {
		return err
	}
	if !known || !equal(copied, intent) || !equal(changes, history) {
		return refuse("the copy of %s %q is not what was copied; do not use it", intent.Op, intent.Key)
	}
	return nil
}

func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// keepChange appends an entry to an intent's chain.
func keepChange(ctx context.Context, tx pgx.Tx, key core.IntentKey, change core.Change, previous []byte) (*written, error) {
	change.At = change.At.UTC().Truncate(time.Millisecond)
	entry, err := json.Marshal(change)
	if err != nil {
		return nil, err
	}
	w := &written{key: key, version: change.Version, hash: link(previous, entry)}
	err = tx.QueryRow(ctx, `INSERT INTO sampan.changes (account, op, key, version, entry, hash) VALUES ($1, $2, $3, $4, $5, $6) RETURNING pg_current_xact_id()::text`,
		key.Account, string(key.Op), key.Key, change.Version, entry, w.hash).Scan(&w.transaction)
	return w, err
}
