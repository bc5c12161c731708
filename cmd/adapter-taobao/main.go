// Command adapter-taobao is the adapter taobao as a program of its own.
package main

import (
	"context"
	"encoding/json"

	"github.com/sampan-go/sampan/adapters/taobao"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func main() {
	plugin.Serve(plugin.ServeConfig{Name: taobao.Name, Version: taobao.Version,
		New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
			return taobao.New(settings)
		}})
}
