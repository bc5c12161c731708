package gateway

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
)

// judge turns an answer into a Reply or an error. HTTP statuses of business errors are UNKNOWN,
// so both are looked at: success needs a 2xx status and code 200.
func (c *Client) judge(row Endpoint, request effect.Request, response effect.Response) (Reply, error) {
	answer, err := parseEnvelope(response.Body)
	readable := err == nil
	fine := response.Status >= 200 && response.Status < 300
	if readable && fine && answer.code == successCode {
		return Reply{Data: answer.data, part: answer.part, RequestID: c.clean(request, answer.requestID, maxRequestID)}, nil
	}
	e := c.verdict(row, response, answer, readable)
	e.Op = row.Op
	e.Gateway = c.said(request, response, answer, readable)
	return Reply{}, e
}

// statusRows are the HTTP statuses that mean something whatever the body says.
var statusRows = []struct {
	from, to int
	code     core.Code
	message  string
}{
	{401, 401, core.Denied, "PandaPon does not accept the credentials; check access_key, access_secret (a reset takes effect at once), user_id and this machine's clock"},
	{403, 403, core.Denied, "PandaPon does not permit this call; check access_key, user_id and what the account may do"},
	{429, 429, core.RateLimited, "too many calls; wait at least 5 seconds"},
	{500, 599, core.Unavailable, "PandaPon failed; try later"},
}

// verdict decides kind and outcome. A 5xx is never a refusal: it may come from a proxy after the
// effect.
func (c *Client) verdict(row Endpoint, response effect.Response, answer envelope, readable bool) *core.Error {
	known := readable && answer.code != successCode && response.Status < 500 && slices.Contains(c.settings.RefusalCodes, answer.code)
	e := &core.Error{Outcome: core.InDoubt}
	if known || !row.Write {
		e.Outcome = core.NotDone
	}
	for _, s := range statusRows {
		if response.Status >= s.from && response.Status <= s.to {
			e.Code, e.Message = s.code, fmt.Sprintf("HTTP %d: %s", response.Status, s.message)
			if row.Write && !known { // "try later" would be bad advice
				e.Message = fmt.Sprintf("PandaPon answered HTTP %d, which does not say whether it happened", response.Status)
			}
			return e
		}
	}
	switch {
	case !readable:
		e.Code, e.Message = core.BadAnswer, fmt.Sprintf("HTTP %d with a body that is not PandaPon's answer object", response.Status)
	case answer.code == successCode:
		e.Code, e.Message = core.BadAnswer, fmt.Sprintf("HTTP %d contradicts the answer's own code 200", response.Status)
	case row.Write && !known:
		e.Code, e.Message = core.Refused, "PandaPon answered with a code that is not documented; if PandaPon confirms that it means refused without effect, add it to refusal_codes in the account's settings"
	default:
		e.Code, e.Message = core.Refused, "PandaPon refused the call"
	}
	return e
}

// said is what the gateway told, fit to be shown. Without an envelope it is the HTTP status and,
// where a failure came as plain text, its beginning.
func (c *Client) said(request effect.Request, response effect.Response, answer envelope, readable bool) core.GatewayError {
	if readable {
		return core.GatewayError{
			Code:      c.clean(request, answer.code, maxCode),
			Message:   c.clean(request, answer.msg, maxMessage),
			RequestID: c.clean(request, answer.requestID, maxRequestID),
		}
	}
	g := core.GatewayError{Code: fmt.Sprintf("HTTP %d", response.Status)}
	if response.Status >= http.StatusBadRequest && plainText(response.Body) {
		g.Message = c.clean(request, string(response.Body), maxExcerpt)
	}
	return g
}
