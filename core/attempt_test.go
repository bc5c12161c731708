package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/sampan-go/sampan/core"
)

func TestAnAttemptMustBeCompleteAndInTime(t *testing.T) {
	whole := core.Attempt{No: 1, SignedAt: noon, NotAfter: noon.Add(core.WriteDeadline)}
	assert.NoError(t, whole.Check(noon))
	assert.NoError(t, whole.Check(whole.NotAfter), "the last moment is in time")
	late := whole.Check(whole.NotAfter.Add(time.Nanosecond))
	assertError(t, late, core.Canceled, core.NotDone)
	assert.Equal(t, "attempt.not_after", field(late))
	for name, a := range map[string]core.Attempt{
		"none":         {},
		"no number":    {SignedAt: whole.SignedAt, NotAfter: whole.NotAfter},
		"no signature": {No: 1, NotAfter: whole.NotAfter},
		"no deadline":  {No: 1, SignedAt: whole.SignedAt},
	} {
		assertError(t, a.Check(noon), core.InvalidInput, core.NotDone)
		assert.Equal(t, "attempt", field(a.Check(noon)), name)
	}
}
