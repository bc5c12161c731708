package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// Clock implements core.Journal: the database's, so that all hosts have one.
func (j *Journal) Clock(ctx context.Context) (now, made time.Time, err error) {
	err = j.pool.QueryRow(ctx, "SELECT clock_timestamp(), made FROM sampan.schema_version").Scan(&now, &made)
	return now.UTC(), made.UTC(), explain(ctx, err)
}

// Reserve implements core.Journal. Of several hosts that reserve one key, one does; the others wait
// for it and are given its intent.
func (j *Journal) Reserve(ctx context.Context, intent core.Intent) (onRecord core.Intent, known bool, err error) {
	intent.Version = 1
	if intent.State == core.IntentNone {
		intent.State = core.IntentReserved
	}
	err = j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		values, err := columns(intent)
		if err != nil {
			return nil, err
		}
		var at time.Time
		err = tx.QueryRow(ctx, `INSERT INTO sampan.intents (account, op, key, version, state, about, due, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account, op, key) DO NOTHING RETURNING clock_timestamp()`, values...).Scan(&at)
		if errors.Is(err, pgx.ErrNoRows) {
			if onRecord, known, err = one(ctx, tx, byKey, keyOf(intent.IntentKey)...); err == nil && !known {
				err = refuse("an intent was taken out of the table sampan.intents meanwhile; nothing may be")
			}
			return nil, err
		}
		if err != nil {
			return nil, err
		}
		onRecord = intent
		return put(ctx, tx, intent, core.Intent{}, at, root(intent.IntentKey))
	})
	if err != nil {
		return core.Intent{}, false, err
	}
	onRecord.Note = ""
	return onRecord, known, nil
}

// Update implements core.Journal. It asks for no lease: the version alone decides. It ends the
// intent's lease.
func (j *Journal) Update(ctx context.Context, intent core.Intent) (core.Intent, error) {
	err := j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		before, known, err := one(ctx, tx, byKey+" FOR UPDATE", keyOf(intent.IntentKey)...)
		switch {
		case err != nil:
			return nil, err
		case !known || before.Version != intent.Version:
			return nil, core.ChangedMeanwhile(intent.Op)
		case !before.State.MayBecome(intent.State):
			return nil, core.MustNotMove(intent.Op, before.State, intent.State)
		}
		intent.Version++
		values, err := columns(intent)
		if err != nil {
			return nil, err
		}
		var at time.Time
		var previous []byte // none if it was taken out, which Changes notices
		err = tx.QueryRow(ctx, `UPDATE sampan.intents SET version = $4, state = $5, about = $6, due = $7, body = $8, owner = NULL, lease_end = NULL
			WHERE account = $1 AND op = $2 AND key = $3
			RETURNING clock_timestamp(), (SELECT hash FROM sampan.changes WHERE account = $1 AND op = $2 AND key = $3 AND version = $4 - 1)`, values...).Scan(&at, &previous)
		if err != nil {
			return nil, err
		}
		return put(ctx, tx, intent, before, at, previous)
	})
	if err != nil {
		return core.Intent{}, err
	}
	intent.Note = ""
	return intent, nil
}

// put writes what an intent claims and spends, and the change itself. Whoever changes an intent has
// its row first, then claims in their order, then the sums of days: so that none waits in a circle.
func put(ctx context.Context, tx pgx.Tx, intent, before core.Intent, at time.Time, previous []byte) (*written, error) {
	if err := putClaims(ctx, tx, intent, before.Claims); err != nil {
		return nil, err
	}
	if err := putSpend(ctx, tx, intent, before.Spend); err != nil {
		return nil, err
	}
	return keep(ctx, tx, intent, at, previous)
}

func putClaims(ctx context.Context, tx pgx.Tx, intent core.Intent, before []string) error {
	lost := without(before, intent.Claims)
	if len(lost) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM sampan.claims WHERE account = $1 AND claim = ANY ($2)", intent.Account, lost); err != nil {
			return err
		}
	}
	for _, claim := range without(intent.Claims, before) {
		done, err := tx.Exec(ctx, `INSERT INTO sampan.claims (account, op, key, claim) VALUES ($1, $2, $3, $4) ON CONFLICT (account, claim) DO NOTHING`, append(keyOf(intent.IntentKey), claim)...)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 1 {
			continue
		}
		holder, _, err := holder(ctx, tx, intent.Account, claim) // it may be gone already; then it has no name
		if err != nil {
			return err
		}
		return core.ClaimTaken(intent.Op, claim, holder.IntentKey)
	}
	return nil
}

// without gives what is in some and not in others, sorted.
func without(some, others []string) []string {
	rest := slices.DeleteFunc(slices.Clone(some), func(claim string) bool { return slices.Contains(others, claim) })
	slices.Sort(rest)
	return slices.Compact(rest)
}

