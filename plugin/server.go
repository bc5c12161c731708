package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// server is the adapter's end of every call.
type server struct {
	pb.UnimplementedAdapterServiceServer
	create      func(context.Context, string, json.RawMessage) (core.Adapter, error)
	configuring sync.Mutex
	adapter     atomic.Pointer[core.Adapter]
	gate        *gate
	panics      atomic.Int32
	// broken is called when the adapter panicked so often that its state cannot be trusted; nil: never.
	broken func()
	// again lets Configure be called again: for a debugger, where hosts come and go.
	again bool
}

func newServer(create func(context.Context, string, json.RawMessage) (core.Adapter, error)) *server {
	return &server{create: create, gate: newGate()}
}

// Configure makes the adapter. A second call is refused: settings do not change under calls.
func (s *server) Configure(ctx context.Context, m *pb.ConfigureRequest) (*pb.ConfigureResponse, error) {
	s.configuring.Lock()
	defer s.configuring.Unlock()
	adapter, err := guard(s, "", false, func() (core.Adapter, error) {
		if s.adapter.Load() != nil && !s.again {
			return nil, core.Invalid("settings", "were given already; start a new process for other settings")
		}
		return s.create(ctx, m.GetAccount(), m.GetSettingsJson())
	})
	if err == nil && adapter == nil {
		err = &core.Error{Code: core.Internal, Message: "the adapter's New gave neither an adapter nor an error; tell its author"}
	}
	if err != nil {
		return &pb.ConfigureResponse{Error: wire.ErrorTo(err, false)}, nil
	}
	s.adapter.Store(&adapter)
	return &pb.ConfigureResponse{}, nil
}

// answer runs one operation: it reads the request, calls the adapter, and makes the result.
// Panics, requests that cannot be read, and calls before Configure are errors like any other.
func answer[Req, Res any](s *server, op core.Operation, write bool, read func() (Req, error), call func(core.Adapter, Req) (Res, error)) (Res, *pb.Error) {
	result, err := guard(s, op, write, func() (Res, error) {
		var none Res
		leave, err := s.gate.enter(op)
		if err != nil {
			return none, err
		}
		defer leave()
		adapter := s.adapter.Load()
		if adapter == nil {
			return none, core.Invalid("settings", "are missing: the host has not called Configure")
		}
		request, err := read()
		if e, told := errors.AsType[*core.Error](err); told {
			return none, e
		}
		if err != nil {
			return none, core.Invalid("request", "cannot be read: %v", err)
		}
		return call(*adapter, request)
	})
	if err != nil {
		return result, wire.ErrorTo(ofContext(err), write)
	}
	return result, nil
}

// ofContext names the bare error of a context. Of a write's outcome it says nothing.
func ofContext(err error) error {
	if _, typed := errors.AsType[*core.Error](err); typed || !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &core.Error{Code: core.Canceled, Message: "the call's time was over, or it was cancelled: " + err.Error(), Err: err}
}

// with calls f on the adapter as the optional interface T.
func with[T, Req, Res any](op core.Operation, f func(T, Req) (Res, error)) func(core.Adapter, Req) (Res, error) {
	return func(a core.Adapter, r Req) (Res, error) {
		optional, ok := a.(T)
		if !ok {
			var none Res
			return none, core.NotOffered(op, "this adapter does not implement it")
		}
		return f(optional, r)
	}
}

func (s *server) Describe(ctx context.Context, _ *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	d, failure := answer(s, core.OpDescribe, false, nothing, func(a core.Adapter, _ struct{}) (core.Description, error) { return a.Describe(ctx) })
	if failure != nil {
		return &pb.DescribeResponse{Reply: &pb.DescribeResponse_Error{Error: failure}}, nil
	}
	m := wire.DescriptionTo(d)
	m.ContractMinor, m.Features = ContractMinor, features(*s.adapter.Load())
	return &pb.DescribeResponse{Reply: &pb.DescribeResponse_Description{Description: m}}, nil
}

