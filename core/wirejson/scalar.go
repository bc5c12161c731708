package wirejson

import "strconv"

// Text is a string that gateways also send as a number or a bool: the token is kept. null is "".
type Text string

// UnmarshalJSON refuses objects and arrays.
func (t *Text) UnmarshalJSON(data []byte) error {
	text, err := readText[Text](data)
	if err == nil {
		*t = Text(text)
	}
	return err
}

// Bool is a truth value that gateways send as a bool or as text. Set is false for null and "".
type Bool struct{ B, Set bool }

// UnmarshalJSON takes true, false, "true", "false", "" and null; 0 and 1 are refused.
func (b *Bool) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `null`, `""`:
		*b = Bool{}
	case `true`, `"true"`:
		*b = Bool{B: true, Set: true}
	case `false`, `"false"`:
		*b = Bool{Set: true}
	default:
		return mismatch[Bool](kindOf(data))
	}
	return nil
}

// MarshalJSON writes the bool, or null.
func (b Bool) MarshalJSON() ([]byte, error) {
	if !b.Set {
		return []byte("null"), nil
	}
	return strconv.AppendBool(nil, b.B), nil
}

// readText gives a string's text, the token of a number or a bool, and "" for null.
func readText[T any](data []byte) (string, error) {
	switch kind := kindOf(data); kind {
	case "null":
		return "", nil
	case "string":
		text, err := readString(data)
		if err != nil {
			return "", mismatch[T](kind)
		}
		return text, nil
	case "number", "bool":
		return string(data), nil
	default:
		return "", mismatch[T](kind)
	}
}
