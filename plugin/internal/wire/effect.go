package wire

import (
	"math"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

func effectTo(e core.Effect) *pb.Effect {
	if e == (core.Effect{}) {
		return nil
	}
	return &pb.Effect{Class: pb.EffectClass(e.Class), FenceMs: millisUp(e.Fence), Why: e.Why}
}

// effectFrom reads an Effect; one that is absent is for a person.
func effectFrom(m *pb.Effect) core.Effect {
	return core.Effect{Class: known(m.GetClass(), core.EffectDedup), Fence: durationOf(m.GetFenceMs()), Why: short(m.GetWhy())}
}

// millisUp rounds up: of a fence and of an age the longer one is the careful one.
func millisUp(d time.Duration) int64 {
	ms := d.Milliseconds()
	if d > time.Duration(ms)*time.Millisecond {
		ms++
	}
	return ms
}

// durationOf reads a duration. A negative one is none; one without room is the longest, so that it
// never becomes a short one.
func durationOf(ms int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(max(0, min(ms, most))) * time.Millisecond
}

// ProveFenceTo makes the message of a ProveFenceRequest.
func ProveFenceTo(r core.ProveFenceRequest) *pb.ProveFenceRequest {
	return &pb.ProveFenceRequest{AgeMs: millisUp(r.Age)}
}

// ProveFenceFrom reads a ProveFenceRequest.
func ProveFenceFrom(m *pb.ProveFenceRequest) core.ProveFenceRequest {
	return core.ProveFenceRequest{Age: durationOf(m.GetAgeMs())}
}

// FenceProofTo makes the message of a FenceProof. What a gateway said is cleaned here too, as in
// ErrorTo.
func FenceProofTo(p core.FenceProof) *pb.FenceProof {
	return &pb.FenceProof{Gateway: short(p.Gateway), FreshTaken: p.FreshTaken, OldRefused: p.OldRefused,
		GatewayCode: short(p.Said.Code), GatewayMessage: short(p.Said.Message), GatewayRequestId: short(p.Said.RequestID)}
}

// FenceProofFrom reads a FenceProof.
func FenceProofFrom(m *pb.FenceProof) core.FenceProof {
	return core.FenceProof{Gateway: short(m.GetGateway()), FreshTaken: m.GetFreshTaken(), OldRefused: m.GetOldRefused(),
		Said: core.GatewayError{Code: short(m.GetGatewayCode()), Message: short(m.GetGatewayMessage()), RequestID: short(m.GetGatewayRequestId())}}
}
