// Package core holds the vocabulary of buying goods for other people's programs, and the policy
// that keeps a purchase from being made twice, paid twice or paid wrong.
//
// Start reading at [Buyer]: it is what a program holds. Then [Adapter]: it is what the author of
// a marketplace implements. The nouns ([Order], [Payment], [Tracking], [Refund], [Quote]) have a
// file each, [Error] says what went wrong and whether it happened, and [Journal] is what Buyer
// needs to remember its writes. What gateways push is a [Message]; what follows from it is an
// [OrderEvent].
//
// core imports core/money and the standard library only, so that a program which links it gets
// no database, no command line and no gRPC.
package core
