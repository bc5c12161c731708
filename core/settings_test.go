package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

type settings struct {
	Common
	Key       core.Secret       `json:"key"`
	Pages     int               `json:"pages"`
	Private   bool              `json:"allow_private"`
	Codes     []string          `json:"codes"`
	Endpoints map[string]string `json:"endpoints"`
	Hidden    string            `json:"-"`
}

// Common is embedded, as the settings that two adapters share are.
type Common struct {
	BaseURL string `json:"base_url"`
}

func TestSettingsAreRead(t *testing.T) {
	var s settings
	require.NoError(t, core.DecodeSettings([]byte(`{"base_url":"https://x","key":"k","pages":3,"endpoints":{"pay":"POST /pay"}}`), &s))
	assert.Equal(t, "https://x", s.BaseURL)
	assert.Equal(t, "k", s.Key.Reveal())
	for _, none := range []string{"", "  \n", "{}"} {
		require.NoError(t, core.DecodeSettings([]byte(none), new(settings)))
	}
}

func TestAWrongSettingNamesItsFieldAndNeverItsValue(t *testing.T) {
	for _, c := range []struct{ text, field, says string }{
		{`{"base_urls":"4711"}`, "settings.base_urls", "it knows allow_private, base_url, codes, endpoints, key, pages"},
		{`{"base_url":4711}`, "settings.base_url", "is a number, but must be a text"},
		{`{"key":4711}`, "settings.key", "is a number, but must be a text"},
		{`{"key":{"a":"4711"}}`, "settings.key", "is a object, but must be a text"},
		{`{"pages":"4711"}`, "settings.pages", "is a string, but must be a whole number"},
		{`{"pages":4711.5}`, "settings.pages", "is a number, but must be a whole number"},
		{`{"pages":99999999999999994711}`, "settings.pages", "is a number, but must be a whole number"},
		{`{"allow_private":"4711"}`, "settings.allow_private", "must be a true or false"},
		{`{"codes":"4711"}`, "settings.codes", "must be a list"},
		{`{"endpoints":"4711"}`, "settings.endpoints", "must be a table"},
		{`{"endpoints":{"pay":4711}}`, "settings.endpoints", "is a number, but must be a text"},
		{`{"key":"4711"} {}`, "settings", "text follows the settings object"},
		{`{"key":"4711"}4711`, "settings", "text follows the settings object"},
		{`{"key":"4711`, "settings", "cannot be read as a JSON object"},
		{`["4711"]`, "settings", "is a array"},
	} {
		err := core.DecodeSettings([]byte(c.text), new(settings))
		assertError(t, err, core.InvalidInput, core.NotDone)
		assert.Equal(t, c.field, field(err), "%s: %v", c.text, err)
		assert.ErrorContains(t, err, c.says, c.text)
		assert.NotContains(t, err.Error(), "4711", "a value may be a secret: %s", c.text)
	}
}

func TestASettingInOtherLettersIsNotKnown(t *testing.T) {
	var into struct {
		AllowPrivate bool `json:"allow_private"`
	}
	err := core.DecodeSettings([]byte(`{"Allow_Private":true}`), &into)
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.Equal(t, "settings.Allow_Private", field(err))
	assert.False(t, into.AllowPrivate)
}

func TestARequiredSettingSaysWhereToGetIt(t *testing.T) {
	assert.NoError(t, core.Required("key", "k", "the key"))
	err := core.Required("key", "", "the key of the account")
	assertError(t, err, core.InvalidInput, core.NotDone)
	assert.EqualError(t, err, "settings.key: is missing; set it to the key of the account")
}
