package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// readOrderFile reads what `order create --file` and `quote --file` take: JSON, strictly, because
// a misspelt member may be what bounds the price.
func (a *app) readOrderFile(path string) (core.CreateOrderRequest, error) {
	var r core.CreateOrderRequest
	data, err := a.readFile(path)
	if err != nil {
		return r, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, orderFileError(data, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, core.Invalid("file", "text follows the order; give one JSON object")
	}
	if err := wirejson.Decode(data, new(any)); err != nil { // a member that stands there twice, too
		return r, core.Invalid("file", "%v", err)
	}
	return r, nil
}

func (a *app) readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(a.in, 4<<20))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, core.Invalid("file", "%v", err)
	}
	return data, nil
}

// orderFileError names the member. It never repeats a value: an address is personal.
func orderFileError(data []byte, err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field
		if field == "" {
			field = "file"
		}
		kind, _, _ := strings.Cut(wrong.Value, " ") // "number 1.5" holds the value
		return core.Invalid(field, "is %s, but must be %s", jsonWords[kind], goWords[wrong.Type.Kind()])
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return core.Invalid(strings.Trim(name, `"`), "is not a member of an order file; see testdata/orders for examples")
	}
	if field, problem := badMoney(data); problem != nil {
		return core.Invalid(field, "%v", problem)
	}
	return core.Invalid("file", "cannot be read: %v", err)
}

// jsonWords and goWords say in a person's words what stands in a file, and what should.
var (
	jsonWords = map[string]string{"string": "a text", "number": "a number of another kind", "bool": "true or false", "array": "a list", "object": "an object"}
	goWords   = map[reflect.Kind]string{reflect.String: "a text in quotes", reflect.Int64: "a whole number", reflect.Int: "a whole number",
		reflect.Slice: "a list", reflect.Struct: "an object", reflect.Map: "an object of texts"}
)

// badMoney finds the amount that does not parse: the decoder's own error does not say which.
func badMoney(data []byte) (string, error) {
	var r struct {
		MaxTotal json.RawMessage `json:"max_total"`
		Lines    []struct {
			UnitPrice json.RawMessage `json:"unit_price"`
		} `json:"lines"`
	}
	if json.Unmarshal(data, &r) != nil {
		return "", nil
	}
	var order core.CreateOrderRequest
	if err := unmarshalIf(r.MaxTotal, &order.MaxTotal); err != nil {
		return "max_total", err
	}
	for i, line := range r.Lines {
		var l core.OrderLine
		if err := unmarshalIf(line.UnitPrice, &l.UnitPrice); err != nil {
			return "lines[" + itoa(i) + "].unit_price", err
		}
	}
	return "", nil
}

func unmarshalIf(data json.RawMessage, into any) error {
	if data == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}
