package typescript_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// TestSuite is the behaviour that every adapter owes, on the real process, as an account has it that names no
// endpoint which the documentation leaves open. With all of them named, TestHostConform runs it.
func TestSuite(t *testing.T) {
	built(t)
	s := startSandbox(t)
	adaptertest.Run(t, harness(s, open(t, settingsFor(s.PandaPonURL(), table{"endpoints": map[string]string{}}))))
}

func harness(s *sandbox.Server, adapter core.Adapter) adaptertest.Harness {
	return adaptertest.Harness{
		Open:          func(testing.TB) core.Adapter { return adapter },
		Order:         purchase,
		Effects:       func(testing.TB) int { return len(s.Effects()) },
		Requests:      func(testing.TB) int { return len(s.Log()) },
		WriteRequests: func(testing.TB) int { return writesIn(s.Log()) },
		Fault:         func(_ testing.TB, f adaptertest.Fault) { s.Script(); s.Script(suiteFaults[f]) },
		Secrets:       []string{sandbox.DefaultAccessSecret},
		SignedAt:      func(t testing.TB) time.Time { return signedAt(t, s.Log()) },
	}
}

func writesIn(log []sandbox.Access) int {
	count := 0
	for _, one := range log {
		if slices.Contains([]string{"/open/order", "/open/order/pay", "/open/order/cancel"}, strings.TrimPrefix(one.Path, "/pandapon")) {
			count++
		}
	}
	return count
}

func signedAt(t testing.TB, log []sandbox.Access) time.Time {
	var ms int64
	_, err := fmt.Sscan(log[len(log)-1].Header.Get("timestamp"), &ms)
	require.NoError(t, err)
	return time.UnixMilli(ms).UTC()
}

var suiteFaults = map[adaptertest.Fault]sandbox.Rule{
	adaptertest.RefuseBefore:    {Fault: sandbox.RefuseBefore},
	adaptertest.DropBefore:      {Fault: sandbox.DropBefore},
	adaptertest.DropAfter:       {Fault: sandbox.DropAfter},
	adaptertest.LateAnswer:      {Fault: sandbox.Late, Delay: 2 * adaptertest.Patience},
	adaptertest.TooManyRequests: {Fault: sandbox.TooMany},
	adaptertest.ErrorBefore:     {Fault: sandbox.ErrorBefore},
	adaptertest.ErrorAfter:      {Fault: sandbox.ErrorAfter},
	adaptertest.Truncated:       {Fault: sandbox.Truncated},
	adaptertest.Garbage:         {Fault: sandbox.Garbage},
}

// The sandbox has more on its menu than the suite asks for.
func TestTheSandboxsOtherFaultsAreInDoubtAndSentOnce(t *testing.T) {
	s := startSandbox(t)
	a := open(t, settingsFor(s.PandaPonURL(), nil))
	for fault, code := range map[sandbox.Fault]core.Code{sandbox.Redirect: core.BadAnswer, sandbox.Huge: core.BadAnswer, sandbox.MissingFields: core.BadAnswer, sandbox.WrongTypes: core.BadAnswer} {
		before := writesIn(s.Log())
		s.Script(sandbox.Rule{Fault: fault})
		_, err := a.CreateOrder(t.Context(), purchase())
		require.ErrorIs(t, err, code, "%s", fault)
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "%s: %v", fault, err)
		require.Equal(t, before+1, writesIn(s.Log()), "%s", fault)
	}
}
