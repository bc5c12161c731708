package postgres

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

var (
	_ core.Inbox    = (*Journal)(nil)
	_ core.EventLog = (*Journal)(nil)
)

// inboxSchema is what form 2 added. A letter's body is taken out once it is read; its sum stays, so
// that the same message is known again.
const inboxSchema = `
CREATE TABLE sampan.letters (
	seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account text COLLATE "C" NOT NULL, sum text COLLATE "C" NOT NULL, body bytea, read timestamptz, note text NOT NULL DEFAULT '',
	UNIQUE (account, sum)
);
CREATE INDEX letters_unread ON sampan.letters (account, seq) WHERE read IS NULL;
CREATE TABLE sampan.sights (
	account text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version bigint NOT NULL, open boolean NOT NULL, body bytea NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX sights_open ON sampan.sights (account, id) WHERE open;
CREATE TABLE sampan.events (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE sampan.positions (reader text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL);
UPDATE sampan.schema_version SET version = 2;`

// eventLock is the number of the advisory lock under which events get their numbers: "event". Without
// it a number could be seen before a smaller one is committed, and a reader would miss that.
const eventLock = 0x6576656e74

// Keep implements core.Inbox. One host keeps at a time: letters are numbered in the order of their
// commits, as events are, and of two hosts that keep the same ones none waits in a circle.
func (j *Journal) Keep(ctx context.Context, letters []core.Letter) ([]bool, error) {
	kept := make([]bool, len(letters))
	if len(letters) == 0 {
		return kept, nil
	}
	err := j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		batch := &pgx.Batch{}
		batch.Queue("SELECT pg_advisory_xact_lock($1)", int64(eventLock)+1)
		for _, l := range letters {
			body, err := json.Marshal(l)
			if err != nil {
				return nil, err
			}
			batch.Queue("INSERT INTO sampan.letters (account, sum, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", l.Account, l.Sum, body)
		}
		results := tx.SendBatch(ctx, batch)
		if _, err := results.Exec(); err != nil {
			return nil, errors.Join(err, results.Close())
		}
		for i := range letters {
			done, err := results.Exec()
			if err != nil {
				return nil, errors.Join(err, results.Close())
			}
			kept[i] = done.RowsAffected() == 1
		}
		return nil, results.Close()
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// Unread implements core.Inbox.
func (j *Journal) Unread(ctx context.Context, account string, after int64, most int) ([]core.Letter, error) {
	return bodies(ctx, j, func(l *core.Letter, seq int64) { l.Seq = seq },
		"SELECT seq, body FROM sampan.letters WHERE read IS NULL AND account = $1 AND seq > $2 ORDER BY seq LIMIT $3", account, after, most)
}

// Read implements core.Inbox.
func (j *Journal) Read(ctx context.Context, letters []core.Letter, note string) error {
	if len(letters) == 0 {
		return nil
	}
	accounts, sums := make([]string, len(letters)), make([]string, len(letters))
	for i, l := range letters {
		accounts[i], sums[i] = l.Account, l.Sum
	}
	return j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		_, err := tx.Exec(ctx, `UPDATE sampan.letters SET read = clock_timestamp(), note = $3, body = NULL
			WHERE read IS NULL AND (account, sum) IN (SELECT * FROM unnest($1::text[], $2::text[]))`, accounts, sums, note)
		return nil, err
	})
}

// Seen implements core.EventLog.
func (j *Journal) Seen(ctx context.Context, account string, order core.OrderID) (core.Sight, bool, error) {
	found, err := bodies(ctx, j, func(*core.Sight, int64) {}, "SELECT version, body FROM sampan.sights WHERE account = $1 AND id = $2", account, string(order))
	if err != nil || len(found) == 0 {
		return core.Sight{}, false, err
	}
	return found[0], true, nil
}

// Record implements core.EventLog. One whose connection was lost may have recorded: its events are in
// the log then, and the next read of the order finds nothing new.
func (j *Journal) Record(ctx context.Context, sight core.Sight, events []core.OrderEvent) error {
	body, err := json.Marshal(sight)
	if err != nil {
		return err
	}
	return j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		done, err := tx.Exec(ctx, `INSERT INTO sampan.sights AS s (account, id, version, open, body) SELECT $1, $2, $3::bigint, $4::boolean, $5::bytea
			WHERE $3::bigint = 1 OR EXISTS (SELECT FROM sampan.sights WHERE account = $1 AND id = $2)
			ON CONFLICT (account, id) DO UPDATE SET version = excluded.version, open = excluded.open, body = excluded.body WHERE s.version = excluded.version - 1`,
			sight.Account, string(sight.ID), sight.Version, !sight.Final(), body)
		if err != nil {
			return nil, err
		}
		if done.RowsAffected() == 0 {
			return nil, core.SeenMeanwhile()
		}
		if len(events) == 0 {
			return nil, nil
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(eventLock)); err != nil {
			return nil, err
		}
		for _, e := range events {
			body, err := json.Marshal(e)
			if err != nil {
				return nil, err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO sampan.events (body) VALUES ($1)", body); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// OpenSights implements core.EventLog.
func (j *Journal) OpenSights(ctx context.Context, account string, after core.OrderID, most int) ([]core.Sight, error) {
	return bodies(ctx, j, func(*core.Sight, int64) {}, "SELECT version, body FROM sampan.sights WHERE open AND account = $1 AND id > $2 ORDER BY id LIMIT $3", account, string(after), most)
}

// Events implements core.EventLog.
func (j *Journal) Events(ctx context.Context, after int64, most int) ([]core.OrderEvent, error) {
	return bodies(ctx, j, func(e *core.OrderEvent, seq int64) { e.Seq = seq }, "SELECT seq, body FROM sampan.events WHERE seq > $1 ORDER BY seq LIMIT $2", after, most)
}

// Position implements core.EventLog.
func (j *Journal) Position(ctx context.Context, reader string) (seq int64, err error) {
	err = j.pool.QueryRow(ctx, "SELECT seq FROM sampan.positions WHERE reader = $1", reader).Scan(&seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return seq, explain(ctx, err)
}

// Advance implements core.EventLog.
func (j *Journal) Advance(ctx context.Context, reader string, to int64) error {
	return j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		_, err := tx.Exec(ctx, "INSERT INTO sampan.positions AS p (reader, seq) VALUES ($1, $2) ON CONFLICT (reader) DO UPDATE SET seq = greatest(p.seq, excluded.seq)", reader, to)
		return nil, err
	})
}

// bodies reads rows of a number and a JSON body.
func bodies[T any](ctx context.Context, j *Journal, numbered func(*T, int64), query string, args ...any) ([]T, error) {
	rows, _ := j.pool.Query(ctx, query, args...) // its error is that of the rows
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one T, err error) {
		var number int64
		var body []byte
		if err := row.Scan(&number, &body); err != nil {
			return one, err
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return one, refuse("a row of messages or events cannot be read; it was altered: put back a copy")
		}
		numbered(&one, number)
		return one, nil
	})
	if len(found) == 0 {
		found = nil
	}
	return found, explain(ctx, err)
}
