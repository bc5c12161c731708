package plugin

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// Client is the host's end of one adapter process. It is a core.Adapter with every optional
// interface; what the adapter lacks answers Unsupported. It is safe for concurrent use.
type Client struct {
	config  Config
	service pb.AdapterServiceClient
	// process is nil where there is none, in tests.
	process *process
	// stop ends the connection and the process.
	stop func() error
}

var (
	_ core.Adapter          = (*Client)(nil)
	_ core.OrderGetter      = (*Client)(nil)
	_ core.Quoter           = (*Client)(nil)
	_ core.Canceller        = (*Client)(nil)
	_ core.ReceiptConfirmer = (*Client)(nil)
	_ core.RefundGetter     = (*Client)(nil)
	_ core.OrderPager       = (*Client)(nil)
)

// PID is the adapter's process id; 0 where there is no process.
func (c *Client) PID() int {
	if c.process == nil {
		return 0
	}
	return c.process.pid()
}

// Close ends the adapter: it is asked to, and killed with its children when it does not. It may be
// called more than once. A write that is under way is InDoubt.
func (c *Client) Close() error { return c.stop() }

// reply is what every answer of the contract has.
type reply interface{ GetError() *pb.Error }

// call makes one call with its deadline and turns whatever comes into a result or a typed error.
func call[Req any, Msg reply, Res any](ctx context.Context, c *Client, op core.Operation, write bool, timeout time.Duration,
	send func(context.Context, Req) (Msg, error), request Req, read func(Msg) (Res, error)) (Res, error) {
	var none Res
	if err := c.before(ctx, op); err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	message, err := send(ctx, request)
	if err != nil {
		return none, c.transportError(ctx, op, write, err)
	}
	if failure := message.GetError(); failure != nil {
		return none, verdict(op, write, failure)
	}
	result, err := read(message)
	if err != nil {
		return none, badAnswer(op, write, "the adapter's answer cannot be believed: "+err.Error())
	}
	return result, nil
}

// before refuses a call that provably cannot reach the adapter: nothing was handed over.
func (c *Client) before(ctx context.Context, op core.Operation) error {
	if err := ctx.Err(); err != nil {
		return &core.Error{Code: core.Canceled, Outcome: core.NotDone, Op: op, Message: "the call's time was over before it began", Err: err}
	}
	if c.process != nil && c.process.exited() {
		return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Op: op,
			Message: "the adapter " + c.config.Adapter + " is not running (" + c.process.exit() + "); nothing was sent", Detail: c.process.lastLines()}
	}
	return nil
}

// verdict is the adapter's own error. On a read it is never more than NotDone.
func verdict(op core.Operation, write bool, m *pb.Error) *core.Error {
	e := wire.ErrorFrom(m)
	if e.Op == "" {
		e.Op = op
	}
	if !write {
		e.Outcome = core.NotDone
	}
	return e
}

func badAnswer(op core.Operation, write bool, message string) *core.Error {
	e := &core.Error{Code: core.BadAnswer, Op: op, Message: message}
	if !write {
		e.Outcome = core.NotDone
	}
	return e
}

// transportError is a call that ended without an answer. A write that was handed over may have
// happened, whatever the reason.
func (c *Client) transportError(ctx context.Context, op core.Operation, write bool, err error) error {
	e := &core.Error{Op: op, Err: err, Outcome: core.InDoubt}
	if !write {
		e.Outcome = core.NotDone
	}
	switch status.Code(err) {
	case codes.Unimplemented:
		e.Code, e.Outcome, e.Message = core.Unsupported, core.NotDone, "the adapter "+c.config.Adapter+" does not implement it"
	case codes.Canceled:
		e.Code, e.Message = core.Canceled, "the call was cancelled"
	case codes.DeadlineExceeded:
		e.Code, e.Message = core.Unavailable, "the adapter did not answer in time"
	case codes.ResourceExhausted:
		e.Code, e.Message = core.BadAnswer, "the message is too large: at most 8 MiB are taken in either direction"
	default:
		e.Code, e.Message = core.Unavailable, "the connection to the adapter "+c.config.Adapter+" broke"
		c.addExit(ctx, e)
	}
	return e
}

// addExit waits shortly for the process to be seen dead, so that the error can say how it died.
func (c *Client) addExit(ctx context.Context, e *core.Error) {
	if c.process == nil || !c.process.awaitExit(ctx, time.Second) {
		return
	}
	e.Message = "the adapter " + c.config.Adapter + " ended in the middle of the call (" + c.process.exit() + ")"
	e.Detail = c.process.lastLines()
}

// Describe implements core.Adapter.
func (c *Client) Describe(ctx context.Context) (core.Description, error) {
	return call(ctx, c, core.OpDescribe, false, describeTimeout, unary(c.service.Describe), &pb.DescribeRequest{},
		func(m *pb.DescribeResponse) (core.Description, error) {
			if m.GetDescription() == nil {
				return core.Description{}, errEmpty
			}
			return wire.DescriptionFrom(m.GetDescription()), nil
		})
}

var errEmpty = errors.New("it holds neither a result nor an error")

