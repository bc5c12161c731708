package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func startServer(t *testing.T) *Server {
	srv, err := Start("127.0.0.1:0", Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Close()) })
	return srv
}

// createRequest is a signed 1688 create over a real connection.
func createRequest(t *testing.T, srv *Server, ctx context.Context) *http.Request {
	raw, err := json.Marshal(aliBody(shortsV1))
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.PandaPonURL()+"/alibaba/order/create", strings.NewReader(string(raw)))
	require.NoError(t, err)
	signPandaPon(r, time.Now())
	return r
}

func client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestEveryFaultOverARealConnection(t *testing.T) {
	for _, v := range []struct {
		fault     Fault
		effects   int
		status    int    // 0: no answer
		brokenOff bool   // the body ends too early
		contains  string // in the body
	}{
		{RefuseBefore, 0, 200, false, `"code":51999`},
		{DropBefore, 0, 0, false, ""},
		{DropAfter, 1, 0, false, ""},
		{Late, 1, 200, false, `"code":200`},
		{TooMany, 0, 429, false, ""},
		{ErrorBefore, 0, 500, false, ""},
		{ErrorAfter, 1, 500, false, ""},
		{Truncated, 1, 200, true, `"code":200`},
		{Garbage, 1, 200, false, "<html>"},
		{Redirect, 0, 307, false, ""},
		{WrongTypes, 1, 200, false, `"totalSuccessAmount":"23200"`},
		{MissingFields, 1, 200, false, `"data":{}`},
		{Huge, 1, 200, false, `"code":200`},
		{Hang, 1, 0, false, ""},
	} {
		t.Run(string(v.fault), func(t *testing.T) {
			srv := startServer(t)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if v.fault == Hang {
				ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
			}
			defer cancel()
			r := createRequest(t, srv, ctx)
			r.Header.Set(HeaderFault, string(v.fault))
			r.Header.Set(HeaderDelay, "50ms")
			begin := time.Now()
			resp, err := client().Do(r)
			require.Len(t, srv.Effects(), v.effects)
			require.Equal(t, string(v.fault), srv.Log()[0].Fault)
			require.Equal(t, v.status, srv.Log()[0].Status)
			if v.status == 0 {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, v.brokenOff, err != nil, "%v", err)
			require.Equal(t, v.status, resp.StatusCode)
			require.Contains(t, string(body[:min(len(body), 4000)]), v.contains)
			switch v.fault {
			case Late:
				require.GreaterOrEqual(t, time.Since(begin), 50*time.Millisecond)
			case Huge:
				require.Greater(t, len(body), 8<<20)
			case Redirect:
				require.Equal(t, "/pandapon/moved/alibaba/order/create", resp.Header.Get("Location"))
			}
		})
	}
}

func TestScriptSkipsMatchesAndRunsOut(t *testing.T) {
	b := newBench(t, Options{})
	b.Script(
		Rule{Method: http.MethodPost, Path: "/alibaba/order/page", Fault: RefuseBefore, Skip: 1, Times: 2},
		Rule{Path: "/alibaba/trade/cancel", Fault: RefuseBefore},
	)
	codes := []any{}
	for range 5 {
		codes = append(codes, b.pp(http.MethodPost, "/alibaba/order/page", obj{})["code"])
	}
	require.Equal(t, []any{num(200), num(51999), num(51999), num(200), num(200)}, codes)
	require.EqualValues(t, "1009", b.daji("/alibaba/trade/cancel", obj{})["code"])
	require.Equal(t, "4001", at(t, b.daji("/alibaba/trade/cancel", obj{}), "data", "result", "errorCode"), "once")

	b.Script(Rule{Fault: RefuseBefore, Times: -1})
	for range 3 {
		b.ppCode(CodeScripted, http.MethodPost, "/alibaba/order/page", obj{})
	}
	b.Script()
	b.ppData(http.MethodPost, "/alibaba/order/page", obj{})
	require.Panics(t, func() { b.Script(Rule{Fault: "x"}) })
}

