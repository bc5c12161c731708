package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sampan-go/sampan/core"
)

// Journal is a core.Journal in a PostgreSQL database. It is safe for concurrent use, and several
// hosts may have one database open.
type Journal struct{ pool *pgxpool.Pool }

var _ core.Journal = (*Journal)(nil)

// The limits that every connection gets. A host that froze within a change gives its row lock up
// when idleTimeout is over.
const (
	connectTimeout   = 5 * time.Second
	statementTimeout = 10 * time.Second
	lockTimeout      = 5 * time.Second
	idleTimeout      = 15 * time.Second
)

// Open opens the journal in the database that dsn names, and makes its schema "sampan" if there is
// none. dsn is a URL or key=value words, as libpq reads them; a password is better kept in the
// environment or a password file than in it. It refuses a replica, a server that is older than 14,
// that does not flush what it commits, or whose texts are not UTF-8, and a schema that a newer
// program wrote. Its errors are *core.Error with Field "journal" and never hold the dsn.
func Open(ctx context.Context, dsn string) (*Journal, error) {
	config, err := settings(dsn)
	if err != nil {
		return nil, err
	}
	return open(ctx, config)
}

func open(ctx context.Context, config *pgxpool.Config) (*Journal, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, refuse("the connection settings cannot be used; check pool_max_conns and its like")
	}
	j := &Journal{pool: pool}
	if err := j.migrate(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return j, nil
}

// Close ends the connections once they are idle. Leases stay until they are over; see Release.
func (j *Journal) Close() error {
	j.pool.Close()
	return nil
}

// settings reads the dsn and adds what makes a connection fit for a journal. The driver's own error
// quotes the dsn, so it goes no further.
func settings(dsn string) (*pgxpool.Config, error) {
	const form = "write postgres://user@host/database?sslmode=verify-full, or host=... user=... dbname=..."
	if dsn == "" {
		return nil, refuse("no database is named; %s", form)
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, refuse("the connection settings cannot be read; %s, and percent-encode odd characters of a URL", form)
	}
	c := config.ConnConfig
	if c.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
		return nil, refuse("default_query_exec_mode=simple_protocol is not safe for values; take it out of the connection settings")
	}
	c.ValidateConnect = check // in place of any target_session_attrs: it is always read-write
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "sampan"
	}
	for name, limit := range map[string]time.Duration{"statement_timeout": statementTimeout, "lock_timeout": lockTimeout, "idle_in_transaction_session_timeout": idleTimeout} {
		c.RuntimeParams[name] = strconv.FormatInt(limit.Milliseconds(), 10)
	}
	return config, nil
}

const oldestServer = 14

// check refuses a server on which an acknowledged change may be lost or a read may be stale. It is
// asked of every new connection, since another server may have taken over meanwhile.
func check(ctx context.Context, conn *pgconn.PgConn) error {
	result := conn.ExecParams(ctx, `SELECT current_setting('server_version_num'), pg_is_in_recovery()::text, current_setting('transaction_read_only'),
		current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_encoding')`, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return result.Err
	}
	var is [6]string
	for i, value := range result.Rows[0] {
		is[i] = string(value)
	}
	return verdict(is[0], is[1], is[2], is[3], is[4], is[5])
}

func verdict(version, recovery, readOnly, fsync, synchronousCommit, encoding string) error {
	number, err := strconv.Atoi(version)
	switch {
	case err != nil || number/10000 < oldestServer:
		return refuse("the server is PostgreSQL %s (server_version_num), but at least %d is needed; upgrade it", version, oldestServer)
	case recovery != "false":
		return refuse("the server is a replica, which may show states that never were; connect to the primary")
	case readOnly != "off":
		return refuse("the connection is read-only; set default_transaction_read_only=off for the journal's user, or connect to the primary")
	case fsync != "on":
		return refuse("the server runs with fsync=%s, so what it acknowledged may be lost; set fsync=on", fsync)
	case synchronousCommit == "off":
		return refuse("synchronous_commit is off, so what was acknowledged may be lost; set it to on for the journal's user and database, and in the connection settings")
	case encoding != "UTF8":
		return refuse("the database keeps texts as %s; make one with ENCODING 'UTF8'", encoding)
	}
	return nil
}
