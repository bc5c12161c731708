package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// Client is the host's end of one adapter process. It is a core.Adapter with every optional
// interface; what the adapter lacks answers Unsupported. It is safe for concurrent use.
//
// Every call has a deadline: the caller's or the configured one, whichever is sooner. A write that
// was handed over to the adapter and then lost is InDoubt; one that provably was not is NotDone.
type Client struct {
	config  Config
	service pb.AdapterServiceClient
	conn    *grpc.ClientConn
	// process is nil where there is none, in tests.
	process *process
	// stop ends the connection and the process.
	stop   func() error
	scrub  func(string) string
	closed atomic.Bool
}

var (
	_ core.Adapter          = (*Client)(nil)
	_ core.OrderGetter      = (*Client)(nil)
	_ core.Quoter           = (*Client)(nil)
	_ core.Canceller        = (*Client)(nil)
	_ core.ReceiptConfirmer = (*Client)(nil)
	_ core.RefundGetter     = (*Client)(nil)
	_ core.FenceProver      = (*Client)(nil)
	_ core.OrderPager       = (*Client)(nil)
)

func newClient(c Config, service pb.AdapterServiceClient, process *process, stop func() error) *Client {
	return &Client{config: c, service: service, process: process, stop: stop, scrub: scrubber(c.Settings)}
}

// PID is the adapter's process id; 0 where there is no process.
func (c *Client) PID() int {
	if c.process == nil {
		return 0
	}
	return c.process.pid()
}

// Exit says how the adapter's process ended: "exit status 0", "signal: killed"; "" while it runs.
func (c *Client) Exit() string {
	if c.process == nil || !c.process.exited() {
		return ""
	}
	return c.process.exit()
}

// Close ends the adapter: it is asked to, and killed with its children when it does not; that
// takes 3 s at most. It may be called more than once. A write that is under way is InDoubt.
func (c *Client) Close() error {
	c.closed.Store(true)
	return c.stop()
}

// Describe implements core.Adapter.
func (c *Client) Describe(ctx context.Context) (core.Description, error) {
	return call(ctx, c, reading(core.OpDescribe), describeTimeout, c.service.Describe, &pb.DescribeRequest{},
		func(m *pb.DescribeResponse) (core.Description, error) {
			return present(m.GetDescription(), wire.DescriptionFrom)
		})
}

// CreateOrder implements core.Adapter.
func (c *Client) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return call(ctx, c, writing(core.OpCreateOrder), c.config.WriteTimeout, c.service.CreateOrder, wire.CreateOrderTo(r),
		func(m *pb.CreateOrderResponse) (core.Order, error) {
			return present(m.GetOrder(), wire.OrderFrom, orderHasID, ordersDiffer, answersRef(r.Ref, func(o core.Order) core.Ref { return o.Ref }))
		})
}

// GetOrder implements core.OrderGetter.
func (c *Client) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	return call(ctx, c, reading(core.OpGetOrder), c.config.ReadTimeout, c.service.GetOrder, wire.GetOrderTo(r),
		func(m *pb.GetOrderResponse) (core.Order, error) {
			return present(m.GetOrder(), wire.OrderFrom, orderHasID, about(r.Order, func(o core.Order) core.OrderID { return o.ID }))
		})
}

// Pay implements core.Adapter.
func (c *Client) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	return call(ctx, c, writing(core.OpPay), c.config.WriteTimeout, c.service.Pay, wire.PayTo(r),
		func(m *pb.PayResponse) (core.Payment, error) {
			return present(m.GetPayment(), wire.PaymentFrom, paymentFits(r.Expect), about(r.Order, func(p core.Payment) core.OrderID { return p.Order.ID }))
		})
}

// Track implements core.Adapter.
func (c *Client) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	return call(ctx, c, reading(core.OpTrack), c.config.ReadTimeout, c.service.Track, wire.TrackTo(r),
		func(m *pb.TrackResponse) (core.Tracking, error) {
			return present(m.GetTracking(), wire.TrackingFrom, about(r.Order, func(t core.Tracking) core.OrderID { return t.Order.ID }))
		})
}

// Refund implements core.Adapter.
func (c *Client) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	return call(ctx, c, writing(core.OpRefund), c.config.WriteTimeout, c.service.Refund, wire.RefundRequestTo(r),
		func(m *pb.RefundResponse) (core.Refund, error) {
			return present(m.GetRefund(), wire.RefundFrom, refundHasID, about(r.Order, refundOrder), answersRef(r.Ref, func(f core.Refund) core.Ref { return f.Ref }))
		})
}

