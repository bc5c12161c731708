package postgres

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/pgtest"
)

func TestAnotherJournalIsCopiedWhole(t *testing.T) {
	from := core.NewMemoryJournal()
	for n := range importPage + 20 {
		i := intent(fmt.Sprint("茶 ", n), core.IntentReserved)
		i.Claims = []string{fmt.Sprint("money:", n)}
		i.Spend = core.Spend{Amount: money.MustParse("1.50", money.CNY), Day: "2026-11-23"}
		i, _, err := from.Reserve(t.Context(), i)
		require.NoError(t, err)
		i.State, i.Note = core.IntentSending, "a note"
		_, err = from.Update(t.Context(), i)
		require.NoError(t, err)
	}
	j := openAt(t, pgtest.Database(t))
	intents, changes, err := j.Import(t.Context(), from)
	require.NoError(t, err)
	require.Equal(t, []int{importPage + 20, 2 * (importPage + 20)}, []int{intents, changes})

	holder, known, err := j.Holder(t.Context(), "a", "money:7")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, "茶 7", holder.Key)
	more := intent("more", core.IntentReserved)
	more.Spend = core.Spend{Amount: money.MustParse("0.01", money.CNY), Day: "2026-11-23", Most: money.MustParse("780.00", money.CNY)}
	_, _, err = j.Reserve(t.Context(), more)
	require.ErrorIs(t, err, core.Guarded, "what was spent is counted: 520 times 1.50")

	_, _, err = j.Import(t.Context(), from)
	isRefusal(t, err, "not empty")
}
