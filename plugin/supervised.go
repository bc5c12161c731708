package plugin

import (
	"context"
	"errors"
	"iter"

	"github.com/sampan-go/sampan/core"
)

var (
	_ core.Adapter          = (*Supervisor)(nil)
	_ core.OrderGetter      = (*Supervisor)(nil)
	_ core.Quoter           = (*Supervisor)(nil)
	_ core.Canceller        = (*Supervisor)(nil)
	_ core.ReceiptConfirmer = (*Supervisor)(nil)
	_ core.RefundGetter     = (*Supervisor)(nil)
	_ core.OrderPager       = (*Supervisor)(nil)
	_ core.FenceProver      = (*Supervisor)(nil)
)

// supervised makes one call. A read whose process ended in the middle of it is made once more, on the
// next process and inside its caller's time; a write is made once.
func supervised[Req, Res any](ctx context.Context, s *Supervisor, k kind, call func(*Client, context.Context, Req) (Res, error), request Req) (Res, error) {
	var none Res
	for again := !k.write; ; again = false {
		r, err := s.acquire(ctx, k)
		if err != nil {
			return none, err
		}
		result, err := call(r.client, ctx, request)
		s.release(r)
		if err == nil || !again || !lostProcess(r.client, err) {
			return result, err
		}
	}
}

// lostProcess reports whether a call failed because its process is gone.
func lostProcess(c *Client, err error) bool {
	return errors.Is(err, core.Unavailable) && c.process.exited()
}

// Describe implements core.Adapter.
func (s *Supervisor) Describe(ctx context.Context) (core.Description, error) {
	return supervised(ctx, s, reading(core.OpDescribe), func(c *Client, ctx context.Context, _ struct{}) (core.Description, error) { return c.Describe(ctx) }, struct{}{})
}

// CreateOrder implements core.Adapter.
func (s *Supervisor) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return supervised(ctx, s, writing(core.OpCreateOrder), (*Client).CreateOrder, r)
}

// ListOrders implements core.Adapter.
func (s *Supervisor) ListOrders(ctx context.Context, r core.ListOrdersRequest) (core.OrderPage, error) {
	return supervised(ctx, s, reading(core.OpListOrders), (*Client).ListOrders, r)
}

// GetOrder implements core.OrderGetter.
func (s *Supervisor) GetOrder(ctx context.Context, r core.GetOrderRequest) (core.Order, error) {
	return supervised(ctx, s, reading(core.OpGetOrder), (*Client).GetOrder, r)
}

// Pay implements core.Adapter.
func (s *Supervisor) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	return supervised(ctx, s, writing(core.OpPay), (*Client).Pay, r)
}

// Track implements core.Adapter.
func (s *Supervisor) Track(ctx context.Context, r core.TrackRequest) (core.Tracking, error) {
	return supervised(ctx, s, reading(core.OpTrack), (*Client).Track, r)
}

// Refund implements core.Adapter.
func (s *Supervisor) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	return supervised(ctx, s, writing(core.OpRefund), (*Client).Refund, r)
}

// GetRefund implements core.RefundGetter.
func (s *Supervisor) GetRefund(ctx context.Context, r core.GetRefundRequest) (core.Refund, error) {
	return supervised(ctx, s, reading(core.OpGetRefund), (*Client).GetRefund, r)
}

// CancelOrder implements core.Canceller.
func (s *Supervisor) CancelOrder(ctx context.Context, r core.CancelOrderRequest) (core.Cancellation, error) {
	return supervised(ctx, s, writing(core.OpCancelOrder), (*Client).CancelOrder, r)
}

// Quote implements core.Quoter.
func (s *Supervisor) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	return supervised(ctx, s, reading(core.OpQuote), (*Client).Quote, r)
}

// ConfirmReceipt implements core.ReceiptConfirmer.
func (s *Supervisor) ConfirmReceipt(ctx context.Context, r core.ConfirmReceiptRequest) (core.Receipt, error) {
	return supervised(ctx, s, writing(core.OpConfirmReceipt), (*Client).ConfirmReceipt, r)
}

// ProveFence implements core.FenceProver.
func (s *Supervisor) ProveFence(ctx context.Context, r core.ProveFenceRequest) (core.FenceProof, error) {
	return supervised(ctx, s, reading("prove_fence"), (*Client).ProveFence, r)
}

// Invoke implements core.Invoker.
func (s *Supervisor) Invoke(ctx context.Context, r core.InvokeRequest) (core.InvokeAnswer, error) {
	return supervised(ctx, s, invoking(r), (*Client).Invoke, r)
}

// ParseMessage implements core.MessageParser.
func (s *Supervisor) ParseMessage(ctx context.Context, r core.MessageRequest) (core.Message, error) {
	return supervised(ctx, s, reading(core.OpMessage), (*Client).ParseMessage, r)
}

// OrderPages implements core.OrderPager. A list that breaks off goes on, once, from the page that its
// caller did not get.
func (s *Supervisor) OrderPages(ctx context.Context, r core.ListOrdersRequest) iter.Seq2[core.OrderPage, error] {
	return func(yield func(core.OrderPage, error) bool) {
		for again := true; ; again = false {
			p, err := s.acquire(ctx, reading(core.OpListOrders))
			if err != nil {
				yield(core.OrderPage{}, err)
				return
			}
			broke := false
			for page, err := range p.client.OrderPages(ctx, r) {
				if err != nil && again && lostProcess(p.client, err) {
					broke = true
					break
				}
				if !yield(page, err) {
					break
				}
				r.Cursor = page.Next
			}
			s.release(p)
			if !broke {
				return
			}
		}
	}
}