// GetRefund implements core.RefundGetter.
func (c *Client) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	return call(ctx, c, reading(core.OpGetRefund), c.config.ReadTimeout, c.service.GetRefund, wire.GetRefundTo(r),
		func(m *pb.GetRefundResponse) (core.Refund, error) {
			return present(m.GetRefund(), wire.RefundFrom, refundIs(r.ID), about(r.Order, refundOrder))
		})
}

func refundOrder(f core.Refund) core.OrderID { return f.Order.ID }

// CancelOrder implements core.Canceller.
func (c *Client) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	return call(ctx, c, writing(core.OpCancelOrder), c.config.WriteTimeout, c.service.CancelOrder, wire.CancelOrderTo(r),
		func(m *pb.CancelOrderResponse) (core.Cancellation, error) {
			return present(m.GetCancellation(), wire.CancellationFrom, about(r.Order, func(n core.Cancellation) core.OrderID { return n.Order.ID }))
		})
}

// Quote implements core.Quoter.
func (c *Client) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	return call(ctx, c, reading(core.OpQuote), c.config.ReadTimeout, c.service.Quote, wire.QuoteRequestTo(r),
		func(m *pb.QuoteResponse) (core.Quote, error) { return present(m.GetQuote(), wire.QuoteFrom) })
}

// ConfirmReceipt implements core.ReceiptConfirmer.
func (c *Client) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	return call(ctx, c, writing(core.OpConfirmReceipt), c.config.WriteTimeout, c.service.ConfirmReceipt, wire.ConfirmReceiptTo(r),
		func(m *pb.ConfirmReceiptResponse) (core.Receipt, error) {
			return present(m.GetReceipt(), wire.ReceiptFrom, about(r.Order, func(n core.Receipt) core.OrderID { return n.Order.ID }))
		})
}

// opProveFence is named in errors; it is no operation of Describe.
const opProveFence = core.Operation("prove_fence")

// ProveFence implements core.FenceProver. It has the time of two reads.
func (c *Client) ProveFence(ctx context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	return call(ctx, c, reading(opProveFence), 2*c.config.ReadTimeout, c.service.ProveFence, wire.ProveFenceTo(r),
		func(m *pb.ProveFenceResponse) (core.FenceProof, error) {
			return present(m.GetProof(), func(m *pb.FenceProof) (core.FenceProof, error) {
				proof := wire.FenceProofFrom(m)
				for _, text := range []*string{&proof.Gateway, &proof.Said.Code, &proof.Said.Message, &proof.Said.RequestID} {
					*text = c.scrub(*text)
				}
				return proof, nil
			}, proofNamesGateway)
		})
}

// Invoke implements core.Invoker. It is a write where the request has an attempt.
func (c *Client) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	kind, timeout := invoking(r), c.config.ReadTimeout
	if kind.write {
		timeout = c.config.WriteTimeout
	}
	return call(ctx, c, kind, timeout, c.service.Invoke, wire.InvokeRequestTo(r),
		func(m *pb.InvokeResponse) (core.InvokeAnswer, error) {
			return present(m.GetAnswer(), wire.InvokeAnswerFrom, answersInJSON, answersFor(r.Endpoint))
		})
}

func invoking(r core.InvokeRequest) kind {
	if r.Attempt == (core.Attempt{}) {
		return reading(core.OpInvoke)
	}
	return writing(core.OpInvoke)
}

func answersInJSON(a core.InvokeAnswer) error {
	if a.Data != nil && !json.Valid(a.Data) {
		return errors.New("data: is no JSON")
	}
	return nil
}

func answersFor(endpoint string) func(core.InvokeAnswer) error {
	return func(a core.InvokeAnswer) error {
		if a.Endpoint != endpoint {
			return fmt.Errorf("endpoint: is %q, but %q was called", a.Endpoint, endpoint)
		}
		return nil
	}
}

// parseTimeout is what a gateway's patience of one second leaves for the verification of a message.
const parseTimeout = 300 * time.Millisecond

// ParseMessage implements core.MessageParser.
func (c *Client) ParseMessage(ctx context.Context, r core.MessageRequest) (core.Message, error) {
	return call(ctx, c, reading(core.OpMessage), parseTimeout, c.service.ParseMessage, wire.MessageRequestTo(r),
		func(m *pb.ParseMessageResponse) (core.Message, error) {
			return present(m.GetMessage(), wire.MessageFrom)
		})
}
