package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
	"github.com/sampan-go/sampan/core/menu"
	"github.com/sampan-go/sampan/core/wirejson"
)

// Client calls PandaPon for one account. It is safe for concurrent use. Settings do not change in
// it: after a reset of the secret, which takes effect at once, make a new one.
type Client struct {
	settings Settings
	table    Table
	menu     []core.Endpoint
	http     *effect.Client
	sign     SignFunc
	now      func() time.Time
}

// Option changes how a Client works.
type Option func(*Client)

// WithSign replaces Sign.
func WithSign(sign SignFunc) Option { return func(c *Client) { c.sign = sign } }

// WithNow replaces the clock: for reads' timestamps and for the deadline of attempts.
func WithNow(now func() time.Time) Option { return func(c *Client) { c.now = now } }

// New checks the settings and applies their endpoints to the table of the typed operations and to the
// market's menu, to which PandaPon's platform is added. Its errors are InvalidInput and name the
// setting.
func New(s Settings, table Table, market menu.Table, options ...Option) (*Client, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if s.BaseURL == "" {
		s.BaseURL = DefaultBaseURL
	}
	if s.MessageBase == "" {
		s.MessageBase = baseKeyAndBody
	}
	typed, byName := splitNames(s.Endpoints)
	own, err := table.With(typed)
	if err != nil {
		return nil, err
	}
	endpoints, err := slices.Concat(market, platform).Endpoints(byName)
	if err != nil {
		return nil, err
	}
	c := &Client{settings: s, table: own, menu: endpoints, sign: Sign, now: time.Now}
	for _, option := range options {
		option(c)
	}
	c.http, err = effect.New(effect.Options{BaseURL: s.BaseURL, AllowPrivate: s.AllowPrivate, Now: c.now})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Table is the adapter's table with the account's endpoints applied.
func (c *Client) Table() Table { return c.table }

// Capability combines the rows that one operation needs, for Describe.
func (c *Client) Capability(names ...string) core.Capability { return c.table.Capability(names...) }

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// Call is one call of an endpoint.
type Call struct {
	// Endpoint is a name in the table.
	Endpoint string
	Query    url.Values
	// Body is marshalled as JSON, without escapes for HTML; []byte and json.RawMessage are sent as
	// they are; nil sends no body.
	Body any
	// Private are texts of the request, such as parts of an address, that are taken out of whatever
	// the gateway says.
	Private []string
	// Attempt is required for a write row and ignored for a read row.
	Attempt *core.Attempt
	// PathParams fill the placeholders of the path, trimmed and escaped. One that the path does not
	// name is left out.
	PathParams map[string]string

	// age is how old the signature of a read is: see ProveFence.
	age time.Duration
}

// Reply is a successful answer: HTTP 2xx and the envelope's code 200. Flags inside Data are for
// the caller to check.
type Reply struct {
	// Data has any shape; it is nil where the gateway sent null or nothing.
	Data json.RawMessage
	// RequestID finds the call in PandaPon's logs; it may be empty.
	RequestID string

	part wirejson.Part
}

// Decode reads Data as wirejson.Decode does: it is an error if there is none.
func (r Reply) Decode(into any) error {
	if r.part.Bytes() != nil {
		return r.part.Decode(into) // it was checked with the envelope
	}
	return wirejson.Decode(r.Data, into)
}

// Call signs and sends one call and judges the envelope of its answer.
//
// A write (by its row, not by its HTTP method) is sent at most once, signed with
// Attempt.SignedAt. Its error is NotDone if the request provably was not sent, or if the gateway
// answered one of settings.refusal_codes; every other error is InDoubt: it may have happened. A
// read may be tried again inside the context's deadline; its errors are NotDone.
//
// Codes: InvalidInput, Unsupported (the endpoint is off), Denied (HTTP 401, 403), RateLimited
// (HTTP 429), Unavailable (HTTP 5xx, no answer), Refused (a code other than 200, with what the
// gateway said), BadAnswer (no envelope), Canceled.
func (c *Client) Call(ctx context.Context, call Call) (Reply, error) {
	row, err := c.table.Endpoint(call.Endpoint)
	if err != nil {
		return Reply{}, err
	}
	request, err := c.request(row, call)
	if err != nil {
		return Reply{}, err
	}
	return c.send(ctx, row, request, call)
}

func (c *Client) send(ctx context.Context, row Endpoint, request effect.Request, call Call) (Reply, error) {
	response, err := c.http.Do(ctx, request)
	if err != nil {
		return Reply{}, err
	}
	reply, err := c.judge(row, request, response)
	return reply, withoutPrivate(err, call.Private)
}

// withoutPrivate takes the caller's private texts out of what the gateway said.
func withoutPrivate(err error, private []string) error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		return err
	}
	told := *e
	for _, text := range private {
		if utf8.RuneCountInString(text) > 1 {
			told.Gateway.Message = strings.ReplaceAll(told.Gateway.Message, text, "[private]")
		}
	}
	return &told
}

