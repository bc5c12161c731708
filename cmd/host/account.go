package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
)

// opened is one account with its adapter process running.
type opened struct {
	buyer  *core.Buyer
	client *plugin.Client
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
	adapter := account.Adapter
	if isPath(adapter) && !filepath.IsAbs(adapter) { // beside the configuration, wherever it is read from
		adapter = filepath.Join(folder, adapter)
		if !isPath(adapter) {
			adapter = "." + string(os.PathSeparator) + adapter
		}
	}
	options, err := account.options(settings)
	if err != nil {
		return nil, err
	}
	return a.start(ctx, name, adapter, settings, options)
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

func (a *app) start(ctx context.Context, name, adapter string, settings map[string]any, options core.BuyerOptions) (*opened, error) {
	command, err := adapterProgram(name, adapter)
	if err != nil {
		return nil, err
	}
	if settings == nil {
		settings = map[string]any{}
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, core.Invalid("accounts."+name+".settings", "hold a value that has no JSON form")
	}
	client, err := plugin.Open(ctx, plugin.Config{Account: name, Adapter: adapter, Command: command, Settings: text, Logger: a.logger()})
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

// adapterProgram is how an adapter is started: a built-in one is this program again.
func adapterProgram(account, adapter string) ([]string, error) {
	if isPath(adapter) {
		return []string{adapter}, nil
	}
	if _, ok := builtins[adapter]; !ok {
		return nil, core.Invalid("accounts."+account+".adapter", "%q is not known; use %s, or the path of an adapter program (with a slash)", adapter, strings.Join(builtinNames(), ", "))
	}
	self, err := os.Executable()
	if err != nil {
		return nil, &core.Error{Code: core.Internal, Outcome: core.NotDone, Message: "cannot find this program's own file to start the adapter: " + err.Error(), Err: err}
	}
	return []string{self, "adapter", adapter}, nil
}
