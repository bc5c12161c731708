package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sampan-go/sampan/core"
)

// Claim gives owner at most most open intents (sending or in doubt) whose lease is over or that never
// had one, those that waited longest first, and leases them to it for the given time by the
// database's clock. Account "" means all accounts. Owner names one run of one host, so that no two
// share it. Of several hosts that claim at once, none waits for another and none gets the same intent.
//
// A lease decides only who works on a doubt, by looking the write up. It never permits a resend: the
// host that began an attempt may be frozen and wake at any time, and a sending intent may be on the
// wire until its Attempt.NotAfter. Nor does Update ask for it: whoever finds out first may record it.
// Stop working well before the lease ends.
func (j *Journal) Claim(ctx context.Context, account, owner string, most int, lease time.Duration) ([]core.Intent, error) {
	switch {
	case owner == "":
		return nil, core.Invalid("owner", "name the host that claims")
	case most < 1:
		return nil, core.Invalid("most", "claim at least one intent")
	case lease < time.Millisecond:
		return nil, core.Invalid("lease", "a lease must last; a minute is usual")
	}
	var claimed []core.Intent
	err := j.inTransaction(ctx, func(tx pgx.Tx) (*written, error) {
		rows, _ := tx.Query(ctx, `WITH picked AS (
				SELECT account AS a, op AS o, key AS k FROM sampan.intents
				WHERE state IN ('sending', 'in_doubt') AND ($1 = '' OR account = $1) AND (lease_end IS NULL OR lease_end <= clock_timestamp())
				ORDER BY lease_end NULLS FIRST, account, op, key LIMIT $2 FOR UPDATE SKIP LOCKED
			), claimed AS (
				UPDATE sampan.intents SET owner = $3, lease_end = now() + $4::bigint * interval '1 millisecond', epoch = epoch + 1
				FROM picked WHERE account = a AND op = o AND key = k RETURNING `+intentColumns+`
			) SELECT `+intentColumns+` FROM claimed ORDER BY account, op, key`, account, most, owner, lease.Milliseconds()) // its error is that of the rows
		var err error
		claimed, err = pgx.CollectRows(rows, scan)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// Release gives up every lease of owner, so that others need not wait for their end. What a claim
// permits ends with it; see Claim.
func (j *Journal) Release(ctx context.Context, owner string) error {
	if owner == "" {
		return core.Invalid("owner", "name the host whose leases end")
	}
	_, err := j.pool.Exec(ctx, "UPDATE sampan.intents SET owner = NULL, lease_end = NULL WHERE owner = $1", owner)
	return explain(ctx, err)
}
