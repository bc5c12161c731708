package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

var statuses = []core.Status{core.StatusUnknown, core.AwaitingPayment, core.Paid, core.PartlyShipped, core.Shipped,
	core.Received, core.Completed, core.Cancelled, core.Closed}

func TestAnOrderMovesForwardOnly(t *testing.T) {
	// A row is a status now; y stands where it may be seen in the column's status later. The columns
	// are the statuses in the same order.
	for from, row := range map[core.Status]string{
		core.StatusUnknown:   "yyyyyyyyy",
		core.AwaitingPayment: "yyyyyyyyy",
		core.Paid:            "y-yyyyy-y",
		core.PartlyShipped:   "y--yyyy-y",
		core.Shipped:         "y---yyy-y",
		core.Received:        "y----yy-y",
		core.Completed:       "y-----y-y",
		core.Cancelled:       "y------y-",
		core.Closed:          "y-------y",
	} {
		require.Len(t, row, len(statuses))
		for i, to := range statuses {
			assert.Equal(t, row[i] == 'y', from.CanBecome(to), "%s -> %s", from, to)
		}
	}
}

func TestOnlyWhatIsCertainIsPaid(t *testing.T) {
	for i, status := range statuses {
		assert.Equal(t, "--yyyyy--"[i] == 'y', status.IsPaid(), status.String())
	}
}

func TestAStatusIsReadAsAPersonTypesIt(t *testing.T) {
	for _, want := range statuses {
		got, err := core.ParseStatus(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := core.ParseStatus("payed")
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.ErrorContains(t, err, "awaiting_payment", "the error lists the words")
}
