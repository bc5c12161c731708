package main

import (
	"context"
	"encoding/json"
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/adapters/taobao"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

// builtins are the adapters inside this program, so that one `go run` is enough. Each still runs
// as a process of its own.
var builtins = map[string]plugin.ServeConfig{
	taobao.Name:      {Name: taobao.Name, Version: taobao.Version, New: func(_ context.Context, _ string, s json.RawMessage) (core.Adapter, error) { return taobao.New(s) }},
	alibaba1688.Name: {Name: alibaba1688.Name, Version: alibaba1688.Version, New: func(_ context.Context, _ string, s json.RawMessage) (core.Adapter, error) { return alibaba1688.New(s) }},
	dajisaas.Name:    {Name: dajisaas.Name, Version: dajisaas.Version, New: func(_ context.Context, _ string, s json.RawMessage) (core.Adapter, error) { return dajisaas.New(s) }},
}

func builtinNames() []string {
	names := make([]string, 0, len(builtins))
	for name := range builtins {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// adapterCommand is what this program is when it starts itself again.
func adapterCommand() *cobra.Command {
	return &cobra.Command{Use: "adapter NAME", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == holding {
				return hold(os.Stdin)
			}
			serve, ok := builtins[args[0]]
			if !ok {
				return usage("no adapter %q is built in; there are %s", args[0], strings.Join(builtinNames(), ", "))
			}
			plugin.Serve(serve)
			return nil
		}}
}
