// Package corner buys at the corner shop, which does not exist: fakeshop plays it. It is a whole adapter
// in four files; start reading here, then at the one door to the wire in call.go.
//
// It imports what any module can: core, core/money, core/effect and core/wirejson.
package corner

import (
	"context"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
)

// Name is the adapter's name in configurations, Version its own version.
const (
	Name    = "corner"
	Version = "0.1.0"
)

const market = core.Market("corner")

// Settings are the account's, [accounts.NAME.settings] of the host's configuration.
type Settings struct {
	BaseURL string      `json:"base_url"`
	Key     string      `json:"key"`
	Secret  core.Secret `json:"secret"`
	// AllowPrivate admits loopback, where fakeshop is.
	AllowPrivate bool `json:"allow_private"`
}

// Adapter serves one account. It is safe for concurrent use.
type Adapter struct {
	settings Settings
	http     *effect.Client
}

var (
	_ core.Adapter     = (*Adapter)(nil)
	_ core.OrderGetter = (*Adapter)(nil)
	_ core.Canceller   = (*Adapter)(nil)
)

// New makes the adapter of an account. Its errors are InvalidInput and name the setting, never a value.
func New(settings []byte) (*Adapter, error) {
	var s Settings
	if err := core.DecodeSettings(settings, &s); err != nil {
		return nil, err
	}
	if err := core.Required("key", s.Key, "the key that the shop gave you"); err != nil {
		return nil, err
	}
	if err := core.Required("secret", s.Secret.Reveal(), "the secret that belongs to the key"); err != nil {
		return nil, err
	}
	client, err := effect.New(effect.Options{BaseURL: s.BaseURL, AllowPrivate: s.AllowPrivate})
	if err != nil {
		return nil, err
	}
	return &Adapter{settings: s, http: client}, nil
}

const noRefund = "the corner shop gives money back by hand; ask there"

// Describe says what the shop has. What is not here answers Unsupported.
func (a *Adapter) Describe(context.Context) (core.Description, error) {
	read := core.Effect{Class: core.EffectRead, Why: "it changes nothing"}
	status := core.Effect{Class: core.EffectLookup, Why: "the order's status shows it"}
	return core.Description{
		Adapter: Name, Version: Version, Market: market, Gateway: "corner shop",
		Operations: map[core.Operation]core.Capability{
			core.OpCreateOrder:    {Support: core.Supported, Effect: core.Effect{Class: core.EffectLookup, Why: "orders are found by our number"}},
			core.OpListOrders:     {Support: core.Supported, Effect: read},
			core.OpGetOrder:       {Support: core.Supported, Effect: read},
			core.OpPay:            {Support: core.Supported, Effect: status},
			core.OpCancelOrder:    {Support: core.Supported, Effect: status},
			core.OpTrack:          {Support: core.Emulated, Reason: "the order holds its parcels, without events", Effect: read},
			core.OpRefund:         {Reason: noRefund},
			core.OpGetRefund:      {Reason: noRefund},
			core.OpQuote:          {Reason: "prices are on the wall"},
			core.OpConfirmReceipt: {Reason: "the shop asks for no receipt"},
		},
		Idempotency: core.LookupByRef,
	}, nil
}

// Refund is one of the six methods that every adapter has; this shop has no such call.
func (a *Adapter) Refund(context.Context, core.RefundRequest) (core.Refund, error) {
	return core.Refund{}, core.NotOffered(core.OpRefund, noRefund)
}