func nothing() (struct{}, error) { return struct{}{}, nil }

func (s *server) CreateOrder(ctx context.Context, m *pb.CreateOrderRequest) (*pb.CreateOrderResponse, error) {
	order, failure := answer(s, core.OpCreateOrder, true, func() (core.CreateOrderRequest, error) { return wire.CreateOrderFrom(m) },
		func(a core.Adapter, r core.CreateOrderRequest) (core.Order, error) { return a.CreateOrder(ctx, r) })
	if failure != nil {
		return &pb.CreateOrderResponse{Reply: &pb.CreateOrderResponse_Error{Error: failure}}, nil
	}
	return &pb.CreateOrderResponse{Reply: &pb.CreateOrderResponse_Order{Order: wire.OrderTo(withoutLargeRaw(order))}}, nil
}

func (s *server) GetOrder(ctx context.Context, m *pb.GetOrderRequest) (*pb.GetOrderResponse, error) {
	order, failure := answer(s, core.OpGetOrder, false, func() (core.GetOrderRequest, error) { return wire.GetOrderFrom(m) },
		with(core.OpGetOrder, func(a core.OrderGetter, r core.GetOrderRequest) (core.Order, error) { return a.GetOrder(ctx, r) }))
	if failure != nil {
		return &pb.GetOrderResponse{Reply: &pb.GetOrderResponse_Error{Error: failure}}, nil
	}
	return &pb.GetOrderResponse{Reply: &pb.GetOrderResponse_Order{Order: wire.OrderTo(withoutLargeRaw(order))}}, nil
}

// largestRaw is what a host takes of a gateway's own object.
const largestRaw = 1 << 20

// withoutLargeRaw leaves out what the host would refuse the whole order for: a purchase must not be in
// doubt because its evidence is long.
func withoutLargeRaw(o core.Order) core.Order {
	if len(o.Raw) > largestRaw {
		slog.Warn("the gateway's object is left out: it is over 1 MiB", "order", string(o.ID), "bytes", len(o.Raw))
		o.Raw = nil
	}
	o.Siblings = slices.Clone(o.Siblings)
	for i := range o.Siblings {
		o.Siblings[i] = withoutLargeRaw(o.Siblings[i])
	}
	return o
}

// ListOrders streams page after page until the last, max_pages, an error, or until the host stops
// reading.
func (s *server) ListOrders(m *pb.ListOrdersRequest, stream grpc.ServerStreamingServer[pb.ListOrdersResponse]) error {
	ctx := stream.Context()
	var next func() (core.OrderPage, error, bool)
	stop := func() {}
	defer func() { stop() }()
	for pages := int32(0); ; {
		page, failure := answer(s, core.OpListOrders, false, func() (core.ListOrdersRequest, error) { return wire.ListOrdersFrom(m) },
			func(a core.Adapter, r core.ListOrdersRequest) (core.OrderPage, error) {
				if next == nil {
					next, stop = iter.Pull2(pagesOf(ctx, a, r, m.GetMaxPages()))
				}
				page, err, _ := next()
				return page, err
			})
		if failure != nil {
			return stream.Send(&pb.ListOrdersResponse{Reply: &pb.ListOrdersResponse_Error{Error: failure}})
		}
		page.Orders = slices.Clone(page.Orders)
		for i := range page.Orders {
			page.Orders[i] = withoutLargeRaw(page.Orders[i])
		}
		if err := stream.Send(&pb.ListOrdersResponse{Reply: &pb.ListOrdersResponse_Page{Page: wire.OrderPageTo(page)}}); err != nil {
			return err
		}
		if pages++; page.Next == "" || pages == m.GetMaxPages() {
			return nil
		}
	}
}

// pagesOf reads ahead where the adapter can, and more than one page is wanted.
func pagesOf(ctx context.Context, a core.Adapter, r core.ListOrdersRequest, most int32) iter.Seq2[core.OrderPage, error] {
	if pager, ok := a.(core.OrderPager); ok && most != 1 {
		return pager.OrderPages(ctx, r)
	}
	return core.PagesOf(ctx, a.ListOrders, r)
}

