package sandbox

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// decodeBody reads a JSON request strictly as documented: member names are
// compared with their case, and a text is no number. Unknown members are
// ignored. Fiction: how the gateways treat other types is UNKNOWN.
func decodeBody(raw []byte, into any) *refusal {
	if err := decodeExact(raw, into); err != nil {
		return refuse(CodeBadRequest, "请求参数错误: "+err.Error())
	}
	return nil
}

func decodeExact(raw []byte, into any) error {
	return json.Unmarshal(exactNames(raw, reflect.TypeOf(into).Elem()), into)
}

// exactNames drops the members that encoding/json would accept in another case.
func exactNames(raw []byte, t reflect.Type) []byte {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Struct:
		return exactObject(raw, t)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return exactArray(raw, t.Elem())
	}
	return raw
}

func exactObject(raw []byte, t reflect.Type) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return raw
	}
	kept := map[string]json.RawMessage{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if value, ok := members[name]; ok && !f.Anonymous {
			kept[name] = exactNames(value, f.Type)
		}
	}
	return mustMarshal(kept)
}

func exactArray(raw []byte, elem reflect.Type) []byte {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		return raw
	}
	for i := range items {
		items[i] = exactNames(items[i], elem)
	}
	return mustMarshal(items)
}

// mustMarshal puts pieces of valid JSON together again.
func mustMarshal(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return raw
}

// topMembers reads the members of a JSON object without touching their values.
func topMembers(raw []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(raw, &members)
	return members, err
}

// plainText is how a member enters a sign: text without quotes, numbers and
// booleans as sent, nested values as their compact JSON. ok is false for null.
// Fiction: the rule for nested values is UNKNOWN.
func plainText(raw json.RawMessage) (text string, ok bool) {
	if bytes.Equal(raw, []byte("null")) {
		return "", false
	}
	if json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	var buf bytes.Buffer
	if json.Compact(&buf, raw) != nil {
		return string(raw), true
	}
	return buf.String(), true
}
