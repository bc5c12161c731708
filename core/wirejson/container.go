package wirejson

import (
	"encoding/json"
	"errors"
	"strings"
)

// Embedded is an object or an array that gateways also send as a string which holds its JSON, one
// level deep and under the caps of [Decode]. Set is false for null and "".
type Embedded[T any] struct {
	Value T
	Set   bool
}

// UnmarshalJSON refuses numbers, bools, and strings that do not hold an object or an array.
func (e *Embedded[T]) UnmarshalJSON(data []byte) error {
	*e = Embedded[T]{}
	switch kindOf(data) {
	case "null":
		return nil
	case "object", "array":
		return e.fill(data)
	case "string":
		return e.fromString(data)
	}
	return mismatch[Embedded[T]](kindOf(data))
}

func (e *Embedded[T]) fromString(data []byte) error {
	text, err := readString(data)
	if err != nil {
		return mismatch[Embedded[T]]("string")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if text[0] != '{' && text[0] != '[' {
		return mismatch[Embedded[T]]("a string without an object or an array")
	}
	if f := check([]byte(text)); f != nil {
		wrong, _ := errors.AsType[*json.UnmarshalTypeError](mismatch[Embedded[T]]("a string (it holds: " + f.text + ")"))
		wrong.Field = f.path
		return wrong
	}
	return e.fill([]byte(text))
}

func (e *Embedded[T]) fill(data []byte) error {
	if err := unmarshal(data, &e.Value); err != nil {
		return err
	}
	e.Set = true
	return nil
}

// MarshalJSON writes the value itself, or null.
func (e Embedded[T]) MarshalJSON() ([]byte, error) {
	if !e.Set {
		return []byte("null"), nil
	}
	return json.Marshal(e.Value)
}

// Soft is a member like [Embedded] whose loss costs neither money nor an id: what cannot be read leaves
// the zero value.
type Soft[T any] struct{ Value T }

// UnmarshalJSON never fails.
func (s *Soft[T]) UnmarshalJSON(data []byte) error {
	*s = Soft[T]{}
	var e Embedded[T]
	if e.UnmarshalJSON(data) == nil {
		s.Value = e.Value
	}
	return nil
}

// List is an array that gateways also send as its only element. null is nil.
type List[T any] []T

// UnmarshalJSON takes an array, one object, or null.
func (l *List[T]) UnmarshalJSON(data []byte) error {
	*l = nil
	switch kindOf(data) {
	case "null":
		return nil
	case "array":
		return unmarshal(data, (*[]T)(l))
	case "object":
		*l = make(List[T], 1)
		return unmarshal(data, &(*l)[0])
	}
	return mismatch[List[T]](kindOf(data))
}
