package gateway

import (
	"context"
	_ "embed"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/menu"
)

//go:embed menu.json
var platformMenu []byte

// platform is what PandaPon offers beside its markets. Freight is signed in the query, by a rule that is
// in no document.
var platform = menu.MustParse(platformMenu).Off("it is signed by query parameters, and how is in no document",
	"platform.item_logistics_price", "platform.order_render_freight", "platform.order_booking_freight", "platform.update_logistic_info")

// splitNames parts the names of the typed operations from those of the menu, which hold a dot.
func splitNames(endpoints map[string]string) (typed, byName map[string]string) {
	typed, byName = map[string]string{}, map[string]string{}
	for name, text := range endpoints {
		if strings.Contains(name, ".") {
			byName[name] = text
		} else {
			typed[name] = text
		}
	}
	return typed, byName
}

// Menu is what Describe lists.
func (c *Client) Menu() []core.Endpoint { return c.menu }

// Invoke makes one call of the menu. Outcomes are those of Call.
func (c *Client) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	endpoint, err := core.Description{Gateway: "PandaPon", Endpoints: c.menu}.Endpoint(r.Endpoint)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	parts, err := menu.Split(endpoint, r.Data)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	row := Endpoint{Name: endpoint.Name, Op: core.OpInvoke, Method: endpoint.Method, Path: endpoint.Path, Write: endpoint.Writes()}
	call := Call{Endpoint: endpoint.Name, Query: parts.Query, Private: menu.Texts(r.Data)}
	if parts.Body != nil {
		call.Body = parts.Body
	}
	if row.Write {
		call.Attempt = &r.Attempt
	}
	request, err := c.signed(row, parts.Path, call)
	if err != nil {
		return core.InvokeAnswer{}, err
	}
	reply, err := c.send(ctx, row, request, call)
	return core.InvokeAnswer{Endpoint: endpoint.Name, Data: reply.Data, RequestID: reply.RequestID}, err
}
