package crash

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// serverVariable names a server that the tests may make databases on.
const serverVariable = "SAMPAN_TEST_POSTGRES"

// private is the server that the tests started, if they did.
var private struct {
	once    sync.Once
	folder  string
	process *exec.Cmd
	said    bytes.Buffer
	err     error
}

// programs is the folder of initdb and postgres; "" if they are not installed.
func programs() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for i := len(folders) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(folders[i], "postgres")); err == nil {
			return folders[i]
		}
	}
	return ""
}

// adminDSN is of a server on which databases may be made; the test is skipped where there is none.
func adminDSN(t *testing.T) string {
	t.Helper()
	if named := os.Getenv(serverVariable); named != "" {
		return named
	}
	if programs() == "" {
		t.Skip("NOT RUN: no PostgreSQL: set " + serverVariable + " or install postgresql")
	}
	private.once.Do(func() { private.err = startPostgres() })
	require.NoError(t, private.err, "PostgreSQL is installed but does not start: %s", private.said.String())
	return privateDSN()
}

func privateDSN() string { return fmt.Sprintf("host=%s user=postgres dbname=postgres", private.folder) }

// startPostgres makes a cluster in a folder of its own and waits until it answers.
func startPostgres() (err error) {
	if private.folder, err = os.MkdirTemp("/tmp", "sampan-pg"); err != nil {
		return err
	}
	if os.Getuid() == 0 { // PostgreSQL does not run as root
		owner, err := user.Lookup("postgres")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		if err := os.Chown(private.folder, uid, gid); err != nil {
			return err
		}
	}
	data := filepath.Join(private.folder, "data")
	if out, err := program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	private.process = program("postgres", "-D", data, "-k", private.folder, "-c", "listen_addresses=")
	private.process.Stderr = &private.said
	if err := private.process.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, privateDSN())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// program runs as the user postgres where the tests run as root.
func program(name string, args ...string) *exec.Cmd {
	path := filepath.Join(programs(), name)
	if os.Getuid() == 0 {
		path, args = "setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", path}, args...)
	}
	c := exec.Command(path, args...)
	c.Dir = private.folder
	return c
}

func stopPostgres() {
	if private.process != nil && private.process.Process != nil {
		_ = private.process.Process.Signal(syscall.SIGINT)
		_ = private.process.Wait()
	}
	if private.folder != "" {
		_ = os.RemoveAll(private.folder)
	}
}

var databases atomic.Int64

// newDatabase makes an empty database and gives its dsn.
func newDatabase(t *testing.T) string {
	t.Helper()
	admin := adminDSN(t)
	name := fmt.Sprintf("sampan_crash_%d_%d", os.Getpid(), databases.Add(1))
	sqlOn(t, admin, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() { sqlOn(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	if u, err := url.Parse(admin); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		u.Path = "/" + name
		return u.String()
	}
	return admin + " dbname=" + name
}

func sqlOn(t *testing.T, dsn, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	require.NoError(t, err, statement)
}
