// Command your-adapter is the adapter of the corner shop as a program. A host starts it.
package main

import (
	"context"
	"encoding/json"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"

	"example.com/your-adapter/corner"
)

func main() {
	plugin.Serve(plugin.ServeConfig{Name: corner.Name, Version: corner.Version,
		New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			return corner.New(settings)
		}})
}
