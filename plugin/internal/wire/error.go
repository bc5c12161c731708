package wire

import (
	"errors"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// maxErrorText bounds what a stranger's error may write into a log.
const maxErrorText = 4 << 10

// ErrorTo makes the message of an adapter's error. An error that is not a *core.Error says nothing
// of the outcome.
func ErrorTo(err error, write bool) *pb.Error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		e = &core.Error{Code: core.Internal, Message: err.Error()}
	}
	outcome := e.Outcome
	if !write {
		outcome = core.NotDone
	}
	return &pb.Error{Code: pb.ErrorCode(e.Code), Outcome: pb.Outcome(outcome), Op: string(e.Op), Field: e.Field,
		Message: e.Message, GatewayCode: e.Gateway.Code, GatewayMessage: e.Gateway.Message,
		GatewayRequestId: e.Gateway.RequestID, Detail: e.Detail}
}

// ErrorFrom reads an adapter's error.
func ErrorFrom(m *pb.Error) *core.Error {
	return &core.Error{
		Code: known(m.GetCode(), core.Canceled), Outcome: known(m.GetOutcome(), core.Done),
		Op: core.Operation(short(m.GetOp())), Field: short(m.GetField()), Message: short(m.GetMessage()),
		Gateway: core.GatewayError{Code: short(m.GetGatewayCode()), Message: short(m.GetGatewayMessage()), RequestID: short(m.GetGatewayRequestId())},
		Detail:  each(firstLines(m.GetDetail()), short),
	}
}

func firstLines(lines []string) []string { return lines[:min(len(lines), 64)] }

func short(s string) string {
	if len(s) > maxErrorText {
		s = s[:maxErrorText]
	}
	return text(s)
}

func problemTo(g *core.GatewayError) *pb.Problem {
	if g == nil {
		return nil
	}
	return &pb.Problem{Code: g.Code, Message: g.Message, RequestId: g.RequestID}
}

func problemFrom(m *pb.Problem) *core.GatewayError {
	if m == nil {
		return nil
	}
	return &core.GatewayError{Code: short(m.GetCode()), Message: short(m.GetMessage()), RequestID: short(m.GetRequestId())}
}

func attemptTo(a core.Attempt) *pb.Attempt {
	return &pb.Attempt{No: int32(a.No), SignedAtMs: millis(a.SignedAt), NotAfterMs: millis(a.NotAfter)}
}

func attemptFrom(m *pb.Attempt) core.Attempt {
	return core.Attempt{No: int(m.GetNo()), SignedAt: timeOf(m.GetSignedAtMs()), NotAfter: timeOf(m.GetNotAfterMs())}
}
