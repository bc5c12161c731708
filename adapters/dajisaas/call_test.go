package dajisaas

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

// Every answer meets a write (cancel) and a read (detail).
func TestEnvelopes(t *testing.T) {
	const done, none, doubt = core.Done, core.NotDone, core.InDoubt
	page := canned{Status: 404, Body: "<html><body>404</body></html>"}
	for _, row := range []struct {
		rule   string
		answer canned
		code   core.Code
		write  core.Outcome
		said   string
	}{
		{"trap 53 C: 1009 with an explicit refusal", refused(1009, "买家取消失败", "5001"), core.Refused, none, "1009, 失败, 买家取消失败, 5001, request 7928f1cc7f35"},
		{"trap 53 C: 4003 is no such order", refused(1009, "订单不存在", "4003"), core.NotFound, none, "1009, 失败, 订单不存在, 4003, request 7928f1cc7f35"},
		{"1009 without a flag", canned{Body: `{"code":1009,"message":"失败","data":{"result":{}}}`}, core.Refused, doubt, "1009, 失败"},
		{"1009 with null data", canned{Body: `{"code":1009,"message":"失败","data":null}`}, core.Refused, doubt, "1009, 失败"},
		{"1009 with success", canned{Body: `{"code":1009,"data":{"result":{"success":true}}}`}, core.Refused, doubt, "1009"},
		{"trap 63: an unknown code", refused(1010, "系统繁忙", "9"), core.Refused, doubt, "1010, 失败, 系统繁忙, 9, request 7928f1cc7f35"},
		{"code 500 inside HTTP 200", canned{Body: `{"code":500,"message":"系统异常"}`}, core.Refused, doubt, "500, 系统异常"},
		{"traps 50, 55: 0 is not success", canned{Body: `{"code":0,"data":{"success":true}}`}, core.Refused, doubt, "0"},
		{"trap 57: the application is not activated", canned{Status: 400, Body: `{"detail":"请创建应用，再联系平台进行激活"}`}, core.Denied, none, "HTTP 400, 请创建应用，再联系平台进行激活"},
		{"the sign is refused", canned{Status: 400, Body: `{"detail":"签名错误"}`}, core.Denied, none, "HTTP 400, 签名错误"},
		{"trap 53 D: a parameter is refused", canned{Status: 400, Body: `{"detail":"参数错误","status":400}`}, core.Refused, none, "HTTP 400, 参数错误"},
		{"trap 54: message first", canned{Status: 400, Body: `{"detail":"d","error":"e","msg":"m","message":"first"}`}, core.Refused, none, "HTTP 400, first"},
		{"trap 54: then msg", canned{Status: 400, Body: `{"detail":"d","error":"e","msg":"m","message":null}`}, core.Refused, none, "HTTP 400, m"},
		{"trap 54: then error", canned{Status: 400, Body: `{"detail":"d","error":"e"}`}, core.Refused, none, "HTTP 400, e"},
		{"400 without a word", canned{Status: 400, Body: `{}`}, core.BadAnswer, doubt, "HTTP 400"},
		{"400 that says 200", canned{Status: 400, Body: `{"code":200,"message":"x"}`}, core.BadAnswer, doubt, "HTTP 400, x"},
		{"400 with data", canned{Status: 400, Body: `{"code":7,"message":"x","data":{}}`}, core.Refused, doubt, "HTTP 400, x"},
		{"400 of a proxy", canned{Status: 400, Body: "Bad Request"}, core.BadAnswer, doubt, "HTTP 400, Bad Request"},
		{"trap 56: a wrong path", canned{Status: 404, Body: `{"status":404,"error":"Not Found","message":"No message available","path":"/x"}`}, core.InvalidInput, none, "HTTP 404, No message available"},
		{"trap 56: a page", page, core.BadAnswer, doubt, "HTTP 404"},
		{"401", canned{Status: 401, Body: `{"detail":"x"}`}, core.Denied, doubt, "HTTP 401, x"},
		{"403 as text", canned{Status: 403, Body: "forbidden"}, core.Denied, doubt, "HTTP 403, forbidden"},
		{"trap 56: too many", canned{Status: 429, Body: `slow down`}, core.RateLimited, doubt, "HTTP 429, slow down"},
		{"5xx that looks like a refusal", canned{Status: 501, Body: refused(1009, "x", "4003").Body}, core.Unavailable, doubt, ""},
		{"trap 56: HTML with 200", canned{Body: "<html>502</html>"}, core.BadAnswer, doubt, "HTTP 200"},
		{"half of an answer", canned{Body: `{"code":200,"data":{"succ`}, core.BadAnswer, doubt, "HTTP 200"},
		{"nothing", canned{Body: ""}, core.BadAnswer, doubt, "HTTP 200"},
		{"not an object", canned{Body: `[]`}, core.BadAnswer, doubt, "HTTP 200"},
		{"two codes", canned{Body: `{"code":200,"code":1009,"data":{}}`}, core.BadAnswer, doubt, "HTTP 200"},
		{"null data", ok(`null`), core.BadAnswer, doubt, "request 7928f1cc7f35"},
		{"trap 28: data of another shape", ok(`true`), core.BadAnswer, doubt, "request 7928f1cc7f35"},
		{"trap 51: inner failure with 200", ok(`{"success":false,"errorCode":"E1","errorMessage":"不能取消"}`), core.Refused, doubt, "E1, 不能取消, request 7928f1cc7f35"},
		{"nothing said inside", ok(`{}`), core.BadAnswer, doubt, "request 7928f1cc7f35"},
		{"trap 64: extra members", canned{Body: `{"code":200,"cost":3,"data":{"success":true,"more":[1]}}`}, 0, done, ""},
		{"trap 24: code and flag as text", canned{Body: `{"code":"200","data":{"success":"true"}}`}, 0, done, ""},
	} {
		t.Run(row.rule, func(t *testing.T) {
			a, s := answering(t, map[string]canned{pathCancel: row.answer, pathDetail: row.answer})
			got, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: seedOrder(), Attempt: attempt()})
			require.Len(t, s.requests(), 1, "a write is sent once")
			if row.write == core.Done {
				require.NoError(t, err)
				require.Equal(t, core.CancelDone, got.State)
				return
			}
			e := requireError(t, err, row.code, row.write)
			require.Equal(t, core.OpCancelOrder, e.Op)
			if row.said != "" {
				require.Equal(t, row.said, e.Gateway.String())
			}
			if strings.Contains(row.rule, "inside") || strings.Contains(row.rule, "inner") {
				return // those speak of cancel's own data
			}
			_, err = a.GetOrder(t.Context(), core.GetOrderRequest{Order: seedOrder()})
			requireError(t, err, row.code, core.NotDone)
		})
	}
}

