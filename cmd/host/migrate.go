package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/journal/postgres"
	"github.com/sampan-go/sampan/journal/sqlite"
)

func (a *app) journalCommand() *cobra.Command {
	c := &cobra.Command{Use: "journal", Short: "move the journal to another database", RunE: needsSubcommand}
	c.AddCommand(a.migrateCommand())
	return c
}

func (a *app) migrateCommand() *cobra.Command {
	var to, dsn string
	c := &cobra.Command{Use: "migrate --to postgres --dsn DSN", Short: "copy the journal to a database that several hosts can share", Args: takes(),
		Long: `Copies every intent with its whole history into an empty PostgreSQL journal, and checks the copy.

Stop every host first; the journal is held meanwhile, so none can begin. The old journal stays as it
is: write the new one into the configuration, and put the old file away. The DSN may be env:NAME or
file:PATH.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if to != "postgres" {
				return usage("--to %q is not known; use postgres", to)
			}
			return a.withJournal(c.Context(), func(ctx context.Context, from core.Journal) error {
				if err := a.noMessagesWait(ctx); err != nil {
					return err
				}
				named, err := resolver{filepath.Dir(a.config)}.text("dsn", dsn)
				if err != nil {
					return err
				}
				target, err := postgres.Open(ctx, named)
				if err != nil {
					return err
				}
				defer func() { _ = target.Close() }() // what was copied is committed
				intents, changes, err := target.Import(ctx, from)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s with %s copied and checked.\nNow write this into %s, and put the old journal away:\n\n  [journal]\n  driver = \"postgres\"\n  dsn    = %q\n",
					counted(intents, "intent"), counted(changes, "change"), a.config, shownDSN(dsn))
				return nil
			})
		}}
	c.Flags().StringVar(&to, "to", "postgres", "the kind of the new journal")
	c.Flags().StringVar(&dsn, "dsn", "", "the database, as in the configuration")
	_ = c.MarkFlagRequired("dsn")
	return c
}

// noMessagesWait refuses while "host listen" has messages that it acknowledged and did not read: they are
// not copied, and neither are events. What was seen of orders is seen again.
func (a *app) noMessagesWait(ctx context.Context) error {
	config, err := loadConfig(a.config)
	if err != nil || config.Journal.Driver == "postgres" {
		return err
	}
	path := messagesPath(sqlitePath(config.Journal, filepath.Dir(a.config)))
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	messages, err := sqlite.OpenReader(ctx, path)
	if err != nil {
		return err
	}
	defer func() { _ = messages.Close() }() // it was only read
	for name := range config.Accounts {
		letters, err := messages.Unread(ctx, name, 0, 1)
		if err != nil {
			return err
		}
		if len(letters) > 0 {
			return &core.Error{Code: core.Conflict, Outcome: core.NotDone, Message: "messages of account " + name + " were acknowledged and not read yet; run host listen until it has read them, and then migrate"}
		}
	}
	return nil
}

// shownDSN is a dsn that may be printed: one that names a source. Another may hold a password.
func shownDSN(dsn string) string {
	for _, source := range []string{"env:", "file:", "keyring:"} {
		if len(dsn) > len(source) && dsn[:len(source)] == source {
			return dsn
		}
	}
	return "the same as --dsn"
}
