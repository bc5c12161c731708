package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// floor is how much room must be free before a new write is begun, so that what came of it can
// still be recorded.
const floor = 16 << 20

// Clock implements core.Journal: this machine's.
func (j *Journal) Clock(ctx context.Context) (now, made time.Time, err error) {
	var ms int64
	err = j.db.QueryRowContext(ctx, "SELECT made FROM about").Scan(&ms)
	return time.Now().UTC(), timeOf(ms), err
}

// Reserve implements core.Journal.
func (j *Journal) Reserve(ctx context.Context, intent core.Intent) (onRecord core.Intent, known bool, err error) {
	if err := j.hasRoom(); err != nil {
		return core.Intent{}, false, err
	}
	intent.Version = 1
	if intent.State == core.IntentNone {
		intent.State = core.IntentReserved
	}
	err = j.inTransaction(ctx, func(tx *sql.Tx) error {
		onRecord, known, err = one(ctx, tx, byKey, keyOf(intent.IntentKey)...)
		if err != nil || known {
			return err
		}
		onRecord = intent
		return j.put(ctx, tx, intent, core.Intent{})
	})
	if isFull(err) {
		err = refuse("the disk of %s is full: %v; make room", j.path, err)
	}
	if err != nil {
		return core.Intent{}, false, err
	}
	onRecord.Note = ""
	return onRecord, known, nil
}

// Update implements core.Journal. An attempt is not begun without room; what came of one is recorded
// as long as there is any.
func (j *Journal) Update(ctx context.Context, intent core.Intent) (core.Intent, error) {
	if begins(intent) {
		if err := j.hasRoom(); err != nil {
			return core.Intent{}, err
		}
	}
	updated, err := j.update(ctx, intent)
	if isFull(err) && !begins(intent) && j.dropBallast() {
		updated, err = j.update(ctx, intent)
	}
	if isFull(err) {
		err = refuse("the disk of %s is full: %v; make room", j.path, err)
	}
	return updated, err
}

func (j *Journal) update(ctx context.Context, intent core.Intent) (core.Intent, error) {
	next := intent
	next.Version++
	err := j.inTransaction(ctx, func(tx *sql.Tx) error {
		before, known, err := one(ctx, tx, byKey, keyOf(intent.IntentKey)...)
		switch {
		case err != nil:
			return err
		case !known || before.Version != intent.Version:
			return core.ChangedMeanwhile(intent.Op)
		case !before.State.MayBecome(intent.State):
			return core.MustNotMove(intent.Op, before.State, intent.State)
		}
		return j.put(ctx, tx, next, before)
	})
	if err != nil {
		return core.Intent{}, err
	}
	next.Note = ""
	return next, nil
}

func (j *Journal) hasRoom() error {
	if free, ok := freeSpace(j.path); ok && free < j.floor {
		return refuse("only %d MiB are free where %s lies; no new write is begun below %d MiB", free>>20, j.path, j.floor>>20)
	}
	return nil
}

// put writes an intent, what it claims and spends, and the change itself.
func (j *Journal) put(ctx context.Context, tx *sql.Tx, intent, before core.Intent) error {
	body, err := json.Marshal(intent)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO intents (account, op, key, version, state, about, due, leased, body) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
		append(keyOf(intent.IntentKey), intent.Version, intent.State.String(), string(intent.About), millis(intent.Due), body)...); err != nil {
		return err
	}
	if err := putClaims(ctx, tx, intent, before.Claims); err != nil {
		return err
	}
	if err := putSpend(ctx, tx, intent, before.Spend); err != nil {
		return err
	}
	return j.keep(ctx, tx, intent)
}

func putClaims(ctx context.Context, tx *sql.Tx, intent core.Intent, before []string) error {
	for _, claim := range before {
		if slices.Contains(intent.Claims, claim) {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM claims WHERE account = ? AND claim = ?", intent.Account, claim); err != nil {
			return err
		}
	}
	for _, claim := range intent.Claims {
		if slices.Contains(before, claim) {
			continue
		}
		holder, taken, err := holder(ctx, tx, intent.Account, claim)
		if err != nil {
			return err
		}
		if taken {
			return core.ClaimTaken(intent.Op, claim, holder.IntentKey)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO claims (account, op, key, claim) VALUES (?, ?, ?, ?)", append(keyOf(intent.IntentKey), claim)...); err != nil {
			return err
		}
	}
	return nil
}

