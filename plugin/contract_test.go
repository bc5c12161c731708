package plugin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/internal/filled"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Adapter programs of other versions of the contract.
const (
	nextMajor       = "next-major"
	nextMinor       = "next-minor"        // every answer has members and words that this host does not know
	nextMinorErrors = "next-minor-errors" // every answer is such an error
	firstMinor      = "first-minor"       // has nothing that came after 1.0
)

// serveOther serves without plugin.Serve, as a later or earlier one of it would.
func serveOther(mode string) {
	own := plugin.Handshake
	if mode == nextMajor {
		own.ProtocolVersion++
	}
	goplugin.Serve(&goplugin.ServeConfig{HandshakeConfig: own, Plugins: goplugin.PluginSet{plugin.PluginName: plugin.ServiceOf(newFake)},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.UnaryInterceptor(
				func(ctx context.Context, m any, call *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
					return otherAnswer(ctx, mode, m, call.FullMethod, next)
				}), grpc.StreamInterceptor(func(s any, stream grpc.ServerStream, call *grpc.StreamServerInfo, next grpc.StreamHandler) error {
				if strings.HasPrefix(mode, nextMinor) && strings.HasSuffix(call.FullMethod, "/ListOrders") {
					return stream.SendMsg(later(mode, "ListOrders"))
				}
				return next(s, stream)
			}))...)
		}})
}

func otherAnswer(ctx context.Context, mode string, m any, method string, next grpc.UnaryHandler) (any, error) {
	call, ours := strings.CutPrefix(method, "/sampan.v1.AdapterService/")
	switch {
	case !ours || call == "Configure":
		return next(ctx, m)
	case strings.HasPrefix(mode, nextMinor):
		return later(mode, call), nil
	case call == "ProveFence" || call == "GetRefund":
		return nil, status.Error(codes.Unimplemented, "unknown method")
	}
	answer, err := next(ctx, m)
	if d, ok := answer.(*pb.DescribeResponse); ok {
		d.GetDescription().ContractMinor, d.GetDescription().Features = 0, nil
	}
	return answer, err
}

// later is an answer of a later minor version.
func later(mode, call string) proto.Message {
	for _, m := range filled.Messages() {
		isError := strings.HasSuffix(m.Name, ".error")
		if strings.HasPrefix(m.Name, call+"Response.") && isError == (mode == nextMinorErrors) {
			return toldOnce(filled.Strange(m.Message))
		}
	}
	panic("no message for " + call)
}

// toldOnce gives every order of an answer an id of its own: filled messages have the same everywhere.
func toldOnce(m proto.Message) proto.Message {
	switch answer := m.(type) {
	case *pb.CreateOrderResponse:
		for i, sibling := range answer.GetOrder().GetSiblings() {
			sibling.GetOrder().Id = fmt.Sprint("sibling-", i)
		}
	case *pb.ListOrdersResponse:
		for i, order := range answer.GetPage().GetOrders() {
			order.GetOrder().Id = fmt.Sprint("order-", i)
		}
	}
	return m
}

// calls are all calls of the contract but Configure and Describe. The filled messages are about the
// order "id".
func calls(c *plugin.Client) map[core.Operation]func(context.Context) (any, error) {
	order, now := core.OrderRef{ID: "id"}, time.Now()
	attempt := core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
	return map[core.Operation]func(context.Context) (any, error){
		core.OpCreateOrder: func(ctx context.Context) (any, error) {
			return c.CreateOrder(ctx, core.CreateOrderRequest{Ref: "ref", Attempt: attempt})
		},
		core.OpListOrders: func(ctx context.Context) (any, error) { return c.ListOrders(ctx, core.ListOrdersRequest{}) },
		core.OpGetOrder:   func(ctx context.Context) (any, error) { return c.GetOrder(ctx, core.GetOrderRequest{Order: order}) },
		core.OpPay: func(ctx context.Context) (any, error) {
			return c.Pay(ctx, core.PayRequest{Order: order, Expect: money.MustParse("1.00", money.CNY), Attempt: attempt})
		},
		core.OpTrack: func(ctx context.Context) (any, error) { return c.Track(ctx, core.TrackRequest{Order: order}) },
		core.OpRefund: func(ctx context.Context) (any, error) {
			return c.Refund(ctx, core.RefundRequest{Ref: "ref", Order: order, Attempt: attempt})
		},
		core.OpGetRefund: func(ctx context.Context) (any, error) {
			return c.GetRefund(ctx, core.GetRefundRequest{Order: order, ID: "id"})
		},
		core.OpCancelOrder: func(ctx context.Context) (any, error) {
			return c.CancelOrder(ctx, core.CancelOrderRequest{Order: order, Attempt: attempt})
		},
		core.OpQuote: func(ctx context.Context) (any, error) { return c.Quote(ctx, core.QuoteRequest{}) },
		core.OpConfirmReceipt: func(ctx context.Context) (any, error) {
			return c.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: order, Attempt: attempt})
		},
		"prove_fence": func(ctx context.Context) (any, error) {
			return c.ProveFence(ctx, core.ProveFenceRequest{Age: time.Hour})
		},
	}
}

