package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

// schemaVersion is the newest form of the schema that this program knows.
const schemaVersion = 2

// migrationLock is the number of the advisory lock that migrations take turns by: "sampan".
const migrationLock = 0x73616d70616e

// schema holds an intent as JSON (never an address or a key) beside what is searched for. spent has
// the sum of each day in minor units. body is bytea because the text is ours and nothing may be
// changed in it.
const schema = `
CREATE TABLE sampan.schema_version (
	only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
	version integer NOT NULL,
	made timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO sampan.schema_version (version) VALUES (1);
CREATE TABLE sampan.intents (
	account text COLLATE "C" NOT NULL, op text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL,
	version bigint NOT NULL, state text NOT NULL, about text NOT NULL, due timestamptz, body bytea NOT NULL,
	owner text, lease_end timestamptz, epoch bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (account, op, key)
);
CREATE INDEX intents_state ON sampan.intents (state, account, op, key);
CREATE INDEX intents_about ON sampan.intents (about, account) WHERE about <> '';
CREATE INDEX intents_due ON sampan.intents (due) WHERE due IS NOT NULL;
CREATE TABLE sampan.claims (
	account text COLLATE "C" NOT NULL, claim text COLLATE "C" NOT NULL, op text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL,
	PRIMARY KEY (account, claim)
);
CREATE TABLE sampan.spent (
	account text COLLATE "C" NOT NULL, day text COLLATE "C" NOT NULL, currency text NOT NULL, minor bigint NOT NULL,
	PRIMARY KEY (account, day, currency)
);
CREATE TABLE sampan.changes (
	account text COLLATE "C" NOT NULL, op text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, version bigint NOT NULL,
	entry bytea NOT NULL, hash bytea NOT NULL,
	PRIMARY KEY (account, op, key, version)
);
CREATE FUNCTION sampan.changes_only_grow() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'sampan.changes only grows'; END $$;
CREATE TRIGGER only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON sampan.changes
	FOR EACH STATEMENT EXECUTE FUNCTION sampan.changes_only_grow();`

// migrate makes the schema if there is none. Hosts that start together take turns.
func (j *Journal) migrate(ctx context.Context) error {
	return j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		var hasSchema, hasVersion bool
		var version int
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return nil, err
		}
		// A statement of its own sees what the last holder of the lock committed.
		if err := tx.QueryRow(ctx, "SELECT to_regnamespace('sampan') IS NOT NULL, to_regclass('sampan.schema_version') IS NOT NULL").Scan(&hasSchema, &hasVersion); err != nil {
			return nil, err
		}
		if hasVersion {
			if err := tx.QueryRow(ctx, "SELECT version FROM sampan.schema_version").Scan(&version); err != nil {
				return nil, err
			}
		}
		switch {
		case version == schemaVersion:
			return nil, nil
		case version > schemaVersion:
			return nil, refuse("the schema sampan was written by a newer program (form %d, this one knows %d); upgrade this program", version, schemaVersion)
		case hasVersion && version == 1:
			_, err := tx.Exec(ctx, inboxSchema)
			return nil, err
		case hasVersion:
			return nil, refuse("the schema sampan has form %d, which this program does not know; it was not made by it", version)
		}
		statements := schema + inboxSchema
		if !hasSchema { // one that an administrator has made is used as it is
			statements = "CREATE SCHEMA sampan;" + statements
		}
		_, err := tx.Exec(ctx, statements)
		return nil, err
	})
}

// root begins the chain of one intent, so that no chain passes for another's.
func root(key core.IntentKey) []byte {
	text, _ := json.Marshal(key) // it holds texts only
	sum := sha256.Sum256(text)
	return sum[:]
}

// link is the hash of a change and of all changes of the intent before it.
func link(previous, entry []byte) []byte {
	sum := sha256.Sum256(append(bytes.Clone(previous), entry...))
	return sum[:]
}
