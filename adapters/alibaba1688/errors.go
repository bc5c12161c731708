package alibaba1688

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// verdict is how an object inside an answer with code 200 says that it failed. Each operation uses
// other names for the same things.
type verdict struct {
	Success wirejson.Bool `json:"success"`

	Code       wirejson.Text `json:"code"`
	ErrorCode  wirejson.Text `json:"errorCode"`
	ResultCode wirejson.Text `json:"resultCode"`

	Message      wirejson.Text `json:"message"`
	Msg          wirejson.Text `json:"msg"`
	ErrorMsg     wirejson.Text `json:"errorMsg"`
	ErrorMessage wirejson.Text `json:"errorMessage"`
	ErrorInfo    wirejson.Text `json:"errorInfo"`
}

// failed is false where the flag is absent.
func (v verdict) failed() bool { return v.Success.Set && !v.Success.B }

func (v verdict) code() string {
	return first(v.ErrorCode, v.ResultCode, v.Code)
}

func (v verdict) said(requestID string) core.GatewayError {
	return core.GatewayError{
		Code:      cut(wirejson.Clean(v.code()), 32),
		Message:   legible(first(v.ErrorMessage, v.ErrorMsg, v.ErrorInfo, v.Message, v.Msg)),
		RequestID: requestID,
	}
}

func first(texts ...wirejson.Text) string {
	for _, text := range texts {
		if trimmed := strings.TrimSpace(string(text)); trimmed != "" {
			return trimmed
		}
	}
	return ""
}

var phone = regexp.MustCompile(`\+?[0-9][0-9 -]{6,}[0-9]`)

// legible makes a text of the gateway fit to be shown: without phones, and cut.
func legible(text string) string {
	return cut(phone.ReplaceAllStringFunc(wirejson.Clean(text), hidePhone), 300)
}

// hidePhone leaves ids, which are longer than phones, as they are.
func hidePhone(run string) string {
	if len(run) > 16 && !strings.ContainsAny(run, " -+") {
		return run
	}
	return "[number]"
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// refusedInside is a refusal in an answer with code 200. It is certain only where the operator
// listed its code; a read's is harmless anyway.
func (a *Adapter) refusedInside(op core.Operation, write bool, v verdict, reply gateway.Reply) *core.Error {
	e := &core.Error{Code: core.Refused, Outcome: core.NotDone, Op: op,
		Message: "PandaPon refused the call", Gateway: v.said(reply.RequestID)}
	if write && !slices.Contains(a.refusalCodes, v.code()) {
		e.Outcome = core.InDoubt
		e.Message = "PandaPon says that it failed; if PandaPon confirms that this code means refused without effect, add it to refusal_codes in the account's settings"
	}
	return e
}

// badAnswer is an answer that cannot be understood. A write that was answered so has probably
// happened.
func badAnswer(op core.Operation, write bool, reply gateway.Reply, why error) *core.Error {
	e := &core.Error{Code: core.BadAnswer, Outcome: core.NotDone, Op: op, Err: why,
		Message: "PandaPon's answer is not of the expected form: " + why.Error(),
		Gateway: core.GatewayError{RequestID: reply.RequestID}}
	if write {
		e.Outcome = core.InDoubt
	}
	return e
}

// hideAddress takes what was sent of an address out of what the gateway said about it, because
// gateways repeat the line that they do not like.
func hideAddress(err error, address core.Address) error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Gateway.Message == "" {
		return err
	}
	hidden := *e
	hidden.Gateway.Message = withoutAddress(e.Gateway.Message, address)
	return &hidden
}

func withoutAddress(text string, a core.Address) string {
	for _, part := range []string{a.Street, a.Town, a.Name, a.Mobile, a.Phone, a.Postcode, a.District, a.City, a.Province} {
		if len(part) > 1 {
			text = withoutHead(strings.ReplaceAll(text, part, "[address]"), part)
		}
	}
	return text
}

// withoutHead takes away the beginning of a part that a cut left at the end of the text.
func withoutHead(text, part string) string {
	for n := len(part) - 1; n >= 3; n-- {
		if rest, found := strings.CutSuffix(text, part[:n]); found {
			return rest
		}
	}
	return text
}
