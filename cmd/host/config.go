package main

import (
	"errors"
	"os"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// fileConfig is sampan.toml.
type fileConfig struct {
	Journal  journalConfig            `toml:"journal"`
	Accounts map[string]accountConfig `toml:"accounts"`
}

type journalConfig struct {
	Driver string `toml:"driver"`
	DSN    string `toml:"dsn"`
}

type accountConfig struct {
	Adapter  string         `toml:"adapter"`
	Settings map[string]any `toml:"settings"`
	Limits   limitsConfig   `toml:"limits"`
}

type limitsConfig struct {
	MaxOrder string `toml:"max_order"`
	MaxDay   string `toml:"max_day"`
}

// loadConfig reads a configuration strictly: a misspelt limit would be a limit that is not there.
func loadConfig(path string) (fileConfig, error) {
	var c fileConfig
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return c, core.Invalid("config", "there is no file %s; write one (see the README), name it with --config, or try `host demo`", path)
	}
	if err != nil {
		return c, core.Invalid("config", "%v", err)
	}
	d := toml.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, configError(path, err)
	}
	for name, account := range c.Accounts {
		if err := account.check(name); err != nil {
			return c, err
		}
	}
	return c, nil
}

// configError names file, line and key, and never a value: it may be a secret.
func configError(path string, err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		row, _ := strict.Errors[0].Position()
		return core.Invalid(strings.Join(strict.Errors[0].Key(), "."), "is not known (%s, line %d); look for a misspelling", path, row)
	}
	if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := wrong.Position()
		field := strings.Join(wrong.Key(), ".")
		if field == "" {
			return core.Invalid("config", "%s, line %d is not TOML; texts stand in quotes", path, row)
		}
		return core.Invalid(field, "has the wrong type (%s, line %d); see the README for what it should be", path, row)
	}
	return core.Invalid("config", "%s cannot be read", path)
}

func (c accountConfig) check(name string) error {
	if c.Adapter == "" {
		return core.Invalid("accounts."+name+".adapter", "is missing; use %s, or the path of an adapter program", strings.Join(builtinNames(), ", "))
	}
	for field, text := range map[string]string{"max_order": c.Limits.MaxOrder, "max_day": c.Limits.MaxDay} {
		if text == "" {
			continue
		}
		if limit, err := money.ParseText(text); err != nil || limit.Sign() <= 0 {
			return core.Invalid("accounts."+name+".limits."+field, `must be a positive amount with its currency, such as "5000.00 CNY"`)
		}
	}
	return nil
}

// pick chooses the account: the named one, or the only one.
func (c fileConfig) pick(name, path string) (string, accountConfig, error) {
	if name == "" && len(c.Accounts) == 1 {
		for only, account := range c.Accounts {
			return only, account, nil
		}
	}
	names := make([]string, 0, len(c.Accounts))
	for known := range c.Accounts {
		names = append(names, known)
	}
	sort.Strings(names)
	if account, ok := c.Accounts[name]; ok {
		return name, account, nil
	}
	if len(names) == 0 {
		return "", accountConfig{}, core.Invalid("account", "%s has no accounts; write one (see the README, or `host sandbox` for one that works offline)", path)
	}
	if name == "" {
		return "", accountConfig{}, core.Invalid("account", "is missing; choose one with --account: %s", strings.Join(names, ", "))
	}
	return "", accountConfig{}, core.Invalid("account", "%q is not in %s; it has %s", name, path, strings.Join(names, ", "))
}
