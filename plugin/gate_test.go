package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/stats"

	"github.com/sampan-go/sampan/core"
)

// waiting is an adapter whose writes wait for the end of their context.
type waiting struct {
	core.Adapter
	begun chan struct{}
}

func (w waiting) Pay(ctx context.Context, _ core.PayRequest) (core.Payment, error) {
	w.begun <- struct{}{}
	<-ctx.Done()
	return core.Payment{}, &core.Error{Code: core.Canceled, Outcome: core.NotDone, Message: context.Cause(ctx).Error()}
}

func TestNoCallBeginsWhenTheHostIsGone(t *testing.T) {
	a := waiting{begun: make(chan struct{}, 2)}
	s := newServer(func(context.Context, string, json.RawMessage) (core.Adapter, error) { return a, nil })
	c, err := connectLoopback(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	require.NoError(t, c.configure(t.Context()))
	ended := make(chan error)
	go func() {
		_, err := c.Pay(context.Background(), core.PayRequest{Order: core.OrderRef{ID: "1"}})
		ended <- err
	}()
	<-a.begun
	require.Equal(t, map[core.Operation]int{core.OpPay: 1}, s.gate.shut("it ends"))
	_, err = c.Pay(t.Context(), core.PayRequest{Order: core.OrderRef{ID: "1"}})
	require.ErrorContains(t, err, "takes no more calls: it ends")
	require.Equal(t, core.NotDone, core.OutcomeOf(err))
	require.Empty(t, a.begun, "the adapter must not be asked")

	s.gate.abandon("the host is gone", 10*time.Second)
	require.ErrorContains(t, <-ended, "the host is gone")
	select {
	case <-s.gate.idle:
	default:
		t.Fatal("abandon must have waited for the call")
	}
}

func TestAServerWhoseLastConnectionEndsIsAlone(t *testing.T) {
	gone := make(chan struct{})
	c := &connections{gone: func() { close(gone) }, patience: 50 * time.Millisecond}
	event := func(e stats.ConnStats) { c.HandleConn(t.Context(), e) }
	event(&stats.ConnBegin{})
	event(&stats.ConnBegin{})
	event(&stats.ConnEnd{})
	event(&stats.ConnEnd{})
	event(&stats.ConnBegin{}) // it came back
	time.Sleep(100 * time.Millisecond)
	select {
	case <-gone:
		t.Fatal("a host is connected")
	default:
	}
	event(&stats.ConnEnd{})
	<-gone
}

func TestAPanicOutsideOfTheAdapterIsAnError(t *testing.T) {
	s := newServer(nil)
	broken := 0
	s.broken = func() { broken++ }
	for range mostPanics {
		_, err := s.unary(t.Context(), nil, info("Pay"), func(context.Context, any) (any, error) { panic("in a conversion") })
		require.ErrorContains(t, err, "panic")
	}
	require.Equal(t, 1, broken)
}

func TestAWriteEndsBeforeItsHostGivesUp(t *testing.T) {
	s := newServer(nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	host, _ := ctx.Deadline()
	deadline := func(method string) (d time.Time) {
		_, err := s.unary(ctx, nil, info(method), func(ctx context.Context, _ any) (any, error) {
			d, _ = ctx.Deadline()
			return nil, nil
		})
		require.NoError(t, err)
		return d
	}
	require.Equal(t, toReport, host.Sub(deadline("Pay")))
	require.Equal(t, host, deadline("Track"))
}

func TestABareErrorOfAContextIsNamed(t *testing.T) {
	require.ErrorIs(t, ofContext(context.DeadlineExceeded), core.Canceled)
	other := errors.New("other")
	require.Equal(t, other, ofContext(other))
	typed := &core.Error{Code: core.Refused, Err: context.Canceled}
	require.Equal(t, error(typed), ofContext(typed))
}
