package gateway

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/sampan-go/sampan/core/effect"
)

// How much of what the gateway said is kept, in bytes.
const (
	maxMessage   = 300
	maxExcerpt   = 200
	maxRequestID = 64
	maxCode      = 32
)

// clean makes a text of the gateway fit to be shown: our keys and mobile numbers are taken out
// before it is cut, so that no cut leaves half of one.
func (c *Client) clean(request effect.Request, text string, most int) string {
	if len(text) > 16<<10 {
		text = text[:16<<10]
	}
	text = c.withoutKeys(request, legible(text))
	return cut(digits.ReplaceAllStringFunc(text, hideMobile), most)
}

func (c *Client) withoutKeys(request effect.Request, text string) string {
	secrets := append([]string{c.settings.AccessSecret.Reveal(), c.settings.AccessKey}, request.Header[headerSignature]...)
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "[redacted]")
		text = strings.ReplaceAll(text, strings.ToLower(secret), "[redacted]")
	}
	return text
}

var digits = regexp.MustCompile(`[0-9]+`)

// hideMobile takes out Chinese mobile numbers; ids of the gateway are longer.
func hideMobile(run string) string {
	number := run
	if len(run) == 13 {
		number = strings.TrimPrefix(run, "86")
	}
	if len(number) == 11 && number[0] == '1' && number[1] >= '3' {
		return "[phone]"
	}
	return run
}

// legible drops control characters and those that turn the direction of writing.
func legible(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text))
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// plainText reports a body of words: not a page, not JSON, which could repeat what was sent.
func plainText(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && !bytes.ContainsAny(body[:1], "<{[\"") && !bytes.Contains(body, []byte{0})
}
