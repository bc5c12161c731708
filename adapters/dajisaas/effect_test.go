package dajisaas

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// A class that is too mild would let a machine buy or pay twice; a fence would do so too, because the
// sign holds no time.
func TestEffectsAreThoseOfTheDesign(t *testing.T) {
	a, _ := answering(t, nil)
	d, err := a.Describe(t.Context())
	require.NoError(t, err)
	for op, want := range map[core.Operation]core.EffectClass{
		core.OpQuote: core.EffectRead, core.OpListOrders: core.EffectRead, core.OpGetOrder: core.EffectRead, core.OpTrack: core.EffectRead,
		core.OpCreateOrder: core.EffectLookup, core.OpPay: core.EffectLookup, core.OpCancelOrder: core.EffectLookup, core.OpConfirmReceipt: core.EffectLookup,
		core.OpRefund: core.EffectHuman, core.OpGetRefund: core.EffectHuman, // not there
	} {
		got := d.Operations[op]
		require.Equal(t, want.String(), got.Effect.Class.String(), op)
		require.Zero(t, got.Effect.Fence, op)
		require.Equal(t, got.Offered(), got.Effect.Why != "", op)
	}
	_, proves := any(&Adapter{}).(core.FenceProver)
	require.False(t, proves, "there is no fence to be proved")
}
