package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sampan-go/sampan/core"
)

func refuse(format string, args ...any) error {
	return &core.Error{Code: core.Unavailable, Outcome: core.NotDone, Field: "journal", Message: fmt.Sprintf(format, args...)}
}

// explain makes an error of the driver one of ours: nothing was recorded. The driver's own is not
// kept as the cause, since it carries the connection's settings and with them the password.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[*core.Error](err); ok {
		return own
	}
	if ended := ctx.Err(); ended != nil {
		return &core.Error{Code: core.Canceled, Outcome: core.NotDone, Field: "journal", Message: "the caller's time ended before the database answered", Err: ended}
	}
	return refuse("%s", reason(err))
}

// reason says what went wrong without an address: a mistyped dsn has parts of the password there.
func reason(err error) string {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch said.Code {
		case "28P01", "28000":
			return "the database does not accept the user or the password; check both, and the server's pg_hba.conf"
		case "3D000":
			return "the server has no such database; make it with ENCODING 'UTF8', or correct its name"
		case "42501":
			return "the database user lacks a right: " + said.Message + "; grant it, or let the owner of the schema sampan open the journal once"
		case "55P03":
			return "another connection holds what this change needs; try again"
		case "57014":
			return "the database took too long or the statement was stopped; try again"
		case "22021":
			return "a text is not valid UTF-8 or holds a zero byte, which PostgreSQL cannot keep"
		}
		return fmt.Sprintf("PostgreSQL said: %s (SQLSTATE %s)", said.Message, said.Code)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the database server's name cannot be resolved; check the host in the connection settings"
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Sprintf("the database server cannot be reached (%v); check that it runs, and host and port in the connection settings", errno)
	}
	if timeout, ok := errors.AsType[net.Error](err); (ok && timeout.Timeout()) || errors.Is(err, context.DeadlineExceeded) {
		return "the database server does not answer in time; check that it runs, and host and port in the connection settings"
	}
	return "the connection to the database was lost or could not be made; check host, port and sslmode in the connection settings"
}
