package dajisaas

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/sampan-go/sampan/core/wirejson"
)

// verdict is how an object inside an answer says that it failed; each operation has other names for
// it (trap 54).
type verdict struct {
	Success wirejson.Bool `json:"success"`

	Code       wirejson.Text `json:"code"`
	ErrorCode  wirejson.Text `json:"errorCode"`
	ResultCode wirejson.Text `json:"resultCode"`

	Message      wirejson.Text `json:"message"`
	ErrorMsg     wirejson.Text `json:"errorMsg"`
	ErrorMessage wirejson.Text `json:"errorMessage"`
	ErrorInfo    wirejson.Text `json:"errorInfo"`
}

var errNoVerdict = errors.New("it does not say whether it succeeded")

// failed is false where nothing is said.
func (v verdict) failed() bool { return v.Success.Set && !v.Success.B }

func (v verdict) code() string { return first(v.ErrorCode, v.ResultCode, v.Code) }

func (v verdict) text() string {
	return first(v.ErrorMessage, v.ErrorMsg, v.ErrorInfo, v.Message)
}

func first(texts ...wirejson.Text) string {
	for _, text := range texts {
		if trimmed := strings.TrimSpace(string(text)); trimmed != "" {
			return trimmed
		}
	}
	return ""
}

func join(texts ...string) string {
	var said []string
	for _, text := range texts {
		if text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, ", ")
}

// keyWords stand in refusals of the account. 激活 (activate) is that of an application that was not
// activated (CLIENT (note)); the others are INFERRED and change the kind of the error alone.
var keyWords = []string{"激活", "签名", "appkey", "appsecret", "sign error"}

func (e envelope) aboutKeys() bool {
	text := strings.ToLower(e.text())
	for _, word := range keyWords {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// maxSaid is how much of what the gateway said is kept, in bytes.
const maxSaid = 300

// scrubber takes out of the gateway's texts what must not be shown: gateways repeat what they do not
// like.
type scrubber []string

// newScrubber knows the keys, the sign that was sent, and what is private in the call.
func newScrubber(s Settings, c call, sealed []byte) scrubber {
	var sent struct {
		Sign string `json:"sign"`
	}
	_ = json.Unmarshal(sealed, &sent) // we wrote it
	return append(scrubber{s.AppSecret.Reveal(), s.AppKey, sent.Sign}, c.private...)
}

var mobile = regexp.MustCompile(`\b1[3-9][0-9]{9}\b`)

// clean cuts last, so that no cut leaves half of what is private.
func (s scrubber) clean(text string, most int) string {
	text = wirejson.Clean(text)
	for _, private := range s {
		if len(private) > 1 {
			text = strings.ReplaceAll(text, private, "[redacted]")
			text = strings.ReplaceAll(text, strings.ToLower(private), "[redacted]")
		}
	}
	text = mobile.ReplaceAllString(text, "[redacted]")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