// request builds the signed request of a call.
func (c *Client) request(row Endpoint, call Call) (effect.Request, error) {
	path, err := fillPath(row, call.PathParams)
	if err != nil {
		return effect.Request{}, err
	}
	return c.signed(row, path, call)
}

func (c *Client) signed(row Endpoint, path string, call Call) (effect.Request, error) {
	body, err := encodeBody(row, call.Body)
	if err != nil {
		return effect.Request{}, err
	}
	request := effect.Request{Op: row.Op, Method: row.Method, Path: path, Query: call.Query, Body: body}
	signedAt := c.now().Add(-call.age)
	if row.Write {
		if call.Attempt == nil {
			return effect.Request{}, programError(row, "attempt", "is missing; a write is sent through core.Buyer, which gives one")
		}
		request.Attempt, signedAt = call.Attempt, call.Attempt.SignedAt
	} else {
		request.Renew = func(h http.Header) { c.signHeader(h, c.now().Add(-call.age)) }
	}
	request.Header = http.Header{"Accept": {"application/json"}}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	c.signHeader(request.Header, signedAt)
	return request, nil
}

// The header names, as the manual writes them (DOC doc-en doc-6055770).
const (
	headerKey       = "access-key"
	headerTime      = "timestamp"
	headerNonce     = "nonce-str"
	headerUser      = "user-id"
	headerSignature = "signature"
)

func (c *Client) signHeader(h http.Header, at time.Time) {
	stamp, nonce := timestamp(at, c.settings.TimestampUnit), newNonce()
	h[headerKey] = []string{c.settings.AccessKey}
	h[headerTime] = []string{stamp}
	h[headerNonce] = []string{nonce}
	h[headerUser] = []string{c.settings.UserID}
	h[headerSignature] = []string{c.sign(c.settings.AccessKey, stamp, nonce, c.settings.AccessSecret.Reveal())}
}

func programError(row Endpoint, field, problem string) error {
	err := core.Invalid(field, "%s", problem)
	err.Op = row.Op
	return err
}

// fillPath puts the parameters into the path. A blank before an id is a fault of the
// documentation's own sample, so values are trimmed.
func fillPath(row Endpoint, params map[string]string) (string, error) {
	path := row.Path
	for _, found := range placeholder.FindAllStringSubmatch(row.Path, -1) {
		value := strings.TrimSpace(params[found[1]])
		if value == "" || value == "." || value == ".." {
			return "", programError(row, row.pathField(found[1]), "the path needs "+found[0]+", and this call has no such value")
		}
		path = strings.ReplaceAll(path, found[0], url.PathEscape(value))
	}
	return path, nil
}

// pathField is what to change when a value of the path is missing.
func (e Endpoint) pathField(param string) string {
	if e.named {
		return "settings.endpoints." + e.Name
	}
	return param
}
