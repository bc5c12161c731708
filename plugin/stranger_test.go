package plugin

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// stranger is the other end as another language, or an enemy, may write it.
type stranger struct {
	pb.UnimplementedAdapterServiceServer
	pages []*pb.ListOrdersResponse
	pay   func(context.Context) (*pb.PayResponse, error)
	proof *pb.FenceProof
}

func (s *stranger) ListOrders(_ *pb.ListOrdersRequest, stream grpc.ServerStreamingServer[pb.ListOrdersResponse]) error {
	for _, page := range s.pages {
		if err := stream.Send(page); err != nil {
			return err
		}
	}
	return nil
}

func (s *stranger) Pay(ctx context.Context, _ *pb.PayRequest) (*pb.PayResponse, error) {
	return s.pay(ctx)
}

func (s *stranger) ProveFence(ctx context.Context, m *pb.ProveFenceRequest) (*pb.ProveFenceResponse, error) {
	if s.proof == nil {
		return s.UnimplementedAdapterServiceServer.ProveFence(ctx, m)
	}
	return &pb.ProveFenceResponse{Reply: &pb.ProveFenceResponse_Proof{Proof: s.proof}}, nil
}

func meet(t *testing.T, s *stranger) *Client {
	t.Helper()
	c, err := connectLoopback(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func page(next string, ids ...string) *pb.ListOrdersResponse {
	p := &pb.OrderPage{Next: next}
	for _, id := range ids {
		p.Orders = append(p.Orders, &pb.Order{Order: &pb.OrderRef{Id: id}})
	}
	return &pb.ListOrdersResponse{Reply: &pb.ListOrdersResponse_Page{Page: p}}
}

func TestAListWithAHoleIsAnError(t *testing.T) {
	for name, row := range map[string]struct {
		pages []*pb.ListOrdersResponse
		good  int
		says  string
	}{
		"ends early":        {[]*pb.ListOrdersResponse{page("a", "1"), page("b", "2")}, 2, "before its last page"},
		"nothing at all":    {nil, 0, "before its last page"},
		"does not move on":  {[]*pb.ListOrdersResponse{page("a", "1"), page("a", "2"), page("a", "3")}, 1, "does not move on"},
		"order without id":  {[]*pb.ListOrdersResponse{page("", "1", "")}, 0, "orders[1]"},
		"neither page, nor": {[]*pb.ListOrdersResponse{{}}, 0, "neither a result nor an error"},
	} {
		t.Run(name, func(t *testing.T) {
			var good int
			var last error
			for _, err := range meet(t, &stranger{pages: row.pages}).OrderPages(context.Background(), core.ListOrdersRequest{}) {
				if last = err; err == nil {
					good++
				}
			}
			require.Equal(t, row.good, good)
			require.ErrorIs(t, last, core.BadAnswer)
			require.ErrorContains(t, last, row.says)
			require.Equal(t, core.NotDone, core.OutcomeOf(last))
		})
	}
}

func TestWhatAStrangersTransportMeansOnAWrite(t *testing.T) {
	payment := func(p *pb.Payment) (*pb.PayResponse, error) {
		return &pb.PayResponse{Reply: &pb.PayResponse_Payment{Payment: p}}, nil
	}
	for name, row := range map[string]struct {
		pay     func(context.Context) (*pb.PayResponse, error)
		code    core.Code
		outcome core.Outcome
	}{
		"not implemented": {func(context.Context) (*pb.PayResponse, error) { return nil, status.Error(codes.Unimplemented, "") }, core.Unsupported, core.NotDone},
		"unavailable":     {func(context.Context) (*pb.PayResponse, error) { return nil, status.Error(codes.Unavailable, "") }, core.Unavailable, core.InDoubt},
		"not found":       {func(context.Context) (*pb.PayResponse, error) { return nil, status.Error(codes.NotFound, "") }, core.Unavailable, core.InDoubt},
		"other status":    {func(context.Context) (*pb.PayResponse, error) { return nil, status.Error(codes.Code(77), "") }, core.Unavailable, core.InDoubt},
		"not UTF-8":       {func(context.Context) (*pb.PayResponse, error) { return payment(&pb.Payment{UpstreamStatus: "\xff"}) }, core.BadAnswer, core.InDoubt},
		"empty":           {func(context.Context) (*pb.PayResponse, error) { return &pb.PayResponse{}, nil }, core.BadAnswer, core.InDoubt},
		"other order": {func(context.Context) (*pb.PayResponse, error) {
			return payment(&pb.Payment{Order: &pb.OrderRef{Id: "2"}})
		}, core.BadAnswer, core.InDoubt},
		"no such amount": {func(context.Context) (*pb.PayResponse, error) {
			return payment(&pb.Payment{Amount: &pb.Money{Amount: "NaN", Currency: "CNY"}})
		}, core.BadAnswer, core.InDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := meet(t, &stranger{pay: row.pay}).Pay(context.Background(), core.PayRequest{Order: core.OrderRef{ID: "1"}})
			require.ErrorIs(t, err, row.code)
			require.Equal(t, row.outcome, core.OutcomeOf(err))
		})
	}
}

func TestAWriteThatReachesNoConnectionIsNotDone(t *testing.T) {
	c := meet(t, &stranger{})
	request := core.PayRequest{Order: core.OrderRef{ID: "1"}}

	served := make(chan struct{})
	slow := meet(t, &stranger{pay: func(ctx context.Context) (*pb.PayResponse, error) {
		close(served)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	go func() { <-served; _ = slow.Close() }()
	_, err := slow.Pay(context.Background(), request)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err), "it was handed over")

	require.NoError(t, c.stop()) // the connection goes, and the client does not know it yet
	_, err = c.Pay(context.Background(), request)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "nothing went out: %v", err)

	require.NoError(t, c.Close())
	_, err = c.Pay(context.Background(), request)
	require.ErrorContains(t, err, "was closed")
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestARequestThatIsTooLargeIsNotSent(t *testing.T) {
	huge := core.PayRequest{Order: core.OrderRef{ID: "1", Handle: core.Handle(make([]byte, MaxMessage))}}
	_, err := meet(t, &stranger{}).Pay(context.Background(), huge)
	require.ErrorIs(t, err, core.InvalidInput)
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
}

func TestAPageHasTheTimeOfOneRead(t *testing.T) {
	c := meet(t, &stranger{})
	c.config.ReadTimeout = 50 * time.Millisecond
	c.service = silent{c.service}
	_, err := c.ListOrders(context.Background(), core.ListOrdersRequest{})
	require.ErrorIs(t, err, core.Unavailable)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// silent opens no stream before the caller gives up.
type silent struct{ pb.AdapterServiceClient }

func (silent) ListOrders(ctx context.Context, _ *pb.ListOrdersRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[pb.ListOrdersResponse], error) {
	<-ctx.Done()
	return nil, status.FromContextError(ctx.Err()).Err()
}

func TestSecretsAreFoundWhereverTheyStand(t *testing.T) {
	scrub := scrubber([]byte(`{"access_key":"abcd","app_secret":"abcdefgh","tokens":["tok-1",{"x":"tok-2"}],"nested":{"password":"p<a&ss"},"user_id":"visible"}`))
	require.Equal(t, "[redacted] [redacted] [redacted] [redacted] visible", scrub("abcd abcdefgh tok-1 tok-2 visible"))
	require.Equal(t, "[redacted] [redacted] [redacted]", scrub(`p<a&ss p\u003ca\u0026ss p%3Ca%26ss`))
	require.Equal(t, "as it is", scrubber(nil)("as it is"))
}

// An adapter that was built before ProveFence was in the contract answers UNIMPLEMENTED.
func TestAnAdapterOfAnOlderContractProvesNoFence(t *testing.T) {
	_, err := meet(t, &stranger{}).ProveFence(context.Background(), core.ProveFenceRequest{Age: 700 * time.Second})
	require.ErrorIs(t, err, core.Unsupported)
}

func TestAProofHoldsNoSecret(t *testing.T) {
	c := meet(t, &stranger{proof: &pb.FenceProof{Gateway: "https://x/canary-1", GatewayCode: "canary-1", GatewayMessage: "is canary-1", GatewayRequestId: "canary-1"}})
	c.scrub = scrubber([]byte(`{"access_secret":"canary-1"}`))
	proof, err := c.ProveFence(context.Background(), core.ProveFenceRequest{Age: 700 * time.Second})
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", proof), "canary")
}
