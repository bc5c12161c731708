package core_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestASecretNeverPrints(t *testing.T) {
	const text = "s3cr3t-key"
	secret := core.NewSecret(text)
	hidden := struct{ secret core.Secret }{secret} // fmt asks no method of an unexported field
	shown := struct{ Secret core.Secret }{secret}
	pointer := &hidden
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%T"} {
		for _, value := range []any{secret, &secret, hidden, shown, pointer, []core.Secret{secret}, map[string]core.Secret{"k": secret}} {
			got := fmt.Sprintf(verb, value)
			assert.NotContains(t, got, text, verb)
			assert.NotContains(t, got, fmt.Sprintf("%x", text), verb)
		}
	}
	assert.Equal(t, "[redacted]", fmt.Sprint(secret))

	form, err := json.Marshal(map[string]any{"a": secret, "b": shown, "c": map[string]*core.Secret{"d": &secret}})
	require.NoError(t, err)
	assert.NotContains(t, string(form), text)

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("x", "secret", secret, "hidden", hidden, "shown", shown)
	}
	assert.NotContains(t, log.String(), text)
	assert.NotContains(t, fmt.Errorf("with %v", secret).Error(), text)
}

func TestASecretIsReadAndRevealed(t *testing.T) {
	var settings struct {
		Key core.Secret `json:"key"`
	}
	assert.True(t, settings.Key.IsEmpty(), "the zero value is the empty secret")
	assert.Empty(t, settings.Key.Reveal())
	require.NoError(t, json.Unmarshal([]byte(`{"key":"k1"}`), &settings))
	assert.Equal(t, "k1", settings.Key.Reveal())
	assert.False(t, settings.Key.IsEmpty())
	assert.True(t, core.NewSecret("").IsEmpty())
	assert.Equal(t, core.NewSecret("k1"), settings.Key)
}
