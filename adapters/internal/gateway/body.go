package gateway

import (
	"bytes"
	"encoding/json"
)

// encodeBody writes JSON as it stands in the documentation: &, < and > are not escaped, because a
// text that is signed or compared by the gateway must be the text that was meant.
func encodeBody(row Endpoint, body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	if row.Method == "GET" {
		return nil, programError(row, row.pathField("body"), "this operation sends a body, so its method must be POST")
	}
	switch raw := body.(type) {
	case []byte:
		return raw, nil
	case json.RawMessage:
		return raw, nil
	}
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, programError(row, "body", "cannot be written as JSON")
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