// CreateOrder implements core.Adapter.
func (c *Client) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return call(ctx, c, core.OpCreateOrder, true, c.config.WriteTimeout, unary(c.service.CreateOrder), wire.CreateOrderTo(r),
		func(m *pb.CreateOrderResponse) (core.Order, error) { return present(m.GetOrder(), wire.OrderFrom) })
}

// GetOrder implements core.OrderGetter.
func (c *Client) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	return call(ctx, c, core.OpGetOrder, false, c.config.ReadTimeout, unary(c.service.GetOrder), wire.GetOrderTo(r),
		func(m *pb.GetOrderResponse) (core.Order, error) { return present(m.GetOrder(), wire.OrderFrom) })
}

// Pay implements core.Adapter.
func (c *Client) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	return call(ctx, c, core.OpPay, true, c.config.WriteTimeout, unary(c.service.Pay), wire.PayTo(r),
		func(m *pb.PayResponse) (core.Payment, error) { return present(m.GetPayment(), wire.PaymentFrom) })
}

// Track implements core.Adapter.
func (c *Client) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	return call(ctx, c, core.OpTrack, false, c.config.ReadTimeout, unary(c.service.Track), wire.TrackTo(r),
		func(m *pb.TrackResponse) (core.Tracking, error) { return present(m.GetTracking(), wire.TrackingFrom) })
}

// Refund implements core.Adapter.
func (c *Client) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	return call(ctx, c, core.OpRefund, true, c.config.WriteTimeout, unary(c.service.Refund), wire.RefundRequestTo(r),
		func(m *pb.RefundResponse) (core.Refund, error) { return present(m.GetRefund(), wire.RefundFrom) })
}

// GetRefund implements core.RefundGetter.
func (c *Client) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	return call(ctx, c, core.OpGetRefund, false, c.config.ReadTimeout, unary(c.service.GetRefund), wire.GetRefundTo(r),
		func(m *pb.GetRefundResponse) (core.Refund, error) { return present(m.GetRefund(), wire.RefundFrom) })
}

// CancelOrder implements core.Canceller.
func (c *Client) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	return call(ctx, c, core.OpCancelOrder, true, c.config.WriteTimeout, unary(c.service.CancelOrder), wire.CancelOrderTo(r),
		func(m *pb.CancelOrderResponse) (core.Cancellation, error) {
			return present(m.GetCancellation(), wire.CancellationFrom)
		})
}

// Quote implements core.Quoter.
func (c *Client) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	return call(ctx, c, core.OpQuote, false, c.config.ReadTimeout, unary(c.service.Quote), wire.QuoteRequestTo(r),
		func(m *pb.QuoteResponse) (core.Quote, error) { return present(m.GetQuote(), wire.QuoteFrom) })
}

// ConfirmReceipt implements core.ReceiptConfirmer.
func (c *Client) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	return call(ctx, c, core.OpConfirmReceipt, true, c.config.WriteTimeout, unary(c.service.ConfirmReceipt), wire.ConfirmReceiptTo(r),
		func(m *pb.ConfirmReceiptResponse) (core.Receipt, error) {
			return present(m.GetReceipt(), wire.ReceiptFrom)
		})
}

// ListOrders implements core.Adapter: one page.
func (c *Client) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	for page, err := range c.stream(ctx, r, 1) {
		return page, err
	}
	return core.OrderPage{}, badAnswer(core.OpListOrders, false, "the adapter ended the list without a page")
}

// OrderPages implements core.OrderPager: the adapter streams pages as they are read.
func (c *Client) OrderPages(ctx context.Context, r core.ListOrdersRequest) iter.Seq2[core.OrderPage, error] {
	return c.stream(ctx, r, 0)
}

// stream gives each page until the last; the deadline is the caller's, and each page has the time
// of one read.
func (c *Client) stream(ctx context.Context, r core.ListOrdersRequest, maxPages int) iter.Seq2[core.OrderPage, error] {
	return func(yield func(core.OrderPage, error) bool) {
		if err := c.before(ctx, core.OpListOrders); err != nil {
			yield(core.OrderPage{}, err)
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		stream, err := c.service.ListOrders(ctx, wire.ListOrdersTo(r, maxPages))
		for err == nil {
			var message *pb.ListOrdersResponse
			timer := time.AfterFunc(c.config.ReadTimeout, func() { cancel(context.DeadlineExceeded) })
			message, err = stream.Recv()
			timer.Stop()
			if err != nil {
				break
			}
			page, pageErr := readPage(message)
			if !yield(page, pageErr) || pageErr != nil {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				err = status.FromContextError(context.DeadlineExceeded).Err()
			}
			yield(core.OrderPage{}, c.transportError(ctx, core.OpListOrders, false, err))
		}
	}
}

func readPage(m *pb.ListOrdersResponse) (core.OrderPage, error) {
	if failure := m.GetError(); failure != nil {
		return core.OrderPage{}, verdict(core.OpListOrders, false, failure)
	}
	page, err := present(m.GetPage(), wire.OrderPageFrom)
	if err != nil {
		return core.OrderPage{}, badAnswer(core.OpListOrders, false, "the adapter's answer cannot be believed: "+err.Error())
	}
	return page, nil
}

// present reads a result that must be there.
func present[M any, T any](m *M, read func(*M) (T, error)) (T, error) {
	if m == nil {
		var none T
		return none, errEmpty
	}
	return read(m)
}
