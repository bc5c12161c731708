package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
)

// schemaVersion is the newest form of the file that this program knows.
const schemaVersion = 1

// schema holds hashes of requests and what came of them, never an address or a key. Times are
// milliseconds since 1970; 0 is none.
const schema = `
CREATE TABLE intents (
	account TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL,
	input_hash TEXT NOT NULL, state TEXT NOT NULL,
	attempt_no INTEGER NOT NULL, signed_at INTEGER NOT NULL, not_after INTEGER NOT NULL,
	version INTEGER NOT NULL, result BLOB, failure BLOB,
	PRIMARY KEY (account, op, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX intents_open ON intents (account, op, key) WHERE state IN ('sending', 'in_doubt');
CREATE TABLE changes (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
	entry BLOB NOT NULL, hash BLOB NOT NULL,
	UNIQUE (account, op, key, version)
) STRICT;
PRAGMA user_version = 1;`

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
	}
	return j.inTransaction(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, schema)
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
