package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Server is a private one on a Unix socket, in a folder of its own.
type Server struct {
	folder  string
	process *exec.Cmd
}

// Private starts a server that the test may stop or set up badly: its data folder has an empty file of
// that name, if one is given, and the options are postgres's.
func Private(t testing.TB, file string, options ...string) *Server {
	t.Helper()
	if programs() == "" {
		t.Skip("NOT RUN: no PostgreSQL programs: install postgresql")
	}
	s, err := start(file, options...)
	require.NoError(t, err)
	t.Cleanup(s.remove)
	return s
}

// DSN is for the user and the database.
func (s *Server) DSN(user, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s", s.folder, user, database)
}

// End sends the signal and waits: os.Interrupt for a fast stop, SIGQUIT for one that leaves everything
// as a crash does.
func (s *Server) End(signal os.Signal) {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(signal)
		_ = s.process.Wait()
		s.process = nil
	}
}

// Start runs a server that was ended again, and waits until it answers.
func (s *Server) Start(options ...string) error {
	path := filepath.Join(s.folder, "log") // a file, since nobody may read a buffer that is written
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	args := []string{"-D", s.data(), "-k", s.folder, "-c", "listen_addresses="}
	s.process = s.program("postgres", append(args, options...)...)
	s.process.Stderr = log
	if err := s.process.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres", "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(path)
			return fmt.Errorf("%w: %s", err, said)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) remove() {
	s.End(os.Interrupt)
	_ = os.RemoveAll(s.folder)
}

// start makes a cluster and starts it.
func start(file string, options ...string) (s *Server, err error) {
	folder, err := os.MkdirTemp("/tmp", "sampan-pg") // short: a socket's path has its limit
	if err != nil {
		return nil, err
	}
	s = &Server{folder: folder}
	defer func() {
		if err != nil {
			s.remove()
		}
	}()
	if err := give(folder); err != nil {
		return nil, err
	}
	if out, err := s.program("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	rules := "local all locked scram-sha-256\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return nil, err
	}
	if file != "" {
		if err := os.WriteFile(filepath.Join(s.data(), file), nil, 0o644); err != nil {
			return nil, err
		}
	}
	return s, s.Start(options...)
}

// give makes the folder the user postgres's where the tests run as root: PostgreSQL does not run as root.
func give(folder string) error {
	if os.Getuid() != 0 {
		return nil
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	return os.Chown(folder, uid, gid)
}

// program runs as the owner of the folder.
func (s *Server) program(name string, args ...string) *exec.Cmd {
	path := filepath.Join(programs(), name)
	if os.Getuid() == 0 {
		path, args = "setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", path}, args...)
	}
	c := exec.CommandContext(context.Background(), path, args...) // it ends when it is told to
	c.Dir = s.folder
	return c
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
