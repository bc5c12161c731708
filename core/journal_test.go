package core_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func intent(key string) core.Intent {
	return core.Intent{IntentKey: core.IntentKey{Account: "shop", Op: core.OpCreateOrder, Key: key}, InputHash: "hash"}
}

func TestAnIntentIsReservedOnce(t *testing.T) {
	j := core.NewMemoryJournal()
	first, known, err := j.Reserve(t.Context(), intent("1"))
	require.NoError(t, err)
	assert.False(t, known)
	assert.Equal(t, core.IntentReserved, first.State)
	other := intent("1")
	other.InputHash = "other"
	again, known, err := j.Reserve(t.Context(), other)
	require.NoError(t, err)
	assert.True(t, known)
	assert.Equal(t, first, again, "what is on record is not changed")
}

func TestAChangeNamesTheVersionItWasMadeFrom(t *testing.T) {
	j := core.NewMemoryJournal()
	reserved, _, err := j.Reserve(t.Context(), intent("1"))
	require.NoError(t, err)
	sending := reserved
	sending.State = core.IntentSending
	sending, err = j.Update(t.Context(), sending)
	require.NoError(t, err)
	assert.Equal(t, reserved.Version+1, sending.Version)
	_, err = j.Update(t.Context(), reserved)
	assertError(t, err, core.Conflict, core.NotDone)
	onRecord, _, _ := j.Reserve(t.Context(), intent("1"))
	assert.Equal(t, core.IntentSending, onRecord.State, "an older view overwrites nothing")
}

func TestOneOfManyChangesFromOneVersionWins(t *testing.T) {
	j := core.NewMemoryJournal()
	reserved, _, err := j.Reserve(t.Context(), intent("1"))
	require.NoError(t, err)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if _, err := j.Update(t.Context(), reserved); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
}

func TestUnsettledAreTheOpenOnesOfTheAccountInOrder(t *testing.T) {
	j := core.NewMemoryJournal()
	for key, state := range map[string]core.IntentState{"d": core.IntentDone, "c": core.IntentInDoubt, "a": core.IntentSending, "b": core.IntentReserved, "e": core.IntentRefused} {
		i, _, err := j.Reserve(t.Context(), intent(key))
		require.NoError(t, err)
		i.State = state
		_, err = j.Update(t.Context(), i)
		require.NoError(t, err)
	}
	foreign := intent("f")
	foreign.Account = "other"
	i, _, err := j.Reserve(t.Context(), foreign)
	require.NoError(t, err)
	i.State = core.IntentInDoubt
	_, err = j.Update(t.Context(), i)
	require.NoError(t, err)

	open, err := j.Unsettled(t.Context(), "shop")
	require.NoError(t, err)
	var keys []string
	for _, i := range open {
		keys = append(keys, i.Key)
	}
	assert.Equal(t, []string{"a", "c"}, keys)
}
