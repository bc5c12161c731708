package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"

	"github.com/sampan-go/sampan/core"
)

// Journal is a core.Journal in a file. It is safe for concurrent use.
type Journal struct {
	db    *sql.DB
	lock  *lock
	path  string
	group *group

	readOnly bool
	floor    uint64
}

var _ core.Journal = (*Journal)(nil)

// Open opens or makes the journal at path, and holds it until Close. It refuses a file that another
// host keeps open for longer than the caller waits, that others may read, that lies on a network file system, that is damaged, or that
// a newer program wrote. Its errors are *core.Error with Field "journal"; nothing was changed.
func Open(ctx context.Context, path string) (*Journal, error) {
	if err := checkPlace(path); err != nil {
		return nil, err
	}
	l, err := takeLock(ctx, path+".lock")
	if err != nil {
		return nil, err
	}
	j := &Journal{lock: l, path: path, group: newGroup(), floor: floor}
	if err := j.open(ctx); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	j.takeBallast()
	return j, nil
}

func (j *Journal) open(ctx context.Context) error {
	if err := createPrivate(j.path); err != nil {
		return refuse("%s cannot be made: %v", j.path, err)
	}
	db, err := sql.Open("sqlite", dsn(j.path))
	if err != nil {
		return refuse("%s cannot be opened: %v", j.path, err)
	}
	j.db = db
	db.SetMaxOpenConns(1) // one writer; readers of one host can wait
	for _, step := range []func(context.Context) error{j.checkVersion, j.quickCheck, j.migrate, j.verifyChain} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dsn asks for what makes an acknowledged change durable.
func dsn(path string) string {
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "busy_timeout(5000)"}, "_txlock": {"immediate"}}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: pragmas.Encode()}).String()
}

// Close gives the file up for another host.
func (j *Journal) Close() error {
	var err error
	if j.db != nil {
		err = j.db.Close()
	}
	return errors.Join(err, j.lock.release())
}

// createPrivate makes the file before the database does, so that it is never readable by others.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// checkPlace refuses a file that others may read and a place where a lock or an fsync means little.
func checkPlace(path string) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return refuse("%s is a folder; name a file", path)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return refuse("%s may be read by others; run: chmod 600 %s", path, path)
		}
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return refuse("there is no folder %s; make it first", folder)
	}
	if name, remote := networkFileSystem(folder); remote {
		return refuse("%s lies on %s, a network file system, where a lock and an acknowledged write mean little; use a local disk, or the PostgreSQL journal for several hosts", path, name)
	}
	return nil
}

// oldestSQLite carries the fix of a race that could damage a write-ahead log.
const oldestSQLite = "3.51.3"

func (j *Journal) checkVersion(ctx context.Context) error {
	var version string
	if err := j.db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return refuse("%s is not a journal: %v", j.path, err)
	}
	if olderThan(version, oldestSQLite) {
		return refuse("SQLite %s is built in, but at least %s is needed", version, oldestSQLite)
	}
	return nil
}

func olderThan(a, b string) bool {
	var x, y [3]int
	_, _ = fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2]) // what cannot be read is 0, which is older
	_, _ = fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func (j *Journal) quickCheck(ctx context.Context) error {
	var verdict string
	if err := j.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		return refuse("%s is damaged (%s%v); put back a copy and look the open orders up before you buy again", j.path, verdict, err)
	}
	return nil
}

func refuse(format string, args ...any) error {
	return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Field: "journal", Message: fmt.Sprintf(format, args...)}
}
