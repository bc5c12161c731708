package money

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// maxJSON leaves room for indentation and escapes around two short strings.
const maxJSON = 1024

const jsonForm = `write {"amount":"232.00","currency":"CNY"}`

// MarshalJSON prints {"amount":"232.00","currency":"CNY"}, and null for the
// absent amount.
func (a Amount) MarshalJSON() ([]byte, error) { return a.value.json(), nil }

// UnmarshalJSON reads what MarshalJSON prints. The amount must be a string: a
// JSON number may have been through a float. Unknown, repeated and missing
// members are errors. On an error the amount is left as it was.
func (a *Amount) UnmarshalJSON(data []byte) error {
	return unmarshalJSON(data, a, Parse)
}

// MarshalText prints "232.00 CNY", and nothing for the absent amount.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText prints; nothing is the absent amount.
func (a *Amount) UnmarshalText(text []byte) error {
	return unmarshalText(text, a, ParseText)
}

// MarshalJSON prints {"amount":"0.035","currency":"CNY"}, and null for the
// absent price.
func (p UnitPrice) MarshalJSON() ([]byte, error) { return p.value.json(), nil }

// UnmarshalJSON reads what MarshalJSON prints, as strictly as an [Amount].
func (p *UnitPrice) UnmarshalJSON(data []byte) error {
	return unmarshalJSON(data, p, ParseUnit)
}

// MarshalText prints "0.035 CNY", and nothing for the absent price.
func (p UnitPrice) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText prints; nothing is the absent price.
func (p *UnitPrice) UnmarshalText(text []byte) error {
	return unmarshalText(text, p, ParseUnitText)
}

// json needs no escaping: a value prints digits, a point, a minus and a code
// out of the table.
func (v value) json() []byte {
	if !v.isSet() {
		return []byte("null")
	}
	return []byte(`{"amount":"` + v.decimal() + `","currency":"` + string(v.currency) + `"}`)
}

func unmarshalJSON[T any](data []byte, into *T, parse func(string, Currency) (T, error)) error {
	pair, err := decodePair(data)
	if err != nil {
		return err
	}
	var absent T
	if pair == nil {
		*into = absent
		return nil
	}
	t, err := parse(pair.amount, Currency(pair.currency))
	if err != nil {
		return err
	}
	*into = t
	return nil
}

func unmarshalText[T any](text []byte, into *T, parse func(string) (T, error)) error {
	var t T
	if len(text) > 0 {
		var err error
		if t, err = parse(string(text)); err != nil {
			return err
		}
	}
	*into = t
	return nil
}

// splitText takes "232.00 CNY" apart.
func splitText(text string) (string, Currency, error) {
	if limit := maxBytes + len(" CNY"); len(text) > limit {
		return "", "", fmt.Errorf("%w: %s, an amount and its currency have at most %d bytes", ErrRange, quote(text), limit)
	}
	number, code, ok := strings.Cut(text, " ")
	if !ok {
		return "", "", fmt.Errorf(`%w: %s has no currency, write it as in "232.00 CNY"`, ErrSyntax, quote(text))
	}
	return number, Currency(code), nil
}

type pair struct{ amount, currency string }

// decodePair reads the object token by token, because json.Unmarshal folds the
// case of keys and takes repeated ones. It returns nil for null.
func decodePair(data []byte) (*pair, error) {
	if len(data) > maxJSON {
		return nil, fmt.Errorf("%w: %d bytes of JSON for one amount, at most %d are read", ErrRange, len(data), maxJSON)
	}
	if !json.Valid(data) {
		return nil, badJSON("not one JSON value")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // or the decoder itself would make a float
	first, err := decoder.Token()
	if err != nil {
		return nil, badJSON(err.Error())
	}
	var decoded *pair
	switch first {
	case nil:
	case json.Delim('{'):
		if decoded, err = decodeMembers(decoder); err != nil {
			return nil, err
		}
	default:
		return nil, badJSON("an amount is an object, never a number or bare string")
	}
	return decoded, nil
}

// decodeMembers reads the rest of an object up to its closing brace.
func decodeMembers(decoder *json.Decoder) (*pair, error) {
	var decoded pair
	missing := map[string]*string{"amount": &decoded.amount, "currency": &decoded.currency}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, badJSON(err.Error())
		}
		name, _ := key.(string)
		into, ok := missing[name]
		if !ok {
			return nil, badJSON("unknown or repeated member " + quote(name))
		}
		delete(missing, name)
		member, err := decoder.Token()
		if err != nil {
			return nil, badJSON(err.Error())
		}
		if *into, ok = member.(string); !ok {
			return nil, badJSON(name + " must be a JSON string")
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, badJSON(err.Error())
	}
	if len(missing) > 0 {
		return nil, badJSON("both amount and currency are needed")
	}
	return &decoded, nil
}

func badJSON(why string) error {
	return fmt.Errorf("%w: %s, %s", ErrSyntax, why, jsonForm)
}
