package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
)

// schemaVersion is the newest form of the file that this program knows. Form 1 was never released.
const schemaVersion = 3

// intentsForm is the form that intents have had since, so that it is enough for a reader of them.
const intentsForm = 2

// schema holds an intent as JSON (never an address or a key) beside what is searched for. Times are
// milliseconds since 1970; 0 is none. spent has the sum of each day in minor units.
const schema = `
CREATE TABLE about (made INTEGER NOT NULL) STRICT;
INSERT INTO about (made) VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER));
CREATE TABLE intents (
	account TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL,
	version INTEGER NOT NULL, state TEXT NOT NULL, about TEXT NOT NULL, due INTEGER NOT NULL, leased INTEGER NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (account, op, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX intents_state ON intents (state, account, op, key);
CREATE INDEX intents_about ON intents (about, account) WHERE about <> '';
CREATE INDEX intents_due ON intents (due) WHERE due > 0;
CREATE TABLE claims (
	account TEXT NOT NULL, claim TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL,
	PRIMARY KEY (account, claim)
) STRICT, WITHOUT ROWID;
CREATE TABLE spent (
	account TEXT NOT NULL, day TEXT NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL,
	PRIMARY KEY (account, day, currency)
) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
	entry BLOB NOT NULL, hash BLOB NOT NULL,
	UNIQUE (account, op, key, version)
) STRICT;`

func (j *Journal) migrate(ctx context.Context) error {
	var version int
	if err := j.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return refuse("%s is not a journal: %v", j.path, err)
	}
	switch {
	case version == schemaVersion:
		return nil
	case version > schemaVersion:
		return refuse("%s was written by a newer program (form %d, this one knows %d); upgrade this program", j.path, version, schemaVersion)
	case version != 0 && version != intentsForm:
		return refuse("%s has form %d of a program that was never released; settle what is open with that program and begin a new file", j.path, version)
	}
	steps := schema + inboxSchema
	if version == intentsForm {
		steps = inboxSchema
	}
	return j.inTransaction(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, steps)
		return err
	})
}

// link is the hash of a change and of all changes before it.
func link(previous, entry []byte) []byte {
	sum := sha256.Sum256(append(bytes.Clone(previous), entry...))
	return sum[:]
}

// verifyChain reads every change once: an entry that was altered, taken out or slipped in breaks
// the chain from there on.
func (j *Journal) verifyChain(ctx context.Context) error {
	rows, err := j.db.QueryContext(ctx, "SELECT seq, entry, hash FROM changes ORDER BY seq")
	if err != nil {
		return refuse("%s cannot be read: %v", j.path, err)
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var previous []byte
	for rows.Next() {
		var seq int64
		var entry, hash []byte
		if err := rows.Scan(&seq, &entry, &hash); err != nil {
			return refuse("%s cannot be read: %v", j.path, err)
		}
		if !bytes.Equal(hash, link(previous, entry)) || !json.Valid(entry) {
			return refuse("%s was altered at change %d: its chain of hashes does not hold; put back a copy and look the open orders up before you buy again", j.path, seq)
		}
		previous = hash
	}
	if err := rows.Err(); err != nil {
		return refuse("%s cannot be read: %v", j.path, err)
	}
	return nil
}
