package adaptertest

import (
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// Harness is what an author gives to Run: the adapter, and hands on the offline gateway behind it.
// Open, Order, Effects and Requests are required.
type Harness struct {
	// Open gives a configured adapter against an offline gateway, fresh or shared. It is called for
	// every rule; clean up with t.Cleanup.
	Open func(t testing.TB) core.Adapter
	// Order gives a purchase that the gateway will take. The suite sets Ref and Attempt.
	Order func() core.CreateOrderRequest
	// Payable is what that purchase costs; absent: not known before the order is read.
	Payable money.Amount
	// Foreign names an order that the gateway does not know; zero: the suite invents a number.
	Foreign core.OrderRef
	// Refund completes the request for a refund of a paid order, such as with a ReasonID; nil: the
	// suite's own is taken (all lines, all that was paid, refund only).
	Refund func(paid core.Order, r core.RefundRequest) core.RefundRequest

	// Effects counts the writes that really happened at the gateway so far.
	Effects func(t testing.TB) int
	// Requests counts the requests that the gateway has seen so far, reads and writes.
	Requests func(t testing.TB) int
	// WriteRequests counts those of them that ask for a write, whatever came of it: one attempt must
	// be one of these. nil: Requests is taken, for adapters whose writes read nothing.
	WriteRequests func(t testing.TB) int
	// SignedAt is the time in the signature of the gateway's latest request; nil: the gateway's
	// signature holds no time.
	SignedAt func(t testing.TB) time.Time

	// Fault makes the gateway's next write go wrong, once; the suite calls nothing else between it and
	// that write. nil: the fault rules are skipped, which is no
	// proof of anything.
	Fault func(t testing.TB, f Fault)
	// Settle lets the gateway finish what it accepted, and does what a person must do at a cashier.
	// nil: the gateway finishes everything at once.
	Settle func(t testing.TB, id core.OrderID)
	// Ship sends the goods, as the seller. nil: the rules of shipped orders are skipped.
	Ship func(t testing.TB, id core.OrderID)

	// Secrets are texts that must stand in no error: keys, signatures, tokens.
	Secrets []string
	// Now is the clock that attempts are made with; nil: time.Now.
	Now func() time.Time
}

// Patience is how long the suite waits for the answer of a write under LateAnswer. The gateway must
// answer later than that.
const Patience = time.Second

// Fault is one way in which a write goes wrong at the gateway.
type Fault string

// The faults. "Effect" means that the write does what it asks for.
const (
	// RefuseBefore: the gateway refuses in its own words. No effect.
	RefuseBefore Fault = "refuse-before"
	// DropBefore: the connection is closed without an answer. No effect.
	DropBefore Fault = "drop-before"
	// DropAfter: effect, then the connection is closed without an answer.
	DropAfter Fault = "drop-after"
	// LateAnswer: effect, then an answer later than Patience (take twice as long).
	LateAnswer Fault = "late-answer"
	// TooManyRequests: HTTP 429 or what the gateway has instead. No effect.
	TooManyRequests Fault = "too-many-requests"
	// ErrorBefore: HTTP 500. No effect.
	ErrorBefore Fault = "error-before"
	// ErrorAfter: effect, then HTTP 500.
	ErrorAfter Fault = "error-after"
	// Truncated: effect, then an answer that breaks off.
	Truncated Fault = "truncated"
	// Garbage: effect, then an answer that is not in the gateway's form.
	Garbage Fault = "garbage"
)

func (h Harness) check(t testing.TB) {
	t.Helper()
	for name, missing := range map[string]bool{"Open": h.Open == nil, "Order": h.Order == nil,
		"Effects": h.Effects == nil, "Requests": h.Requests == nil} {
		if missing {
			t.Fatalf("adaptertest: Harness.%s is missing; the suite proves nothing without it", name)
		}
	}
}

func (h Harness) now() time.Time {
	now := time.Now
	if h.Now != nil {
		now = h.Now
	}
	return now().UTC().Truncate(time.Millisecond) // what the contract between processes carries
}

func (h Harness) settle(t testing.TB, id core.OrderID) {
	if h.Settle != nil {
		h.Settle(t, id)
	}
}