func TestControlOverHTTP(t *testing.T) {
	srv := startServer(t)
	post := func(path, body string) (int, string) {
		resp, err := client().Post(srv.URL()+path, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, string(raw)
	}
	get := func(path string) string {
		resp, err := client().Get(srv.URL() + path)
		require.NoError(t, err)
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return string(raw)
	}
	require.JSONEq(t, `[]`, get("/_sandbox/effects"))
	status, _ := post("/_sandbox/script", `[{"path":"/alibaba/order/create","fault":"late","delay":"1ms"}]`)
	require.Equal(t, 200, status)
	resp, err := client().Do(createRequest(t, srv, t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	id := srv.Orders()[0].ID
	status, body := post("/_sandbox/act", `{"act":"set-total","order":"`+id+`","total_fen":1000}`)
	require.Equal(t, 200, status, body)
	status, _ = post("/_sandbox/act", `{"act":"ship","order":"`+id+`"}`)
	require.Equal(t, 400, status, "not paid")
	status, _ = post("/_sandbox/act", `{"act":"ship","order":"1"}`)
	require.Equal(t, 404, status)
	status, _ = post("/_sandbox/act", `{"act":"pay-mode","text":"url"}`)
	require.Equal(t, 200, status)
	for _, bad := range []string{`[{"fault":"x"}]`, `[{"fault":"late","delay":"x"}]`, `{`} {
		status, _ = post("/_sandbox/script", bad)
		require.Equal(t, 400, status, bad)
	}
	require.JSONEq(t, `[{"id":"`+id+`","market":"1688","gateway":"pandapon","status":"unpaid","total_fen":1000,"number":"tag-1","paid":false}]`, get("/_sandbox/orders"))
	for _, act := range []string{"pay-at-cashier", "ship", "scan", "deliver", "tick"} {
		status, body = post("/_sandbox/act", `{"act":"`+act+`","order":"`+id+`","text":"已揽收","place":"杭州市"}`)
		require.Equal(t, 200, status, body)
	}
	for _, bad := range []string{`{"act":"settle-refund","order":"` + id + `"}`, `{"act":"x"}`, `[`} {
		status, _ = post("/_sandbox/act", bad)
		require.Equal(t, 400, status, bad)
	}
	require.Contains(t, get("/_sandbox/effects"), `"kind":"create"`)
	require.NotContains(t, get("/_sandbox/log"), "cargoParamList")
	require.Contains(t, get("/_sandbox/log?full=1"), "cargoParamList")
	require.Contains(t, get("/"), DefaultAccessKey)
}

func TestSameSeedSameBytes(t *testing.T) {
	story := func(seed uint64) (bytes string) {
		b := newBench(t, Options{Seed: seed})
		for _, step := range []struct{ method, path string }{
			{http.MethodPost, "/v2/alibaba/order/create"}, {http.MethodPost, "/alibaba/order/page"},
			{http.MethodPost, "/open/order"}, {http.MethodGet, "/open/order/page"},
		} {
			body := any(aliBody(cameraV2))
			if step.path == "/open/order" {
				body = taobaoBody("N", taobaoOneLine, 2960)
			}
			r, err := http.NewRequest(step.method, "http://sandbox/pandapon"+step.path, toReader(t, body))
			require.NoError(t, err)
			signPandaPon(r, b.clock.now())
			bytes += b.send(r).Body.String()
		}
		return bytes
	}
	require.Equal(t, story(7), story(7))
	require.NotEqual(t, story(7), story(8))
}

func TestConcurrentUse(t *testing.T) {
	b := newBench(t, Options{})
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				id := b.aliOrder()
				b.ppData(http.MethodGet, "/alibaba/order/pay/url?orderId="+id, nil)
				if b.Ship(id) != nil || len(b.Effects()) == 0 || len(b.Log()) == 0 {
					t.Error("an order could not be shipped")
				}
				b.daji("/alibaba/trade/createCrossOrder", dajiBody(id))
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, o := range b.Orders() {
		seen[o.ID] = true
	}
	require.Len(t, seen, workers*each*2, "every id once")
	require.Len(t, b.Effects(), workers*each*3)
}

func TestLogIsBounded(t *testing.T) {
	b := newBench(t, Options{})
	for range maxAccess + 5 {
		b.logAccess(&http.Request{URL: mustURL(t)}, nil, b.clock.now(), reply{}, "")
	}
	log := b.Log()
	require.Len(t, log, maxAccess)
	require.Equal(t, maxAccess+5, log[len(log)-1].Seq)
}
