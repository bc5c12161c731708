package postgres

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/inboxtest"
	"github.com/sampan-go/sampan/core/journaltest"
	"github.com/sampan-go/sampan/internal/pgtest"
)

const writerMarker = "journal-writer-under-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == writerMarker {
		write(os.Args[2])
	}
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

func openAt(t *testing.T, dsn string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func intent(key string, state core.IntentState) core.Intent {
	return core.Intent{IntentKey: core.IntentKey{Account: "a", Op: core.OpPay, Key: key}, State: state}
}

func TestTheJournalInADatabase(t *testing.T) {
	dsn := pgtest.Database(t) // one for all rules: a database takes longer to make than a schema
	journaltest.Run(t, journaltest.Harness{
		Open: func(t *testing.T) core.Journal {
			pgtest.Exec(t, dsn, "DROP SCHEMA IF EXISTS sampan CASCADE")
			return openAt(t, dsn)
		},
		Reopen: func(t *testing.T, j core.Journal) core.Journal {
			return openAt(t, j.(*Journal).pool.Config().ConnString()) // the old one stays open, as after a crash
		},
	})
}

func TestTheInboxInADatabase(t *testing.T) {
	dsn := pgtest.Database(t)
	inboxtest.Run(t, inboxtest.Harness{
		Open: func(t *testing.T) inboxtest.Store {
			pgtest.Exec(t, dsn, "DROP SCHEMA IF EXISTS sampan CASCADE")
			return openAt(t, dsn)
		},
		Reopen: func(t *testing.T, s inboxtest.Store) inboxtest.Store {
			return openAt(t, s.(*Journal).pool.Config().ConnString())
		},
	})
}

func TestASchemaOfTheFormBeforeGetsAnInbox(t *testing.T) {
	dsn := pgtest.Database(t)
	j := openAt(t, dsn)
	_, _, err := j.Reserve(t.Context(), intent("1", core.IntentSending))
	require.NoError(t, err)
	pgtest.Exec(t, dsn, "DROP TABLE sampan.letters, sampan.sights, sampan.events, sampan.positions; UPDATE sampan.schema_version SET version = 1")
	j = openAt(t, dsn)
	_, known, err := j.Lookup(t.Context(), intent("1", core.IntentSending).IntentKey)
	require.NoError(t, err)
	require.True(t, known)
	kept, err := j.Keep(t.Context(), []core.Letter{{Account: "a", Sum: "1"}})
	require.NoError(t, err)
	require.Equal(t, []bool{true}, kept)
}

func TestOfTwoHostsThatReserveTheSameKeysOneWinsEach(t *testing.T) {
	dsn := pgtest.Database(t)
	hosts := []*Journal{openAt(t, dsn), openAt(t, dsn)}
	const keys, goroutines = 50, 16
	var won [keys]atomic.Int32
	var failed atomic.Int32
	var wg sync.WaitGroup
	for n := range len(hosts) * goroutines {
		wg.Go(func() {
			for step := range keys {
				k := (step + n/len(hosts)) % keys
				mine := intent(fmt.Sprint(k), core.IntentSending)
				mine.InputHash = fmt.Sprint(n)
				got, known, err := hosts[n%len(hosts)].Reserve(t.Context(), mine)
				if err != nil || known == (got.InputHash == mine.InputHash) {
					t.Log(err, known, got, mine)
					failed.Add(1)
				}
				if err == nil && !known {
					won[k].Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.Zero(t, failed.Load())
	for k := range won {
		require.EqualValues(t, 1, won[k].Load(), "key %d", k)
	}
	t.Logf("%d keys, %d reservations of each by 2 hosts: each won once", keys, len(hosts)*goroutines)
}

func TestOfTwoHostsThatChangeOneIntentOneWinsEachVersion(t *testing.T) {
	dsn := pgtest.Database(t)
	hosts := []*Journal{openAt(t, dsn), openAt(t, dsn)}
	first, _, err := hosts[0].Reserve(t.Context(), intent("1", core.IntentReserved))
	require.NoError(t, err)
	var won atomic.Int64
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			j := hosts[n%2]
			for range 20 {
				now, _, err := j.Lookup(t.Context(), first.IntentKey)
				if err != nil {
					t.Error(err)
				}
				if _, err = j.Update(t.Context(), now); err == nil {
					won.Add(1)
				} else if core.OutcomeOf(err) != core.NotDone || !errors.Is(err, core.Conflict) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	changes, err := hosts[0].Changes(t.Context(), first.IntentKey)
	require.NoError(t, err)
	require.EqualValues(t, won.Load()+1, len(changes))
	t.Logf("320 attempts to change one intent: %d won, the chain holds", won.Load())
}

// TestALeaseNeverWaitsForAWriter: a row that a change holds is passed over.
func TestALeaseNeverWaitsForAWriter(t *testing.T) {
	j := openAt(t, pgtest.Database(t))
	for _, key := range []string{"1", "2"} {
		i := intent(key, core.IntentSending)
		i.Due = time.Now().Add(-time.Hour)
		_, _, err := j.Reserve(t.Context(), i)
		require.NoError(t, err)
	}
	tx, err := j.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context())
	_, err = tx.Exec(t.Context(), "SELECT FROM sampan.intents WHERE key = '1' FOR UPDATE")
	require.NoError(t, err)
	got, err := j.Lease(t.Context(), "", "x", 2, time.Minute)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, "2", got[0].Key)
}

const canary = "canary-7f3a"

func refused(t *testing.T, dsn, word string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	j, err := Open(ctx, dsn)
	if err == nil {
		_ = j.Close() // the test has failed already
	}
	isRefusal(t, err, word)
}

func isRefusal(t *testing.T, err error, word string) {
	t.Helper()
	require.ErrorContains(t, err, word)
	own, ok := err.(*core.Error)
	require.True(t, ok, "%T", err)
	require.Equal(t, "journal", own.Field)
	require.Equal(t, core.Unavailable, own.Code)
	require.Equal(t, core.NotDone, own.Outcome)
	require.NotContains(t, fmt.Sprintf("%s %+v %#v %+v", err, err, err, own.Err), canary)
}

func TestSettingsThatAreRefused(t *testing.T) {
	refused(t, "", "no database is named")
	refused(t, "postgres://u:"+canary+"@host:notaport/db", "cannot be read")
	refused(t, "postgres://u:"+canary+"%zz@host/db", "cannot be read")
	refused(t, "host=h user=u password="+canary+" and more", "cannot be read")
	refused(t, "host=h password="+canary+" pool_max_conns=x", "cannot be read")
	refused(t, "host=h password="+canary+" sslmode=what", "cannot be read")
	refused(t, "host=h password="+canary+" default_query_exec_mode=simple_protocol", "simple_protocol")
}

func TestAServerThatIsNotThere(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())
	refused(t, fmt.Sprintf("postgres://u:%s@127.0.0.1:%d/db", canary, port), "connection refused")
	refused(t, "host="+t.TempDir()+" password="+canary, "cannot be reached")
	refused(t, "postgres://u:"+canary+"@no-such-host.invalid/db", "cannot be resolved")

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	refused(t, fmt.Sprintf("postgres://u:%s@%s/db?connect_timeout=1", canary, silent.Addr()), "does not answer in time")
}

func TestACallerThatEndsIsToldSo(t *testing.T) {
	j := openAt(t, pgtest.Database(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := j.Reserve(ctx, intent("1", 0))
	require.ErrorIs(t, err, core.Canceled)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestServersThatAreRefused(t *testing.T) {
	dsn := pgtest.Database(t)
	refused(t, pgtest.With(dsn, "options", "-c synchronous_commit=off"), "synchronous_commit is off")
	refused(t, pgtest.With(dsn, "options", "-c default_transaction_read_only=on"), "read-only")
	refused(t, pgtest.With(dsn, "dbname", "sampan_no_such"), "no such database")
	_ = openAt(t, pgtest.With(dsn, "target_session_attrs", "any"))
	_ = openAt(t, pgtest.With(dsn, "target_session_attrs", "standby")) // the check replaces it
}

func TestAServerThatDoesNotFlushIsRefused(t *testing.T) {
	refused(t, pgtest.Private(t, "", "-c", "fsync=off").DSN("postgres", "postgres")+" password="+canary, "fsync=off")
}

func TestAReplicaIsRefused(t *testing.T) {
	refused(t, pgtest.Private(t, "standby.signal").DSN("postgres", "postgres")+" target_session_attrs=any password="+canary, "replica")
}

func TestAWrongPasswordAndAMissingRightAreRefused(t *testing.T) {
	s := pgtest.Private(t, "")
	pgtest.Exec(t, s.DSN("postgres", "postgres"), "CREATE ROLE locked LOGIN PASSWORD 'right'", "CREATE ROLE poor LOGIN")
	refused(t, s.DSN("locked", "postgres")+" password="+canary, "user or the password")
	refused(t, s.DSN("poor", "postgres"), "lacks a right")
	pgtest.Exec(t, s.DSN("postgres", "postgres"), "CREATE SCHEMA sampan AUTHORIZATION poor")
	_ = openAt(t, s.DSN("poor", "postgres"))
}

func TestOldAndForeignServersAreRefused(t *testing.T) {
	isRefusal(t, verdict("130012", "false", "off", "on", "on", "UTF8"), "at least 14")
	isRefusal(t, verdict("what", "false", "off", "on", "on", "UTF8"), "at least 14")
	isRefusal(t, verdict("150000", "false", "off", "on", "on", "SQL_ASCII"), "SQL_ASCII")
	for _, durable := range []string{"on", "local", "remote_write", "remote_apply"} {
		require.NoError(t, verdict("140000", "false", "off", "on", durable, "UTF8"))
	}
}

func TestEveryConnectionHasTheLimits(t *testing.T) {
	j := openAt(t, pgtest.With(pgtest.Database(t), "options", "-c statement_timeout=0 -c lock_timeout=0"))
	var statement, lock, idle, isolation string
	require.NoError(t, j.pool.QueryRow(t.Context(), `SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
		current_setting('idle_in_transaction_session_timeout')`).Scan(&statement, &lock, &idle))
	require.Equal(t, "10s 5s 15s", statement+" "+lock+" "+idle)
	require.NoError(t, j.inTransaction(t.Context(), func(tx pgx.Tx) (*written, error) {
		return nil, tx.QueryRow(t.Context(), "SHOW transaction_isolation").Scan(&isolation)
	}))
	require.Equal(t, "read committed", isolation)
}

func TestANewerSchemaIsNotTouched(t *testing.T) {
	dsn := pgtest.Database(t)
	openAt(t, dsn)
	pgtest.Exec(t, dsn, "UPDATE sampan.schema_version SET version = 99")
	refused(t, dsn, "newer program")
	pgtest.Exec(t, dsn, "UPDATE sampan.schema_version SET version = 0")
	refused(t, dsn, "does not know")
}

func TestHostsThatStartTogetherMakeOneSchema(t *testing.T) {
	dsn := pgtest.Database(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			j, err := Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			_ = j.Close()
		})
	}
	wg.Wait()
}

func TestTheHistoryOnlyGrows(t *testing.T) {
	j := openAt(t, pgtest.Database(t))
	for _, statement := range []string{"UPDATE sampan.changes SET version = 7", "DELETE FROM sampan.changes", "TRUNCATE sampan.changes"} {
		_, err := j.pool.Exec(t.Context(), statement)
		require.ErrorContains(t, err, "only grows")
	}
}

func TestAnAlteredHistoryIsNoticed(t *testing.T) {
	for name, statement := range map[string]string{
		"altered":               "UPDATE sampan.changes SET entry = convert_to(replace(convert_from(entry, 'UTF8'), 'sending', 'done'), 'UTF8') WHERE key = '1' AND version = 2",
		"taken out":             "DELETE FROM sampan.changes WHERE key = '1' AND version = 2",
		"first taken out":       "DELETE FROM sampan.changes WHERE key = '1' AND version = 1",
		"last taken out":        "DELETE FROM sampan.changes WHERE key = '1' AND version = 3",
		"all taken out":         "DELETE FROM sampan.changes WHERE key = '1'",
		"swapped":               "UPDATE sampan.changes SET hash = (SELECT hash FROM sampan.changes WHERE key = '1' AND version = 1) WHERE key = '1' AND version = 3",
		"another's chain":       "DELETE FROM sampan.changes WHERE key = '1'; UPDATE sampan.changes SET key = '1' WHERE key = '2'; DELETE FROM sampan.intents WHERE key = '1'; UPDATE sampan.intents SET key = '1' WHERE key = '2'",
		"intent made to differ": "UPDATE sampan.intents SET state = 'reserved' WHERE key = '1'",
		"intent taken out":      "DELETE FROM sampan.intents WHERE key = '1'",
	} {
		t.Run(name, func(t *testing.T) {
			dsn := pgtest.Database(t)
			j := openAt(t, dsn)
			for _, key := range []string{"1", "2", "3"} {
				i, _, err := j.Reserve(t.Context(), intent(key, core.IntentReserved))
				require.NoError(t, err)
				for _, i.State = range []core.IntentState{core.IntentSending, core.IntentDone} {
					i, err = j.Update(t.Context(), i)
					require.NoError(t, err)
				}
			}
			changes, err := j.Changes(t.Context(), intent("1", 0).IntentKey)
			require.NoError(t, err)
			require.Len(t, changes, 3)
			pgtest.Exec(t, dsn, "ALTER TABLE sampan.changes DISABLE TRIGGER only_grow")
			pgtest.Exec(t, dsn, statement)
			_, err = j.Changes(t.Context(), intent("1", 0).IntentKey)
			isRefusal(t, err, "chain of hashes")
			_, err = j.Changes(t.Context(), intent("3", 0).IntentKey)
			require.NoError(t, err, "another intent's chain is another")
		})
	}
}

// cutter loses the connection at the next commit: before the server has it, or before its answer.
type cutter struct {
	net.Conn
	cut *atomic.Int32
}

const (
	cutNever int32 = iota
	cutBefore
	cutAfter
)

func (c cutter) Write(b []byte) (int, error) {
	if !bytes.Contains(b, []byte("commit\x00")) {
		return c.Conn.Write(b)
	}
	switch c.cut.Swap(cutNever) {
	case cutBefore:
		_ = c.Close()
	case cutAfter:
		n, err := c.Conn.Write(b)
		_ = c.Conn.(interface{ CloseRead() error }).CloseRead()
		return n, err
	}
	return c.Conn.Write(b)
}

func TestACommitWhoseAnswerIsLostIsFoundOut(t *testing.T) {
	config, err := settings(pgtest.Database(t))
	require.NoError(t, err)
	var cut atomic.Int32
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return cutter{conn, &cut}, err
	}
	j, err := open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close() })

	cut.Store(cutAfter)
	got, known, err := j.Reserve(t.Context(), intent("1", core.IntentSending))
	require.NoError(t, err)
	require.False(t, known, "it is this caller who reserved it")
	require.Zero(t, cut.Load())

	cut.Store(cutBefore)
	got.State = core.IntentDone
	_, err = j.Update(t.Context(), got)
	isRefusal(t, err, "before the change was committed")
	onRecord, _, err := j.Lookup(t.Context(), got.IntentKey)
	require.NoError(t, err)
	require.Equal(t, core.IntentSending, onRecord.State)

	cut.Store(cutAfter)
	_, err = j.Update(t.Context(), got)
	require.NoError(t, err)
	changes, err := j.Changes(t.Context(), got.IntentKey)
	require.NoError(t, err)
	require.Len(t, changes, 2)
}

func TestAFateThatCannotBeFoundOutIsInDoubt(t *testing.T) {
	j := openAt(t, pgtest.Database(t))
	err := j.fate(t.Context(), &written{transaction: "9000000000000000000"}) // of a server that took over and is behind
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
}

func TestAFateIsWaitedFor(t *testing.T) {
	j := openAt(t, pgtest.Database(t))
	tx, err := j.pool.Begin(t.Context())
	require.NoError(t, err)
	w, err := keep(t.Context(), tx, intent("1", core.IntentReserved), time.Now(), nil)
	require.NoError(t, err)
	ended := make(chan error)
	go func() {
		time.Sleep(200 * time.Millisecond)
		ended <- tx.Commit(context.Background())
	}()
	require.NoError(t, j.fate(t.Context(), w))
	require.NoError(t, <-ended)
}

// write reserves for ever, and says each key once it is acknowledged.
func write(dsn string) {
	j, err := Open(context.Background(), dsn)
	if err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		key := fmt.Sprint(os.Getpid(), "-", n)
		if _, _, err := j.Reserve(context.Background(), intent(key, 0)); err != nil {
			panic(err)
		}
		fmt.Println(key)
	}
}

// writeUntil runs a writing process until end ends it, and gives what it said.
func writeUntil(t *testing.T, dsn string, end func(*exec.Cmd)) (acknowledged []string) {
	t.Helper()
	c := exec.Command(os.Args[0], writerMarker, dsn)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	ended := make(chan struct{})
	time.AfterFunc(300*time.Millisecond, func() { end(c); close(ended) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
	}
	<-ended
	require.Error(t, c.Wait(), "it must have been killed")
	return acknowledged
}

func nothingLost(t *testing.T, dsn string, acknowledged []string, how string) {
	t.Helper()
	require.NotEmpty(t, acknowledged)
	j := openAt(t, dsn)
	for _, key := range acknowledged {
		_, known, err := j.Lookup(t.Context(), intent(key, 0).IntentKey)
		require.NoError(t, err)
		require.True(t, known, "%s was acknowledged and is lost", key)
		changes, err := j.Changes(t.Context(), intent(key, 0).IntentKey)
		require.NoError(t, err)
		require.Len(t, changes, 1)
	}
	t.Logf("%d acknowledged changes over %s, 0 lost", len(acknowledged), how)
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	dsn := pgtest.Database(t)
	var acknowledged []string
	for range 5 {
		acknowledged = append(acknowledged, writeUntil(t, dsn, func(c *exec.Cmd) { _ = c.Process.Kill() })...)
	}
	nothingLost(t, dsn, acknowledged, "5 kills of the writer")
}

func TestWhatWasAcknowledgedSurvivesACrashOfTheServer(t *testing.T) {
	s := pgtest.Private(t, "")
	dsn := s.DSN("postgres", "postgres")
	var acknowledged []string
	for range 3 {
		acknowledged = append(acknowledged, writeUntil(t, dsn, func(c *exec.Cmd) {
			s.End(syscall.SIGQUIT) // no checkpoint, no goodbye
			time.Sleep(50 * time.Millisecond)
			_ = c.Process.Kill()
		})...)
		require.NoError(t, s.Start())
	}
	nothingLost(t, dsn, acknowledged, "3 crashes of the server")
}
