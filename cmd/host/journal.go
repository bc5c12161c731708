package main

import (
	"context"
	"errors"
	"os"
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
		return sqlite.Open(ctx, sqlitePath(c, folder))
	case "postgres":
		dsn, err := resolver{folder}.text("journal.dsn", c.DSN) // it may hold a password
		if err != nil {
			return nil, err
		}
		return postgres.Open(ctx, dsn)
	}
	return nil, core.Invalid("journal.driver", "%q is not known; use sqlite or postgres", c.Driver)
}

func sqlitePath(c journalConfig, folder string) string {
	path := c.DSN
	if path == "" {
		path = "sampan.db"
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	return path
}

// readJournal opens the journal for reading, if there is one. A SQLite file is read beside the host
// that has it open.
func (a *app) readJournal(ctx context.Context) (closeIt func(), err error) {
	a.running = true
	config, err := loadConfig(a.config)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(a.config)
	var j closingJournal
	if config.Journal.Driver == "" || config.Journal.Driver == "sqlite" {
		path := sqlitePath(config.Journal, folder)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return func() {}, nil // nothing was ever written
		}
		j, err = sqlite.OpenReader(ctx, path)
	} else {
		j, err = openJournal(ctx, config.Journal, folder)
	}
	if err != nil {
		return nil, err
	}
	a.journal = j
	return func() {
		a.journal = nil
		_ = j.Close() // it was only read
	}, nil
}

// withJournalRead is withJournal for commands that only read it.
func (a *app) withJournalRead(ctx context.Context, f func(context.Context, core.Journal) error) error {
	closeIt, err := a.readJournal(ctx)
	if err != nil {
		return err
	}
	defer closeIt()
	if a.journal == nil {
		return f(ctx, core.NewMemoryJournal())
	}
	return f(ctx, a.journal)
}