func (s *server) Pay(ctx context.Context, m *pb.PayRequest) (*pb.PayResponse, error) {
	payment, failure := answer(s, core.OpPay, true, func() (core.PayRequest, error) { return wire.PayFrom(m) },
		func(a core.Adapter, r core.PayRequest) (core.Payment, error) { return a.Pay(ctx, r) })
	if failure != nil {
		return &pb.PayResponse{Reply: &pb.PayResponse_Error{Error: failure}}, nil
	}
	return &pb.PayResponse{Reply: &pb.PayResponse_Payment{Payment: wire.PaymentTo(payment)}}, nil
}

func (s *server) Track(ctx context.Context, m *pb.TrackRequest) (*pb.TrackResponse, error) {
	tracking, failure := answer(s, core.OpTrack, false, func() (core.TrackRequest, error) { return wire.TrackFrom(m) },
		func(a core.Adapter, r core.TrackRequest) (core.Tracking, error) { return a.Track(ctx, r) })
	if failure != nil {
		return &pb.TrackResponse{Reply: &pb.TrackResponse_Error{Error: failure}}, nil
	}
	return &pb.TrackResponse{Reply: &pb.TrackResponse_Tracking{Tracking: wire.TrackingTo(tracking)}}, nil
}

func (s *server) Refund(ctx context.Context, m *pb.RefundRequest) (*pb.RefundResponse, error) {
	refund, failure := answer(s, core.OpRefund, true, func() (core.RefundRequest, error) { return wire.RefundRequestFrom(m) },
		func(a core.Adapter, r core.RefundRequest) (core.Refund, error) { return a.Refund(ctx, r) })
	if failure != nil {
		return &pb.RefundResponse{Reply: &pb.RefundResponse_Error{Error: failure}}, nil
	}
	return &pb.RefundResponse{Reply: &pb.RefundResponse_Refund{Refund: wire.RefundTo(refund)}}, nil
}

func (s *server) GetRefund(ctx context.Context, m *pb.GetRefundRequest) (*pb.GetRefundResponse, error) {
	refund, failure := answer(s, core.OpGetRefund, false, func() (core.GetRefundRequest, error) { return wire.GetRefundFrom(m) },
		with(core.OpGetRefund, func(a core.RefundGetter, r core.GetRefundRequest) (core.Refund, error) { return a.GetRefund(ctx, r) }))
	if failure != nil {
		return &pb.GetRefundResponse{Reply: &pb.GetRefundResponse_Error{Error: failure}}, nil
	}
	return &pb.GetRefundResponse{Reply: &pb.GetRefundResponse_Refund{Refund: wire.RefundTo(refund)}}, nil
}

func (s *server) CancelOrder(ctx context.Context, m *pb.CancelOrderRequest) (*pb.CancelOrderResponse, error) {
	cancellation, failure := answer(s, core.OpCancelOrder, true, func() (core.CancelOrderRequest, error) { return wire.CancelOrderFrom(m) },
		with(core.OpCancelOrder, func(a core.Canceller, r core.CancelOrderRequest) (core.Cancellation, error) {
			return a.CancelOrder(ctx, r)
		}))
	if failure != nil {
		return &pb.CancelOrderResponse{Reply: &pb.CancelOrderResponse_Error{Error: failure}}, nil
	}
	return &pb.CancelOrderResponse{Reply: &pb.CancelOrderResponse_Cancellation{Cancellation: wire.CancellationTo(cancellation)}}, nil
}

func (s *server) Quote(ctx context.Context, m *pb.QuoteRequest) (*pb.QuoteResponse, error) {
	quote, failure := answer(s, core.OpQuote, false, func() (core.QuoteRequest, error) { return wire.QuoteRequestFrom(m) },
		with(core.OpQuote, func(a core.Quoter, r core.QuoteRequest) (core.Quote, error) { return a.Quote(ctx, r) }))
	if failure != nil {
		return &pb.QuoteResponse{Reply: &pb.QuoteResponse_Error{Error: failure}}, nil
	}
	return &pb.QuoteResponse{Reply: &pb.QuoteResponse_Quote{Quote: wire.QuoteTo(quote)}}, nil
}

