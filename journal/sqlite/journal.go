package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/sampan-go/sampan/core"
)

// floor is how much room must be free before a new write is begun, so that what came of it can
// still be recorded.
const floor = 16 << 20

// Reserve implements core.Journal.
func (j *Journal) Reserve(ctx context.Context, intent core.Intent) (onRecord core.Intent, known bool, err error) {
	if free, ok := freeSpace(j.path); ok && free < floor {
		return core.Intent{}, false, refuse("only %d MiB are free where %s lies; no new write is begun below %d MiB", free>>20, j.path, floor>>20)
	}
	intent.Version = 1
	if intent.State == core.IntentNone {
		intent.State = core.IntentReserved
	}
	err = j.inTransaction(ctx, func(tx *sql.Tx) error {
		onRecord, known, err = lookup(ctx, tx, intent.IntentKey)
		if err != nil || known {
			return err
		}
		onRecord = intent
		if _, err := tx.ExecContext(ctx, `INSERT INTO intents (input_hash, state, attempt_no, signed_at, not_after, version, result, failure, account, op, key)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, columns(intent)...); err != nil {
			return err
		}
		return j.keep(ctx, tx, intent)
	})
	onRecord.Note = ""
	return onRecord, known, err
}

// Update implements core.Journal.
func (j *Journal) Update(ctx context.Context, intent core.Intent) (core.Intent, error) {
	readAt := intent.Version
	intent.Version++
	err := j.inTransaction(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE intents SET input_hash = ?, state = ?, attempt_no = ?, signed_at = ?, not_after = ?, version = ?, result = ?, failure = ?
			WHERE account = ? AND op = ? AND key = ? AND version = ?`, append(columns(intent), readAt)...)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed != 1 {
			return errors.Join(core.ChangedMeanwhile(intent.Op), err)
		}
		return j.keep(ctx, tx, intent)
	})
	if err != nil {
		return core.Intent{}, err
	}
	intent.Note = ""
	return intent, nil
}

// keep appends a change to the chain, in the transaction of the change itself.
func (j *Journal) keep(ctx context.Context, tx *sql.Tx, intent core.Intent) error {
	entry, err := json.Marshal(core.Change{Version: intent.Version, At: time.Now().UTC().Truncate(time.Millisecond), State: intent.State,
		Attempt: intent.Attempt, Failure: intent.Failure, Note: intent.Note})
	if err != nil {
		return err
	}
	var previous []byte
	err = tx.QueryRowContext(ctx, "SELECT hash FROM changes ORDER BY seq DESC LIMIT 1").Scan(&previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO changes (account, op, key, version, entry, hash) VALUES (?, ?, ?, ?, ?, ?)",
		intent.Account, string(intent.Op), intent.Key, intent.Version, entry, link(previous, entry))
	return err
}

// Lookup implements core.Journal.
func (j *Journal) Lookup(ctx context.Context, key core.IntentKey) (core.Intent, bool, error) {
	return lookup(ctx, j.db, key)
}

// Unsettled implements core.Journal.
func (j *Journal) Unsettled(ctx context.Context, account string) ([]core.Intent, error) {
	rows, err := j.db.QueryContext(ctx, selectIntent+` WHERE state IN ('sending', 'in_doubt') AND (? = '' OR account = ?) ORDER BY account, op, key`, account, account)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var open []core.Intent
	for rows.Next() {
		intent, err := scan(rows)
		if err != nil {
			return nil, err
		}
		open = append(open, intent)
	}
	return open, rows.Err()
}

// Changes implements core.Journal.
func (j *Journal) Changes(ctx context.Context, key core.IntentKey) ([]core.Change, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT entry FROM changes WHERE account = ? AND op = ? AND key = ? ORDER BY version", key.Account, string(key.Op), key.Key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var changes []core.Change
	for rows.Next() {
		var entry []byte
		var change core.Change
		if err := rows.Scan(&entry); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(entry, &change); err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, rows.Err()
}

// inTransaction commits f's work, or none of it.
func (j *Journal) inTransaction(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

const selectIntent = `SELECT input_hash, state, attempt_no, signed_at, not_after, version, result, failure, account, op, key FROM intents`

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
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func lookup(ctx context.Context, q queryer, key core.IntentKey) (core.Intent, bool, error) {
	intent, err := scan(q.QueryRowContext(ctx, selectIntent+" WHERE account = ? AND op = ? AND key = ?", key.Account, string(key.Op), key.Key))
	if errors.Is(err, sql.ErrNoRows) {
		return core.Intent{}, false, nil
	}
	return intent, err == nil, err
}

func scan(row interface{ Scan(...any) error }) (core.Intent, error) {
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
	if err == nil && len(failure) > 0 {
		err = json.Unmarshal(failure, &i.Failure)
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
