package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPandaPonSignatureVector(t *testing.T) {
	got := pandaponSign("58c0201dfdf148eca63cbf6bb5e7cf03", "1715669977082", "nonce-str", "test-secret")
	require.Equal(t, "47CB965C3AB252BDF9ED348A90C6B66D", got)
}

func TestDajisaasSignatureVectors(t *testing.T) {
	for name, v := range map[string]struct {
		params url.Values
		want   string
	}{
		"V1": {url.Values{"appKey": {"dj_test_key"}, "orderIdList": {"2257164624870311973"}}, "39CE8D49CE5CCEFF746B1CCC86930DEC"},
		"V3": {url.Values{"appKey": {"dj_test_key"}, "orderId": {"2257164624870311973"}, "requestTime": {"1723623607256"}}, "B334733C6637D155766DA02D50C65A41"},
		"V4": {url.Values{
			"appKey": {"dj_test_key"}, "webSite": {"1688"}, "orderId": {"2257164624870311973"},
			"cancelReason": {"buyerCancel"}, "remark": {"取消订单备注"}, "sign": {"is no part of it"},
		}, "606A2134171B5C21C8878CDC28A5E10D"},
	} {
		require.Equal(t, v.want, dajisaasSign(v.params, "dj_test_secret"), name)
	}
}

func TestDajisaasSignUsesBodyMembersAsSent(t *testing.T) {
	members, err := topMembers([]byte(`{"n":1723623607256,"b":true,"e":"","z":null,"s":"取消","o":{"b": 1, "a":[ 2 ]}}`))
	require.NoError(t, err)
	require.Equal(t, url.Values{
		"n": {"1723623607256"}, "b": {"true"}, "e": {""}, "s": {"取消"}, "o": {`{"b":1,"a":[2]}`},
	}, bodyParams(members))
}

func TestPandaPonRefusesBadCredentials(t *testing.T) {
	for name, v := range map[string]struct {
		spoil func(http.Header)
		code  int
	}{
		"good":            {func(http.Header) {}, CodeOK},
		"lower-case hex":  {func(h http.Header) { h.Set("signature", strings.ToLower(h.Get("signature"))) }, CodeOK},
		"wrong signature": {func(h http.Header) { h.Set("signature", strings.Repeat("A", 32)) }, CodeBadSignature},
		"other nonce":     {func(h http.Header) { h.Set("nonce-str", "x") }, CodeBadSignature},
		"no nonce":        {func(h http.Header) { h.Del("nonce-str") }, CodeBadSignature},
		"other key":       {func(h http.Header) { h.Set("access-key", "x") }, CodeBadSignature},
		"other user":      {func(h http.Header) { h.Set("user-id", "1") }, CodeUnknownUser},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{})
			r := httptest.NewRequest(http.MethodGet, "/pandapon/open/order/page", nil)
			signPandaPon(r, b.clock.now())
			v.spoil(r.Header)
			w := b.send(r)
			require.Equal(t, http.StatusOK, w.Code)
			require.Equal(t, num(int64(v.code)), parse(t, w.Body.Bytes())["code"])
		})
	}
}

func TestPandaPonClockWindow(t *testing.T) {
	b := newBench(t, Options{})
	for _, v := range []struct {
		off  time.Duration
		unit func(time.Time) int64
		code int
	}{
		{0, time.Time.UnixMilli, CodeOK},
		{600 * time.Second, time.Time.UnixMilli, CodeOK},
		{-600 * time.Second, time.Time.UnixMilli, CodeOK},
		{601 * time.Second, time.Time.UnixMilli, CodeExpired},
		{-601 * time.Second, time.Time.UnixMilli, CodeExpired},
		{600 * time.Second, time.Time.Unix, CodeOK},
		{-601 * time.Second, time.Time.Unix, CodeExpired},
	} {
		stamp := strconv.FormatInt(v.unit(b.clock.now().Add(v.off)), 10)
		r := httptest.NewRequest(http.MethodGet, "/pandapon/open/order/page", nil)
		signPandaPon(r, b.clock.now())
		r.Header.Set("timestamp", stamp)
		r.Header.Set("signature", pandaponSign(DefaultAccessKey, stamp, r.Header.Get("nonce-str"), DefaultAccessSecret))
		require.Equal(t, num(int64(v.code)), parse(t, b.send(r).Body.Bytes())["code"], "offset %v, stamp %s", v.off, stamp)
	}
}

