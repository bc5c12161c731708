package effect

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sampan-go/sampan/core"
)

// mostSkew is how far a write's time of signing may be from the gateway's clock. The gateways take
// twice as much; what is over half is a clock that nobody looks after.
const mostSkew = 300 * time.Second

// skew is the latest offset of the gateway's clock to ours; nil before the first answer with a date.
type skew struct{ latest atomic.Pointer[time.Duration] }

// see measures by the date of an answer. A date has whole seconds, and the answer took its way, so
// the offset is right to a few seconds. The copy that a cache kept tells the time of long ago.
func (s *skew) see(answer *http.Response, now time.Time) {
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil || answer.Header.Get("Age") != "" {
		return
	}
	offset := date.Sub(now)
	s.latest.Store(&offset)
}

// Skew is how far the gateway's clock was ahead of ours (negative: behind) by the latest answer that
// bore a date; ok is false while there was none. It is right to a few seconds.
func (c *Client) Skew() (offset time.Duration, ok bool) {
	latest := c.skew.latest.Load()
	if latest == nil {
		return 0, false
	}
	return *latest, true
}

// checkSkew refuses a write that is signed with a time far from the gateway's.
func (c *Client) checkSkew(a core.Attempt, now time.Time) error {
	offset, known := c.Skew()
	ahead := now.Add(offset).Sub(a.SignedAt)
	if !known || ahead.Abs() <= mostSkew {
		return nil
	}
	word := "ahead of"
	if ahead < 0 {
		word = "behind"
	}
	return &core.Error{Code: core.Denied, Outcome: core.NotDone, Field: "attempt.signed_at",
		Message: fmt.Sprintf("the clock of %s is %s %s the time that this write would be signed with, and at most %s is taken; nothing was sent. Set the clock of this machine, or of the journal's database, make any read so that it is measured again, and call again",
			c.base.Host, ahead.Abs().Round(time.Second), word, mostSkew)}
}
