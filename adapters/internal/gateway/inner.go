package gateway

import (
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
)

// InnerFailure is the error of a write whose envelope says 200 while its data says that it failed.
// It is NotDone only for a code in settings.refusal_codes; any other may stand for half an effect.
func (c *Client) InnerFailure(op core.Operation, said core.GatewayError) *core.Error {
	e := &core.Error{Code: core.Refused, Outcome: core.InDoubt, Op: op,
		Message: "PandaPon answered that it failed, with a code that is not documented; look whether it happened. If PandaPon confirms that the code means refused without effect, add it to refusal_codes in the account's settings"}
	if said.Code == "" {
		e.Message = "PandaPon answered that it failed, without a code; look whether it happened"
	}
	if slices.Contains(c.settings.RefusalCodes, said.Code) {
		e.Outcome, e.Message = core.NotDone, "PandaPon refused"
	}
	e.Gateway = core.GatewayError{
		Code:      c.clean(effect.Request{}, said.Code, maxCode),
		Message:   c.clean(effect.Request{}, said.Message, maxMessage),
		RequestID: c.clean(effect.Request{}, said.RequestID, maxRequestID),
	}
	return e
}
