package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/sampan-go/sampan/core/wirejson"
)

// successCode is the only documented code (DOC doc-en doc-6055770); 0 stands in placeholder
// examples and is not success.
const successCode = "200"

// envelope is {requestId, code, developId, msg, data} with everything read as text. DevelopId
// changes between number, text and null and is not used.
type envelope struct {
	requestID string
	code      string
	msg       string
	data      json.RawMessage
	part      wirejson.Part // data, where it was checked on the way
}

var errNoEnvelope = errors.New("not PandaPon's answer object")

// parseEnvelope reads exact names; unknown ones are passed over, and one that comes twice makes
// the answer unreadable, because two readers could disagree on it.
func parseEnvelope(body []byte) (envelope, error) {
	parts, usual := wirejson.Members(body)
	member := func(name string) json.RawMessage { return parts[name].Bytes() }
	if !usual {
		members, err := objectMembers(body)
		if err != nil {
			return envelope{}, err
		}
		member = func(name string) json.RawMessage { return members[name] }
	}
	code, ok := scalarText(member("code"))
	if !ok {
		return envelope{}, errNoEnvelope
	}
	e := envelope{code: code, data: member("data"), part: parts["data"]}
	e.requestID, _ = scalarText(member("requestId"))
	e.msg, _ = scalarText(member("msg"))
	if bytes.Equal(e.data, []byte("null")) {
		e.data, e.part = nil, wirejson.Part{}
	}
	return e, nil
}

// objectMembers splits one JSON object, and nothing behind it, into its members.
func objectMembers(body []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return nil, errNoEnvelope
	}
	members := make(map[string]json.RawMessage)
	for d.More() {
		token, err := d.Token()
		name, isText := token.(string)
		if _, twice := members[name]; err != nil || !isText || twice {
			return nil, errNoEnvelope
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errNoEnvelope
		}
		members[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errNoEnvelope
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNoEnvelope
	}
	return members, nil
}

// scalarText reads a text or a number as text; anything else, null too, is not there.
func scalarText(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 {
		return "", false
	}
	if raw[0] == '"' {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return "", false
		}
		text = strings.TrimSpace(text)
		return text, text != ""
	}
	if raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9' {
		return string(raw), true
	}
	return "", false
}
