package dajisaas

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/menu"
)

//go:embed menu.json
var menuJSON []byte

// byName is every entry of dajisaas' menus, for its three markets. What an operation guards on one market
// is not called by name from an account of another.
var byName = menu.MustParse(menuJSON).
	Typed(core.OpQuote, "1688.preview_order").
	Typed(core.OpCreateOrder, "1688.create_order").
	Typed(core.OpListOrders, "1688.list_orders").
	Typed(core.OpGetOrder, "1688.get_order").
	Typed(core.OpPay, "1688.pay_order").
	Typed(core.OpConfirmReceipt, "1688.confirm_receipt").
	Typed(core.OpCancelOrder, "1688.cancel_order").
	Typed(core.OpQuote, "taobao.preview_order").
	Typed(core.OpCreateOrder, "taobao.create_order").
	Typed(core.OpGetOrder, "taobao.query_order").
	Typed(core.OpPay, "taobao.pay_order").
	Typed(core.OpCancelOrder, "taobao.cancel_order").
	Spends("poizon.create_order").
	Off("a picture is sent as a form, and calls by name send JSON", "1688.upload_image", "taobao.upload_image")

// Invoke implements core.Invoker. What it is told in data is signed as every call is.
func (a *Adapter) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	e, err := core.Description{Gateway: "dajisaas", Endpoints: a.menu}.Endpoint(r.Endpoint)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	parts, err := menu.Split(e, r.Data)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	asked, err := askedOf(parts)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	c := call{op: core.OpInvoke, body: asked, private: menu.Texts(r.Data)}
	if e.Writes() {
		c.attempt = &r.Attempt
	}
	got, err := a.send(ctx, endpoint{op: core.OpInvoke, method: e.Method, path: parts.Path, write: e.Writes()}, c)
	return core.InvokeAnswer{Endpoint: e.Name, Data: got.data, RequestID: got.requestID}, err
}

// askedOf is what is asked without keys, which the adapter adds.
func askedOf(parts menu.Parts) (map[string]json.RawMessage, error) {
	asked := map[string]json.RawMessage{}
	for name, values := range parts.Query {
		text, err := compact(values[0])
		if err != nil {
			return nil, err
		}
		asked[name] = text
	}
	if parts.Body != nil {
		if err := json.Unmarshal(parts.Body, &asked); err != nil {
			return nil, err
		}
	}
	for _, key := range []string{"appKey", "appSecret", "sign"} {
		if _, told := asked[key]; told {
			return nil, core.Invalid("data."+key, "must be left out; the adapter adds it")
		}
	}
	return asked, nil
}
