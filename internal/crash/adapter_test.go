package crash

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

// adapterPlan is what an adapter process is told beside its settings.
type adapterPlan struct {
	Name  string
	Clock clock
	// Dies is the point at which it kills itself.
	Dies point
}

// adapterProcess serves a real adapter.
func adapterProcess(p adapterPlan) {
	plugin.Serve(plugin.ServeConfig{Name: p.Name, Version: alibaba1688.Version,
		New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			if p.Name == dajisaas.Name {
				a, err := dajisaas.New(settings)
				return &mortalDajisaas{Adapter: a, dies: p.Dies}, err
			}
			a, err := alibaba1688.New(settings, alibaba1688.WithNow(p.Clock.now))
			return &mortalAlibaba{Adapter: a, dies: p.Dies}, err
		}})
}

// settings are what a real adapter needs to talk to the sandbox at a URL.
func settings(adapter, url string) json.RawMessage {
	if adapter == dajisaas.Name {
		return json.RawMessage(written(map[string]any{"base_url": url + "/dajisaas", "allow_private": true,
			"app_key": sandbox.DefaultAppKey, "app_secret": sandbox.DefaultAppSecret}))
	}
	return json.RawMessage(written(map[string]any{"base_url": url + "/pandapon", "allow_private": true, "access_key": sandbox.DefaultAccessKey,
		"access_secret": sandbox.DefaultAccessSecret, "user_id": sandbox.DefaultUserID, "refusal_codes": []string{strconv.Itoa(sandbox.CodeScripted)}}))
}

// around makes a call in a process that may end before or after it.
func around[Req, Res any](ctx context.Context, dies, before, after point, call func(context.Context, Req) (Res, error), r Req) (Res, error) {
	if dies == before {
		die()
	}
	result, err := call(ctx, r)
	if dies == after {
		die()
	}
	return result, err
}

// mortalAlibaba is the real adapter in a process that may end around a write.
type mortalAlibaba struct {
	*alibaba1688.Adapter
	dies point
}

func (a *mortalAlibaba) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return around(ctx, a.dies, onCall, beforeReply, a.Adapter.CreateOrder, r)
}

func (a *mortalAlibaba) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	return around(ctx, a.dies, onCall, beforeReply, a.Adapter.Pay, r)
}

func (a *mortalAlibaba) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	return around(ctx, a.dies, onCall, beforeReply, a.Adapter.Refund, r)
}

// mortalDajisaas is the same of another real adapter, for purchases.
type mortalDajisaas struct {
	*dajisaas.Adapter
	dies point
}

func (a *mortalDajisaas) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return around(ctx, a.dies, onCall, beforeReply, a.Adapter.CreateOrder, r)
}
