package dajisaas

import (
	"cmp"

	"github.com/sampan-go/sampan/core"
)

const defaultBaseURL = "https://openapi.dajisaas.com"

// The values of Settings.Auth.
const (
	authSign   = "sign"
	authSecret = "secret"
)

// Settings are those of one account.
type Settings struct {
	// BaseURL is where the gateway is; "" is the real one.
	BaseURL   string      `json:"base_url"`
	AppKey    string      `json:"app_key"`
	AppSecret core.Secret `json:"app_secret"`
	// Market is where the account buys: "1688" (the default) or "taobao". An account has one; for both,
	// make two with the same keys.
	Market core.Market `json:"market"`
	// Auth is "sign" (the default) or "secret", which sends the secret itself and is for debugging.
	Auth string `json:"auth"`
	// PreviousSecret is the appSecret before the last reset: pushed messages may still be signed with it.
	// Calls never are.
	PreviousSecret core.Secret `json:"previous_secret"`
	// MessageBase says what the signature of a pushed message is over: "name+value" (the default) or
	// "value". dajisaas' page does not say.
	MessageBase string `json:"message_base"`
	// AllowPrivate admits plain http and addresses of private networks: for the sandbox.
	AllowPrivate bool `json:"allow_private"`
	// Endpoints names what the documentation leaves open, by the names of the menu:
	// "taobao.query_order" to "POST /taobao/purchase/order/query".
	Endpoints map[string]string `json:"endpoints"`
}

// readSettings fills in what has a default. Its errors are InvalidInput and name the setting, never
// a value.
func readSettings(text []byte) (Settings, error) {
	var s Settings
	if err := core.DecodeSettings(text, &s); err != nil {
		return s, err
	}
	s.BaseURL = cmp.Or(s.BaseURL, defaultBaseURL)
	s.Auth = cmp.Or(s.Auth, authSign)
	s.Market = cmp.Or(s.Market, core.Alibaba1688)
	if markets[s.Market] == nil {
		return s, core.Invalid("settings.market", `is not known; use "1688" (the default) or "taobao"`)
	}
	if err := core.Required("app_key", s.AppKey, "the appKey of your application at dajisaas"); err != nil {
		return s, err
	}
	if err := core.Required("app_secret", s.AppSecret.Reveal(), "the appSecret of your application at dajisaas, such as env:DAJI_SECRET"); err != nil {
		return s, err
	}
	s.MessageBase = cmp.Or(s.MessageBase, "name+value")
	if messageBases[s.MessageBase] == nil {
		return s, core.Invalid("settings.message_base", `must be "name+value" (the default) or "value"`)
	}
	if s.Auth != authSign && s.Auth != authSecret {
		return s, core.Invalid("settings.auth", `is not known; use "sign", or "secret" for debugging`)
	}
	return s, nil
}