// The shape of a refusal is the documented envelope with a code other than 200, and no data.
func TestPandaPonRefusesAnOldSignatureInItsEnvelope(t *testing.T) {
	b := newBench(t, Options{})
	for _, route := range []string{"GET /open/order/page", "POST /v2/alibaba/order/page", "POST /open/order/refund/queryList", "POST /open/order"} {
		method, path, _ := strings.Cut(route, " ")
		r := httptest.NewRequest(method, "/pandapon"+path, strings.NewReader(`{"pageNum":1,"pageNo":1,"pageSize":1}`))
		signPandaPon(r, b.clock.now().Add(-700*time.Second))
		w := b.send(r)
		require.Equal(t, http.StatusOK, w.Code)
		answer := parse(t, w.Body.Bytes())
		require.Equal(t, map[string]bool{"requestId": true, "code": true, "developId": true, "msg": true, "data": true}, names(answer))
		require.Equal(t, num(CodeExpired), answer["code"], route)
		require.NotEmpty(t, answer["msg"])
		require.NotEmpty(t, answer["requestId"])
		require.Nil(t, answer["data"])
	}
	require.Empty(t, b.Effects())
}

// A client measures the gateway's clock by the date of an answer; it must be the clock that judges
// timestamps.
func TestTheDateOfAnAnswerIsOfTheGatewaysOwnClock(t *testing.T) {
	b := newBench(t, Options{})
	server := httptest.NewServer(b)
	defer server.Close()
	b.clock.add(time.Hour)
	for path, fault := range map[string]Fault{"/pandapon/open/order/page": "", "/dajisaas/alibaba/trade/cancel": "", "/pandapon/nothing": "", "/pandapon/open/order": ErrorBefore} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		if fault != "" {
			r.Header.Set(HeaderFault, string(fault))
		}
		answer, err := server.Client().Do(r)
		require.NoError(t, err)
		_ = answer.Body.Close()
		require.Equal(t, []string{"Wed, 20 May 2026 08:40:00 GMT"}, answer.Header["Date"], path)
	}
}

func TestDajisaasTakesSecretOrSignNeverBoth(t *testing.T) {
	b := newBench(t, Options{})
	body := obj{"appKey": DefaultAppKey, "page": 1, "pageSize": 5, "outOrderId": ""}
	sign := dajisaasSign(url.Values{
		"appKey": {DefaultAppKey}, "page": {"1"}, "pageSize": {"5"}, "outOrderId": {""},
	}, DefaultAppSecret)
	for name, v := range map[string]struct {
		add    obj
		status int
	}{
		"sign":         {obj{"sign": sign}, http.StatusOK},
		"secret":       {obj{"appSecret": DefaultAppSecret}, http.StatusOK},
		"both":         {obj{"sign": sign, "appSecret": DefaultAppSecret}, http.StatusBadRequest},
		"neither":      {obj{}, http.StatusBadRequest},
		"wrong sign":   {obj{"sign": strings.Repeat("0", 32)}, http.StatusBadRequest},
		"wrong secret": {obj{"appSecret": "x"}, http.StatusBadRequest},
		"unknown key":  {obj{"appKey": "x", "appSecret": DefaultAppSecret}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			full := obj{}
			for _, part := range []obj{body, v.add} {
				for k, value := range part {
					full[k] = value
				}
			}
			w := b.send(httptest.NewRequest(http.MethodPost, "/dajisaas/alibaba/trade/getBuyerOrderList", toReader(t, full)))
			require.Equal(t, v.status, w.Code, w.Body.String())
			if v.status == http.StatusBadRequest {
				require.NotEmpty(t, parse(t, w.Body.Bytes())["detail"])
			}
		})
	}
}

func TestUnknownPathsAre404(t *testing.T) {
	b := newBench(t, Options{})
	for _, path := range []string{"/pandapon/open/nothing", "/dajisaas/alibaba/trade/order/preview", "/else"} {
		w := b.send(httptest.NewRequest(http.MethodPost, path, strings.NewReader("{}")))
		require.Equal(t, http.StatusNotFound, w.Code)
		require.Equal(t, "No message available", parse(t, w.Body.Bytes())["message"])
	}
}

func TestMemberNamesAreCaseSensitive(t *testing.T) {
	var body aliCreateBody
	require.NoError(t, decodeExact([]byte(`{"Flow":"x","cargoParamList":[{"offerid":1,"specId":"s"}],"addressParam":{"FullName":"n","mobile":"m"}}`), &body))
	require.Equal(t, aliCreateBody{Cargo: []aliCargo{{SpecID: "s"}}, AddressParam: &address{Mobile: "m"}}, body)
}

func TestYuanIsExactText(t *testing.T) {
	for fen, want := range map[int64]json.Number{0: "0", 1: "0.01", 180: "1.8", 300: "3", 896: "8.96", 1196: "11.96", -3989: "-39.89"} {
		require.Equal(t, want, yuan(fen))
	}
}
