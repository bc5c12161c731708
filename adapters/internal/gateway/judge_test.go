package gateway

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sampan-go/sampan/core"
)

func TestSuccessfulEnvelopes(t *testing.T) {
	for _, row := range []struct{ rule, body, data, requestID string }{
		{"the manual's", success, `{"id":1}`, "4cfda0b725184ab8a1e3ee3b9051ec35"},
		{"trap 8: developId as text", `{"code":200,"developId":"1110890638347337996","data":1}`, `1`, ""},
		{"trap 8: developId as number", `{"code":200,"developId":1110890638347337996,"data":1}`, `1`, ""},
		{"trap 8: developId null", `{"code":200,"developId":null,"data":1}`, `1`, ""},
		{"trap 21: requestId null", `{"requestId":null,"code":200,"data":1}`, `1`, ""},
		{"trap 21: requestId as number", `{"requestId":7,"code":200,"data":1}`, `1`, "7"},
		{"trap 28: data an array", `{"code":200,"data":[1,2]}`, `[1,2]`, ""},
		{"trap 28: data a boolean", `{"code":200,"data":true}`, `true`, ""},
		{"trap 28: data a text", `{"code":200,"data":"https://im"}`, `"https://im"`, ""},
		{"trap 28: data empty", `{"code":200,"data":{}}`, `{}`, ""},
		{"trap 28: data null", `{"code":200,"data":null}`, ``, ""},
		{"trap 28: data absent", `{"code":200,"msg":"成功"}`, ``, ""},
		{"trap 3: ids stay exact", `{"code":200,"data":{"id":2257164624870311973}}`, `{"id":2257164624870311973}`, ""},
		{"trap 51: inner flags are the caller's", `{"code":200,"data":{"success":false,"errorCode":"4003"}}`, `{"success":false,"errorCode":"4003"}`, ""},
		{"trap 55: code as text", `{"code":"200","data":1}`, `1`, ""},
		{"trap 58: the success text is not compared", `{"code":200,"msg":"操作成功","data":1}`, `1`, ""},
		{"trap 58: not even a bad one", `{"code":200,"msg":"失败","data":1}`, `1`, ""},
		{"trap 54: msg null", `{"code":200,"msg":null,"data":1}`, `1`, ""},
		{"trap 64: members more", `{"cost":12,"code":200,"data":1,"timestamp":1,"Code":500}`, `1`, ""},
	} {
		for _, endpoint := range []string{"list", "create"} {
			s := newStub(t, 200, row.body)
			got, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: endpoint, Attempt: newAttempt()})
			if err != nil || string(got.Data) != row.data || got.RequestID != row.requestID || (got.Data == nil) != (row.data == "") {
				t.Errorf("%s, %s: got %q, request %q, %v; want %q, %q", row.rule, endpoint, got.Data, got.RequestID, err, row.data, row.requestID)
			}
			var any any
			if err := got.Decode(&any); (err != nil) != (row.data == "") {
				t.Errorf("%s, %s: Decode = %v; data that is not there is no answer", row.rule, endpoint, err)
			}
		}
	}
}

