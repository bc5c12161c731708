package corner

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
	"github.com/sampan-go/sampan/core/wirejson"
)

// call is one call of the shop. attempt makes it a write.
type call struct {
	op      core.Operation
	path    string
	query   url.Values
	body    any
	attempt *core.Attempt
}

// call is the one door to the wire. effect sends a write at most once and not after its time; what an
// answer proves is decided here and nowhere else.
func (a *Adapter) call(ctx context.Context, c call, into any) error {
	method, signed, body := http.MethodGet, time.Now(), []byte(nil)
	if c.attempt != nil {
		// A write is signed with the attempt's time: that bounds how late a lost request can take effect.
		method, signed = http.MethodPost, c.attempt.SignedAt
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return &core.Error{Code: core.Internal, Outcome: core.NotDone, Op: c.op, Message: "the request has no JSON form; nothing was sent", Err: err}
		}
	}
	at := strconv.FormatInt(signed.UnixMilli(), 10)
	response, err := a.http.Do(ctx, effect.Request{Op: c.op, Method: method, Path: c.path, Query: c.query, Body: body, Attempt: c.attempt,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Key": {a.settings.Key}, "X-Time": {at},
			"X-Sign": {Sign(a.settings.Secret.Reveal(), at, method, c.path, body)}}})
	if err != nil {
		return err
	}
	return c.judge(response, into)
}

// Sign is the shop's signature: HMAC-SHA256 over time, method, path and body, a line each.
func Sign(secret, at, method, path string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s\n%s\n%s\n%s", at, method, path, body)
	return hex.EncodeToString(mac.Sum(nil))
}

// refusals are the statuses that the shop documents to mean: refused, without effect. Nothing else
// proves that a write did not happen.
var refusals = map[int]struct {
	code    core.Code
	message string
}{
	http.StatusUnauthorized:        {core.Denied, "the shop does not accept the key; check key and secret"},
	http.StatusNotFound:            {core.NotFound, "the shop does not know the order"},
	http.StatusUnprocessableEntity: {core.Refused, "the shop refused"},
}

// judge turns an answer into success or an error.
func (c call) judge(response effect.Response, into any) error {
	var said struct {
		Code    wirejson.Text `json:"code"`
		Message wirejson.Text `json:"message"`
	}
	readable := wirejson.Decode(response.Body, &said) == nil
	if response.Status == http.StatusOK {
		if err := wirejson.Decode(response.Body, into); err != nil {
			return c.bad(err)
		}
		return nil
	}
	e := &core.Error{Code: core.Unavailable, Outcome: c.doubt(), Op: c.op, Message: fmt.Sprintf("the shop answered HTTP %d", response.Status),
		Gateway: core.GatewayError{Code: cmp.Or(wirejson.Clean(string(said.Code)), strconv.Itoa(response.Status)), RequestID: response.Header.Get("X-Request-Id")}}
	refusal, documented := refusals[response.Status]
	switch {
	case documented && readable && said.Code != "": // a proxy's page proves nothing
		e.Code, e.Outcome, e.Message = refusal.code, core.NotDone, refusal.message
		e.Gateway.Message = wirejson.Clean(string(said.Message))
	case response.Status == http.StatusTooManyRequests:
		e.Code, e.Message = core.RateLimited, "too many calls; wait a moment"
	}
	return e
}

// bad is an answer that cannot be believed. A write that was answered so has probably happened.
func (c call) bad(why error) *core.Error {
	return &core.Error{Code: core.BadAnswer, Outcome: c.doubt(), Op: c.op, Message: "the shop's answer is not of its form: " + why.Error(), Err: why}
}

// doubt is what is known of a call of which nothing is proved.
func (c call) doubt() core.Outcome {
	if c.attempt == nil {
		return core.NotDone
	}
	return core.InDoubt
}
