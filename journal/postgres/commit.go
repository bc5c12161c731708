package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sampan-go/sampan/core"
)

// commitPatience is how long a commit may take, and then how long its fate is asked for.
const commitPatience = 10 * time.Second

// written is what a transaction will have recorded once it is committed.
type written struct {
	transaction string
	key         core.IntentKey
	version     int64
	hash        []byte
}

// inTransaction commits f's work, or none of it. It ends before the caller goes on, so that no
// transaction is open while a gateway is called.
func (j *Journal) inTransaction(ctx context.Context, f func(pgx.Tx) (*written, error)) error {
	tx, err := j.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite})
	if err != nil {
		return explain(ctx, err)
	}
	w, err := f(tx)
	// The caller's end must not leave a change half said.
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	if err != nil {
		_ = tx.Rollback(detached) // the pool throws away a connection that is still in a transaction
		return explain(ctx, err)
	}
	err = tx.Commit(detached)
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || w == nil {
		return explain(ctx, err)
	}
	return j.fate(ctx, w)
}

// fate finds out what became of a commit that was not answered: it waits until the server has ended
// the transaction, and then looks for the change itself, since a server that took over counts its
// transactions anew. Where that cannot be found out, the error is in doubt, the one exception to the
// rule that an error means that nothing was recorded; the Buyer then sends nothing, and the next
// read of the intent shows which it was.
func (j *Journal) fate(ctx context.Context, w *written) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	for {
		recorded, ended, err := j.ended(ctx, w)
		switch {
		case err == nil && ended && recorded:
			return nil
		case err == nil && ended:
			return refuse("the connection was lost before the change was committed; nothing was recorded, try again")
		case answered(err):
			return unknownFate()
		}
		select {
		case <-ctx.Done():
			return unknownFate()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func unknownFate() error {
	return &core.Error{Code: core.Unavailable, Outcome: core.InDoubt, Field: "journal",
		Message: "the connection was lost while a change was committed, and the database cannot be asked whether it was; read the intent again before you go on"}
}

func (j *Journal) ended(ctx context.Context, w *written) (recorded, ended bool, err error) {
	var status *string // none when it is too long ago
	if err := j.pool.QueryRow(ctx, "SELECT pg_xact_status($1::text::xid8)", w.transaction).Scan(&status); err != nil {
		return false, false, err
	}
	if status != nil && *status == "in progress" {
		return false, false, nil
	}
	err = j.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM sampan.changes WHERE account = $1 AND op = $2 AND key = $3 AND version = $4 AND hash = $5)",
		w.key.Account, string(w.key.Op), w.key.Key, w.version, w.hash).Scan(&recorded)
	return recorded, true, err
}

// answered tells an answer of the database, such as that it never had such a transaction, from a
// database that cannot be asked yet.
func answered(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && said.Code == "22023"
}
