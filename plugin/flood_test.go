package plugin_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestAFloodOfLogDoesNotSlowCalls(t *testing.T) {
	var log lockedBuffer
	c := config("serve", "log-flood")
	c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	client := open(t, c)
	time.Sleep(200 * time.Millisecond)
	began := time.Now()
	for range 100 {
		_, err := client.ListOrders(t.Context(), core.ListOrdersRequest{})
		require.NoError(t, err)
	}
	took := time.Since(began)
	require.Less(t, took, 5*time.Second, "100 calls beside a flood of log")
	time.Sleep(time.Until(began.Add(1500 * time.Millisecond)))
	require.NoError(t, client.Close())
	require.Contains(t, log.String(), "lines of its log were dropped")
	require.Less(t, strings.Count(log.String(), "\n"), 10_000)
	t.Logf("100 calls in %s", took.Round(time.Millisecond))
}
