package sandbox

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clockWindow is how far a timestamp may be from the gateway's clock.
const clockWindow = 600 * time.Second

func upperMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// sameSign compares in any hex case. Fiction: the gateways' own rule is UNKNOWN.
func sameSign(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToUpper(got)), []byte(want)) == 1
}

// pandaponSign is wire 1.2: the values of key, timestamp, nonce and secret
// joined without separators (CLIENT evidence; no official vector exists).
func pandaponSign(accessKey, timestamp, nonce, secret string) string {
	return upperMD5(accessKey + timestamp + nonce + secret)
}

// checkPandaPon holds a request to the five headers.
// Fiction: that nonce-str is mandatory (the pages contradict each other), that
// a nonce may be used again, and the order of the checks.
func (s *Sandbox) checkPandaPon(c *call) *refusal {
	key, stamp, nonce := c.header.Get("access-key"), c.header.Get("timestamp"), c.header.Get("nonce-str")
	user, sign := c.header.Get("user-id"), c.header.Get("signature")
	if key == "" || stamp == "" || nonce == "" || user == "" || sign == "" {
		return refuse(CodeBadSignature, "签名错误: 缺少请求头")
	}
	if key != s.opts.AccessKey || !sameSign(sign, pandaponSign(key, stamp, nonce, s.opts.AccessSecret)) {
		return refuse(CodeBadSignature, "签名错误")
	}
	if at, ok := parseStamp(stamp); !ok || c.now.Sub(at).Abs() > clockWindow {
		return refuse(CodeExpired, "请求已过期")
	}
	if user != s.opts.UserID {
		return refuse(CodeUnknownUser, "用户不存在")
	}
	return nil
}

// parseStamp reads Unix seconds (10 digits) or milliseconds (13 digits).
func parseStamp(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case len(text) == 10:
		return time.Unix(n, 0), true
	case len(text) == 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// dajisaasSign is wire 2.3: parameters sorted by key, joined as key=value with
// "&", raw values, "&secret=" last. sign itself is not part of it.
func dajisaasSign(params map[string][]string, secret string) string {
	keys := make([]string, 0, len(params))
	for key := range params {
		if key != "sign" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, key := range keys {
		for _, value := range params[key] { // Fiction: a repeated key is signed once per value.
			b.WriteString(key + "=" + value + "&")
		}
	}
	return upperMD5(b.String() + "secret=" + secret)
}

// checkDajisaas holds a request to appKey with either appSecret or sign. A
// failure is HTTP 400 with the text in "detail". Fiction: all texts but the one
// for an application that is not activated.
func (s *Sandbox) checkDajisaas(c *call) (detail string) {
	params, detail := dajiParams(c)
	if detail != "" {
		return detail
	}
	secret, hasSecret := first(params, "appSecret")
	sign, hasSign := first(params, "sign")
	key, _ := first(params, "appKey")
	switch {
	case key != s.opts.AppKey:
		return "请创建应用，再联系平台进行激活"
	case hasSecret == hasSign:
		return "appSecret 与 sign 必须且只能传一个"
	case hasSecret && secret != s.opts.AppSecret:
		return "appSecret 错误"
	case hasSign && !sameSign(sign, dajisaasSign(params, s.opts.AppSecret)):
		return "签名错误"
	}
	return ""
}

// dajiParams are the parameters that enter the sign: the query of a GET, the
// top-level members of a POST's JSON body.
func dajiParams(c *call) (params url.Values, detail string) {
	if c.method == http.MethodGet {
		return c.query, ""
	}
	members, err := topMembers(c.body)
	if err != nil {
		return nil, "请求体不是 JSON 对象"
	}
	return bodyParams(members), ""
}

func bodyParams(members map[string]json.RawMessage) url.Values {
	params := url.Values{}
	for name, raw := range members {
		if text, ok := plainText(raw); ok {
			params.Set(name, text)
		}
	}
	return params
}

func first(params url.Values, name string) (value string, present bool) {
	values, present := params[name]
	if !present || len(values) == 0 {
		return "", false
	}
	return values[0], true
}
