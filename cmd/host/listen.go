package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/journal/sqlite"
	"github.com/sampan-go/sampan/listen"
)

// listening are the flags of one host listen.
type listening struct {
	addr          string
	poll          time.Duration
	verify        time.Duration
	ack           string
	webhook       string
	webhookSecret string
}

func (a *app) listenCommand() *cobra.Command {
	var l listening
	c := &cobra.Command{Use: "listen", Short: "take what gateways push, and print what changed", Args: takes(),
		Long: `Takes the messages that gateways push at http://ADDR/messages/ACCOUNT, reads the orders that they
name, and prints what changed, one event a line, until it is stopped. It sends nothing that has an
effect. Give the gateway's console the https URL of a proxy in front of it.

A message is kept on disk before it is acknowledged: what was not read when the host ends is read when
it starts again. Every open order is read on a schedule too, so that a lost message only costs time.

With a SQLite journal, messages are kept in a file of their own beside it (sampan.messages.db), so that
other commands can buy meanwhile; with PostgreSQL they are in the same database.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("timeout") {
				a.timeout = 100 * 365 * 24 * time.Hour
			}
			return a.listen(c.Context(), l)
		}}
	flags := c.Flags()
	flags.StringVar(&l.addr, "addr", "127.0.0.1:8901", "address to listen on")
	flags.DurationVar(&l.poll, "poll", listen.DefaultPoll, "how often every open order is read without a message")
	flags.DurationVar(&l.verify, "verify", 0, "for so long, admit the check of the gateway's console, which nothing may have signed")
	flags.StringVar(&l.ack, "ack", "", "body of the acknowledgement, where a gateway wants one")
	flags.StringVar(&l.webhook, "webhook", "", "https URL that every event is posted to (Standard Webhooks)")
	flags.StringVar(&l.webhookSecret, "webhook-secret", "", `secret that signs them: env:NAME, file:PATH or keyring:NAME of a text "whsec_..."`)
	return c
}

func (l listening) hook(folder string) (*listen.Webhook, error) {
	if l.webhook == "" {
		if l.webhookSecret != "" {
			return nil, usage("--webhook-secret is of no use without --webhook")
		}
		return nil, nil
	}
	if source, _, _ := strings.Cut(l.webhookSecret, ":"); source != "env" && source != "file" && source != "keyring" {
		return nil, usage("--webhook-secret must be env:NAME, file:PATH or keyring:NAME: others can read what stands in a command")
	}
	secret, err := resolver{folder}.text("webhook-secret", l.webhookSecret)
	if err != nil {
		return nil, err
	}
	hook := listen.Webhook{URL: l.webhook, Secret: core.NewSecret(secret)}
	return &hook, hook.Check()
}

func (a *app) listen(ctx context.Context, flags listening) error {
	if flags.poll <= 0 {
		return usage("--poll must be more than 0: a message may be lost")
	}
	hook, err := flags.hook(filepath.Dir(a.config))
	if err != nil {
		return err
	}
	names, err := a.accountNames()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	store, closeAll, err := a.openInbox(ctx)
	if err != nil {
		return err
	}
	defer closeAll()
	a.keep = true
	var buyers []*core.Buyer
	for _, name := range names {
		var o *opened
		if err := a.openedAs(ctx, name, &o); err != nil {
			return err
		}
		defer o.close()
		buyers = append(buyers, o.buyer)
	}
	l, err := listen.New(listen.Options{Buyers: buyers, Inbox: store, Log: store, Poll: flags.poll, Ack: flags.ack, Logger: a.logger()})
	if err != nil {
		return err
	}
	if flags.verify > 0 {
		for _, name := range names {
			if err := l.AdmitVerification(name, flags.verify); err != nil {
				return err
			}
		}
		fmt.Fprintf(a.err, "host: for %s, requests that nothing signed are answered with 200 and change nothing.\n", flags.verify)
	}
	return a.serveMessages(ctx, l, flags.addr, names, hook)
}

// inbox is a journal, as far as messages go.
type inbox interface {
	core.Inbox
	core.EventLog
	Close() error
}

// openInbox opens the journal and where messages are kept. One process at a time can write to a SQLite
// file, and this one runs for long: it reads the journal only, and keeps messages in another file.
func (a *app) openInbox(ctx context.Context) (store inbox, closeAll func(), err error) {
	a.running = true
	config, err := loadConfig(a.config)
	if err != nil {
		return nil, nil, err
	}
	folder := filepath.Dir(a.config)
	if driver := config.Journal.Driver; driver != "" && driver != "sqlite" {
		j, err := openJournal(ctx, config.Journal, folder)
		if err != nil {
			return nil, nil, err
		}
		store, ok := j.(inbox)
		if !ok {
			return nil, nil, core.Invalid("journal.driver", "%q keeps no messages", driver)
		}
		a.journal = j
		return store, func() { a.journal = nil; _ = j.Close() }, nil // every change was acknowledged
	}
	path := sqlitePath(config.Journal, folder)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		j, err := sqlite.Open(ctx, path) // so that there is one to read
		if err == nil {
			err = j.Close()
		}
		if err != nil {
			return nil, nil, err
		}
	}
	messages, err := sqlite.Open(ctx, messagesPath(path))
	if err != nil {
		return nil, nil, err
	}
	closeJournal, err := a.readJournal(ctx)
	if err != nil {
		_ = messages.Close() // nothing was written
		return nil, nil, err
	}
	return messages, func() { closeJournal(); _ = messages.Close() }, nil // every change was acknowledged
}

func messagesPath(journal string) string {
	return strings.TrimSuffix(journal, filepath.Ext(journal)) + ".messages.db"
}

// serveMessages runs until ctx ends or something fails. The server ends first: what it acknowledged is
// on disk.
func (a *app) serveMessages(ctx context.Context, l *listen.Listener, addr string, names []string, hook *listen.Webhook) error {
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return core.Invalid("addr", "%v", err)
	}
	server := &http.Server{Handler: l, ReadHeaderTimeout: 2 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(a.logger().Handler(), slog.LevelDebug)}
	for _, name := range names {
		fmt.Fprintf(a.err, "host: listening at http://%s/messages/%s until stopped.\n", socket.Addr(), name)
	}
	stopped, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	reading, endReading := context.WithCancel(context.WithoutCancel(ctx))
	defer endReading()
	var jobs sync.WaitGroup
	job := func(work func() error) {
		jobs.Go(func() {
			if err := work(); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
				stop(err)
			}
		})
	}
	job(func() error { return server.Serve(socket) })
	job(func() error { return l.Run(reading) })
	job(func() error { return a.printEvents(stopped, l) })
	if hook != nil {
		job(func() error { return l.Deliver(stopped, *hook) })
	}
	<-stopped.Done()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil {
		_ = server.Close() // who was not answered sends it again
	}
	endReading()
	jobs.Wait()
	if cause := context.Cause(stopped); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// printEvents writes a line for every event that was not printed before.
func (a *app) printEvents(ctx context.Context, l *listen.Listener) error {
	if a.output == "csv" {
		if err := writeCSV(a.out, nil, eventColumns); err != nil {
			return err
		}
	}
	for event, err := range l.Events(ctx, "host-listen") {
		if err == nil {
			err = a.printEvent(event)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printEvent(e core.OrderEvent) error {
	switch a.output {
	case "json", "jsonl":
		return writeJSON(a.out, e, "")
	}
	record := make([]string, len(eventColumns))
	for i, c := range eventColumns {
		record[i] = plain(c.text(e))
	}
	if a.output == "csv" {
		w := csv.NewWriter(a.out)
		_ = w.Write(record) // its error is that of w.Error
		w.Flush()
		return w.Error()
	}
	_, err := fmt.Fprintln(a.out, strings.TrimRight(fmt.Sprintf("%-20s %-12s %-10s %-20s %-16s %s", record[0], record[1], record[2], record[3], cmp.Or(record[4], "-"), record[5]), " "))
	return err
}

var eventColumns = []column[core.OrderEvent]{
	{title: "at", text: func(e core.OrderEvent) string { return e.At.Format(time.RFC3339) }},
	{title: "event", text: func(e core.OrderEvent) string { return e.Kind.String() }},
	{title: "account", text: func(e core.OrderEvent) string { return e.Account }},
	{title: "order", text: func(e core.OrderEvent) string { return string(e.Order) }},
	{title: "ref", text: func(e core.OrderEvent) string { return string(e.Ref) }},
	{title: "change", text: changeOf},
}

// changeOf says in words what an event is about.
func changeOf(e core.OrderEvent) string {
	switch e.Kind {
	case core.EventOrderSeen:
		return strings.TrimSpace(e.Status.String() + " " + e.Payable.String())
	case core.EventStatus:
		return e.StatusBefore.String() + " -> " + e.Status.String()
	case core.EventPrice:
		return e.PayableBefore.String() + " -> " + e.Payable.String()
	case core.EventRefund:
		return "refund " + string(e.Refund) + ": " + e.RefundStateBefore.String() + " -> " + e.RefundState.String()
	case core.EventHint:
		return "the gateway says that it changed; this account cannot read it"
	}
	return ""
}