func TestFailedEnvelopes(t *testing.T) {
	for _, row := range []struct {
		rule   string
		status int
		body   string
		code   core.Code
		said   string
	}{
		{"trap 63: code not 200", 200, `{"requestId":"r1","code":1009,"msg":"余额不足","data":null}`, core.Refused, "1009, 余额不足, request r1"},
		{"trap 63: business error as HTTP 400", 400, `{"code":1009,"msg":"x"}`, core.Refused, "1009, x"},
		{"trap 53: data beside a failure", 200, `{"code":1009,"data":{"result":{"success":true}}}`, core.Refused, "1009"},
		{"code as text", 200, `{"code":"E_1","msg":"x"}`, core.Refused, "E_1, x"},
		{"trap 50: code 0 is no success", 200, `{"code":0,"data":{}}`, core.Refused, "0"},
		{"code 200 in another notation", 200, `{"code":2e2,"data":{}}`, core.Refused, "2e2"},
		{"code -200", 200, `{"code":-200,"data":{}}`, core.Refused, "-200"},
		{"code null", 200, `{"code":null,"data":{}}`, core.BadAnswer, "HTTP 200"},
		{"code absent", 200, `{"data":{}}`, core.BadAnswer, "HTTP 200"},
		{"code true", 200, `{"code":true,"data":{}}`, core.BadAnswer, "HTTP 200"},
		{"code an object", 200, `{"code":{"x":200}}`, core.BadAnswer, "HTTP 200"},
		{"code in other letters", 200, `{"CODE":200,"data":{}}`, core.BadAnswer, "HTTP 200"},
		{"code twice", 200, `{"code":500,"code":200,"data":{}}`, core.BadAnswer, "HTTP 200"},
		{"data twice", 200, `{"code":200,"data":1,"data":2}`, core.BadAnswer, "HTTP 200"},
		{"text behind it", 200, success + success, core.BadAnswer, "HTTP 200"},
		{"broken off", 200, `{"code":200,"data":{"id"`, core.BadAnswer, "HTTP 200"},
		{"an array", 200, `[{"code":200}]`, core.BadAnswer, "HTTP 200"},
		{"null", 200, `null`, core.BadAnswer, "HTTP 200"},
		{"empty", 200, ``, core.BadAnswer, "HTTP 200"},
		{"deep", 200, `{"code":200,"data":` + strings.Repeat("[", 20000), core.BadAnswer, "HTTP 200"},
		{"a page with HTTP 200", 200, `<html>login canary-body</html>`, core.BadAnswer, "HTTP 200"},
		{"text with HTTP 200", 200, `canary-body`, core.BadAnswer, "HTTP 200"},
		{"trap 40: a raw line break in a text", 200, "{\"code\":200,\"data\":\"1,\n2\"}", core.BadAnswer, "HTTP 200"},
		{"trap 56: 404 in words", 404, "No message available", core.BadAnswer, "HTTP 404, No message available"},
		{"trap 56: a page", 404, "<html>canary-body</html>", core.BadAnswer, "HTTP 404"},
		{"other JSON", 404, `{"error":"canary-body"}`, core.BadAnswer, "HTTP 404"},
		{"status against code", 404, success, core.BadAnswer, "200, 成功, request 4cfda0b725184ab8a1e3ee3b9051ec35"},
		{"trap 56: 429", 429, "slow down", core.RateLimited, "HTTP 429, slow down"},
		{"401", 401, `{"code":401,"msg":"签名错误"}`, core.Denied, "401, 签名错误"},
		{"403", 403, `forbidden`, core.Denied, "HTTP 403, forbidden"},
		{"501", 501, `{"code":1009,"msg":"x"}`, core.Unavailable, "1009, x"},
		{"a proxy's page", 520, `<html>canary-body</html>`, core.Unavailable, "HTTP 520"},
		{"5xx with success inside", 505, success, core.Unavailable, "200, 成功, request 4cfda0b725184ab8a1e3ee3b9051ec35"},
	} {
		for endpoint, outcome := range map[string]core.Outcome{"list": core.NotDone, "create": core.InDoubt, "payurl": core.InDoubt} {
			s := newStub(t, row.status, row.body)
			_, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: endpoint, Attempt: newAttempt()})
			e := wantError(t, row.rule+", "+endpoint, err, row.code, outcome)
			if e.Gateway.String() != row.said || e.Op == "" || strings.Contains(e.Error(), "canary-body") {
				t.Errorf("%s: got %v with gateway %q, want %q and no body", row.rule, e, e.Gateway, row.said)
			}
			if s.count() != 1 {
				t.Errorf("%s: unknown failures are not tried again: got %d requests", row.rule, s.count())
			}
		}
	}
}

func TestOnlyNamedCodesProveARefusal(t *testing.T) {
	for _, row := range []struct {
		status  int
		body    string
		code    core.Code
		outcome core.Outcome
	}{
		{200, `{"code":1009}`, core.Refused, core.NotDone},
		{200, `{"code":"1009"}`, core.Refused, core.NotDone},
		{400, `{"code":1009}`, core.Refused, core.NotDone},
		{401, `{"code":1009}`, core.Denied, core.NotDone},
		{429, `{"code":1009}`, core.RateLimited, core.NotDone},
		{200, `{"code":1010}`, core.Refused, core.InDoubt},
		{200, `{"code":10090}`, core.Refused, core.InDoubt},
		{200, `{"data":{"code":1009}}`, core.BadAnswer, core.InDoubt},
		{500, `{"code":1009}`, core.Unavailable, core.InDoubt},
		{401, `1009`, core.Denied, core.InDoubt},
		{429, ``, core.RateLimited, core.InDoubt},
	} {
		s := newStub(t, row.status, row.body)
		settings := testSettings(s.URL)
		settings.RefusalCodes = []string{"1009"}
		_, err := newTestClient(t, settings).Call(context.Background(), Call{Endpoint: "create", Attempt: newAttempt()})
		wantError(t, fmt.Sprintf("HTTP %d %s", row.status, row.body), err, row.code, row.outcome)
	}
}

