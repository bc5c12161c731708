package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

// Reserve implements core.Journal. Of several hosts that reserve one key, one does; the others wait
// for it and are given its intent.
func (j *Journal) Reserve(ctx context.Context, intent core.Intent) (onRecord core.Intent, known bool, err error) {
	intent.Version = 1
	if intent.State == core.IntentNone {
		intent.State = core.IntentReserved
	}
	err = j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		var at time.Time
		err := tx.QueryRow(ctx, `INSERT INTO sampan.intents (input_hash, state, attempt_no, signed_at, not_after, version, result, failure, account, op, key)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (account, op, key) DO NOTHING RETURNING clock_timestamp()`, columns(intent)...).Scan(&at)
		if errors.Is(err, pgx.ErrNoRows) {
			if onRecord, known, err = lookup(ctx, tx, intent.IntentKey); err == nil && !known {
				err = refuse("an intent was taken out of the table sampan.intents meanwhile; nothing may be")
			}
			return nil, err
		}
		if err != nil {
			return nil, err
		}
		onRecord = intent
		return keep(ctx, tx, intent, at, root(intent.IntentKey))
	})
	if err != nil {
		return core.Intent{}, false, err
	}
	onRecord.Note = ""
	return onRecord, known, nil
}

// Update implements core.Journal. It asks for no lease: the version alone decides. An intent that
// it settles loses its lease.
func (j *Journal) Update(ctx context.Context, intent core.Intent) (core.Intent, error) {
	readAt := intent.Version
	intent.Version++
	err := j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		var at time.Time
		var previous []byte // none if it was taken out, which Changes notices
		err := tx.QueryRow(ctx, `UPDATE sampan.intents SET input_hash = $1, state = $2, attempt_no = $3, signed_at = $4, not_after = $5, version = $6, result = $7, failure = $8,
				owner = CASE WHEN $2 IN ('sending', 'in_doubt') THEN owner END, lease_end = CASE WHEN $2 IN ('sending', 'in_doubt') THEN lease_end END
			WHERE account = $9 AND op = $10 AND key = $11 AND version = $12
			RETURNING clock_timestamp(), (SELECT hash FROM sampan.changes WHERE account = $9 AND op = $10 AND key = $11 AND version = $12)`,
			append(columns(intent), readAt)...).Scan(&at, &previous)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, core.ChangedMeanwhile(intent.Op)
		}
		if err != nil {
			return nil, err
		}
		return keep(ctx, tx, intent, at, previous)
	})
	if err != nil {
		return core.Intent{}, err
	}
	intent.Note = ""
	return intent, nil
}

// keep appends a change to the intent's chain, in the transaction of the change itself, whose row
// lock keeps every other writer of the chain away.
func keep(ctx context.Context, tx pgx.Tx, intent core.Intent, at time.Time, previous []byte) (*written, error) {
	entry, err := json.Marshal(core.Change{Version: intent.Version, At: at.UTC().Truncate(time.Millisecond), State: intent.State,
		Attempt: intent.Attempt, Failure: intent.Failure, Note: intent.Note})
	if err != nil {
		return nil, err
	}
	w := &written{key: intent.IntentKey, version: intent.Version, hash: link(previous, entry)}
	err = tx.QueryRow(ctx, `INSERT INTO sampan.changes (account, op, key, version, entry, hash) VALUES ($1, $2, $3, $4, $5, $6) RETURNING pg_current_xact_id()::text`,
		intent.Account, string(intent.Op), intent.Key, intent.Version, entry, w.hash).Scan(&w.transaction)
	return w, err
}

// Lookup implements core.Journal.
func (j *Journal) Lookup(ctx context.Context, key core.IntentKey) (core.Intent, bool, error) {
	intent, known, err := lookup(ctx, j.pool, key)
	return intent, known, explain(ctx, err)
}

