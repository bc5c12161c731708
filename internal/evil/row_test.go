package evil

import (
	"slices"
	"time"

	"github.com/sampan-go/sampan/plugin"
)

// row is one hostile adapter and what a host's callers must get of it.
type row struct {
	group, name string
	// adapter is the adapter's process. Without it the adapter serves as it should, beside answers.
	adapter func(*actor)
	// answers are those to single calls, by the method's name in the contract.
	answers answers
	// want is what the host's calls come to, in their order: "open: ok", "pay: bad_answer in_doubt".
	want []string
	// or is what they may come to as well, where it depends on what the host sees first.
	or []string
	// says are words that must be in what the callers got or in the host's log.
	says []string
	// most is the longest that the whole meeting may take; 0 is 30 s.
	most time.Duration
	// config changes how the host starts the adapter.
	config func(*plugin.Config)
	// supervised lets plugin.Supervise meet it in the place of plugin.Open.
	supervised bool
	// unseen leaves results alone: what the test makes of a large one would be counted as the host's.
	unseen bool
	// times is how often the calls after "open" are made; 0 is once.
	times int
}

// What most rows want.
var (
	notStarted = []string{"open: unavailable not_done"}
	served     = []string{"open: ok", "get: ok", "pay: ok"}
)

func rows() []row {
	all := slices.Concat(handshakeRows(), certificateRows(), startRows(), serverRows(), logRows(), readRows(), writeRows())
	for i := range all {
		if all[i].adapter == nil {
			all[i].adapter = (*actor).behave
		}
		if all[i].most == 0 {
			all[i].most = 30 * time.Second
		}
		if all[i].times == 0 {
			all[i].times = 1
		}
	}
	return all
}

// rowNamed gives the row that a process was started for.
func rowNamed(name string) row {
	for _, r := range rows() {
		if r.name == name {
			return r
		}
	}
	panic("no row is named " + name)
}

// wellBehaved is the adapter that every host meets first, so that what its runtime makes for good is
// there before it is measured.
const wellBehaved = "well-behaved"
