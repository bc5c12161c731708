package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/inboxtest"
	"github.com/sampan-go/sampan/core/journaltest"
)

func openAt(t *testing.T, path string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close() }) // a rule may have closed it
	return j
}

func TestTheJournalInAFile(t *testing.T) {
	journaltest.Run(t, journaltest.Harness{
		Open: func(t *testing.T) core.Journal { return openAt(t, filepath.Join(t.TempDir(), "j ?#%.db")) },
		Reopen: func(t *testing.T, j core.Journal) core.Journal {
			old := j.(*Journal)
			require.NoError(t, old.Close())
			return openAt(t, old.path)
		},
	})
}

func TestTheInboxInAFile(t *testing.T) {
	inboxtest.Run(t, inboxtest.Harness{
		Open: func(t *testing.T) inboxtest.Store { return openAt(t, filepath.Join(t.TempDir(), "j.db")) },
		Reopen: func(t *testing.T, s inboxtest.Store) inboxtest.Store {
			old := s.(*Journal)
			require.NoError(t, old.Close())
			return openAt(t, old.path)
		},
	})
}

// A file of the form before messages, with an intent in it, takes them without losing it.
func TestAFileOfTheFormBeforeGetsAnInbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	_, _, err := j.Reserve(t.Context(), intentOf("1", core.IntentSending))
	require.NoError(t, err)
	_, err = j.db.Exec("DROP TABLE letters; DROP TABLE sights; DROP TABLE events; DROP TABLE positions; PRAGMA user_version = 2")
	require.NoError(t, err)
	require.NoError(t, j.Close())
	reader, err := OpenReader(t.Context(), path)
	require.NoError(t, err, "intents can be read as they are")
	require.NoError(t, reader.Close())
	j = openAt(t, path)
	_, known, err := j.Lookup(t.Context(), intentOf("1", core.IntentSending).IntentKey)
	require.NoError(t, err)
	require.True(t, known)
	kept, err := j.Keep(t.Context(), []core.Letter{{Account: "a", Sum: "1"}})
	require.NoError(t, err)
	require.Equal(t, []bool{true}, kept)
}

func refused(t *testing.T, path, word string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	j, err := Open(ctx, path)
	if err == nil {
		_ = j.Close() // the test has failed already
	}
	require.ErrorContains(t, err, word)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestASecondHostIsRefusedAndToldWhoTheFirstIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	first := openAt(t, path)
	refused(t, path, fmt.Sprintf("process %d", os.Getpid()))
	closed := make(chan error)
	go func() {
		time.Sleep(100 * time.Millisecond)
		closed <- first.Close()
	}()
	openAt(t, path) // it waits its turn
	require.NoError(t, <-closed)
}

func TestPlacesThatAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	require.NoError(t, openAt(t, path).Close())
	require.NoError(t, os.Chmod(path, 0o644))
	refused(t, path, "chmod 600")
	refused(t, filepath.Join(t.TempDir(), "none", "j.db"), "no folder")
	refused(t, t.TempDir(), "is a folder")
	garbage := filepath.Join(t.TempDir(), "g.db")
	require.NoError(t, os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 1000)), 0o600))
	refused(t, garbage, "g.db")
}

func TestTheFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	openAt(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestANewerFileIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	_, err := j.db.Exec("PRAGMA user_version = 99")
	require.NoError(t, err)
	require.NoError(t, j.Close())
	refused(t, path, "newer program")
}

func TestAnAlteredHistoryIsNoticed(t *testing.T) {
	for name, statement := range map[string]string{
		"altered":   "UPDATE changes SET entry = CAST(replace(CAST(entry AS TEXT), 'reserved', 'done') AS BLOB) WHERE seq = 2",
		"taken out": "DELETE FROM changes WHERE seq = 2",
		"swapped":   "UPDATE changes SET hash = (SELECT hash FROM changes WHERE seq = 1) WHERE seq = 3",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.db")
			j := openAt(t, path)
			for n := range 3 {
				_, _, err := j.Reserve(t.Context(), core.Intent{IntentKey: core.IntentKey{Account: "a", Op: core.OpPay, Key: fmt.Sprint(n)}})
				require.NoError(t, err)
			}
			_, err := j.db.Exec(statement)
			require.NoError(t, err)
			require.NoError(t, j.Close())
			refused(t, path, "chain of hashes")
		})
	}
}

func TestVersionsAreCompared(t *testing.T) {
	require.True(t, olderThan("3.51.2", oldestSQLite))
	require.True(t, olderThan("3.9.9", oldestSQLite))
	require.False(t, olderThan("3.51.3", oldestSQLite))
	require.False(t, olderThan("4.0.0", oldestSQLite))
	require.True(t, olderThan("what", oldestSQLite))
}

const writerMarker = "journal-writer-under-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == writerMarker {
		write(os.Args[2])
	}
	os.Exit(m.Run())
}

// write reserves for ever, and says each key once it is acknowledged.
func write(path string) {
	j, err := Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		if _, _, err := j.Reserve(context.Background(), core.Intent{IntentKey: core.IntentKey{Account: "a", Op: core.OpPay, Key: fmt.Sprint(os.Getpid(), "-", n)}}); err != nil {
			panic(err)
		}
		fmt.Println(fmt.Sprint(os.Getpid(), "-", n))
	}
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	acknowledged := map[string]bool{}
	for range 5 {
		c := exec.Command(os.Args[0], writerMarker, path)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		killer := time.AfterFunc(150*time.Millisecond, func() { _ = c.Process.Kill() })
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			acknowledged[lines.Text()] = true
		}
		killer.Stop()
		require.Error(t, c.Wait(), "it must have been killed")
	}
	require.NotEmpty(t, acknowledged)
	j := openAt(t, path)
	for key := range acknowledged {
		_, known, err := j.Lookup(t.Context(), core.IntentKey{Account: "a", Op: core.OpPay, Key: key})
		require.NoError(t, err)
		require.True(t, known, "%s was acknowledged and is lost", key)
	}
	t.Logf("%d acknowledged changes over 5 kills, 0 lost", len(acknowledged))
}
