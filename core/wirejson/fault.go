package wirejson

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// fault is an error of this package. Its text never holds a value of the message; the cause, which
// may, is reached by errors.Is and errors.As only.
type fault struct {
	path, text string
	cause      error
}

func (f *fault) Error() string {
	if f.path == "" {
		return "wirejson: " + f.text
	}
	return "wirejson: " + f.path + ": " + f.text
}

func (f *fault) Unwrap() error { return f.cause }

// mismatch is the error of a member that holds something else than T. It has the type of
// encoding/json's own error, because that is the one to which encoding/json adds the path.
func mismatch[T any](got string) error {
	return &json.UnmarshalTypeError{Value: got, Type: reflect.TypeFor[T]()}
}

// asFault drops from err what it says of the message's values. The error of an author's own
// UnmarshalJSON may say anything, so its text is not repeated.
func asFault(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return &fault{text: "a member does not have the form that is read here", cause: err}
	}
	return &fault{path: wrong.Field, text: kind(wrong.Value) + " where " + wanted(wrong.Type) + " is read", cause: err}
}

// kind drops the digits that encoding/json writes behind the word "number".
func kind(value string) string {
	if strings.HasPrefix(value, "number ") {
		return "number"
	}
	return value
}

func wanted(t reflect.Type) string {
	if t == nil {
		return "another type"
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	switch name {
	case "":
		return t.Kind().String()
	case "Embedded":
		return "an object or an array"
	case "List":
		return "an array"
	}
	return name
}

// kindOf names the JSON type of a value by its first byte.
func kindOf(data []byte) string {
	if len(data) == 0 {
		return "nothing"
	}
	switch data[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "number"
}
