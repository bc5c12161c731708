// Package effect is HTTP for adapters: one wire request per write attempt, and the proof of what
// was not sent. It imports the standard library and core. Start reading at Client.Do; the proof is
// in wire.go.
//
// A Go HTTP client left to itself may send a request twice when a kept-alive connection dies, and
// repeats body and keys at the target of a redirect. Here a write gets one connection, made for it
// and dialled once, so a second request has nowhere to go.
//
// Answers also tell the gateway's clock, in their Date: skew.go. What is signed with a time far from it
// would be refused, or be taken for longer than a look-up waits, so it is not sent.
package effect
