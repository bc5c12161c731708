package postgres

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
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// serverVariable names a server that the tests may make databases on.
const serverVariable = "SAMPAN_TEST_POSTGRES"

const writerMarker = "journal-writer-under-test"

// admin is the dsn of the server that the tests use; "" if there is none.
var admin string

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == writerMarker {
		write(os.Args[2])
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	admin = os.Getenv(serverVariable)
	if admin == "" && programs() != "" {
		s, err := startServer("")
		if err != nil {
			fmt.Fprintln(os.Stderr, "PostgreSQL is installed but does not start:", err)
			return 1
		}
		defer s.stop()
		admin = s.dsn("postgres", "postgres")
	}
	return m.Run()
}

// programs is the folder of initdb and postgres; "" if they are not installed.
func programs() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_, errInit := os.Stat(filepath.Join(folders[i], "initdb"))
		_, errServer := os.Stat(filepath.Join(folders[i], "postgres"))
		if errInit == nil && errServer == nil {
			return folders[i]
		}
	}
	return ""
}

func needServer(t *testing.T) {
	t.Helper()
	if admin == "" {
		t.Skip("NOT RUN: no PostgreSQL: set " + serverVariable + " or install postgresql")
	}
}

// server is a private one on a Unix socket in a folder of its own.
type server struct {
	folder  string
	process *exec.Cmd
	said    bytes.Buffer
}

// startServer makes a cluster, lets it have a file of that name, and starts it with the options.
func startServer(file string, options ...string) (s *server, err error) {
	folder, err := os.MkdirTemp("/tmp", "sampan-pg")
	if err != nil {
		return nil, err
	}
	s = &server{folder: folder}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if os.Getuid() == 0 { // PostgreSQL does not run as root
		owner, err := user.Lookup("postgres")
		if err != nil {
			return s, err
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		if err := os.Chown(folder, uid, gid); err != nil {
			return s, err
		}
	}
	data := filepath.Join(folder, "data")
	if out, err := s.program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return s, fmt.Errorf("initdb: %w: %s", err, out)
	}
	rules := "local all locked scram-sha-256\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return s, err
	}
	if file != "" {
		if err := os.WriteFile(filepath.Join(data, file), nil, 0o644); err != nil {
			return s, err
		}
	}
	return s, s.start(options...)
}

// start waits until the server answers.
func (s *server) start(options ...string) error {
	args := []string{"-D", filepath.Join(s.folder, "data"), "-k", s.folder, "-c", "listen_addresses="}
	s.process = s.program("postgres", append(args, options...)...)
	s.process.Stderr = &s.said
	if err := s.process.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres", "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			s.stop()
			return fmt.Errorf("%w: %s", err, s.said.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// program runs as the user postgres where the tests run as root.
func (s *server) program(name string, args ...string) *exec.Cmd {
	path := filepath.Join(programs(), name)
	if os.Getuid() == 0 {
		path, args = "setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", path}, args...)
	}
	c := exec.Command(path, args...)
	c.Dir = s.folder
	return c
}

// dsn is for the user and the database.
func (s *server) dsn(user, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s", s.folder, user, database)
}

// end sends SIGINT for a fast stop, SIGQUIT for one that leaves everything as a crash does.
func (s *server) end(signal syscall.Signal) {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(signal)
		_ = s.process.Wait()
		s.process = nil
	}
}

func (s *server) stop() {
	s.end(syscall.SIGINT)
	_ = os.RemoveAll(s.folder)
}

// privateServer is one that a test may stop or set up badly.
func privateServer(t *testing.T, file string, options ...string) *server {
	t.Helper()
	if programs() == "" {
		t.Skip("NOT RUN: no PostgreSQL programs: install postgresql")
	}
	s, err := startServer(file, options...)
	require.NoError(t, err)
	t.Cleanup(s.stop)
	return s
}

var databases atomic.Int64

// newDatabase makes an empty database and gives its dsn.
func newDatabase(t *testing.T) string {
	t.Helper()
	needServer(t)
	name := fmt.Sprintf("sampan_test_%d_%d", os.Getpid(), databases.Add(1))
	sqlOn(t, admin, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() { sqlOn(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	return with(admin, "dbname", name)
}

// with sets a word of a dsn of either form.
func with(dsn, word, value string) string {
	if u, err := url.Parse(dsn); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		if word == "dbname" {
			u.Path = "/" + value
		} else {
			q := u.Query()
			q.Set(word, value)
			u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
		}
		return u.String()
	}
	return fmt.Sprintf("%s %s='%s'", dsn, word, value)
}

// sqlOn runs statements beside every journal.
func sqlOn(t testing.TB, dsn string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for _, statement := range statements {
		_, err := conn.Exec(ctx, statement)
		require.NoError(t, err, statement)
	}
}
