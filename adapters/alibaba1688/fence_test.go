package alibaba1688

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// A class that is too mild would let a machine buy, pay or refund twice.
func TestEffectsAreThoseOfTheDesign(t *testing.T) {
	d, err := newAdapter(t, "https://api.pandapon.com", nil).Describe(t.Context())
	require.NoError(t, err)
	const window = 600 * time.Second
	for op, want := range map[core.Operation]core.Effect{
		core.OpQuote:          {Class: core.EffectRead},
		core.OpListOrders:     {Class: core.EffectRead},
		core.OpGetOrder:       {Class: core.EffectRead},
		core.OpTrack:          {Class: core.EffectRead},
		core.OpGetRefund:      {Class: core.EffectRead},
		core.OpCreateOrder:    {Class: core.EffectHuman, Fence: window},
		core.OpRefund:         {Class: core.EffectHuman, Fence: window},
		core.OpPay:            {Class: core.EffectLookup, Fence: window},
		core.OpCancelOrder:    {Class: core.EffectLookup, Fence: window},
		core.OpConfirmReceipt: {Class: core.EffectLookup, Fence: window},
	} {
		got := d.Operations[op].Effect
		require.NotEmpty(t, got.Why, op)
		got.Why = ""
		require.Equal(t, want, got, op)
	}
	require.Len(t, effects, len(core.Operations()))
}

func TestTheFenceAtTheSandbox(t *testing.T) {
	box, _ := startSandbox(t, true)
	a := newAdapter(t, box.PandaPonURL(), map[string]any{
		"access_key": sandbox.DefaultAccessKey, "access_secret": sandbox.DefaultAccessSecret, "user_id": sandbox.DefaultUserID,
		"expired_codes": []string{strconv.Itoa(sandbox.CodeExpired)},
	})
	proof, err := a.ProveFence(t.Context(), core.ProveFenceRequest{Age: 700 * time.Second})
	require.NoError(t, err)
	require.True(t, proof.FreshTaken)
	require.True(t, proof.OldRefused)
	require.Equal(t, box.PandaPonURL(), proof.Gateway)
	require.Equal(t, strconv.Itoa(sandbox.CodeExpired), proof.Said.Code)
	require.Len(t, box.Log(), 2)
	for _, one := range box.Log() {
		require.Equal(t, "/pandapon/v2/alibaba/order/page", one.Path)
		require.JSONEq(t, `{"pageNum":1,"pageSize":1}`, string(one.Body))
	}
	require.Empty(t, box.Effects())
}
