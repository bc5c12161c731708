package menu

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestParseIsStrict(t *testing.T) {
	for text, says := range map[string]string{
		`[{"market":"m","operation":"o","cost":1}]`:                       "cost",
		`[{"market":"m"}]`:                                                "row 1",
		`[{"market":"m","operation":"o"},{"market":"m","operation":"o"}]`: "row 2 (m.o)",
		`{}`: "menu",
	} {
		_, err := Parse([]byte(text))
		require.ErrorContains(t, err, says, text)
	}
	require.Panics(t, func() { MustParse([]byte(`[{}]`)) })
	require.PanicsWithValue(t, "menu: no row is named m.none", func() { Table{{Market: "m", Operation: "o"}}.Spends("m.none") })
}

func TestWhatMayBeCalled(t *testing.T) {
	table := MustParse([]byte(`[
		{"market":"m","operation":"read","method":"GET","path":"/r","evidence":"documented","state_changing":false,"note":"page 1"},
		{"market":"m","operation":"write","version":"v2","method":"POST","path":"/w","evidence":"client","state_changing":true},
		{"market":"m","operation":"guarded","method":"POST","path":"/g","evidence":"inferred","state_changing":false,"note":"guarded: by a rule"},
		{"market":"m","operation":"unknown","method":"GET","path":"","evidence":"unknown","state_changing":true,"note":"guarded: path unknown"},
		{"market":"m","operation":"callback_order","method":"POST","path":"","evidence":"seed","state_changing":false},
		{"market":"m","operation":"form","method":"POST","path":"/f","evidence":"documented","state_changing":false}]`)).
		Off("it is a form", "m.form").Typed(core.OpPay, "m.write")
	endpoints, err := table.Endpoints(nil)
	require.NoError(t, err)
	var got []string
	for _, e := range endpoints {
		got = append(got, strings.Join([]string{e.Name, e.Support.String(), e.Effect.Class.String(), string(e.Typed), e.Reason}, "|"))
	}
	require.Equal(t, []string{
		"m.read|supported|read||",
		"m.write.v2|supported|human|pay|",
		`m.guarded|provisional|read||by a rule; if the gateway's support confirmed it, set "m.guarded" = "POST /g" under [accounts.NAME.settings.endpoints]`,
		`m.unknown|provisional|human||path unknown; if the gateway's support confirmed it, set "m.unknown" = "GET /path" under [accounts.NAME.settings.endpoints]`,
		"m.callback_order|unsupported|read||the gateway calls it, nobody else does",
		"m.form|unsupported|read||it is a form",
	}, got)

	endpoints, err = table.Endpoints(map[string]string{"m.unknown": "GET /told/{id}"})
	require.NoError(t, err)
	i := slices.IndexFunc(endpoints, func(e core.Endpoint) bool { return e.Name == "m.unknown" })
	require.True(t, endpoints[i].Offered())
	require.Equal(t, "GET /told/{id}", endpoints[i].Method+" "+endpoints[i].Path)
	require.True(t, endpoints[i].Writes(), "what nobody knows counts as a write, whatever its method")

	for name, text := range map[string]string{"m.none": "GET /x", "m.form": "POST /x", "m.read": "GET x", "m.unknown": "GET /a/../b", "m.guarded": "POST /a?b=c"} {
		_, err := table.Endpoints(map[string]string{name: text})
		require.ErrorIs(t, err, core.InvalidInput, text)
		require.ErrorContains(t, err, "settings.endpoints."+name)
	}
}

func TestSplit(t *testing.T) {
	get := core.Endpoint{Name: "m.get", Method: "GET", Path: "/a/{id}/b"}
	parts, err := Split(get, json.RawMessage(`{"id":17,"n":1e400,"t":"<&>","yes":true}`))
	require.NoError(t, err)
	require.Equal(t, "/a/17/b", parts.Path)
	require.Equal(t, "n=1e400&t=%3C%26%3E&yes=true", parts.Query.Encode())
	require.Nil(t, parts.Body)

	parts, err = Split(core.Endpoint{Name: "m.post", Method: "POST", Path: "/p"}, nil)
	require.NoError(t, err)
	require.Equal(t, "{}", string(parts.Body))

	for _, data := range []string{`{}`, `{"id":""}`, `{"id":"."}`, `{"id":{}}`, `{"id":null}`, `{"id":1,"list":[1]}`, `[]`} {
		_, err := Split(get, json.RawMessage(data))
		require.ErrorIs(t, err, core.InvalidInput, data)
	}
}

func TestTextsAreTheLongestFirst(t *testing.T) {
	require.Equal(t, []string{`{"name":"Lane"}`, "Lane Street", "Lane"},
		Texts(json.RawMessage(`{"street":"Lane Street","inner":"{\"name\":\"Lane\"}","n":5}`)))
}
