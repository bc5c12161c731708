package gateway

import (
	"time"

	"github.com/sampan-go/sampan/core"
)

// SignatureWindow is how far a timestamp may be from UTC (DOC doc-en doc-6055770). Whether it is
// enforced is shown by Client.ProveFence.
const SignatureWindow = 600 * time.Second

// Read is the effect of an operation that changes nothing.
func Read() core.Effect {
	return core.Effect{Class: core.EffectRead, Why: "it changes nothing"}
}

// Lookup is the effect of a write that a later read shows.
func Lookup(why string) core.Effect {
	return core.Effect{Class: core.EffectLookup, Fence: SignatureWindow, Why: why}
}

// Human is the effect of a write that no read shows for certain not to have happened.
func Human(why string) core.Effect {
	return core.Effect{Class: core.EffectHuman, Fence: SignatureWindow, Why: why}
}

// WithEffects puts the effect of each operation beside what an account can do of it.
func WithEffects(operations map[core.Operation]core.Capability, effects map[core.Operation]core.Effect) map[core.Operation]core.Capability {
	for op, effect := range effects {
		c := operations[op]
		c.Effect = effect
		operations[op] = c
	}
	return operations
}
