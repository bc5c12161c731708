package main

import (
	"context"
	"path/filepath"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/journal/postgres"
	"github.com/sampan-go/sampan/journal/sqlite"
)

// withJournal opens the journal of the configuration for as long as f runs. Without a word in the
// configuration it is the file sampan.db beside it.
func (a *app) withJournal(ctx context.Context, f func(context.Context, core.Journal) error) (err error) {
	a.running = true
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	config, err := loadConfig(a.config)
	if err != nil {
		return err
	}
	j, err := openJournal(ctx, config.Journal, filepath.Dir(a.config))
	if err != nil {
		return err
	}
	a.journal = j
	defer func() {
		a.journal = nil
		if closeErr := j.Close(); err == nil && closeErr != nil {
			err = &core.Error{Code: core.Internal, Outcome: core.Done, Message: "the journal did not close well: " + closeErr.Error(), Err: closeErr}
		}
	}()
	return f(ctx, j)
}

type closingJournal interface {
	core.Journal
	Close() error
}

func openJournal(ctx context.Context, c journalConfig, folder string) (closingJournal, error) {
	switch c.Driver {
	case "", "sqlite":
		path := c.DSN
		if path == "" {
			path = "sampan.db"
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		return sqlite.Open(ctx, path)
	case "postgres":
		dsn, err := resolver{folder}.text("journal.dsn", c.DSN) // it may hold a password
		if err != nil {
			return nil, err
		}
		return postgres.Open(ctx, dsn)
	}
	return nil, core.Invalid("journal.driver", "%q is not known; use sqlite or postgres", c.Driver)
}
