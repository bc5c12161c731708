package core

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sampan-go/sampan/core/money"
)

// Buyer is what a program holds to buy on one account. It validates, guards, records, calls the
// account's adapter once, and says honestly what came of it. It is safe for concurrent use.
//
// Every write has a key (the Ref of a purchase or a refund, the order's id of a payment): the same
// key and content again replays the recorded answer, other content is a Conflict, and a write in
// doubt is never sent again.
type Buyer struct {
	account     string
	adapter     Adapter
	description Description
	journal     Journal
	limits      BuyerLimits
	prefix      string
	fence       *Fence
	clock       func() time.Time
	log         *slog.Logger
	inFlight    keyLocks
}

// BuyerLimits bound what an account may spend. An amount that is not set bounds nothing.
type BuyerLimits struct {
	// MaxOrder is the most that one order may cost, when it is made and when it is paid.
	MaxOrder money.Amount
	// MaxDay is the most that all payments begun on one day (UTC) may come to. A payment in doubt
	// counts until it is known that it did not happen.
	MaxDay money.Amount
}

// BuyerOptions are what NewBuyer needs besides an adapter. The zero value works.
type BuyerOptions struct {
	// Account is the operator's name of the account; "" is the adapter's name.
	Account string
	// Journal remembers writes; nil is one in memory, which a crash forgets.
	Journal Journal
	// Limits are enforced before anything is sent.
	Limits BuyerLimits
	// NumberPrefix begins the number of every purchase at the gateway: 1 to 8 letters and digits, ""
	// is "sp". Give every account that shares one user at a gateway its own, and never change it
	// while purchases are in doubt.
	NumberPrefix string
	// Fence is what "host doctor" proved; nil is no fence, so that a look-up that finds nothing
	// proves nothing.
	Fence *Fence
	// Now is the clock; nil is the journal's.
	Now func() time.Time
	// Logger gets one line per write; nil is silence. No line holds an address or a secret.
	Logger *slog.Logger
}

// NewBuyer asks the adapter to describe itself and gives the Buyer of its account.
func NewBuyer(ctx context.Context, adapter Adapter, o BuyerOptions) (*Buyer, error) {
	description, err := adapter.Describe(ctx)
	if err != nil {
		return nil, atOp(OpDescribe, err)
	}
	b := &Buyer{account: o.Account, adapter: adapter, description: description,
		journal: o.Journal, limits: o.Limits, prefix: o.NumberPrefix, fence: o.Fence, clock: o.Now, log: o.Logger}
	if b.account == "" {
		b.account = description.Adapter
	}
	if b.journal == nil {
		b.journal = NewMemoryJournal()
	}
	if b.prefix == "" {
		b.prefix = defaultPrefix
	}
	if !prefixForm.MatchString(b.prefix) {
		return nil, Invalid("number_prefix", "must be 1 to 8 letters and digits")
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	return b, nil
}

// Account is the operator's name of the account.
func (b *Buyer) Account() string { return b.account }

// Description is what the adapter said of itself when the Buyer was made.
func (b *Buyer) Description() Description { return b.description }

// Open lists the writes of this account whose outcome is not known: in doubt, or waiting for a
// person.
func (b *Buyer) Open(ctx context.Context) ([]Intent, error) {
	return b.journal.Find(ctx, Filter{Account: b.account, States: OpenStates()})
}

// now is the time by which attempts are signed and doubts are waited for.
func (b *Buyer) now(ctx context.Context) (time.Time, error) {
	if b.clock != nil {
		return b.clock(), nil
	}
	now, _, err := b.journal.Clock(ctx)
	return now, err
}

// optional gives the adapter as the optional interface T that op needs, or the Unsupported error.
func optional[T any](b *Buyer, op Operation) (T, error) {
	var none T
	if err := b.description.Check(op); err != nil {
		return none, err
	}
	adapter, ok := b.adapter.(T)
	if !ok {
		return none, NotOffered(op, "the adapter "+b.description.Adapter+" declares it but does not implement it; tell its author")
	}
	return adapter, nil
}

// atOp names the operation in an error that does not, and makes every error an *Error. A foreign
// error says nothing of the outcome, so it is InDoubt.
func atOp(op Operation, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return &Error{Code: Internal, Outcome: InDoubt, Op: op, Message: err.Error(), Err: err}
	}
	if e.Op != "" {
		return err
	}
	named := *e
	named.Op = op
	return &named
}

// readError is atOp for reads, which have no effect whatever went wrong.
func readError(op Operation, err error) error {
	if err == nil {
		return nil
	}
	e, _ := errors.AsType[*Error](atOp(op, err))
	harmless := *e
	harmless.Outcome = NotDone
	return &harmless
}