func (s *server) ConfirmReceipt(ctx context.Context, m *pb.ConfirmReceiptRequest) (*pb.ConfirmReceiptResponse, error) {
	receipt, failure := answer(s, core.OpConfirmReceipt, true, func() (core.ConfirmReceiptRequest, error) { return wire.ConfirmReceiptFrom(m) },
		with(core.OpConfirmReceipt, func(a core.ReceiptConfirmer, r core.ConfirmReceiptRequest) (core.Receipt, error) {
			return a.ConfirmReceipt(ctx, r)
		}))
	if failure != nil {
		return &pb.ConfirmReceiptResponse{Reply: &pb.ConfirmReceiptResponse_Error{Error: failure}}, nil
	}
	return &pb.ConfirmReceiptResponse{Reply: &pb.ConfirmReceiptResponse_Receipt{Receipt: wire.ReceiptTo(receipt)}}, nil
}

func (s *server) ProveFence(ctx context.Context, m *pb.ProveFenceRequest) (*pb.ProveFenceResponse, error) {
	proof, failure := answer(s, opProveFence, false, func() (core.ProveFenceRequest, error) { return wire.ProveFenceFrom(m), nil },
		with(opProveFence, func(a core.FenceProver, r core.ProveFenceRequest) (core.FenceProof, error) {
			return a.ProveFence(ctx, r)
		}))
	if failure != nil {
		return &pb.ProveFenceResponse{Reply: &pb.ProveFenceResponse_Error{Error: failure}}, nil
	}
	return &pb.ProveFenceResponse{Reply: &pb.ProveFenceResponse_Proof{Proof: wire.FenceProofTo(proof)}}, nil
}

// Invoke is a write where the host gave an attempt.
func (s *server) Invoke(ctx context.Context, m *pb.InvokeRequest) (*pb.InvokeResponse, error) {
	result, failure := answer(s, core.OpInvoke, m.GetAttempt() != nil, func() (core.InvokeRequest, error) { return wire.InvokeRequestFrom(m) },
		with(core.OpInvoke, func(a core.Invoker, r core.InvokeRequest) (core.InvokeAnswer, error) {
			result, err := a.Invoke(ctx, r)
			if len(result.Data) <= core.MaxInvokeData || err != nil {
				return result, err
			}
			if result.Data = nil; m.GetAttempt() != nil {
				return result, nil // it happened, whatever its answer was
			}
			return result, &core.Error{Code: core.BadAnswer, Outcome: core.NotDone, Op: core.OpInvoke, Message: "the gateway answered with more than 1 MiB; ask for less at a time"}
		}))
	if failure != nil {
		return &pb.InvokeResponse{Reply: &pb.InvokeResponse_Error{Error: failure}}, nil
	}
	return &pb.InvokeResponse{Reply: &pb.InvokeResponse_Answer{Answer: wire.InvokeAnswerTo(result)}}, nil
}

// ParseMessage reads a pushed message; nothing is sent.
func (s *server) ParseMessage(ctx context.Context, m *pb.ParseMessageRequest) (*pb.ParseMessageResponse, error) {
	message, failure := answer(s, core.OpMessage, false, func() (core.MessageRequest, error) { return wire.MessageRequestFrom(m) },
		with(core.OpMessage, func(a core.MessageParser, r core.MessageRequest) (core.Message, error) { return a.ParseMessage(ctx, r) }))
	if failure != nil {
		return &pb.ParseMessageResponse{Reply: &pb.ParseMessageResponse_Error{Error: failure}}, nil
	}
	return &pb.ParseMessageResponse{Reply: &pb.ParseMessageResponse_Message{Message: wire.MessageTo(message)}}, nil
}
