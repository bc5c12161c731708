package taobao

import (
	"context"
	"time"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// Name is the adapter's name in configurations.
const Name = "taobao"

// Version is the adapter's own version.
const Version = "0.1.0"

// Adapter serves one account. It is safe for concurrent use.
type Adapter struct {
	gateway      *gateway.Client
	refundStates map[string]core.RefundState
	refundUnit   string
}

var (
	_ core.Adapter       = (*Adapter)(nil)
	_ core.OrderGetter   = (*Adapter)(nil)
	_ core.Canceller     = (*Adapter)(nil)
	_ core.RefundGetter  = (*Adapter)(nil)
	_ core.FenceProver   = (*Adapter)(nil)
	_ core.Invoker       = (*Adapter)(nil)
	_ core.MessageParser = (*Adapter)(nil)
)

// Option changes how an Adapter works.
type Option = gateway.Option

// WithNow replaces the clock, for tests.
func WithNow(now func() time.Time) Option { return gateway.WithNow(now) }

// New makes the adapter of an account from its settings, a JSON object of Settings.
func New(settings []byte, options ...Option) (*Adapter, error) {
	var s Settings
	if err := core.DecodeSettings(settings, &s); err != nil {
		return nil, err
	}
	states, err := s.refundStates()
	if err != nil {
		return nil, err
	}
	client, err := gateway.New(s.Settings, endpoints, byName, options...)
	if err != nil {
		return nil, err
	}
	return &Adapter{gateway: client, refundStates: states, refundUnit: s.RefundFeeUnit}, nil
}

// call sends one call and reads its data into answer.
func (a *Adapter) call(ctx context.Context, c gateway.Call, op core.Operation, answer any) error {
	reply, err := a.gateway.Call(ctx, c)
	if err != nil {
		return err
	}
	if err := reply.Decode(answer); err != nil {
		return unreadable(op, c.Attempt != nil, reply.RequestID, err)
	}
	return nil
}

// unreadable is an answer that cannot be decoded. A write that was answered so has probably
// happened.
func unreadable(op core.Operation, write bool, requestID string, err error) error {
	e := &core.Error{Code: core.BadAnswer, Outcome: core.NotDone, Op: op, Err: err,
		Message: "PandaPon's answer is not of the expected form: " + err.Error(),
		Gateway: core.GatewayError{RequestID: requestID}}
	if write {
		e.Outcome = core.InDoubt
	}
	return e
}
