// Command adapter-alibaba1688 is the adapter alibaba1688 as a program of its own.
package main

import (
	"context"
	"encoding/json"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func main() {
	plugin.Serve(plugin.ServeConfig{Name: alibaba1688.Name, Version: alibaba1688.Version,
		New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			return alibaba1688.New(settings)
		}})
}
