package main

import (
	"errors"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// fileConfig is sampan.toml.
type fileConfig struct {
	Journal  journalConfig            `toml:"journal"`
	Accounts map[string]accountConfig `toml:"accounts"`
	// DevOverrides lets an adapter's author run a path under its name, unverified, or use one that runs
	// already: "unix:" and the socket that "serve --debug" names.
	DevOverrides map[string]string `toml:"dev_overrides"`
}

type journalConfig struct {
	Driver string `toml:"driver"`
	DSN    string `toml:"dsn"`
}

type accountConfig struct {
	Adapter  string         `toml:"adapter"`
	Settings map[string]any `toml:"settings"`
	Limits   limitsConfig   `toml:"limits"`
	// NumberPrefix begins the number of every purchase at the gateway.
	NumberPrefix string      `toml:"number_prefix"`
	Fence        fenceConfig `toml:"fence"`
}

// fenceConfig is what "host doctor" proved and what the operator turns on with it.
type fenceConfig struct {
	// Proved is when, Gateway is where: another address voids the proof.
	Proved  string `toml:"proved"`
	Gateway string `toml:"gateway"`
	// Window is how old a signature the gateway takes, EffectWithin how long what it accepted may
	// still take effect: the vendor's word.
	Window       string `toml:"window"`
	EffectWithin string `toml:"effect_within"`
	// ResendAfterFence turns it on.
	ResendAfterFence bool `toml:"resend_after_fence"`
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

// options are what the configuration says to the account's Buyer. Amounts were checked when it was
// read.
func (c accountConfig) options(settings map[string]any) (o core.BuyerOptions, err error) {
	o.NumberPrefix = c.NumberPrefix
	if c.Limits.MaxOrder != "" {
		o.Limits.MaxOrder, err = money.ParseText(c.Limits.MaxOrder)
	}
	if c.Limits.MaxDay != "" && err == nil {
		o.Limits.MaxDay, err = money.ParseText(c.Limits.MaxDay)
	}
	if err == nil && c.Fence.ResendAfterFence {
		o.Fence, err = c.Fence.read(settings)
	}
	return o, err
}

// read gives the fence that an operator turned on, if its proof is of this gateway.
func (c fenceConfig) read(settings map[string]any) (*core.Fence, error) {
	if _, err := time.Parse(time.DateOnly, c.Proved); err != nil {
		return nil, core.Invalid("fence.proved", "must be the day of the proof, such as 2026-11-23; host doctor writes it")
	}
	if base, _ := settings["base_url"].(string); c.Gateway == "" || strings.TrimRight(c.Gateway, "/") != strings.TrimRight(base, "/") {
		return nil, core.Invalid("fence.gateway", "was proved for %q, and the account's base_url is another; run host doctor again", c.Gateway)
	}
	var f core.Fence
	for _, part := range []struct {
		field, text string
		into        *time.Duration
	}{{"window", c.Window, &f.Window}, {"effect_within", c.EffectWithin, &f.Effect}} {
		d, err := time.ParseDuration(part.text)
		if err != nil || d <= 0 {
			return nil, core.Invalid("fence."+part.field, `must be a time span, such as "600s"`)
		}
		*part.into = d
	}
	return &f, nil
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