func TestErrorsHoldNothingPrivateThatTheGatewayRepeats(t *testing.T) {
	repeat := func() string {
		return "bad: " + strings.Join([]string{home.Name, home.Mobile, home.Phone, home.Street, home.Town, testSecret, testKey, "13912345678"}, "|")
	}
	for rule, answer := range map[string]canned{
		"refusal at the door": {Status: 400, Body: `{"detail":"` + repeat() + `"}`},
		"refusal inside":      refused(1009, repeat(), "1"),
		"plain text":          {Status: 500, Body: repeat()},
		"failure with 200":    ok(`{"success":false,"message":"` + repeat() + `","code":"` + testSecret + `"}`),
		"the trace id":        {Body: `{"code":5,"traceId":"` + testSecret + `"}`},
	} {
		a, _ := answering(t, map[string]canned{pathCreate: answer})
		_, err := a.CreateOrder(t.Context(), pencils())
		require.Error(t, err, rule)
		e := requireError(t, err, err.(*core.Error).Code, core.OutcomeOf(err))
		require.NotContains(t, e.Gateway.Message, "13912345678", rule)
	}
}

func TestTheSignStandsInNoError(t *testing.T) {
	a, s := answering(t, map[string]canned{pathCancel: {Status: 400, Body: `{"detail":"参数错误"}`}})
	cancel := func() error {
		_, err := a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: seedOrder(), Attempt: attempt()})
		return err
	}
	require.Error(t, cancel())
	_, sign := withoutSign(s.requests()[0].Body)
	require.Len(t, sign, 32)
	s.mu.Lock()
	s.answers[pathCancel] = canned{Status: 400, Body: `{"detail":"签名错误 ` + sign + " " + strings.ToLower(sign) + `"}`}
	s.mu.Unlock()
	err := cancel()
	require.Equal(t, "签名错误 [redacted] [redacted]", requireError(t, err, core.Denied, core.NotDone).Gateway.Message)
}

func FuzzEnvelope(f *testing.F) {
	for _, answer := range []canned{ok(`{"success":true}`), ok(`null`), refused(1009, "x", "4003"), {Status: 400, Body: `{"detail":"激活"}`}, {Body: seedView(f)}} {
		f.Add(answer.Status, answer.Body, true)
	}
	f.Fuzz(func(t *testing.T, status int, body string, write bool) {
		c := call{op: core.OpGetOrder}
		if a := attempt(); write {
			c = call{op: core.OpCancelOrder, attempt: &a}
		}
		got, err := judge(c, scrubber{testSecret}, response(status, body))
		if err == nil {
			var v verdict
			_ = got.into(&v)
			return
		}
		e := err.(*core.Error)
		if e.Outcome == core.Done || !write && e.Outcome != core.NotDone {
			t.Errorf("outcome: got %v for write %v", e.Outcome, write)
		}
		if write && e.Outcome == core.NotDone && (status >= 500 || status == 429) {
			t.Errorf("HTTP %d proves nothing: got not_done", status)
		}
		if len(e.Gateway.Message) > maxSaid+len("[redacted]") {
			t.Errorf("what the gateway said is cut: got %d bytes", len(e.Gateway.Message))
		}
	})
}
