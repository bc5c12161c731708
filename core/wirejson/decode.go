package wirejson

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Decode checks data and reads it into the value that into points to.
//
// Refused are: more than 64 levels, strings over 64 KiB, arrays over 10,000 elements, numbers over
// 64 bytes, two keys of one object that are equal or equal under case folding, bytes after the
// value, and invalid UTF-8. Numbers read into `any` are [json.Number], never float64. Unknown
// members are ignored and missing ones leave the zero value: gateways add and drop members freely.
//
// After an error the value may be half filled and must not be used.
func Decode(data []byte, into any) error {
	if sound(data) {
		if quickly(data, into) {
			return nil
		}
		clearValue(into)
	} else if f := check(data); f != nil {
		return f
	}
	if err := unmarshal(data, into); err != nil {
		return asFault(err)
	}
	return nil
}

// Members splits one JSON object into its members without reading them. They are parts of data, and
// not copies. ok is false for anything else than one object that [Decode] would take.
func Members(data []byte) (members map[string]json.RawMessage, ok bool) {
	if !sound(data) {
		return nil, false
	}
	c := cursor{data: data}
	c.blanks()
	if c.peek() != '{' {
		return nil, false
	}
	members = map[string]json.RawMessage{}
	c.members(func(key []byte) bool {
		members[string(key)] = c.raw()
		return true
	})
	return members, true
}

// clearValue forgets what a try has left in a value.
func clearValue(into any) {
	if v := reflect.ValueOf(into); v.Kind() == reflect.Pointer && !v.IsNil() {
		v.Elem().SetZero()
	}
}

// unmarshal is encoding/json without float64, for data that check has seen.
func unmarshal(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}
