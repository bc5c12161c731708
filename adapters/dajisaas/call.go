package dajisaas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
	"github.com/sampan-go/sampan/core/wirejson"
)

// call is one call of the gateway.
type call struct {
	op core.Operation
	// body is asked without keys; they are added when it is sealed.
	body any
	// attempt makes the call a write; it is nil for a read.
	attempt *core.Attempt
	// private are texts of the request that no error may repeat.
	private []string
}

// answer is a successful one: HTTP 2xx and the gateway's own code 200. Flags inside data are for the
// caller to check.
type answer struct {
	call      call
	data      json.RawMessage
	requestID string
	scrub     scrubber
}

// call is the one door to the wire. A write is sent at most once. Its error is NotDone if the request
// provably was not sent, or if the answer is one of the refusals below; every other error is InDoubt.
// A read's errors are NotDone.
func (a *Adapter) call(ctx context.Context, c call) (answer, error) {
	row, err := a.endpoint(c.op)
	if err != nil {
		return answer{}, err
	}
	return a.send(ctx, row, c)
}

func (a *Adapter) send(ctx context.Context, row endpoint, c call) (answer, error) {
	if row.write != (c.attempt != nil) {
		return answer{}, &core.Error{Code: core.Internal, Outcome: core.NotDone, Op: c.op, Message: "a write needs an attempt and a read takes none"}
	}
	sealed, err := a.settings.seal(c.body)
	if err != nil {
		return answer{}, &core.Error{Code: core.Internal, Outcome: core.NotDone, Op: c.op, Message: "the request cannot be written as JSON; nothing was sent", Err: err}
	}
	body, err := compact(sealed)
	if err != nil {
		return answer{}, err
	}
	request := effect.Request{Op: c.op, Method: row.method, Path: row.path, Attempt: c.attempt, Header: http.Header{"Accept": {"application/json"}}}
	if row.method == http.MethodGet {
		request.Query = sealed.query()
	} else {
		request.Body = body
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := a.http.Do(ctx, request)
	if err != nil {
		return answer{}, err
	}
	return judge(c, newScrubber(a.settings, c, body), response)
}

// envelope is what all answers have around them, failures under other names (trap 54).
type envelope struct {
	Code    wirejson.Int    `json:"code"`
	Message wirejson.Text   `json:"message"`
	Msg     wirejson.Text   `json:"msg"`
	Error   wirejson.Text   `json:"error"`
	Detail  wirejson.Text   `json:"detail"`
	Data    json.RawMessage `json:"data"`
	TraceID wirejson.Text   `json:"traceId"`
}

// The documented codes. 0 is taken for success by one client and is not documented.
const (
	codeOK      = 200
	codeRefused = 1009
)

func (e envelope) says(code int64) bool { return e.Code.Set && e.Code.N == code }

func (e envelope) text() string { return first(e.Message, e.Msg, e.Error, e.Detail) }

// judge turns an answer into success or an error. Neither the HTTP status nor the code proves
// success alone.
func judge(c call, scrub scrubber, response effect.Response) (answer, error) {
	got := reply{call: c, status: response.Status, body: response.Body, scrub: scrub}
	got.readable = wirejson.Decode(response.Body, &got.envelope) == nil
	if got.readable && got.fine() && got.says(codeOK) {
		return answer{call: c, data: got.data(), requestID: scrub.clean(string(got.TraceID), 64), scrub: scrub}, nil
	}
	return answer{}, got.failure()
}

// reply is an answer that is being judged.
type reply struct {
	envelope
	call     call
	status   int
	body     []byte
	readable bool
	scrub    scrubber
}

func (r reply) fine() bool { return r.status >= 200 && r.status < 300 }

func (r reply) data() json.RawMessage {
	if string(r.Data) == "null" {
		return nil
	}
	return r.Data
}

// refusals are the answers that prove that a write did not happen. Whatever is not here leaves a
// write in doubt.
var refusals = []struct {
	evidence string
	is       func(reply) bool
	code     core.Code
	field    string
	message  string
}{
	{"DOC en api-194164772: errorCode 4003", func(r reply) bool { return r.refusedInside() && r.inner().ErrorCode == "4003" },
		core.NotFound, "", "the market does not know the order"},
	{"DOC en api-194164772: code 1009 and data.result.success false", reply.refusedInside,
		core.Refused, "", "the market refused"},
	{"CLIENT (note): HTTP 400 for an application that is not activated; for the sign INFERRED from the text", func(r reply) bool { return r.refusedAtDoor(400) && r.aboutKeys() },
		core.Denied, "", "dajisaas does not accept the account; check app_key and app_secret, and that the platform has activated the application"},
	{"CLIENT (note): HTTP 400 for parameters", func(r reply) bool { return r.refusedAtDoor(400) },
		core.Refused, "", "dajisaas refused the request"},
	{"CLIENT (note): HTTP 404 for a path", func(r reply) bool { return r.refusedAtDoor(404) },
		core.InvalidInput, "settings.base_url", "dajisaas does not know the path of this call; check base_url"},
}

// statuses are what an HTTP status says where no refusal is proved.
var statuses = []struct {
	from, to int
	code     core.Code
	message  string
}{
	{401, 401, core.Denied, "dajisaas does not accept the account; check app_key and app_secret"},
	{403, 403, core.Denied, "dajisaas does not permit this call; check what the application may do"},
	{429, 429, core.RateLimited, "too many calls; wait at least 5 seconds"},
	{500, 599, core.Unavailable, "dajisaas failed; try later"},
}

func (r reply) failure() *core.Error {
	for _, row := range refusals {
		if row.is(r) {
			return &core.Error{Code: row.code, Outcome: core.NotDone, Op: r.call.op, Field: row.field, Message: row.message, Gateway: r.said()}
		}
	}
	e := &core.Error{Outcome: r.call.doubt(), Op: r.call.op, Gateway: r.said()}
	for _, row := range statuses {
		if r.status >= row.from && r.status <= row.to {
			e.Code, e.Message = row.code, row.message
			return e
		}
	}
	switch {
	case !r.readable || !r.Code.Set:
		e.Code, e.Message = core.BadAnswer, fmt.Sprintf("HTTP %d with a body that is not dajisaas' answer", r.status)
	case r.says(codeOK):
		e.Code, e.Message = core.BadAnswer, fmt.Sprintf("HTTP %d contradicts the answer's own code 200", r.status)
	default:
		e.Code, e.Message = core.Refused, "dajisaas answered with a code that does not prove a refusal"
	}
	return e
}

// doubt is the outcome of a failed call of which nothing is proved.
func (c call) doubt() core.Outcome {
	if c.attempt == nil {
		return core.NotDone
	}
	return core.InDoubt
}

// refusedAtDoor is the gateway's own refusal with a real HTTP status, before any effect. A body of
// other people's (a proxy's page), or one that carries data, is none.
func (r reply) refusedAtDoor(status int) bool {
	return r.status == status && r.readable && !r.says(codeOK) && r.data() == nil && r.text() != ""
}

// refusedInside is the business refusal: 1009, with the market's own word inside data.
func (r reply) refusedInside() bool {
	return r.readable && r.status < 500 && r.says(codeRefused) && r.inner().failed()
}

func (r reply) inner() verdict {
	var data struct {
		Result verdict `json:"result"`
	}
	if wirejson.Decode(r.Data, &data) != nil {
		return verdict{}
	}
	return data.Result
}

// said is what the gateway told, fit to be shown.
func (r reply) said() core.GatewayError {
	said := core.GatewayError{Code: fmt.Sprintf("HTTP %d", r.status)}
	if !r.readable {
		if r.status >= http.StatusBadRequest && isPlain(r.body) {
			said.Message = r.scrub.clean(string(r.body), 200)
		}
		return said
	}
	if r.Code.Set && r.fine() {
		said.Code = fmt.Sprint(r.Code.N)
	}
	said.Message = r.scrub.clean(join(r.text(), r.inner().text(), r.inner().code()), maxSaid)
	said.RequestID = r.scrub.clean(string(r.TraceID), 64)
	return said
}

// isPlain reports a body of words: not a page, and not JSON, which may repeat what was sent.
func isPlain(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && !bytes.ContainsAny(body[:1], "<{[\"")
}

var errNoData = errors.New("it has no data")

// into reads the data of an answer.
func (a answer) into(v any) error {
	if a.data == nil {
		return a.bad(errNoData)
	}
	if err := wirejson.Decode(a.data, v); err != nil {
		return a.bad(err)
	}
	return nil
}

// bad is an answer that came and cannot be understood. A write that was answered so has probably
// happened.
func (a answer) bad(why error) *core.Error {
	return &core.Error{Code: core.BadAnswer, Outcome: a.call.doubt(), Op: a.call.op, Err: why,
		Message: "dajisaas' answer is not of the expected form: " + why.Error(), Gateway: core.GatewayError{RequestID: a.requestID}}
}

// failed is a failure inside an answer with code 200, of which no document says that nothing
// happened.
func (a answer) failed(v verdict) *core.Error {
	e := &core.Error{Code: core.Refused, Outcome: a.call.doubt(), Op: a.call.op, Message: "the market says that it failed", Gateway: a.said(v)}
	if e.Outcome == core.InDoubt {
		e.Message = "the market says that it failed, in a form that no document calls a refusal; look at the order before anything is sent again"
	}
	return e
}

func (a answer) said(v verdict) core.GatewayError {
	return core.GatewayError{Code: a.scrub.clean(v.code(), 32), Message: a.scrub.clean(v.text(), maxSaid), RequestID: a.requestID}
}
