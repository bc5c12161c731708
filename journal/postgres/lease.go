package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

// Lease implements core.Journal. Of several hosts that lease at once none waits for another and none
// gets the same intent: a row that another has locked is passed over. A lease and its end are the
// database's; epoch counts them. It never permits a resend: the host that began an attempt may be
// frozen and wake at any time. Stop working well before the lease ends.
func (j *Journal) Lease(ctx context.Context, account, owner string, most int, span time.Duration) ([]core.Intent, error) {
	if err := core.CheckLease(owner, most, span); err != nil {
		return nil, err
	}
	var leased []core.Intent
	err := j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		rows, _ := tx.Query(ctx, `WITH picked AS (
				SELECT account AS a, op AS o, key AS k FROM sampan.intents
				WHERE due <= clock_timestamp() AND ($1 = '' OR account = $1) AND (lease_end IS NULL OR lease_end <= clock_timestamp())
				ORDER BY due, account, op, key LIMIT $2 FOR UPDATE SKIP LOCKED
			), leased AS (
				UPDATE sampan.intents SET owner = $3, lease_end = clock_timestamp() + $4::bigint * interval '1 millisecond', epoch = epoch + 1
				FROM picked WHERE account = a AND op = o AND key = k RETURNING account, op, key, version, body
			) SELECT version, body FROM leased ORDER BY account, op, key`, account, most, owner, span.Milliseconds()) // its error is that of the rows
		var err error
		leased, err = pgx.CollectRows(rows, scan)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return leased, nil
}
