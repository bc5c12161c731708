// Package sampan is the root of a library that buys goods on marketplaces through adapters. It holds
// no code; its tests hold the rules of the whole house. Start reading at core, whose Buyer is what a
// program holds and whose Adapter is what the author of a marketplace implements.
package sampan
