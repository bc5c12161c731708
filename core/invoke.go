package core

import (
	"context"
	"encoding/json"

	"github.com/sampan-go/sampan/core/money"
)

// OpInvoke is a call of an entry of the gateway's menu by its name. Description.Endpoints lists them.
const OpInvoke Operation = "invoke"

// InvokeRequest is one call by name.
type InvokeRequest struct {
	// Endpoint is the entry's name: see Description.Endpoint.
	Endpoint string
	// Data is a JSON object, at most 1 MiB: the members of the body, or of the query where the method
	// is GET, and the values for the path's placeholders. Keys and signature are added by the adapter.
	Data json.RawMessage
	// Ref is required where the entry writes: the same ref and content is sent once.
	Ref Ref
	// Spend is required where money leaves in the call itself: the most that may leave. It counts
	// against the account's limits; the gateway is not bound by it.
	Spend   money.Amount
	Attempt Attempt
}

// InvokeAnswer is what the gateway answered inside its envelope.
type InvokeAnswer struct {
	Endpoint string `json:"endpoint"`
	// Data is the gateway's own JSON, at most 1 MiB; nil where there is none, or where a write was
	// answered with more. It may hold an address, so it enters no journal: an answer that is replayed has
	// none.
	Data      json.RawMessage `json:"-"`
	RequestID string          `json:"request_id,omitempty"`
}

// Invoker calls what has no typed operation.
type Invoker interface {
	// Invoke makes one signed call of an entry that Describe offers. Where the entry writes, it may
	// have happened when it fails or is cancelled.
	Invoke(context.Context, InvokeRequest) (InvokeAnswer, error)
}

// Invoke calls an entry of the gateway's menu by name. A read is sent as it is. A write needs a Ref and
// takes the way of all writes: recorded first, sent once, and in doubt only a person can tell, since
// nothing is known of how to look it up. What a typed operation does with its guards is refused here.
func (b *Buyer) Invoke(ctx context.Context, r InvokeRequest) (InvokeAnswer, error) {
	endpoint, err := b.description.Endpoint(r.Endpoint)
	if err != nil {
		return InvokeAnswer{}, atOp(OpInvoke, err)
	}
	invoker, ok := b.adapter.(Invoker)
	if !ok {
		return InvokeAnswer{}, NotOffered(OpInvoke, "the adapter "+b.description.Adapter+" lists endpoints and does not call them; tell its author")
	}
	r.Endpoint = endpoint.Name
	if r.Data, err = canonical(r.Data); err != nil {
		return InvokeAnswer{}, atOp(OpInvoke, err)
	}
	if !endpoint.Writes() {
		answer, err := invoker.Invoke(ctx, r)
		return answer, readError(OpInvoke, err)
	}
	if err := b.guardInvoke(endpoint, r); err != nil {
		return InvokeAnswer{}, atOp(OpInvoke, err)
	}
	return run(ctx, b, b.invoking(invoker, r))
}

// guardInvoke refuses what could cost more than was agreed to, before anything is sent.
func (b *Buyer) guardInvoke(endpoint Endpoint, r InvokeRequest) error {
	if endpoint.Typed != "" {
		return guarded("endpoint", "%s is what the operation %s does, which guards it; use that. Nothing was sent", endpoint.Name, endpoint.Typed)
	}
	if err := validRef(r.Ref); err != nil {
		return err
	}
	switch {
	case endpoint.Spends && r.Spend.Sign() <= 0:
		return Invalid("spend", "is missing: %s pays in the call itself, so say what may leave at most", endpoint.Name)
	case !endpoint.Spends && r.Spend.IsSet():
		return Invalid("spend", "must be left out: %s pays nothing", endpoint.Name)
	case !endpoint.Spends:
		return nil
	}
	return b.limits.admit(r.Spend, "spend")
}

// invokeInput is what the journal keeps of a call: its data may hold an address, so a hash of it is all.
type invokeInput struct {
	Endpoint string `json:"endpoint"`
	Data     string `json:"data_sha256"`
}

func (b *Buyer) invoking(invoker Invoker, r InvokeRequest) write[InvokeAnswer] {
	return write[InvokeAnswer]{
		op: OpInvoke, key: string(r.Ref),
		content: struct {
			Endpoint string
			Data     json.RawMessage
			Spend    money.Amount
		}{r.Endpoint, r.Data, r.Spend},
		input: func(Intent) any { return invokeInput{r.Endpoint, inputHash(r.Data)} },
		spend: r.Spend,
		send: func(ctx context.Context, i Intent) (InvokeAnswer, error) {
			r.Attempt = i.Attempt
			return invoker.Invoke(ctx, r)
		},
	}
}

// invokeFrom is a recorded call: there is nothing to look up.
func (b *Buyer) invokeFrom(Intent) (write[InvokeAnswer], error) {
	return write[InvokeAnswer]{op: OpInvoke}, nil
}
