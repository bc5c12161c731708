package listen

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/journal/sqlite"
)

const victimMarker = "listener-under-test"

// TestMain lets this test's executable be a listener that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == victimMarker {
		if err := serveUntilKilled(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// serveUntilKilled takes messages, and reads no order to the end.
func serveUntilKilled(path string) error {
	ctx := context.Background()
	j, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	s := newShop()
	s.gate = make(chan struct{})
	buyer, err := core.NewBuyer(ctx, s, core.BuyerOptions{Account: "a"})
	if err != nil {
		return err
	}
	l, err := New(Options{Buyers: []*core.Buyer{buyer}, Inbox: j, Log: j, Poll: -1})
	if err != nil {
		return err
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/messages/a\n", socket.Addr())
	go l.Run(ctx)
	return http.Serve(socket, l)
}

func TestWhatWasAcknowledgedBeforeAKillIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	var acknowledged [][]byte
	for round := range 5 {
		victim := exec.Command(os.Args[0], victimMarker, path)
		victim.Stderr = os.Stderr
		stdout, err := victim.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, victim.Start())
		url, err := bufio.NewReader(stdout).ReadString('\n')
		require.NoError(t, err)
		taken := pushAllTheTime(strings.TrimSpace(url), round)
		time.Sleep(time.Duration(50+37*round) * time.Millisecond)
		require.NoError(t, victim.Process.Kill()) // kill -9
		_ = victim.Wait()
		acknowledged = append(acknowledged, taken()...)
	}
	require.Greater(t, len(acknowledged), 100, "or this test looks at nothing")
	j, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	defer j.Close()
	letters, err := j.Unread(t.Context(), "a", 0, 1<<20)
	require.NoError(t, err)
	unread := map[string]bool{}
	for _, letter := range letters {
		unread[letter.Sum] = true
	}
	for _, body := range acknowledged {
		require.True(t, unread[core.SumOf(body)], "%s was acknowledged and is lost", body)
	}
	t.Logf("%d messages acknowledged, %d kept", len(acknowledged), len(letters))
}

// pushAllTheTime pushes until nobody answers any more; taken gives what was acknowledged.
func pushAllTheTime(url string, round int) (taken func() [][]byte) {
	var pushers sync.WaitGroup
	var mu sync.Mutex
	var acknowledged [][]byte
	for pusher := range 8 {
		pushers.Go(func() {
			for n := 0; ; n++ {
				body := message(round*1_000_000+pusher*100_000+n, "17")
				r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					return
				}
				r.Header.Set("X-Sign", signed(body))
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					return
				}
				_ = answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					mu.Lock()
					acknowledged = append(acknowledged, body)
					mu.Unlock()
				}
			}
		})
	}
	return func() [][]byte {
		pushers.Wait()
		return acknowledged
	}
}
