package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is a gateway clock that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 5, 20, 7, 40, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a sandbox with a clock and a client that signs.
type bench struct {
	*Sandbox
	t     testing.TB
	clock *clock
}

func newBench(t testing.TB, o Options) *bench {
	c := newClock()
	o.Now = c.now
	return &bench{Sandbox: New(o), t: t, clock: c}
}

// signPandaPon sets the five headers.
func signPandaPon(r *http.Request, at time.Time) {
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	r.Header.Set("access-key", DefaultAccessKey)
	r.Header.Set("timestamp", stamp)
	r.Header.Set("nonce-str", "0123456789abcdef0123456789abcdef")
	r.Header.Set("user-id", DefaultUserID)
	r.Header.Set("signature", pandaponSign(DefaultAccessKey, stamp, "0123456789abcdef0123456789abcdef", DefaultAccessSecret))
	r.Header.Set("Content-Type", "application/json")
}

// send calls the handler in process and answers the raw reply.
func (b *bench) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// pp calls PandaPon; path carries the query, a nil body sends none.
func (b *bench) pp(method, path string, body any) obj {
	b.t.Helper()
	r := httptest.NewRequest(method, "/pandapon"+path, toReader(b.t, body))
	signPandaPon(r, b.clock.now())
	return parse(b.t, b.send(r).Body.Bytes())
}

// ppData expects code 200 and answers data.
func (b *bench) ppData(method, path string, body any) any {
	b.t.Helper()
	answer := b.pp(method, path, body)
	require.EqualValues(b.t, "200", answer["code"], "refused: %v", answer["msg"])
	return answer["data"]
}

// ppCode expects a refusal, which has no data.
func (b *bench) ppCode(code int, method, path string, body any) {
	b.t.Helper()
	answer := b.pp(method, path, body)
	require.Equal(b.t, json.Number(strconv.Itoa(code)), answer["code"], "%v", answer["msg"])
	require.Nil(b.t, answer["data"])
}

// daji POSTs to dajisaas with the secret in the body.
func (b *bench) daji(path string, body obj) obj {
	b.t.Helper()
	full := obj{"appKey": DefaultAppKey, "appSecret": DefaultAppSecret}
	for name, value := range body {
		full[name] = value
	}
	r := httptest.NewRequest(http.MethodPost, "/dajisaas"+path, toReader(b.t, full))
	return parse(b.t, b.send(r).Body.Bytes())
}

func (b *bench) dajiData(path string, body obj) any {
	b.t.Helper()
	answer := b.daji(path, body)
	require.EqualValues(b.t, "200", answer["code"], "refused: %v", answer["message"])
	return answer["data"]
}

func toReader(t testing.TB, body any) io.Reader {
	switch body := body.(type) {
	case nil:
		return nil
	case string:
		return bytes.NewReader([]byte(body))
	case []byte:
		return bytes.NewReader(body)
	}
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return bytes.NewReader(raw)
}

// parse keeps numbers as they were written.
func parse(t testing.TB, raw []byte) obj {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var members obj
	require.NoError(t, dec.Decode(&members), "answer: %s", raw)
	return members
}

func testdata(t testing.TB, name string) []byte {
	raw, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return raw
}

// at walks into an answer: names and indexes.
func at(t testing.TB, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, ok := v.(obj)
			require.True(t, ok, "no object at %q in %v", step, path)
			require.Contains(t, members, step)
			v = members[step]
		case int:
			list, ok := v.([]any)
			require.True(t, ok && len(list) > step, "no element %d in %v", step, path)
			v = list[step]
		}
	}
	return v
}

// names are the members of an object, for comparing shapes.
func names(v any) map[string]bool {
	set := map[string]bool{}
	for name := range v.(obj) {
		set[name] = true
	}
	return set
}

func num(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

func kinds(effects []Effect) []string {
	list := []string{}
	for _, e := range effects {
		list = append(list, e.Kind)
	}
	return list
}

func mustURL(t testing.TB) *url.URL {
	u, err := url.Parse("http://sandbox/pandapon/x")
	require.NoError(t, err)
	return u
}