var writes = map[core.Operation]bool{core.OpCreateOrder: true, core.OpPay: true, core.OpRefund: true, core.OpCancelOrder: true, core.OpConfirmReceipt: true}

func TestAnotherMajorVersionIsRefusedWithBothVersionsAndWhatToDo(t *testing.T) {
	leaveNothing(t)
	_, err := plugin.Open(context.Background(), config(nextMajor, ""))
	require.ErrorContains(t, err, "the adapter fake speaks version 2 of the protocol, this host version 1; upgrade the host")
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestAnAdapterOfTheNextMinorVersionIsServed(t *testing.T) {
	c := open(t, config(nextMinor, ""))
	contract, err := c.Contract(t.Context())
	require.NoError(t, err)
	require.Equal(t, plugin.Contract{Major: 1, Minor: 110, Features: []string{"features-1", "features-2"}}, contract)
	d, err := c.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.NotSupported, d.Operations["operations-1"].Support)
	require.Equal(t, core.EffectHuman, d.Operations["operations-1"].Effect.Class, "a class that this host does not know is for a person")
	got := map[core.Operation]any{}
	for op, call := range calls(c) {
		got[op], err = call(t.Context())
		require.NoError(t, err, op)
	}
	order := got[core.OpCreateOrder].(core.Order)
	require.Equal(t, core.StatusUnknown, order.Status)
	require.Equal(t, "upstream_status", order.UpstreamStatus, "the gateway's own word is there")
	require.Equal(t, "12.34 CNY", order.Totals.Payable.String())
	require.Equal(t, core.StatusUnknown, got[core.OpListOrders].(core.OrderPage).Orders[0].Lines[0].Status)
	require.Equal(t, core.PaymentUnknown, got[core.OpPay].(core.Payment).State, "nothing that could be taken for paid")
	require.Equal(t, core.CancelUnknown, got[core.OpCancelOrder].(core.Cancellation).State)
	require.Equal(t, core.RefundUnknown, got[core.OpRefund].(core.Refund).State)
	require.Equal(t, core.RefundUnknown, got[core.OpGetRefund].(core.Refund).State)
}

func TestAnErrorOfTheNextMinorVersionProvesNothing(t *testing.T) {
	for op, call := range calls(open(t, config(nextMinorErrors, ""))) {
		_, err := call(t.Context())
		require.ErrorIs(t, err, core.Internal, op)
		require.Equal(t, writes[op], core.OutcomeOf(err) == core.InDoubt, "%s: %s", op, core.OutcomeOf(err))
	}
}

func TestAnAdapterOfTheFirstMinorVersionIsServed(t *testing.T) {
	c := open(t, config(firstMinor, ""))
	contract, err := c.Contract(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1.0", contract.String())
	order, err := create(c)
	require.NoError(t, err)
	require.Equal(t, core.OrderID("o1"), order.ID)
	for _, op := range []core.Operation{core.OpGetRefund, "prove_fence"} {
		_, err := calls(c)[op](t.Context())
		require.ErrorIs(t, err, core.Unsupported, op)
		require.Equal(t, core.NotDone, core.OutcomeOf(err))
	}
}

func TestAHostOfTheNextMinorVersionIsServed(t *testing.T) {
	c := open(t, config("serve", ""))
	contract, err := c.Contract(t.Context())
	require.NoError(t, err)
	require.Equal(t, plugin.Contract{Major: plugin.ProtocolVersion, Minor: plugin.ContractMinor}, contract)
	c.Through(func(conn grpc.ClientConnInterface) grpc.ClientConnInterface { return laterHost{conn} })
	order, err := create(c)
	require.NoError(t, err, "members that the adapter does not know are passed over")
	require.Equal(t, core.Ref("r1"), order.Ref)
	for _, op := range []core.Operation{core.OpListOrders, core.OpRefund} {
		_, err := calls(c)[op](t.Context())
		require.ErrorIs(t, err, core.Unsupported, op)
		require.Equal(t, core.NotDone, core.OutcomeOf(err), "%s: what the adapter cannot understand it does not try", op)
		require.ErrorContains(t, err, "upgrade the adapter")
	}
}

// laterHost sends requests of a later minor version.
type laterHost struct{ grpc.ClientConnInterface }

func (h laterHost) Invoke(ctx context.Context, method string, request, reply any, options ...grpc.CallOption) error {
	return h.ClientConnInterface.Invoke(ctx, method, filled.Strange(request.(proto.Message)), reply, options...)
}

func (h laterHost) NewStream(ctx context.Context, d *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := h.ClientConnInterface.NewStream(ctx, d, method, options...)
	return laterStream{stream}, err
}

type laterStream struct{ grpc.ClientStream }

func (s laterStream) SendMsg(m any) error {
	return s.ClientStream.SendMsg(filled.Strange(m.(proto.Message)))
}

func TestAContractSaysWhatItHas(t *testing.T) {
	contract := plugin.Contract{Major: 1, Minor: 1, Features: []string{plugin.FeatureProveFence}}
	require.Equal(t, "1.1 (prove_fence)", contract.String())
	require.True(t, contract.Has(plugin.FeatureProveFence))
	require.False(t, contract.Has("time_travel"))
}