// putSpend keeps the sum of every day in minor units.
func putSpend(ctx context.Context, tx *sql.Tx, intent core.Intent, before core.Spend) error {
	if intent.Spend.Equal(before) {
		return nil
	}
	for _, part := range []struct {
		spend core.Spend
		sign  int64
	}{{before, -1}, {intent.Spend, 1}} {
		if !part.spend.Amount.IsSet() {
			continue
		}
		minor, err := part.spend.Amount.Minor()
		if err != nil {
			return err
		}
		currency := part.spend.Amount.Currency()
		var sum int64
		if err := tx.QueryRowContext(ctx, `INSERT INTO spent (account, day, currency, minor) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET minor = minor + excluded.minor RETURNING minor`, intent.Account, part.spend.Day, string(currency), part.sign*minor).Scan(&sum); err != nil {
			return err
		}
		total, err := money.FromMinor(sum, currency)
		if err == nil && part.sign > 0 {
			err = part.spend.Check(intent.Op, total)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
	return one(ctx, j.db, byKey, keyOf(key)...)
}

// Holder implements core.Journal.
func (j *Journal) Holder(ctx context.Context, account, claim string) (core.Intent, bool, error) {
	return holder(ctx, j.db, account, claim)
}

func holder(ctx context.Context, q queryer, account, claim string) (core.Intent, bool, error) {
	return one(ctx, q, "WHERE (account, op, key) = (SELECT account, op, key FROM claims WHERE account = ? AND claim = ?)", account, claim)
}

// Find implements core.Journal.
func (j *Journal) Find(ctx context.Context, f core.Filter) ([]core.Intent, error) {
	where, args := []string{"true"}, []any{}
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if f.Account != "" {
		add("account = ?", f.Account)
	}
	if f.Op != "" {
		add("op = ?", string(f.Op))
	}
	if f.About != "" {
		add("about = ?", string(f.About))
	}
	if len(f.States) > 0 {
		var names []any
		for _, s := range f.States {
			names = append(names, s.String())
		}
		add("state IN (?"+strings.Repeat(", ?", len(names)-1)+")", names...)
	}
	if f.Waiting {
		add("due > 0")
	}
	if f.After != (core.IntentKey{}) {
		add("(account, op, key) > (?, ?, ?)", keyOf(f.After)...)
	}
	return all(ctx, j.db, "WHERE "+strings.Join(where, " AND ")+" ORDER BY account, op, key LIMIT ?", append(args, limit(f.Limit))...)
}

func limit(n int) int {
	if n <= 0 {
		return -1 // all
	}
	return n
}

// Lease implements core.Journal. One host has the file, so leases matter between its own callers.
func (j *Journal) Lease(ctx context.Context, account, owner string, most int, span time.Duration) ([]core.Intent, error) {
	if err := core.CheckLease(owner, most, span); err != nil {
		return nil, err
	}
	var leased []core.Intent
	err := j.inTransaction(ctx, func(tx *sql.Tx) (err error) {
		now := time.Now()
		leased, err = all(ctx, tx, `WHERE due > 0 AND due <= ? AND leased <= ? AND (? = '' OR account = ?) ORDER BY due, account, op, key LIMIT ?`, millis(now), millis(now), account, account, most)
		if err != nil {
			return err
		}
		for _, i := range leased {
			if _, err := tx.ExecContext(ctx, "UPDATE intents SET leased = ? WHERE account = ? AND op = ? AND key = ?", append([]any{millis(now.Add(span))}, keyOf(i.IntentKey)...)...); err != nil {
				return err
			}
		}
		return nil
	})
	return leased, err
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

// inTransaction commits f's work, or none of it. f may be called twice; what it leaves outside of tx is
// that of its last call.
func (j *Journal) inTransaction(ctx context.Context, f func(*sql.Tx) error) error {
	if j.readOnly {
		return refuse("%s was opened for reading only", j.path)
	}
	return j.group.run(ctx, j.db, f)
}

const byKey = "WHERE account = ? AND op = ? AND key = ?"

func keyOf(k core.IntentKey) []any { return []any{k.Account, string(k.Op), k.Key} }

type queryer interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func one(ctx context.Context, q queryer, where string, args ...any) (core.Intent, bool, error) {
	found, err := all(ctx, q, where, args...)
	if err != nil || len(found) == 0 {
		return core.Intent{}, false, err
	}
	return found[0], true, nil
}

// all reads intents. The version of a row is that of its body, or the file was altered.
func all(ctx context.Context, q queryer, where string, args ...any) ([]core.Intent, error) {
	rows, err := q.QueryContext(ctx, "SELECT version, body FROM intents "+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var found []core.Intent
	for rows.Next() {
		var version int64
		var body []byte
		var i core.Intent
		if err := rows.Scan(&version, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &i); err != nil || i.Version != version {
			return nil, refuse("an intent in the journal cannot be read; it was altered: put back a copy")
		}
		found = append(found, i)
	}
	return found, rows.Err()
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
