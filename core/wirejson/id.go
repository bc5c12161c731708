package wirejson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// The longest id in text, and the most digits of one in number form (int64).
const (
	maxID     = 256
	maxDigits = 19
)

// ID is an id in text. It is read from a JSON string, kept as it is, or from an integer number with
// its exact digits: ids go beyond 2^53, where float64 loses the last ones. null is "".
type ID string

// UnmarshalJSON refuses fractions, exponents, more digits than an int64 has, bools, objects and
// arrays.
func (id *ID) UnmarshalJSON(data []byte) error {
	text, err := readID[ID](data)
	if err == nil {
		*id = ID(text)
	}
	return err
}

// IntID is an [ID] that is sent as a JSON integer, for calls that want the id as a number.
type IntID string

// UnmarshalJSON is that of [ID].
func (id *IntID) UnmarshalJSON(data []byte) error {
	text, err := readID[IntID](data)
	if err == nil {
		*id = IntID(text)
	}
	return err
}

// MarshalJSON writes the digits of the id. It is an error if the id is not a number of 1 to 19
// digits without a leading zero that an int64 holds.
func (id IntID) MarshalJSON() ([]byte, error) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != string(id) {
		return nil, fmt.Errorf("wirejson: an id of %d bytes is not a number of 1 to %d digits", len(id), maxDigits)
	}
	return []byte(id), nil
}

func readID[T any](data []byte) (string, error) {
	switch kindOf(data) {
	case "null":
		return "", nil
	case "string":
		text, err := readString(data)
		if err != nil || len(text) > maxID {
			return "", mismatch[T]("too long a string")
		}
		return text, nil
	case "number":
		if !isInteger(data) {
			return "", mismatch[T]("a number that is no exact integer")
		}
		return string(data), nil
	}
	return "", mismatch[T](kindOf(data))
}

// isInteger takes a JSON number token without fraction and exponent, of at most 19 digits.
func isInteger(token []byte) bool {
	digits := bytes.TrimPrefix(token, []byte("-"))
	if len(digits) == 0 || len(digits) > maxDigits {
		return false
	}
	return strings.Trim(string(digits), "0123456789") == ""
}

func readString(data []byte) (string, error) {
	var text string
	err := json.Unmarshal(data, &text)
	return text, err
}
