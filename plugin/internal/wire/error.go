package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// maxErrorText bounds what a stranger's error may write into a log.
const maxErrorText = 4 << 10

// ErrorTo makes the message of an adapter's error. Its texts are cleaned here too: one that is not
// UTF-8 has no form on the wire, and a verdict would be lost for it. An error that is not a *core.Error says nothing
// of the outcome.
func ErrorTo(err error, write bool) *pb.Error {
	e, ok := errors.AsType[*core.Error](err)
	switch {
	case !ok:
		e = &core.Error{Code: core.Internal, Message: err.Error()}
	case e == nil: // a nil *core.Error inside an error
		e = &core.Error{Code: core.Internal, Message: "the adapter failed without saying why"}
	}
	outcome := e.Outcome
	if !write {
		outcome = core.NotDone
	}
	return &pb.Error{Code: pb.ErrorCode(e.Code), Outcome: pb.Outcome(outcome), Op: short(string(e.Op)), Field: short(e.Field),
		Message: short(e.Message), GatewayCode: short(e.Gateway.Code), GatewayMessage: short(e.Gateway.Message),
		GatewayRequestId: short(e.Gateway.RequestID), Detail: each(firstLines(e.Detail), short)}
}

// ErrorFrom reads an adapter's error. NeedsHuman is a host's own word: from an adapter it means
// nothing.
func ErrorFrom(m *pb.Error) *core.Error {
	e := &core.Error{
		Code: known(m.GetCode(), core.Canceled), Outcome: known(m.GetOutcome(), core.Done),
		Op: core.Operation(short(m.GetOp())), Field: short(m.GetField()), Message: short(m.GetMessage()),
		Gateway: core.GatewayError{Code: short(m.GetGatewayCode()), Message: short(m.GetGatewayMessage()), RequestID: short(m.GetGatewayRequestId())},
		Detail:  each(firstLines(m.GetDetail()), short),
	}
	if _, ours := pb.ErrorCode_name[int32(m.GetCode())]; !ours {
		e.Detail = append(e.Detail, fmt.Sprintf("the adapter's error code is %d, a word of a newer contract than this host's", m.GetCode()))
	}
	return e
}

func firstLines(lines []string) []string { return lines[:min(len(lines), 64)] }

func short(s string) string {
	if len(s) > maxErrorText {
		s = strings.Clone(s[:maxErrorText]) // or the rest would stay in memory with it
	}
	return text(s)
}

func problemTo(g *core.GatewayError) *pb.GatewayError {
	if g == nil {
		return nil
	}
	return &pb.GatewayError{Code: g.Code, Message: g.Message, RequestId: g.RequestID}
}

func problemFrom(m *pb.GatewayError) *core.GatewayError {
	if m == nil {
		return nil
	}
	return &core.GatewayError{Code: short(m.GetCode()), Message: short(m.GetMessage()), RequestID: short(m.GetRequestId())}
}

func attemptTo(a core.Attempt) *pb.Attempt {
	return &pb.Attempt{No: int32Of(a.No), SignedAtMs: millis(a.SignedAt), NotAfterMs: millis(a.NotAfter)}
}

func attemptFrom(m *pb.Attempt) core.Attempt {
	return core.Attempt{No: int(m.GetNo()), SignedAt: timeOf(m.GetSignedAtMs()), NotAfter: timeOf(m.GetNotAfterMs())}
}
