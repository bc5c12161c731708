// Command bench measures what it costs to read orders through Sampan, beside a client that talks to the
// gateway itself, in one run on one machine: see docs/adr/0018-what-it-costs.md.
//
// It starts itself again as the gateway, which answers with bytes that it has made before, and as the
// adapter, so that each is a process of its own. Start reading at run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "gateway":
			serveGateway()
			return
		case "adapter":
			plugin.Serve(plugin.ServeConfig{Name: alibaba1688.Name, Version: alibaba1688.Version,
				New: func(_ context.Context, _ string, settings json.RawMessage) (core.Adapter, error) {
					return alibaba1688.New(settings)
				}})
			return
		}
	}
	var p plan
	short := flag.Bool("short", false, "under 5 minutes: shorter and fewer rounds")
	flag.Parse()
	p = plan{rounds: 5, span: time.Second, orders: 100_000}
	if *short {
		p = plan{rounds: 3, span: 300 * time.Millisecond, orders: 10_000}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
