// Package postgres is the journal of several hosts: a PostgreSQL database that they share.
//
// An acknowledged change is committed on the primary with its log flushed (fsync and
// synchronous_commit on; every new connection checks both): it survives a crash of a host and of the
// server. Whether it survives the loss of the server is up to the database's own replication. Changes
// are made under READ COMMITTED: a unique key decides who reserves, the version who updates. Every
// change is also an entry of a chain of hashes, one chain per intent, which Changes verifies. All
// times are the database's. No value is ever sent by the simple query protocol.
//
// Start reading at Open; Claim is how hosts share the work on open intents. The package imports core
// and github.com/jackc/pgx/v5. Point it at the server itself, not at a pooler that shares connections
// between transactions.
package postgres
