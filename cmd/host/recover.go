package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) recoverCommand() *cobra.Command {
	var watch bool
	var sweep time.Duration
	c := &cobra.Command{Use: "recover", Short: "look up every write in doubt, of all accounts or of --account", Args: takes(),
		Long: `Looks up what is in doubt or not finished, and records what it finds. It sends nothing.

What no look-up can settle waits for a person: "host intents" lists it. With --watch it goes on until
it is stopped; several hosts on one PostgreSQL journal share the work.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if watch && !c.Flags().Changed("timeout") {
				a.timeout = 100 * 365 * 24 * time.Hour
			}
			names, err := a.accountNames()
			if err != nil {
				return err
			}
			return a.withJournal(c.Context(), func(ctx context.Context, j core.Journal) error {
				if watch {
					return a.watch(ctx, names)
				}
				if sweep > 0 {
					return a.sweep(ctx, names, sweep)
				}
				return a.recoverAll(ctx, j, names)
			})
		}}
	c.Flags().DurationVar(&sweep, "sweep", 0, "list the orders of so long that carry a number of ours and that no purchase on record owns")
	c.Flags().BoolVar(&watch, "watch", false, "go on until stopped")
	return c
}

// sweep looks for orders that another host with another journal made, or that a lost journal knew.
func (a *app) sweep(ctx context.Context, names []string, span time.Duration) error {
	var orphans []core.Order
	for _, name := range names {
		err := a.withAccount(ctx, name, func(ctx context.Context, o *opened) error {
			found, err := o.buyer.Orphans(ctx, time.Now().Add(-span))
			if errors.Is(err, core.Unsupported) {
				fmt.Fprintf(a.err, "host: account %s cannot be swept: %v\n", name, err)
				return nil
			}
			orphans = append(orphans, found...)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(orphans) == 0 {
		fmt.Fprintln(a.err, "host: no order carries a number of ours that no purchase on record owns.")
		return nil
	}
	if err := showList(a, orphans, orderColumns); err != nil {
		return err
	}
	return &core.Error{Code: core.Conflict, Outcome: core.Done, Op: core.OpListOrders,
		Message: fmt.Sprintf("ALARM: %s that no purchase on record owns: a second journal is in use, or this one was lost; stop buying and look", counted(len(orphans), "order"))}
}

// accountNames are the chosen account or all of the configuration.
func (a *app) accountNames() ([]string, error) {
	config, err := loadConfig(a.config)
	if err != nil {
		return nil, err
	}
	if a.account != "" {
		name, _, err := config.pick(a.account, a.config)
		return []string{name}, err
	}
	var names []string
	for name := range config.Accounts {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

// recoverAll starts the adapter of an account only if something of it waits.
func (a *app) recoverAll(ctx context.Context, j core.Journal, names []string) error {
	var open []core.Intent
	for _, name := range names {
		waiting, err := j.Find(ctx, core.Filter{Account: name, Waiting: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(waiting) > 0 {
			if err := a.withAccount(ctx, name, func(ctx context.Context, o *opened) error {
				_, err := o.buyer.Recover(ctx)
				return err
			}); err != nil {
				return err
			}
		}
		left, err := j.Find(ctx, core.Filter{Account: name, States: core.OpenStates()})
		if err != nil {
			return err
		}
		open = append(open, left...)
	}
	if len(open) == 0 && a.output == "table" {
		fmt.Fprintln(a.out, "No write is in doubt.")
		return nil
	}
	return showList(a, shown(open), intentColumns)
}

// withAccount is withOpened for another account than the chosen one.
func (a *app) withAccount(ctx context.Context, name string, f func(context.Context, *opened) error) error {
	chosen := a.account
	defer func() { a.account = chosen }()
	a.account = name
	return a.withOpened(ctx, f)
}

// watch keeps one adapter running for each account.
func (a *app) watch(ctx context.Context, names []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.keep = true
	host, _ := os.Hostname() // it only helps to tell owners apart
	owner := fmt.Sprintf("%s/%d/%d", host, os.Getpid(), time.Now().UnixNano())
	ends := make(chan error, len(names))
	for _, name := range names {
		var o *opened
		if err := a.openedAs(ctx, name, &o); err != nil {
			return err
		}
		defer o.close()
		go func() { ends <- o.buyer.Watch(ctx, owner) }()
	}
	fmt.Fprintf(a.err, "host: looking up what is in doubt on %s until stopped.\n", counted(len(names), "account"))
	var failure error
	for range names {
		if err := <-ends; err != nil && !errors.Is(err, context.Canceled) && failure == nil {
			failure = err
			cancel()
		}
	}
	return failure
}

func (a *app) openedAs(ctx context.Context, name string, into **opened) (err error) {
	chosen := a.account
	defer func() { a.account = chosen }()
	a.account = name
	*into, err = a.open(ctx)
	return err
}
