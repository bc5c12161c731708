package core

import (
	"context"
	"time"
)

// ProveFenceRequest asks an adapter to show that its gateway refuses old signatures.
type ProveFenceRequest struct {
	// Age is how old the signature of the second read is: more than Effect.Fence.
	Age time.Duration
}

// FenceProof is what two harmless reads showed.
type FenceProof struct {
	// Gateway is the address that was asked; a proof holds for no other.
	Gateway string `json:"gateway"`
	// FreshTaken: the read signed now was answered.
	FreshTaken bool `json:"fresh_taken"`
	// OldRefused: the read signed Age ago was refused for its age or its signature, and for nothing
	// else.
	OldRefused bool `json:"old_refused"`
	// Said is what the gateway answered to the old one.
	Said GatewayError `json:"said,omitzero"`
}

// ProveFence asks the account's gateway, by two harmless reads, whether it refuses old signatures.
func (b *Buyer) ProveFence(ctx context.Context, r ProveFenceRequest) (FenceProof, error) {
	const op = Operation("prove_fence")
	prover, ok := b.adapter.(FenceProver)
	if !ok {
		return FenceProof{}, NotOffered(op, "the adapter "+b.description.Adapter+" cannot prove a fence")
	}
	if r.Age <= 0 {
		return FenceProof{}, atOp(op, Invalid("age", "must be more than the age that the gateway takes"))
	}
	proof, err := prover.ProveFence(ctx, r)
	return proof, readError(op, err)
}

// Fence is what an operator turns on when "host doctor" has proved that the gateway refuses old
// signatures, and its vendor has said how long an accepted request may take. With it a look-up that
// finds nothing is proof that nothing happened, once it began Quarantine after the signature.
type Fence struct {
	// Window is how old a signature the gateway takes at most.
	Window time.Duration
	// Effect is how long an accepted request may still take effect: the vendor's word.
	Effect time.Duration
}

// What is assumed of every gateway until something else is known.
const (
	assumedWindow = 600 * time.Second // where requests have no time, a person is asked after as long
	assumedEffect = 120 * time.Second // an accepted request takes effect within it, or never
	listLag       = 60 * time.Second  // an order shows in a complete list within it
	clockSkew     = 300 * time.Second // core/effect refuses writes when the clocks differ by more
)

// Quarantine is how long after its signature a write that a look-up does not find may still take
// effect; nil assumes PandaPon's times. It is rounded up to whole minutes and never shortened.
func (f *Fence) Quarantine() time.Duration {
	window, effect := assumedWindow, assumedEffect
	if f != nil {
		window, effect = f.Window, max(f.Effect, 0)
	}
	total := window + effect + listLag + clockSkew
	return (total + time.Minute - 1).Truncate(time.Minute)
}
