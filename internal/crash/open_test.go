package crash

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/pgtest"
)

// otherOrderID is the sandbox's other preloaded order, which is cancelled here.
const otherOrderID = "2540825544788880794"

// TestNoTransactionIsOpenWhileAGatewayIsCalled looks at the database while the gateway handles each
// request of a create, a payment, a refund and a cancellation.
func TestNoTransactionIsOpenWhileAGatewayIsCalled(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		s := site{DSN: pgtest.Database(t)}
		beside, err := pgx.Connect(t.Context(), s.DSN)
		require.NoError(t, err)
		defer beside.Close(context.WithoutCancel(t.Context()))
		buyEverything(t, s, func() error { return postgresIdle(t.Context(), beside) })

		config, err := pgx.ParseConfig(s.DSN)
		require.NoError(t, err)
		config.RuntimeParams["application_name"] = "sampan"
		holder, err := pgx.ConnectConfig(t.Context(), config)
		require.NoError(t, err)
		defer holder.Close(context.WithoutCancel(t.Context()))
		tx, err := holder.Begin(t.Context())
		require.NoError(t, err)
		require.ErrorContains(t, postgresIdle(t.Context(), beside), "idle in transaction", "the check must see one that is held")
		require.NoError(t, tx.Rollback(t.Context()))
		require.NoError(t, postgresIdle(t.Context(), beside))
	})
	t.Run("sqlite", func(t *testing.T) {
		s := site{File: filepath.Join(t.TempDir(), "journal.db")}
		buyEverything(t, s, func() error { return sqliteIdle(t.Context(), s.File) })

		holder, err := sql.Open("sqlite", "file:"+s.File+"?_txlock=immediate")
		require.NoError(t, err)
		defer holder.Close()
		tx, err := holder.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.ErrorContains(t, sqliteIdle(t.Context(), s.File), "locked", "the check must see one that is held")
		require.NoError(t, tx.Rollback())
		require.NoError(t, sqliteIdle(t.Context(), s.File))
	})
}

// postgresIdle is an error if a journal's session is doing anything, or is in a transaction.
func postgresIdle(ctx context.Context, beside *pgx.Conn) error {
	rows, _ := beside.Query(ctx, `SELECT state || ': ' || query FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'sampan' AND pid <> pg_backend_pid() AND state <> 'idle'`) // its error is that of the rows
	busy, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(busy) > 0 {
		err = fmt.Errorf("sessions of the journal are not idle: %q", busy)
	}
	return err
}

// sqliteIdle is an error if another connection cannot begin to write at once.
func sqliteIdle(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate&_pragma=busy_timeout(0)")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// buyEverything makes the four calls, and lets idle look at the journal at every request to the gateway.
func buyEverything(t *testing.T, s site, idle func() error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	requests := map[string]int{}
	g := newGateway(t, clock{Start: time.Now(), Speed: 1}, func(*gateway, point, string) bool { return false })
	defer g.close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests[r.URL.Path]++
		err := idle()
		mu.Unlock()
		if err != nil {
			t.Errorf("while the gateway handles %s: %v", r.URL.Path, err)
		}
		g.ServeHTTP(w, r)
	}))
	defer plain.Close()
	journal, closeJournal, err := openJournal(ctx, s)
	require.NoError(t, err)
	defer closeJournal()
	adapter, err := alibaba1688.New(settings(alibaba1688.Name, plain.URL))
	require.NoError(t, err)
	buyer, err := core.NewBuyer(ctx, adapter, core.BuyerOptions{Account: "shop", Journal: journal})
	require.NoError(t, err)
	h := &host{buyer: buyer}
	for _, op := range []core.Operation{core.OpCreateOrder, core.OpPay, core.OpRefund} {
		_, err := h.call(ctx, op)
		require.NoError(t, err)
	}
	_, err = buyer.CancelOrder(ctx, core.CancelOrderRequest{Order: core.OrderRef{ID: otherOrderID}, Reason: "不想要了"})
	require.NoError(t, err)
	for _, path := range []string{"/alibaba/order/create", "/alibaba/order/pay/url", "/alibaba/refund/detail/create", "/alibaba/order/cancel"} {
		require.Equal(t, 1, requests["/pandapon"+path], "%s must have been looked at: %v", path, requests)
	}
}