func TestWhatTheGatewaySaidIsFitToShow(t *testing.T) {
	long := strings.Repeat("余", 5000)
	for rule, row := range map[string]struct {
		status     int
		body, want string
	}{
		"control and bidi characters": {200, `{"code":1,"msg":"a\u001b[31mb\u202ec\u200fd\u0000e\r\nf\u2028g"}`, "a[31mbcde  fg"},
		"cut at a character":          {200, `{"code":1,"msg":"` + long + `"}`, long[:300]},
		"mobile numbers":              {200, `{"code":1,"msg":"tel 13800138000,13900139000 +8613700137000 order 2542285634920880794"}`, "tel [phone],[phone] +[phone] order 2542285634920880794"},
		"excerpt of 200 bytes":        {404, strings.Repeat("x", 1000), strings.Repeat("x", 200)},
		"secret in two halves":        {200, `{"code":1,"msg":"` + canarySecret[:9] + `\u0007` + canarySecret[9:] + `"}`, "[redacted]"},
		"secret at the cut":           {404, strings.Repeat("x", 190) + canarySecret, strings.Repeat("x", 190) + "[redacted]"},
		"not UTF-8":                   {404, "a\xff\xfeb", "ab"},
		"a number":                    {200, `{"code":1,"msg":17}`, "17"},
		"an object":                   {200, `{"code":1,"msg":{"a":1}}`, ""},
	} {
		s := newStub(t, row.status, row.body)
		_, err := newTestClient(t, testSettings(s.URL)).Call(context.Background(), Call{Endpoint: "list"})
		e, ok := err.(*core.Error)
		if !ok || e.Gateway.Message != row.want || !utf8.ValidString(e.Error()) {
			t.Errorf("%s: got %v, want %q", rule, err, row.want)
		}
	}
}

// The gateway, or what stands before it, may repeat what it was sent.
func TestErrorsNeverHoldKeys(t *testing.T) {
	for _, status := range []int{200, 400, 401, 429, 500} {
		for _, form := range []string{`{"code":"%s","msg":"%s","requestId":"%s"}`, "echo %s %s %s"} {
			var signature string
			s := newStub(t, status, "")
			c := newTestClient(t, testSettings(s.URL), WithSign(func(_, _, _, _ string) string {
				signature = "CANARYSIGNATURE0123456789ABCDEF0"
				return signature
			}))
			for _, echoed := range []string{canarySecret, canaryKey, "CANARYSIGNATURE0123456789ABCDEF0", "canarysignature0123456789abcdef0"} {
				s.body = fmt.Sprintf(form, echoed, echoed, echoed)
				_, err := c.Call(context.Background(), Call{Endpoint: "create", Attempt: newAttempt()})
				if text := strings.ToLower(fmt.Sprintf("%v %+v %#v", err, err, err)); strings.Contains(text, "canary") {
					t.Errorf("HTTP %d: the error holds a key: %v", status, err)
				}
			}
		}
	}
}

func TestInnerFailureIsNotDoneOnlyForNamedCodes(t *testing.T) {
	settings := testSettings("http://127.0.0.1:1")
	settings.RefusalCodes = []string{"4003"}
	c := newTestClient(t, settings)
	said := core.GatewayError{Code: "4003", Message: "a\u202e13800138000 " + canarySecret, RequestID: "r1"}
	e := wantError(t, "named", c.InnerFailure(core.OpPay, said), core.Refused, core.NotDone)
	if want := (core.GatewayError{Code: "4003", Message: "a[phone] [redacted]", RequestID: "r1"}); e.Gateway != want {
		t.Errorf("fit to show: got %+v, want %+v", e.Gateway, want)
	}
	for _, code := range []string{"4004", ""} {
		wantError(t, "code "+code, c.InnerFailure(core.OpPay, core.GatewayError{Code: code}), core.Refused, core.InDoubt)
	}
}
