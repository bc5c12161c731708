package core_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestAnErrorSaysPlaceReasonGatewayAndDoubt(t *testing.T) {
	e := &core.Error{Code: core.Refused, Outcome: core.NotDone, Op: core.OpPay, Field: "expect", Message: "refused",
		Gateway: core.GatewayError{Code: "1009", Message: "余额不足", RequestID: "r-7"}}
	assert.EqualError(t, e, "pay: expect: refused (gateway said 1009, 余额不足, request r-7)")
	assert.EqualError(t, &core.Error{Message: "no answer"}, "no answer [it may have happened]", "the zero outcome is doubt")
	assert.EqualError(t, core.Invalid("ref", "is %d", 1), "ref: is 1")
	assert.EqualError(t, core.NotOffered(core.OpPay, "not here"), "pay: not here")
}

func TestAnErrorIsAskedForItsKindWithoutBeingParsed(t *testing.T) {
	e := &core.Error{Code: core.Conflict, Outcome: core.NotDone, Err: io.ErrUnexpectedEOF}
	wrapped := fmt.Errorf("buying: %w", e)
	assert.ErrorIs(t, wrapped, core.Conflict)
	assert.NotErrorIs(t, wrapped, core.Refused)
	assert.NotErrorIs(t, wrapped, core.Internal, "the zero code matches only itself")
	assert.ErrorIs(t, wrapped, io.ErrUnexpectedEOF, "the cause is there")
	got, ok := errors.AsType[*core.Error](wrapped)
	require.True(t, ok)
	assert.Same(t, e, got)
	assert.Equal(t, core.NotDone, core.OutcomeOf(wrapped))
}

func TestTheOutcomeOfAnErrorThatDoesNotSayIsDoubt(t *testing.T) {
	assert.Equal(t, core.Done, core.OutcomeOf(nil))
	assert.Equal(t, core.InDoubt, core.OutcomeOf(io.EOF))
	assert.Equal(t, core.InDoubt, core.OutcomeOf(&core.Error{}))
}

// word is a closed list of words in this package.
type word interface {
	comparable
	encoding.TextMarshaler
	fmt.Stringer
}

func checkWords[T word, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, values map[T]string) {
	t.Helper()
	var zero T
	for value, name := range values {
		assert.Equal(t, name, value.String())
		text, err := value.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		var back T
		require.NoError(t, P(&back).UnmarshalText(text))
		assert.Equal(t, value, back, "%T reads back", value)
	}
	for _, stranger := range []string{"", "no-such-word", "DONE", " done"} {
		got := zero
		for value := range values {
			got = value
		}
		require.NoError(t, P(&got).UnmarshalText([]byte(stranger)))
		assert.Equal(t, zero, got, "%T: %q is the zero value, never a guess", zero, stranger)
	}
}

func TestEveryWordReadsBackAndAStrangersIsTheZeroValue(t *testing.T) {
	checkWords(t, map[core.Outcome]string{core.InDoubt: "in_doubt", core.NotDone: "not_done", core.Done: "done"})
	checkWords(t, map[core.Code]string{core.Internal: "internal", core.InvalidInput: "invalid_input", core.NotFound: "not_found",
		core.Conflict: "conflict", core.Unsupported: "unsupported", core.Denied: "denied", core.Guarded: "guarded", core.Refused: "refused",
		core.RateLimited: "rate_limited", core.Unavailable: "unavailable", core.BadAnswer: "bad_answer", core.Canceled: "canceled"})
	checkWords(t, map[core.Status]string{core.StatusUnknown: "unknown", core.AwaitingPayment: "awaiting_payment", core.Paid: "paid",
		core.PartlyShipped: "partly_shipped", core.Shipped: "shipped", core.Received: "received", core.Completed: "completed",
		core.Cancelled: "cancelled", core.Closed: "closed"})
	checkWords(t, map[core.PaymentState]string{core.PaymentUnknown: "unknown", core.Settled: "settled", core.Accepted: "accepted",
		core.ActionRequired: "action_required", core.PaymentRefused: "refused"})
	checkWords(t, map[core.RefundKind]string{core.NoRefund: "none", core.RefundOnly: "refund_only", core.ReturnAndRefund: "return_and_refund"})
	checkWords(t, map[core.GoodsState]string{core.GoodsUnknown: "unknown", core.GoodsNotShipped: "not_shipped", core.GoodsNotReceived: "not_received", core.GoodsReceived: "received"})
	checkWords(t, map[core.RefundState]string{core.RefundUnknown: "unknown", core.RefundRequested: "requested", core.RefundAwaitingReturn: "awaiting_return",
		core.RefundReturning: "returning", core.RefundPaid: "paid", core.RefundRejected: "rejected", core.RefundClosed: "closed"})
	checkWords(t, map[core.CancelState]string{core.CancelUnknown: "unknown", core.CancelDone: "done", core.CancelAccepted: "accepted"})
	checkWords(t, map[core.Support]string{core.NotSupported: "unsupported", core.Supported: "supported", core.Emulated: "emulated", core.Provisional: "provisional"})
	checkWords(t, map[core.Idempotency]string{core.NoIdempotency: "none", core.LookupByRef: "lookup_by_ref", core.NativeKey: "native_key"})
}

func TestANumberOutsideAListPrintsAsTheZeroWord(t *testing.T) {
	assert.Equal(t, "in_doubt", core.Outcome(200).String())
	assert.Equal(t, "unknown", core.Status(200).String())
	assert.Equal(t, "unsupported", core.Support(200).String())
	assert.Equal(t, "none", core.IntentState(200).String())
	assert.False(t, core.Capability{Support: 200}.Offered())
}

func TestTheJSONOfAnErrorHoldsNoCause(t *testing.T) {
	e := &core.Error{Code: core.Refused, Outcome: core.NotDone, Op: core.OpPay, Message: "refused", Gateway: core.GatewayError{Code: "7"}, Err: errors.New("secret cause")}
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"code":"refused","outcome":"not_done","op":"pay","message":"refused","gateway":{"code":"7"}}`, string(text))
	var back core.Error
	require.NoError(t, json.Unmarshal([]byte(`{"code":"from_the_future","outcome":"perhaps","message":"x"}`), &back))
	assert.Equal(t, core.Error{Message: "x"}, back, "what is not known is internal and in doubt")
}
