package dajisaas

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestSettings(t *testing.T) {
	const keys = `"app_key":"k","app_secret":"canary-secret"`
	for _, row := range []struct{ rule, settings, field string }{
		{"the smallest", `{` + keys + `}`, ""},
		{"secret for debugging", `{` + keys + `,"auth":"secret"}`, ""},
		{"no key", `{"app_secret":"canary-secret"}`, "settings.app_key"},
		{"no secret", `{"app_key":"k"}`, "settings.app_secret"},
		{"nothing", ``, "settings.app_key"},
		{"the other market", `{` + keys + `,"market":"taobao"}`, ""},
		{"a market that it has not", `{` + keys + `,"market":"poizon"}`, "settings.market"},
		{"another proof", `{` + keys + `,"auth":"both"}`, "settings.auth"},
		{"an unknown name", `{` + keys + `,"appKey":"k"}`, "settings.appKey"},
		{"a wrong type", `{"app_key":7,"app_secret":"canary-secret"}`, "settings.app_key"},
		{"plain http", `{` + keys + `,"base_url":"http://openapi.dajisaas.com"}`, "settings.base_url"},
		{"the sandbox without leave", `{` + keys + `,"base_url":"http://127.0.0.1:1"}`, "settings.base_url"},
	} {
		a, err := New([]byte(row.settings))
		if row.field == "" {
			require.NoError(t, err, row.rule)
			require.Equal(t, "https://openapi.dajisaas.com", a.settings.BaseURL, row.rule)
			require.NotContains(t, fmt.Sprintf("%v %+v", a.settings, a.settings), "canary-secret", row.rule)
			continue
		}
		e := requireError(t, err, core.InvalidInput, core.NotDone)
		require.Equal(t, row.field, e.Field, row.rule)
		require.NotContains(t, err.Error(), "canary-secret", row.rule)
	}
}

func TestAnAttemptThatIsOverIsNotSent(t *testing.T) {
	s := newStub(t, nil)
	settings := fmt.Appendf(nil, `{"base_url":%q,"app_key":"k","app_secret":"s","allow_private":true}`, s.URL)
	a, err := open(settings, func() time.Time { return time.Now().Add(time.Hour) })
	require.NoError(t, err)
	_, err = a.CreateOrder(t.Context(), pencils())
	requireError(t, err, core.Canceled, core.NotDone)
	require.Empty(t, s.requests())
}

func TestDescribe(t *testing.T) {
	a, s := answering(t, nil)
	d, err := a.Describe(t.Context())
	require.NoError(t, err)
	require.Empty(t, s.requests(), "Describe sends nothing")
	require.Equal(t, core.LookupByRef, d.Idempotency)
	require.Len(t, endpoints[core.Alibaba1688], 7)
	writes := 0
	for _, row := range endpoints[core.Alibaba1688] {
		require.Equal(t, core.Supported, d.Operations[row.op].Support, row.op)
		require.NotEmpty(t, row.page, row.op)
		if row.write {
			writes++
		}
	}
	require.Equal(t, 4, writes)
	require.Equal(t, core.Emulated, d.Operations[core.OpTrack].Support)
	require.ErrorIs(t, d.Check(core.OpRefund), core.Unsupported)
	require.Contains(t, d.Operations[core.OpCreateOrder].Reason, "sign is not documented")
	require.Contains(t, d.Operations[core.OpRefund].Reason, "no refund endpoint", "trap 122")
}
