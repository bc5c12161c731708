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
	if !sound(data) {
		if f := check(data); f != nil {
			return f
		}
	}
	return decodeChecked(data, into)
}

// decodeChecked reads data that sound or check has gone over.
func decodeChecked(data []byte, into any) error {
	if quickly(data, into) {
		return nil
	}
	clearValue(into)
	if err := unmarshal(data, into); err != nil {
		return asFault(err)
	}
	return nil
}

// Part is a value inside of data that was checked: it is read later and not checked again. The zero
// Part is that of a member which is not there.
type Part struct{ data []byte }

// Bytes is the value as it stands in the data: not a copy, nil where there is none.
func (p Part) Bytes() []byte { return p.data }

// Decode reads the value as [Decode] does. A value that is not there leaves into as it is.
func (p Part) Decode(into any) error {
	if p.data == nil {
		return nil
	}
	return decodeChecked(p.data, into)
}

// UnmarshalJSON keeps a copy.
func (p *Part) UnmarshalJSON(data []byte) error {
	p.data = bytes.Clone(data)
	return nil
}

// Members splits one JSON object into its members without reading them. They are parts of data, and
// not copies. ok is false for anything else than one object that [Decode] would take, and for some
// that are unusual.
func Members(data []byte) (members map[string]Part, ok bool) {
	if !sound(data) {
		return nil, false
	}
	c := cursor{data: data}
	c.blanks()
	if c.peek() != '{' {
		return nil, false
	}
	members = map[string]Part{}
	c.members(func(key []byte) bool {
		members[string(key)] = Part{c.raw()}
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
