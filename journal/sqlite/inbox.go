package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/sampan-go/sampan/core"
)

var (
	_ core.Inbox    = (*Journal)(nil)
	_ core.EventLog = (*Journal)(nil)
)

// inboxSchema is what form 3 added. A letter's body is taken out once it is read; its sum stays, so
// that the same message is known again.
const inboxSchema = `
CREATE TABLE letters (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL, sum TEXT NOT NULL, body BLOB, read INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
	UNIQUE (account, sum)
) STRICT;
CREATE INDEX letters_unread ON letters (account, seq) WHERE read = 0;
CREATE TABLE sights (
	account TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL,
	PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sights_open ON sights (account, id) WHERE open = 1;
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL) STRICT;
CREATE TABLE positions (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;`

// Keep implements core.Inbox.
func (j *Journal) Keep(ctx context.Context, letters []core.Letter) ([]bool, error) {
	if err := j.hasRoom(); err != nil {
		return nil, err
	}
	kept := make([]bool, len(letters))
	if len(letters) == 0 {
		return kept, nil
	}
	err := j.inTransaction(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, "INSERT INTO letters (account, sum, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
		if err != nil {
			return err
		}
		for i, l := range letters {
			body, err := json.Marshal(l)
			if err != nil {
				return err
			}
			done, err := insert.ExecContext(ctx, l.Account, l.Sum, body)
			if err != nil {
				return err
			}
			rows, err := done.RowsAffected()
			if err != nil {
				return err
			}
			kept[i] = rows == 1
		}
		return insert.Close()
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// Unread implements core.Inbox.
func (j *Journal) Unread(ctx context.Context, account string, after int64, most int) ([]core.Letter, error) {
	return bodies(ctx, j.db, func(l *core.Letter, seq int64) { l.Seq = seq },
		"SELECT seq, body FROM letters WHERE read = 0 AND account = ? AND seq > ? ORDER BY seq LIMIT ?", account, after, most)
}

// Read implements core.Inbox.
func (j *Journal) Read(ctx context.Context, letters []core.Letter, note string) error {
	if len(letters) == 0 {
		return nil
	}
	return j.inTransaction(ctx, func(tx *sql.Tx) error {
		for _, l := range letters {
			if _, err := tx.ExecContext(ctx, "UPDATE letters SET read = ?, note = ?, body = NULL WHERE account = ? AND sum = ? AND read = 0",
				millis(time.Now()), note, l.Account, l.Sum); err != nil {
				return err
			}
		}
		return nil
	})
}

// Seen implements core.EventLog.
func (j *Journal) Seen(ctx context.Context, account string, order core.OrderID) (core.Sight, bool, error) {
	found, err := bodies(ctx, j.db, func(*core.Sight, int64) {}, "SELECT version, body FROM sights WHERE account = ? AND id = ?", account, string(order))
	if err != nil || len(found) == 0 {
		return core.Sight{}, false, err
	}
	return found[0], true, nil
}

// Record implements core.EventLog.
func (j *Journal) Record(ctx context.Context, sight core.Sight, events []core.OrderEvent) error {
	body, err := json.Marshal(sight)
	if err != nil {
		return err
	}
	return j.inTransaction(ctx, func(tx *sql.Tx) error {
		var version int64
		err := tx.QueryRowContext(ctx, "SELECT version FROM sights WHERE account = ? AND id = ?", sight.Account, string(sight.ID)).Scan(&version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if version != sight.Version-1 {
			return core.SeenMeanwhile()
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO sights (account, id, version, open, body) VALUES (?, ?, ?, ?, ?)",
			sight.Account, string(sight.ID), sight.Version, !sight.Final(), body); err != nil {
			return err
		}
		for _, e := range events {
			body, err := json.Marshal(e)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO events (body) VALUES (?)", body); err != nil {
				return err
			}
		}
		return nil
	})
}

// OpenSights implements core.EventLog.
func (j *Journal) OpenSights(ctx context.Context, account string, after core.OrderID, most int) ([]core.Sight, error) {
	return bodies(ctx, j.db, func(*core.Sight, int64) {}, "SELECT version, body FROM sights WHERE open = 1 AND account = ? AND id > ? ORDER BY id LIMIT ?", account, string(after), most)
}

// Events implements core.EventLog. There is one writer, so a number is seen after all below it.
func (j *Journal) Events(ctx context.Context, after int64, most int) ([]core.OrderEvent, error) {
	return bodies(ctx, j.db, func(e *core.OrderEvent, seq int64) { e.Seq = seq }, "SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", after, most)
}

// Position implements core.EventLog.
func (j *Journal) Position(ctx context.Context, reader string) (seq int64, err error) {
	err = j.db.QueryRowContext(ctx, "SELECT seq FROM positions WHERE reader = ?", reader).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// Advance implements core.EventLog.
func (j *Journal) Advance(ctx context.Context, reader string, to int64) error {
	return j.inTransaction(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO positions (reader, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)", reader, to)
		return err
	})
}

// bodies reads rows of a number and a JSON body.
func bodies[T any](ctx context.Context, q queryer, numbered func(*T, int64), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var found []T
	for rows.Next() {
		var number int64
		var body []byte
		var one T
		if err := rows.Scan(&number, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, refuse("a row of messages or events cannot be read; it was altered: put back a copy")
		}
		numbered(&one, number)
		found = append(found, one)
	}
	return found, rows.Err()
}
