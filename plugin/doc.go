// Package plugin runs adapters as separate processes.
//
// An adapter's main calls [Serve]; a host calls [Open] and gets a [Client], which is a
// core.Adapter. Start reading at serve.go or open.go; server.go and call.go are the two ends of
// every call, plugin/internal/wire the conversions, proto/sampan/v1/adapter.proto the contract that
// an adapter in any language serves.
//
// The process is started through hashicorp/go-plugin with a runner of our own: mutual TLS over a
// Unix socket in a private folder, no environment of the host, standard input empty, a process
// group of its own. It imports core, core/money and its own internals.
package plugin
