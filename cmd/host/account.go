package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/lockfile"
)

// opened is one account with its adapter process running.
type opened struct {
	buyer  *core.Buyer
	client adapterProcess
}

func (o *opened) close() { _ = o.client.Close() } // the command's own result is what counts

// open reads the configuration and starts the chosen account's adapter.
func (a *app) open(ctx context.Context) (*opened, error) {
	config, err := loadConfig(a.config)
	if err != nil {
		return nil, err
	}
	name, account, err := config.pick(a.account, a.config)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(a.config)
	resolved, err := resolver{folder}.resolve("accounts."+name+".settings", account.Settings)
	if err != nil {
		return nil, err
	}
	settings, _ := resolved.(map[string]any)
	a.announce(name, settings)
	options, err := account.options(settings)
	if err != nil {
		return nil, err
	}
	program, err := a.programOf(name, account.Adapter, config.DevOverrides)
	if err != nil {
		return nil, err
	}
	return a.startProgram(ctx, name, program, settings, options)
}

func isPath(adapter string) bool {
	return strings.ContainsRune(adapter, '/') || strings.ContainsRune(adapter, os.PathSeparator)
}

// announce says aloud what an operator must not overlook.
func (a *app) announce(name string, settings map[string]any) {
	if on(settings, "allow_private") {
		fmt.Fprintf(a.err, "host: account %s has allow_private = true: plain http and private addresses are admitted. For the sandbox only.\n", name)
	}
}

// on reports whether a switch is set, in any spelling that the adapter's JSON decoder would take.
func on(settings map[string]any, name string) bool {
	for key, value := range settings {
		if strings.EqualFold(key, name) && value == true {
			return true
		}
	}
	return false
}

// program is how an adapter is started, and the sum that it is pinned by.
type program struct {
	adapter string
	command []string
	sum     string
	// attach is the socket of one that its author started with "serve --debug".
	attach string
}

// programOf finds an account's adapter: a path, what an author overrides, what is installed, or what is
// built in, in this order.
func (a *app) programOf(account, adapter string, overrides map[string]string) (program, error) {
	folder := filepath.Dir(a.config)
	if path, ok := overrides[adapter]; ok {
		if socket, running := strings.CutPrefix(path, "unix:"); running {
			fmt.Fprintf(a.err, "host: dev_overrides: INSECURE: account %s uses the running adapter at %s: no TLS, nobody verified it, and it gets the account's secrets. For its author only.\n", account, socket)
			return program{adapter: adapter, attach: socket}, nil
		}
		fmt.Fprintf(a.err, "host: dev_overrides: account %s runs %s, which nobody verified. For the adapter's author only.\n", account, path)
		return program{adapter: adapter, command: []string{beside(folder, path)}}, nil
	}
	if isPath(adapter) {
		return program{adapter: adapter, command: []string{beside(folder, adapter)}}, nil
	}
	place := a.installed()
	lock, err := lockfile.Load(place.lock)
	if err != nil {
		return program{}, err
	}
	if entry, ok := lock.Adapters[adapter]; ok {
		sum, err := entry.Sum()
		return program{adapter: adapter, command: []string{place.file(sum)}, sum: sum}, err
	}
	return builtinProgram(account, adapter)
}

// beside is a path that starts where the configuration is, and looks like one.
func beside(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	path = filepath.Join(folder, path)
	if !isPath(path) {
		path = "." + string(os.PathSeparator) + path
	}
	return path
}

// start starts a built-in adapter.
func (a *app) start(ctx context.Context, name, adapter string, settings map[string]any, options core.BuyerOptions) (*opened, error) {
	p, err := builtinProgram(name, adapter)
	if err != nil {
		return nil, err
	}
	return a.startProgram(ctx, name, p, settings, options)
}

func (a *app) startProgram(ctx context.Context, name string, p program, settings map[string]any, options core.BuyerOptions) (*opened, error) {
	if settings == nil {
		settings = map[string]any{}
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, core.Invalid("accounts."+name+".settings", "hold a value that has no JSON form")
	}
	client, err := a.run(ctx, p.attach, plugin.Config{Account: name, Adapter: p.adapter, Command: p.command, SHA256: p.sum, Settings: text, Logger: a.logger()})
	if err != nil {
		return nil, err
	}
	options.Account, options.Logger, options.Journal = name, a.logger(), a.journal
	buyer, err := core.NewBuyer(ctx, client, options)
	if err != nil {
		_ = client.Close() // the reason to give is why it cannot describe itself
		return nil, err
	}
	return &opened{buyer: buyer, client: client}, nil
}

// adapterProcess is an adapter that runs as a process, or the supervisor of one.
type adapterProcess interface {
	core.Adapter
	io.Closer
	PID() int
}

// run starts an adapter for one command, or keeps it running for a command that goes on. One that runs
// already it attaches to.
func (a *app) run(ctx context.Context, attach string, c plugin.Config) (adapterProcess, error) {
	if attach != "" {
		return plugin.Attach(ctx, c, attach)
	}
	if !a.keep {
		return plugin.Open(ctx, c)
	}
	s := plugin.Supervise(plugin.SuperviseConfig{Config: c, KeepWarm: true})
	if err := s.Start(ctx); err != nil {
		_ = s.Close() // the reason to give is why it does not start
		return nil, err
	}
	return s, nil
}

// builtinProgram is this program again.
func builtinProgram(account, adapter string) (program, error) {
	if _, ok := builtins[adapter]; !ok {
		return program{}, core.Invalid("accounts."+account+".adapter", "%q is not known; use %s, an installed adapter (host adapters list), or the path of an adapter program (with a slash)", adapter, strings.Join(builtinNames(), ", "))
	}
	self, err := os.Executable()
	if err != nil {
		return program{}, &core.Error{Code: core.Internal, Outcome: core.NotDone, Message: "cannot find this program's own file to start the adapter: " + err.Error(), Err: err}
	}
	return program{adapter: adapter, command: []string{self, "adapter", adapter}}, nil
}
