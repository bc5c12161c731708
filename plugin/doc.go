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
//
// Linux has all of it. macOS shares that code and was only compiled. Windows is weaker: an adapter sees
// the end of its host by the lost connection, seconds later; children of an adapter are not ended; a
// port that only the certificate protects takes the place of the socket; what a library in C prints is
// not kept from standard output; there is no [Attach] and no "serve --debug". docs/PLUGIN.md has every
// fault of the runtime with what is done about it, and the test.
package plugin
