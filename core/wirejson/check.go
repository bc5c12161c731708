package wirejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// What a message may hold at most. The size of the whole is the transport's to bound.
const (
	maxLevels   = 64
	maxString   = 64 << 10
	maxElements = 10_000
	maxNumber   = 64
)

// check is the pass over the tokens that comes before any decoding.
func check(data []byte) *fault {
	if !utf8.Valid(data) {
		return &fault{text: "invalid UTF-8"}
	}
	if f := checkSyntax(data); f != nil {
		return f
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var w walk
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &fault{path: w.path(), text: "not one JSON value", cause: err}
		}
		if problem := w.step(token); problem != "" {
			return &fault{path: w.path(), text: problem}
		}
	}
}

// checkSyntax takes exactly one JSON value. The byte at fault is not shown: only where it is.
func checkSyntax(data []byte) *fault {
	var whole json.RawMessage
	err := json.Unmarshal(data, &whole)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &fault{text: fmt.Sprintf("not one JSON value: see byte %d of %d", wrong.Offset, len(data))}
	}
	return &fault{text: "not one JSON value"}
}
