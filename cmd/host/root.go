package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

// app is one run of the program: its flags and its streams.
type app struct {
	in io.Reader
	// running says that a command has begun its work: what fails from then on is not the way it was
	// called.
	running  bool
	out, err io.Writer

	// keep lets adapters be started again when they end.
	keep bool

	// journal is open while a command that writes runs; nil is one in memory.
	journal core.Journal

	config   string
	account  string
	output   string
	logLevel string
	timeout  time.Duration
}

const defaultConfig = "sampan.toml"

// run is the program without the process: it gives the exit code.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if _, ours := errors.AsType[*core.Error](err); err != nil && !ours && !a.running { // cobra's own: an unknown command, a missing flag
		err = usage("%v; see host --help", err)
	}
	return a.finish(err)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "host",
		Short: "Buy on Chinese marketplaces: one order, paid once",
		Long: `host buys on Chinese marketplaces through adapter processes.

Try it offline first:           host demo
Then name an account:           see sampan.toml in the README
What came of a write is in the exit code: 0 done, 3 not done, 4 in doubt (look before you
try again), 5 not supported, 2 wrong usage or input, 1 anything else.`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkFlags() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	flags := root.PersistentFlags()
	flags.StringVar(&a.config, "config", defaultConfig, "configuration file")
	flags.StringVar(&a.account, "account", "", "account of the configuration; the only one if there is one")
	flags.StringVar(&a.output, "output", "table", "table, json, jsonl or csv")
	flags.StringVar(&a.logLevel, "log-level", "warn", "debug, info, warn or error; the log goes to standard error")
	flags.DurationVar(&a.timeout, "timeout", 2*time.Minute, "how long the command may take in all")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	root.AddCommand(a.demoCommand(), a.sandboxCommand(), a.adaptersCommand(), a.quoteCommand(), a.orderCommand(),
		a.payCommand(), a.trackCommand(), a.refundCommand(), a.endpointsCommand(), a.invokeCommand(), a.intentsCommand(), a.resolveCommand(), a.conformCommand(), a.recoverCommand(), a.listenCommand(), a.doctorCommand(), a.journalCommand(), adapterCommand())
	return root
}

// takes wants exactly the named words after a command, and says which one is missing.
func takes(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage("%s is missing; see host %s --help", names[len(args)], pathOf(c))
		case len(args) > len(names):
			return usage("%q is one word too many; see host %s --help", args[len(names)], pathOf(c))
		}
		return nil
	}
}

// pathOf is a command as it is typed, without the program's name.
func pathOf(c *cobra.Command) string {
	_, path, _ := strings.Cut(c.CommandPath(), " ")
	return path
}

func (a *app) checkFlags() error {
	if _, ok := outputs[a.output]; !ok {
		return usage("--output %q is not known; use table, json, jsonl or csv", a.output)
	}
	if _, err := a.level(); err != nil {
		return usage("--log-level %q is not known; use debug, info, warn or error", a.logLevel)
	}
	if a.timeout <= 0 {
		return usage("--timeout must be more than 0")
	}
	return nil
}

func (a *app) level() (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(a.logLevel))
	return level, err
}

func (a *app) logger() *slog.Logger {
	level, err := a.level()
	if err != nil {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))
}

// withBuyer opens the account, runs f with its Buyer inside the command's time, and ends the
// adapter.
func (a *app) withBuyer(ctx context.Context, f func(context.Context, *core.Buyer) error) error {
	return a.withOpened(ctx, func(ctx context.Context, o *opened) error { return f(ctx, o.buyer) })
}

// withReader is withBuyer for commands that read and know more with a journal: which ref an order has.
// They neither wait for a host that has it open nor make one.
func (a *app) withReader(ctx context.Context, f func(context.Context, *core.Buyer) error) error {
	close, err := a.readJournal(ctx)
	if err != nil {
		return err
	}
	defer close()
	return a.withBuyer(ctx, f)
}

// withWriter is withOpened for commands that write: the journal outlives them. It says aloud what
// earlier ones left in doubt.
func (a *app) withWriter(ctx context.Context, f func(context.Context, *opened) error) error {
	return a.withJournal(ctx, func(ctx context.Context, _ core.Journal) error {
		return a.withOpened(ctx, func(ctx context.Context, o *opened) error {
			open, err := o.buyer.Open(ctx)
			if err != nil {
				return err
			}
			if len(open) > 0 {
				fmt.Fprintf(a.err, "host: %d write(s) of account %s are in doubt; `host intents` shows them, `host recover` looks them up.\n", len(open), o.buyer.Account())
			}
			return f(ctx, o)
		})
	})
}

func (a *app) withOpened(ctx context.Context, f func(context.Context, *opened) error) error {
	a.running = true
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	o, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return f(ctx, o)
}
