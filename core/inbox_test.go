package core_test

import (
	"testing"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/inboxtest"
)

func TestTheInboxInMemory(t *testing.T) {
	inboxtest.Run(t, inboxtest.Harness{Open: func(*testing.T) inboxtest.Store { return core.NewMemoryInbox() }})
}
