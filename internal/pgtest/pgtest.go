// Package pgtest gives tests a real PostgreSQL: the server that SAMPAN_TEST_POSTGRES names, or a private
// one from the installed programs. A test is skipped, with a word, where there is neither.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Variable names a server that tests may make databases on, by its dsn.
const Variable = "SAMPAN_TEST_POSTGRES"

// shared is the private server of this process's tests, started by the first that needs one.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Stop ends the private server, if a test started one. TestMain calls it after the tests.
func Stop() {
	if shared.server != nil {
		shared.server.remove()
	}
}

// Need skips the test where there is no server.
func Need(t testing.TB) {
	t.Helper()
	if os.Getenv(Variable) == "" && programs() == "" {
		t.Skip("NOT RUN: no PostgreSQL: set " + Variable + " or install postgresql")
	}
}

var databases atomic.Int64

// Database makes an empty database, which goes when the test ends, and gives its dsn.
func Database(t testing.TB) (dsn string) {
	t.Helper()
	Need(t)
	admin := os.Getenv(Variable)
	if admin == "" {
		shared.once.Do(func() { shared.server, shared.err = start("") })
		require.NoError(t, shared.err, "PostgreSQL is installed but does not start")
		admin = shared.server.DSN("postgres", "postgres")
	}
	name := fmt.Sprintf("sampan_test_%d_%d", os.Getpid(), databases.Add(1))
	Exec(t, admin, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() { Exec(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	return With(admin, "dbname", name)
}

// With sets a word of a dsn of either form.
func With(dsn, word, value string) string {
	u, err := url.Parse(dsn)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return fmt.Sprintf("%s %s='%s'", dsn, word, value)
	}
	if word == "dbname" {
		u.Path = "/" + value
		return u.String()
	}
	q := u.Query()
	q.Set(word, value)
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String()
}

// Exec runs statements on a connection of its own, also after the test's end.
func Exec(t testing.TB, dsn string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		_, err := conn.Exec(ctx, statement)
		require.NoError(t, err, statement)
	}
}
