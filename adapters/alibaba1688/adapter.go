package alibaba1688

import (
	"context"
	"slices"
	"time"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// Name is the adapter's name in configurations.
const Name = "alibaba1688"

// Version is the adapter's own version.
const Version = "0.1.0"

// webSite is the constant that cancel, detail and trace want.
const webSite = "1688"

// Adapter serves one account. It is safe for concurrent use.
type Adapter struct {
	gateway      *gateway.Client
	refusalCodes []string
}

var (
	_ core.Adapter          = (*Adapter)(nil)
	_ core.OrderGetter      = (*Adapter)(nil)
	_ core.OrderPager       = (*Adapter)(nil)
	_ core.Quoter           = (*Adapter)(nil)
	_ core.Canceller        = (*Adapter)(nil)
	_ core.ReceiptConfirmer = (*Adapter)(nil)
	_ core.RefundGetter     = (*Adapter)(nil)
	_ core.Invoker          = (*Adapter)(nil)
	_ core.MessageParser    = (*Adapter)(nil)
	_ core.FenceProver      = (*Adapter)(nil)
)

// Option changes how an Adapter works.
type Option = gateway.Option

// WithNow replaces the clock, for tests.
func WithNow(now func() time.Time) Option { return gateway.WithNow(now) }

// New makes the adapter of an account from its settings, a JSON object of gateway.Settings. Its
// errors are InvalidInput and name the setting, never a value.
func New(settings []byte, options ...Option) (*Adapter, error) {
	var s gateway.Settings
	if err := core.DecodeSettings(settings, &s); err != nil {
		return nil, err
	}
	client, err := gateway.New(s, endpoints, byName, options...)
	if err != nil {
		return nil, err
	}
	return &Adapter{gateway: client, refusalCodes: slices.Clone(s.RefusalCodes)}, nil
}

// Close drops idle connections.
func (a *Adapter) Close() { a.gateway.Close() }

// call sends one call and reads its data into answer. Data that is null or absent leaves answer as
// it was.
func (a *Adapter) call(ctx context.Context, c gateway.Call, op core.Operation, answer any) (gateway.Reply, error) {
	reply, err := a.gateway.Call(ctx, c)
	if err != nil || reply.Data == nil {
		return reply, err
	}
	if err := reply.Decode(answer); err != nil {
		return reply, badAnswer(op, c.Attempt != nil, reply, err)
	}
	return reply, nil
}
