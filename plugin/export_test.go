package plugin

import (
	"context"
	"encoding/json"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// For tests of adapters and hosts of other versions.
const PluginName = pluginName

var Handshake = handshake

func ServiceOf(create func(context.Context, string, json.RawMessage) (core.Adapter, error)) goplugin.Plugin {
	return &service{server: newServer(create)}
}

// Through lets every later call of c go through a connection of the test's.
func (c *Client) Through(wrap func(grpc.ClientConnInterface) grpc.ClientConnInterface) {
	c.service = pb.NewAdapterServiceClient(wrap(c.conn))
}
