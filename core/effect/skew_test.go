package effect

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// dated answers as a gateway whose clock stands at a time; more are further header lines.
func dated(at time.Time, status int, more ...string) act {
	return say(fmt.Sprintf("HTTP/1.1 %d X\r\nDate: %s\r\n%sContent-Length: 2\r\n\r\n{}", status, at.Format(http.TimeFormat), strings.Join(more, "")))
}

// atNoon is a client whose clock stands at noon.
func atNoon(t *testing.T, s *rawServer) *Client {
	c := newClient(t, s.url())
	c.now = func() time.Time { return noon }
	return c
}

func signedAt(at time.Time) *core.Attempt {
	return &core.Attempt{No: 1, SignedAt: at, NotAfter: noon.Add(core.WriteDeadline)}
}

func TestAWriteFarFromTheGatewaysClockIsNotSent(t *testing.T) {
	for _, row := range []struct {
		offset, signed time.Duration
		says           string
	}{
		{0, 0, ""},
		{300 * time.Second, 0, ""},
		{-300 * time.Second, 0, ""},
		{301 * time.Second, 0, "5m1s ahead of"},
		{-301 * time.Second, 0, "5m1s behind"},
		{time.Hour, 0, "1h0m0s ahead of"},
		{290 * time.Second, -20 * time.Second, "5m10s ahead of"}, // it is the time of signing that counts
		{310 * time.Second, 20 * time.Second, ""},
		{0, 400 * time.Second, "6m40s behind"}, // the journal's clock is wrong, and ours is not
	} {
		t.Run(fmt.Sprint(row.offset, row.signed), func(t *testing.T) {
			s := serveRaw(t, dated(noon.Add(row.offset), 200))
			c := atNoon(t, s)
			if _, err := c.Do(context.Background(), list()); err != nil {
				t.Fatal(err)
			}
			if got, known := c.Skew(); got != row.offset || !known {
				t.Errorf("a read measures: got %v, %v, want %v", got, known, row.offset)
			}
			_, err := c.Do(context.Background(), pay(signedAt(noon.Add(row.signed))))
			if row.says == "" {
				if err != nil || s.requests.Load() != 2 {
					t.Errorf("clocks that differ by 300 s at most are taken: got %v after %d requests", err, s.requests.Load())
				}
				return
			}
			wantError(t, "clocks differ", err, core.Denied, core.NotDone)
			for _, part := range []string{row.says, s.Addr().String(), "Set the clock", "nothing was sent"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error says by how much and what to do: got %v, want %q in it", err, part)
				}
			}
			if e := err.(*core.Error); e.Op != core.OpPay || e.Field != "attempt.signed_at" {
				t.Errorf("the error names operation and member: got %q, %q", e.Op, e.Field)
			}
			if got := s.requests.Load(); got != 1 {
				t.Errorf("nothing was sent: got %d requests beside the read", got-1)
			}
		})
	}
}

func TestTheLatestAnswerCounts(t *testing.T) {
	s := serveRaw(t, func(conn net.Conn, n int64) bool {
		return dated(noon.Add(time.Duration(n)*time.Second), 200)(conn, n)
	})
	c := atNoon(t, s)
	if _, known := c.Skew(); known {
		t.Error("before the first answer nothing is known")
	}
	if _, err := c.Do(context.Background(), pay(signedAt(noon.Add(400*time.Second)))); err != nil {
		t.Fatalf("what is not known stops nothing: %v", err)
	}
	if got, _ := c.Skew(); got != time.Second {
		t.Errorf("the answer of a write measures: got %v", got)
	}
	if _, err := c.Do(context.Background(), list()); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.Skew(); got != 2*time.Second {
		t.Errorf("a later answer counts more: got %v", got)
	}
}

func TestClocksThatWereSetRightAreSeenByTheNextRead(t *testing.T) {
	at := noon.Add(time.Hour)
	s := serveRaw(t, func(conn net.Conn, n int64) bool { return dated(at, 200)(conn, n) })
	c := atNoon(t, s)
	_, _ = c.Do(context.Background(), list())
	_, err := c.Do(context.Background(), pay(signedAt(noon)))
	wantError(t, "an hour", err, core.Denied, core.NotDone)
	at = noon
	_, _ = c.Do(context.Background(), list())
	if _, err := c.Do(context.Background(), pay(signedAt(noon))); err != nil {
		t.Errorf("the next read measures again: got %v", err)
	}
}

func TestAFailureTellsTheTimeToo(t *testing.T) {
	s := serveRaw(t, dated(noon.Add(time.Hour), 500))
	c := atNoon(t, s)
	_, _ = c.Do(context.Background(), list())
	_, err := c.Do(context.Background(), pay(signedAt(noon)))
	wantError(t, "measured by a 500", err, core.Denied, core.NotDone)
}

// What is no time of the gateway's own must not stop purchases, and not hide a wrong clock either.
func TestWhatTellsNoTimeChangesNothing(t *testing.T) {
	for name, second := range map[string]act{
		"no date":          say(okAnswer),
		"no time in it":    say("HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 2\r\n\r\n{}"),
		"a cache's copy":   dated(noon.Add(-time.Hour), 200, "Age: 3600\r\n"),
		"no answer at all": func(net.Conn, int64) bool { return false },
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, func(conn net.Conn, n int64) bool {
				if n == 1 {
					return dated(noon.Add(7*time.Second), 200)(conn, n)
				}
				return second(conn, n)
			})
			c := atNoon(t, s)
			for range 2 {
				_, _ = c.Do(context.Background(), list())
			}
			if got, known := c.Skew(); got != 7*time.Second || !known {
				t.Errorf("the last measure stays: got %v, %v", got, known)
			}
		})
	}
}