// Unsettled implements core.Journal.
func (j *Journal) Unsettled(ctx context.Context, account string) ([]core.Intent, error) {
	rows, _ := j.pool.Query(ctx, "SELECT "+intentColumns+` FROM sampan.intents
		WHERE state IN ('sending', 'in_doubt') AND ($1 = '' OR account = $1) ORDER BY account, op, key`, account) // its error is that of the rows
	open, err := pgx.CollectRows(rows, scan)
	return open, explain(ctx, err)
}

// Changes implements core.Journal. It verifies the chain: a change that was altered, taken out or
// slipped in is an error, and so is an intent that is not what its last change made it.
func (j *Journal) Changes(ctx context.Context, key core.IntentKey) ([]core.Change, error) {
	rows, _ := j.pool.Query(ctx, `SELECT coalesce(i.version, 0), coalesce(i.state, ''), coalesce(c.version, 0), c.entry, c.hash
		FROM (SELECT * FROM sampan.intents WHERE account = $1 AND op = $2 AND key = $3) i
		FULL JOIN (SELECT * FROM sampan.changes WHERE account = $1 AND op = $2 AND key = $3) c USING (account, op, key)
		ORDER BY c.version`, key.Account, string(key.Op), key.Key) // its error is that of the rows
	var changes []core.Change
	var last, version int64
	var state string
	var entry, hash []byte
	previous, whole := root(key), true
	_, err := pgx.ForEachRow(rows, []any{&last, &state, &version, &entry, &hash}, func() error {
		var change core.Change
		whole = whole && json.Unmarshal(entry, &change) == nil && bytes.Equal(hash, link(previous, entry)) &&
			version == int64(len(changes)+1) && change.Version == version
		changes, previous = append(changes, change), bytes.Clone(hash)
		return nil
	})
	if err != nil {
		return nil, explain(ctx, err)
	}
	if n := len(changes); n > 0 && (!whole || last != int64(n) || state != changes[n-1].State.String()) {
		return nil, refuse("the history of this intent was altered: its chain of hashes does not hold; put back a copy of the database, or look the order up at the marketplace")
	}
	return changes, nil
}

const intentColumns = `input_hash, state, attempt_no, signed_at, not_after, version, result, failure, account, op, key`

// columns are an intent's values in the order of the statements.
func columns(i core.Intent) []any {
	var failure []byte
	if i.Failure != nil {
		failure, _ = json.Marshal(i.Failure) // an Error holds texts only
	}
	return []any{i.InputHash, i.State.String(), i.Attempt.No, millis(i.Attempt.SignedAt), millis(i.Attempt.NotAfter), i.Version,
		[]byte(i.Result), failure, i.Account, string(i.Op), i.Key}
}

type queryer interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}

func lookup(ctx context.Context, q queryer, key core.IntentKey) (core.Intent, bool, error) {
	rows, _ := q.Query(ctx, "SELECT "+intentColumns+" FROM sampan.intents WHERE account = $1 AND op = $2 AND key = $3", key.Account, string(key.Op), key.Key) // its error is that of the rows
	intent, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Intent{}, false, nil
	}
	return intent, err == nil, err
}

func scan(row pgx.CollectableRow) (core.Intent, error) {
	var i core.Intent
	var state, op string
	var signedAt, notAfter int64
	var result, failure []byte
	if err := row.Scan(&i.InputHash, &state, &i.Attempt.No, &signedAt, &notAfter, &i.Version, &result, &failure, &i.Account, &op, &i.Key); err != nil {
		return core.Intent{}, err
	}
	i.Op, i.Attempt.SignedAt, i.Attempt.NotAfter = core.Operation(op), timeOf(signedAt), timeOf(notAfter)
	if len(result) > 0 {
		i.Result = result
	}
	err := i.State.UnmarshalText([]byte(state))
	if len(failure) > 0 && err == nil && json.Unmarshal(failure, &i.Failure) != nil {
		err = refuse("the failure of an intent in sampan.intents cannot be read; it was altered")
	}
	return i, err
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