// putSpend keeps the sum of every day in minor units. The row of the sum lets one change it at a time.
func putSpend(ctx context.Context, tx pgx.Tx, intent core.Intent, before core.Spend) error {
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
		if err := tx.QueryRow(ctx, `INSERT INTO sampan.spent (account, day, currency, minor) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, day, currency) DO UPDATE SET minor = spent.minor + excluded.minor RETURNING minor`, intent.Account, part.spend.Day, string(currency), part.sign*minor).Scan(&sum); err != nil {
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

// keep appends a change to the intent's chain, in the transaction of the change itself, whose row
// lock keeps every other writer of the chain away.
func keep(ctx context.Context, tx pgx.Tx, intent core.Intent, at time.Time, previous []byte) (*written, error) {
	return keepChange(ctx, tx, intent.IntentKey, core.Change{Version: intent.Version, At: at, State: intent.State,
		Attempt: intent.Attempt, Failure: intent.Failure, Note: intent.Note}, previous)
}

// Lookup implements core.Journal.
func (j *Journal) Lookup(ctx context.Context, key core.IntentKey) (core.Intent, bool, error) {
	intent, known, err := one(ctx, j.pool, byKey, keyOf(key)...)
	return intent, known, explain(ctx, err)
}

// Holder implements core.Journal.
func (j *Journal) Holder(ctx context.Context, account, claim string) (core.Intent, bool, error) {
	intent, known, err := holder(ctx, j.pool, account, claim)
	return intent, known, explain(ctx, err)
}

func holder(ctx context.Context, q queryer, account, claim string) (core.Intent, bool, error) {
	return one(ctx, q, "WHERE (account, op, key) = (SELECT account, op, key FROM sampan.claims WHERE account = $1 AND claim = $2)", account, claim)
}

// Find implements core.Journal.
func (j *Journal) Find(ctx context.Context, f core.Filter) ([]core.Intent, error) {
	where, args := []string{"true"}, []any{}
	add := func(condition string, values ...any) {
		numbers := make([]any, len(values))
		for i := range values {
			numbers[i] = len(args) + i + 1
		}
		where, args = append(where, fmt.Sprintf(condition, numbers...)), append(args, values...)
	}
	if f.Account != "" {
		add("account = $%d", f.Account)
	}
	if f.Op != "" {
		add("op = $%d", string(f.Op))
	}
	if f.About != "" {
		add("about = $%d", string(f.About))
	}
	if len(f.States) > 0 {
		names := make([]string, len(f.States))
		for i, s := range f.States {
			names[i] = s.String()
		}
		add("state = ANY ($%d)", names)
	}
	if f.Waiting {
		add("due IS NOT NULL")
	}
	if f.After != (core.IntentKey{}) {
		add("(account, op, key) > ($%d, $%d, $%d)", keyOf(f.After)...)
	}
	tail := " ORDER BY account, op, key"
	if f.Limit > 0 {
		tail += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	found, err := all(ctx, j.pool, "WHERE "+strings.Join(where, " AND ")+tail, args...)
	return found, explain(ctx, err)
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

const byKey = "WHERE account = $1 AND op = $2 AND key = $3"

func keyOf(k core.IntentKey) []any { return []any{k.Account, string(k.Op), k.Key} }

// columns are an intent's values in the order of the statements.
func columns(i core.Intent) ([]any, error) {
	body, err := json.Marshal(i)
	var due *time.Time
	if !i.Due.IsZero() {
		due = &i.Due
	}
	return append(keyOf(i.IntentKey), i.Version, i.State.String(), string(i.About), due, body), err
}

type queryer interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}

func one(ctx context.Context, q queryer, where string, args ...any) (core.Intent, bool, error) {
	found, err := all(ctx, q, where, args...)
	if err != nil || len(found) == 0 {
		return core.Intent{}, false, err
	}
	return found[0], true, nil
}

func all(ctx context.Context, q queryer, where string, args ...any) ([]core.Intent, error) {
	rows, _ := q.Query(ctx, "SELECT version, body FROM sampan.intents "+where, args...) // its error is that of the rows
	found, err := pgx.CollectRows(rows, scan)
	if len(found) == 0 {
		found = nil
	}
	return found, err
}

// scan reads an intent. The version of a row is that of its body, or the table was altered.
func scan(row pgx.CollectableRow) (core.Intent, error) {
	var i core.Intent
	var version int64
	var body []byte
	if err := row.Scan(&version, &body); err != nil {
		return core.Intent{}, err
	}
	if err := json.Unmarshal(body, &i); err != nil || i.Version != version {
		return core.Intent{}, refuse("an intent in sampan.intents cannot be read; it was altered")
	}
	return i, nil
}
