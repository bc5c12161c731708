package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sampan-go/sampan/core"
)

// opProveFence is named in errors; it is no operation of Describe.
const opProveFence = core.Operation("prove_fence")

// ProveFence makes a read twice, signed now and signed r.Age ago, and says what PandaPon said.
//
// PandaPon documents that it refuses a timestamp that is 600 s off, and not with which code (its
// table of codes is UNKNOWN). So the old one counts as refused for its age only with a code of
// settings.expired_codes; any other answer, a time-out and an HTTP 5xx prove nothing.
//
// Its errors are NotDone: InvalidInput (an age that the gateway takes), Unsupported (the read is off),
// Canceled, and the codes of Call where the first read brought no answer.
func (c *Client) ProveFence(ctx context.Context, read Call, r core.ProveFenceRequest) (core.FenceProof, error) {
	if r.Age <= SignatureWindow {
		return core.FenceProof{}, atProof(core.Invalid("age", "must be more than %s, which PandaPon takes", SignatureWindow))
	}
	row, err := c.table.Endpoint(read.Endpoint)
	if err != nil {
		return core.FenceProof{}, atProof(err)
	}
	if row.Write {
		return core.FenceProof{}, atProof(core.Invalid("endpoint", "is a write; a fence is proved by reads alone"))
	}
	proof := core.FenceProof{Gateway: c.settings.BaseURL} // effect.New refuses one with a user's name
	_, fresh := c.callAged(ctx, read, 0)
	if gave := saidIn(fresh); fresh != nil && gave == (core.GatewayError{}) {
		return core.FenceProof{}, atProof(fresh)
	}
	reply, old := c.callAged(ctx, read, r.Age)
	if old != nil && ctx.Err() != nil {
		return core.FenceProof{}, atProof(old)
	}
	proof.FreshTaken = fresh == nil
	proof.OldRefused = proof.FreshTaken && c.refusedForAge(old)
	proof.Said = saidIn(old)
	switch {
	case old == nil:
		proof.Said = core.GatewayError{Code: successCode, RequestID: reply.RequestID}
	case proof.Said == (core.GatewayError{}): // nobody said anything; that is to be told too
		proof.Said.Message = old.Error()
	}
	return proof, nil
}

func (c *Client) callAged(ctx context.Context, read Call, age time.Duration) (Reply, error) {
	read.age = age
	return c.Call(ctx, read)
}

// refusedForAge goes by codes of which the operator knows what they mean, in an answer that is
// PandaPon's own.
func (c *Client) refusedForAge(err error) bool {
	told := errors.Is(err, core.Refused) || errors.Is(err, core.Denied)
	return told && slices.Contains(c.settings.ExpiredCodes, saidIn(err).Code)
}

// saidIn is what the gateway said in an error; nothing where it did not answer.
func saidIn(err error) core.GatewayError {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.Gateway
	}
	return core.GatewayError{}
}

func atProof(err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok {
		told := *e
		told.Op = opProveFence
		return &told
	}
	return err
}
