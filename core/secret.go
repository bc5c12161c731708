package core

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a text that prints as "[redacted]" wherever it is formatted, logged or marshalled.
// The zero value is the empty secret.
type Secret struct {
	// text is a pointer because fmt prints a struct's unexported fields without asking their methods:
	// a pointer inside a struct prints as an address.
	text *string
}

// NewSecret wraps a secret text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal gives the text itself, for signing and for nothing else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsEmpty reports whether there is no secret.
func (s Secret) IsEmpty() bool { return s.Reveal() == "" }

func (Secret) String() string   { return redacted }
func (Secret) GoString() string { return redacted }

// Format prints "[redacted]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue keeps the text out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON never writes the text.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText never writes the text.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the text, so that a settings struct can hold a Secret.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
