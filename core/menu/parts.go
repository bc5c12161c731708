package menu

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// Parts are what the data of a call becomes on the wire.
type Parts struct {
	Path string
	// Query is set where the method is GET, Body, a JSON object, where it is not.
	Query url.Values
	Body  json.RawMessage
}

var placeholder = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)\}`)

// Split spreads the members of data, a JSON object, over the path's placeholders and the query or the
// body. A member that fills a placeholder goes nowhere else. In a path and in a query, members must be
// text, numbers or truth values; digits stay as they are.
func Split(e core.Endpoint, data json.RawMessage) (Parts, error) {
	members := map[string]json.RawMessage{}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &members); err != nil {
			return Parts{}, core.Invalid("data", "must be a JSON object")
		}
	}
	parts := Parts{Path: e.Path}
	for _, found := range placeholder.FindAllStringSubmatch(e.Path, -1) {
		value, ok := plainText(members[found[1]])
		if value = strings.TrimSpace(value); !ok || value == "" || value == "." || value == ".." {
			return Parts{}, core.Invalid("data."+found[1], "is missing: the path of %s needs it", e.Name)
		}
		parts.Path = strings.ReplaceAll(parts.Path, found[0], url.PathEscape(value))
		delete(members, found[1])
	}
	if e.Method != http.MethodGet {
		var body bytes.Buffer
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false) // what is meant is what is sent
		err := encoder.Encode(members)
		parts.Body = bytes.TrimSpace(body.Bytes())
		return parts, err
	}
	parts.Query = url.Values{}
	for name, raw := range members {
		value, ok := plainText(raw)
		if !ok {
			return Parts{}, core.Invalid("data."+name, "must be text, a number or a truth value: %s takes a query", e.Name)
		}
		parts.Query.Set(name, value)
	}
	return parts, nil
}

// plainText is a member as it stands in a query.
func plainText(raw json.RawMessage) (text string, ok bool) {
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
		return "", false
	}
	if raw[0] != '"' {
		return string(raw), true
	}
	return text, json.Unmarshal(raw, &text) == nil
}

// badPath reports parts that a server could fold into another path, and braces that are no placeholder.
func badPath(path string) bool {
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return true
		}
	}
	return strings.ContainsAny(placeholder.ReplaceAllString(path, ""), "{}")
}

// Texts are the texts in data, at every depth, that no error may repeat: they may be parts of an address.
func Texts(data json.RawMessage) (texts []string) {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return nil
	}
	texts = textsIn(value, nil)
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) }) // a part must not hide the whole
	return texts
}

func textsIn(value any, texts []string) []string {
	switch v := value.(type) {
	case string:
		var inner any
		if json.Unmarshal([]byte(v), &inner) == nil { // JSON inside a text, as Taobao wants it
			texts = textsIn(inner, texts)
		}
		return append(texts, v)
	case []any:
		for _, member := range v {
			texts = textsIn(member, texts)
		}
	case map[string]any:
		for _, member := range v {
			texts = textsIn(member, texts)
		}
	}
	return texts
}
