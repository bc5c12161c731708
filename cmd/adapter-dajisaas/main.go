// Command adapter-dajisaas is the adapter dajisaas as a program of its own.
package main

import (
	"context"
	"encoding/json"

	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func main() {
	plugin.Serve(plugin.ServeConfig{Name: dajisaas.Name, Version: dajisaas.Version,
		New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			return dajisaas.New(settings)
		}})
}
