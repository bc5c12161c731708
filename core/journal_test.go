package core_test

import (
	"testing"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/journaltest"
)

func TestTheJournalInMemory(t *testing.T) {
	journaltest.Run(t, journaltest.Harness{Open: func(*testing.T) core.Journal { return core.NewMemoryJournal() }})
}
