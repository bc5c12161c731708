package alibaba1688

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// TestSettingsAreStrict: a setting that is silently ignored may be a limit that is not there.
func TestSettingsAreStrict(t *testing.T) {
	const rest = `"access_key":"k","access_secret":"` + testSecret + `","user_id":"1"`
	for settings, field := range map[string]string{
		``:                                 "settings.access_key",
		`{"acces_key":"k"}`:                "settings.acces_key",
		`{` + rest + `,"user":"x"}`:        "settings.user",
		`{` + rest + `,"allow_private":1}`: "settings.allow_private",
		`{` + rest + `,"endpoints":{"refund_reasons":"POST /x"}}`: "settings.endpoints.refund_reasons",
		`{` + rest + `,"endpoints":{"trace":"/x"}}`:               "settings.endpoints.trace",
	} {
		_, err := New([]byte(settings))
		requireError(t, err, core.InvalidInput, core.NotDone)
		var e *core.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, field, e.Field, settings)
	}
}

// TestEndpointTable: a reader counts the rows; no undocumented one is on.
func TestEndpointTable(t *testing.T) {
	writes := map[string]bool{}
	names := map[string]bool{}
	for _, row := range endpoints {
		require.False(t, names[row.Name], row.Name)
		names[row.Name] = true
		if row.Write {
			writes[row.Name] = true
		}
		require.NotEmpty(t, row.Evidence, row.Name)
		require.NotEmpty(t, row.Source, row.Name)
		documented := row.Evidence == "DOC" || row.Evidence == "SEED"
		require.Equal(t, documented, row.Support == core.Supported, row.Name)
		require.Equal(t, documented, row.Path != "", row.Name)
	}
	require.Len(t, endpoints, 12)
	require.Equal(t, map[string]bool{epCreate: true, epBatchCreate: true, epPay: true, epCancel: true, epConfirm: true, epRefundCreate: true}, writes,
		"pay writes although it is a GET")
}

// TestDescribeIsHonest: what it offers, it does; what it cannot, it says.
func TestDescribeIsHonest(t *testing.T) {
	a := newAdapter(t, gateway.DefaultBaseURL, nil)
	d, err := a.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.NoIdempotency, d.Idempotency)
	require.Equal(t, core.Alibaba1688, d.Market)
	require.Equal(t, 100, d.Limits.LinesPerOrder)
	for _, op := range core.Operations() {
		want := core.Supported
		if op == core.OpTrack {
			want = core.Emulated
		}
		require.Equal(t, want.String(), d.Operations[op].Support.String(), op)
		require.NoError(t, d.Check(op))
	}
	require.Contains(t, d.Operations[core.OpTrack].Reason, "endpoints.trace")
	require.Contains(t, d.Operations[core.OpRefund].Reason, "reason_id")

	text, err := json.Marshal(d)
	require.NoError(t, err)
	require.NotContains(t, string(text), testSecret)
}

// TestV2ByEndpoints: an account on v2 names its paths, as doc.go says.
func TestV2ByEndpoints(t *testing.T) {
	s := newStub(t, map[string]string{"/v2/alibaba/order/cancel": ok("true")})
	a := newAdapter(t, s.URL, map[string]any{"endpoints": map[string]string{
		"create": "POST /v2/alibaba/order/create", "cancel": "POST /v2/alibaba/order/cancel", "pay": "GET /v2/alibaba/order/pay/url",
		"confirm": "POST /v2/alibaba/order/receivegoods", "refund_create": "POST /v2/alibaba/refund/detail/create", "refund_info": "POST /v2/alibaba/refund/info",
	}})
	_, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: attempt()})
	require.NoError(t, err)
	require.Equal(t, "POST /v2/alibaba/order/cancel", s.requests()[0].Line)
}
