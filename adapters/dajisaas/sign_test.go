package dajisaas

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestSignIsHeldToTheVectors(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "signing", "dajisaas.json"))
	require.NoError(t, err)
	var file struct {
		AppSecret core.Secret `json:"app_secret"`
		Vectors   []struct {
			Name   string            `json:"name"`
			Params map[string]string `json:"params"`
			Sign   string            `json:"sign"`
		} `json:"vectors"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	require.NotEmpty(t, file.Vectors)
	for _, v := range file.Vectors {
		require.Equal(t, v.Sign, sign(v.Params, file.AppSecret), v.Name)
		with := maps.Clone(v.Params)
		with["sign"] = "AN OLD ONE"
		require.Equal(t, v.Sign, sign(with, file.AppSecret), "%s: the sign itself does not enter", v.Name)
	}
}

func TestSeal(t *testing.T) {
	both := struct {
		Text   string  `json:"text"`
		Empty  string  `json:"empty"`
		Null   *string `json:"null"`
		Number int     `json:"number"`
		Flag   bool    `json:"flag"`
		Nested any     `json:"nested"`
	}{Text: `取消 <a&b="c">`, Number: 20, Flag: true, Nested: []map[string]any{{"b": "<x>", "a": 1}}}
	for _, row := range []struct{ rule, auth, want string }{
		{"traps 128, 130: raw values, nested as sent, no null, nothing empty", authSign,
			`{"appKey":"dj_test_key","flag":true,"nested":[{"a":1,"b":"<x>"}],"number":20,"sign":"` +
				sign(map[string]string{"appKey": testKey, "flag": "true", "nested": `[{"a":1,"b":"<x>"}]`, "number": "20", "text": `取消 <a&b="c">`}, core.NewSecret(testSecret)) +
				`","text":"取消 <a&b=\"c\">"}`},
		{"trap 129: the secret or the sign, never both", authSecret,
			`{"appKey":"dj_test_key","appSecret":"dj_test_secret","flag":true,"nested":[{"a":1,"b":"<x>"}],"number":20,"text":"取消 <a&b=\"c\">"}`},
	} {
		sealed, err := Settings{AppKey: testKey, AppSecret: core.NewSecret(testSecret), Auth: row.auth}.seal(both)
		require.NoError(t, err)
		got, err := compact(sealed)
		require.NoError(t, err)
		require.Equal(t, row.want, string(got), row.rule)
	}
}
