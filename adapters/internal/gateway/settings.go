package gateway

import (
	"strings"

	"github.com/sampan-go/sampan/core"
)

// DefaultBaseURL is PandaPon's only environment; data there is real (DOC doc-en doc-6055770).
const DefaultBaseURL = "https://api.pandapon.com"

// Settings is what an account of this gateway is configured with. Adapters embed it.
type Settings struct {
	// BaseURL is DefaultBaseURL when empty.
	BaseURL      string      `json:"base_url"`
	AccessKey    string      `json:"access_key"`
	AccessSecret core.Secret `json:"access_secret"`
	// UserID selects the marketplace account that buys (SIBLING doc-en-ka doc-7259276).
	UserID string `json:"user_id"`
	// TimestampUnit is "ms" (the default, as in the documentation's samples) or "s" (as a public
	// client sends it).
	TimestampUnit string `json:"timestamp_unit"`
	// PreviousSecret is the access secret before the last reset: pushed messages may still be signed with
	// it. Calls never are.
	PreviousSecret core.Secret `json:"previous_secret"`
	// MessageBase says what the signature of a pushed message is over: "key+body" (the default) or
	// "body". PandaPon's page does not say.
	MessageBase string `json:"message_base"`
	// AllowPrivate admits plain http to loopback and private addresses: for the sandbox.
	AllowPrivate bool `json:"allow_private"`
	// RefusalCodes are the gateway codes of which the operator knows that they mean "refused,
	// without effect". PandaPon's table of codes is UNKNOWN, so by default there is none, and
	// every refused write is in doubt.
	RefusalCodes []string `json:"refusal_codes"`
	// ExpiredCodes are the gateway codes of which the operator knows that they mean "the timestamp or
	// the signature is not accepted": "host doctor" shows the one that PandaPon gives. By default there
	// is none, and no fence can be proved.
	ExpiredCodes []string `json:"expired_codes"`
	// Endpoints names what the documentation leaves open: "pay" to "POST /open/order/pay".
	Endpoints map[string]string `json:"endpoints"`
}

// Check refuses settings that cannot work. Its errors are InvalidInput and name the setting,
// never a value.
func (s Settings) Check() error {
	const console = "the value from PandaPon's console, AccessKey management"
	for _, row := range []struct{ name, value, where string }{
		{"access_key", s.AccessKey, console},
		{"access_secret", s.AccessSecret.Reveal(), console + `; better as "env:NAME" or "file:PATH"`},
		{"user_id", s.UserID, "the id of the buying account, from PandaPon"},
	} {
		if err := core.Required(row.name, row.value, row.where); err != nil {
			return err
		}
		if !visible(row.value) {
			return core.Invalid("settings."+row.name, "holds a blank, a line break or a character outside ASCII; paste the value alone")
		}
	}
	if s.TimestampUnit != "" && s.TimestampUnit != "ms" && s.TimestampUnit != "s" {
		return core.Invalid("settings.timestamp_unit", `must be "ms" (the default) or "s"`)
	}
	if _, known := messageBases[s.MessageBase]; s.MessageBase != "" && !known {
		return core.Invalid("settings.message_base", `must be "key+body" (the default) or "body"`)
	}
	if err := checkCodes("refusal_codes", s.RefusalCodes); err != nil {
		return err
	}
	return checkCodes("expired_codes", s.ExpiredCodes)
}

func checkCodes(name string, codes []string) error {
	for _, code := range codes {
		if strings.TrimSpace(code) == "" || code == successCode {
			return core.Invalid("settings."+name, `lists an empty code or %s, which is success; list codes such as "1009"`, successCode)
		}
	}
	return nil
}

func visible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
