package taobao

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// A class that is too mild would let a machine buy, pay or refund twice. It does not depend on what
// the account turned on.
func TestEffectsAreThoseOfTheDesign(t *testing.T) {
	const window = 600 * time.Second
	for _, named := range []map[string]string{allEndpoints, {}} {
		d, err := open(t, "http://127.0.0.1:1", settingsMap{"endpoints": named, "refund_fee_unit": ""}).Describe(bg())
		require.NoError(t, err)
		for op, want := range map[core.Operation]core.Effect{
			core.OpListOrders:     {Class: core.EffectRead},
			core.OpGetOrder:       {Class: core.EffectRead},
			core.OpTrack:          {Class: core.EffectRead},
			core.OpGetRefund:      {Class: core.EffectRead},
			core.OpCreateOrder:    {Class: core.EffectHuman, Fence: window},
			core.OpRefund:         {Class: core.EffectHuman, Fence: window},
			core.OpPay:            {Class: core.EffectLookup, Fence: window},
			core.OpCancelOrder:    {Class: core.EffectLookup, Fence: window},
			core.OpQuote:          {},
			core.OpConfirmReceipt: {},
		} {
			got := d.Operations[op].Effect
			require.Equal(t, want == (core.Effect{}), got.Why == "", "%s: an effect says what it rests on", op)
			got.Why = ""
			require.Equal(t, want, got, op)
		}
	}
}

// The documented list is asked, so the proof needs no endpoint that the account must name.
func TestTheFenceAtTheSandbox(t *testing.T) {
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = box.Close() })
	a := open(t, box.PandaPonURL(), settingsMap{"endpoints": map[string]string{}, "expired_codes": []string{strconv.Itoa(sandbox.CodeExpired)}})
	proof, err := a.ProveFence(bg(), core.ProveFenceRequest{Age: 700 * time.Second})
	require.NoError(t, err)
	require.True(t, proof.FreshTaken)
	require.True(t, proof.OldRefused)
	require.Equal(t, box.PandaPonURL(), proof.Gateway)
	require.Equal(t, strconv.Itoa(sandbox.CodeExpired), proof.Said.Code)
	require.Len(t, box.Log(), 2)
	for _, one := range box.Log() {
		require.Equal(t, "/pandapon/open/order/refund/queryList", one.Path)
		require.JSONEq(t, `{"pageNo":1,"pageSize":1}`, string(one.Body))
	}
	require.Empty(t, box.Effects())
}
