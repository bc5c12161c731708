package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
)

// OpenReader opens the journal at path for reading, beside a host that may have it open for writing.
// Reserve, Update and Lease are refused.
func OpenReader(ctx context.Context, path string) (*Journal, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, refuse("%s cannot be read: %v", path, err)
	}
	if err := checkPlace(path); err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"ro"}, "_pragma": {"query_only(ON)", "busy_timeout(5000)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, refuse("%s cannot be opened: %v", path, err)
	}
	j := &Journal{db: db, path: path, readOnly: true}
	db.SetMaxOpenConns(1)
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return nil, errors.Join(refuse("%s is not a journal: %v", path, err), j.Close())
	}
	if version < intentsForm || version > schemaVersion {
		return nil, errors.Join(refuse("%s has form %d, this program reads form %d", path, version, schemaVersion), j.Close())
	}
	return j, nil
}
