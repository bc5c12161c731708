package dajisaas

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// sign is dajisaas' flat rule, as three independent clients implement it (CLIENT A, B, C; the
// official page's sample is not available): key=value by key in code unit order, raw values, joined
// with "&", then "&secret=" and the secret, as upper-case hex MD5. It is held to
// testdata/signing/dajisaas.json.
func sign(params map[string]string, secret core.Secret) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != "sign" {
			text.WriteString(name + "=" + params[name] + "&")
		}
	}
	sum := md5.Sum([]byte(text.String() + "secret=" + secret.Reveal()))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// members are the top-level members of a body, each as the JSON that is sent.
type members map[string]json.RawMessage

// signedText is how one member enters the sign: text without its quotes, numbers and truth values as
// they are sent. For objects and arrays the rule is UNKNOWN; they enter as their compact JSON,
// exactly as sent.
func signedText(sent json.RawMessage) string {
	var text string
	if json.Unmarshal(sent, &text) == nil {
		return text
	}
	return string(sent)
}

func (m members) params() map[string]string {
	params := make(map[string]string, len(m))
	for name, sent := range m {
		params[name] = signedText(sent)
	}
	return params
}

// query is the members of a GET, whose values stand there as they enter the sign.
func (m members) query() url.Values {
	q := url.Values{}
	for name, value := range m.params() {
		q.Set(name, value)
	}
	return q
}

// seal makes the members of a call: what is asked, the appKey, and the sign or the secret, never both.
func (s Settings) seal(asked any) (members, error) {
	m, err := membersOf(asked)
	if err != nil {
		return nil, err
	}
	if err := m.put("appKey", s.AppKey); err != nil {
		return nil, err
	}
	name, proof := "appSecret", s.AppSecret.Reveal()
	if s.Auth == authSign {
		name, proof = "sign", sign(m.params(), s.AppSecret)
	}
	return m, m.put(name, proof)
}

func (m members) put(name, text string) error {
	var err error
	m[name], err = compact(text)
	return err
}

// membersOf leaves out null and empty text: clients disagree on whether these enter the sign, and
// what is not sent is signed by nobody.
func membersOf(asked any) (members, error) {
	text, err := compact(asked)
	if err != nil {
		return nil, err
	}
	var m members
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	maps.DeleteFunc(m, func(_ string, sent json.RawMessage) bool {
		return string(sent) == "null" || string(sent) == `""`
	})
	return m, nil
}

// compact is JSON without the escapes that Go adds for HTML: what is signed is what is sent.
func compact(v any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}
