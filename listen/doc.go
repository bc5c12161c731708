// Package listen takes the messages that gateways push, and turns them into events.
//
// A message is verified, kept durably and acknowledged, in this order and well within the gateway's one
// second. It is a hint and no more: afterwards the orders that it names are read again, once for all
// messages that came meanwhile, and what changed becomes events. A poll reads every open order on a
// schedule, so that a lost message only costs time.
//
// Start reading at [Listener]; then handler.go and keep.go for the answer to the gateway, worker.go for what
// follows, events.go and webhook.go for where it goes. The package imports core and the standard
// library.
package listen
