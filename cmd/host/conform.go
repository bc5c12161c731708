package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin"
)

// conformConfig is what conform must know beside the binary.
type conformConfig struct {
	// Gateway is one of this program's offline gateways: "pandapon" or "dajisaas"; or Control is where a
	// gateway of the author's own is steered.
	Gateway string `toml:"gateway"`
	Control string `toml:"control"`
	// Order is a JSON file with the purchase to make, Payable what it costs, if its answer does not say.
	Order   string `toml:"order"`
	Payable string `toml:"payable"`
	// Foreign is the id of an order that the gateway does not know.
	Foreign string `toml:"foreign"`
	// Writes are the ends of the paths that ask for a write; none: every request counts as one.
	Writes []string `toml:"writes"`
	// Secrets must stand in no error.
	Secrets []string `toml:"secrets"`
	// Refund completes the suite's refund.
	Refund struct {
		ReasonID string `toml:"reason_id"`
		Reason   string `toml:"reason"`
		Goods    string `toml:"goods"`
		OneLine  bool   `toml:"one_line"`
	} `toml:"refund"`
	// Settings are the adapter's; "{gateway}" in a text is the gateway's address.
	Settings map[string]any `toml:"settings"`
}

func (a *app) conformCommand() *cobra.Command {
	var file, junit string
	c := &cobra.Command{Use: "conform ADAPTER --settings FILE", Short: "hold an adapter program against every rule that it owes", Args: takes("ADAPTER"),
		Long: `Starts an adapter program and runs the behaviour suite on it, against an offline gateway: one of this
program's, or one of your own that is steered over HTTP. docs/ADAPTER_GUIDE.md says what the file holds.

Levels are read, order, pay, refund and recovery. A level is earned: a rule that fails or cannot be run
is no pass. The exit code is 0 if no rule failed, and 3 if one did.`,
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("timeout") {
				a.timeout = 10 * time.Minute
			}
			return a.conform(c.Context(), args[0], file, junit)
		}}
	c.Flags().StringVar(&file, "settings", "", "the TOML file that says what to run it with")
	c.Flags().StringVar(&junit, "junit", "", "write the report as JUnit XML too")
	_ = c.MarkFlagRequired("settings")
	return c
}

func (a *app) conform(ctx context.Context, adapter, file, junit string) error {
	a.running = true
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	config, err := loadConform(file)
	if err != nil {
		return err
	}
	hands, err := config.hands(ctx)
	if err != nil {
		return err
	}
	defer hands.close()
	process, err := config.process(a, adapter, hands)
	if err != nil {
		return err
	}
	client, err := plugin.Open(ctx, process)
	if err != nil {
		return err
	}
	h, err := config.harness(client, hands, filepath.Dir(file))
	if err != nil {
		_ = client.Close() // it was not used
		return err
	}
	report, err := adaptertest.Check(ctx, h, a.tellResult)
	if err != nil {
		_ = client.Close() // the reason to give is why it cannot be checked
		return err
	}
	for _, result := range []adaptertest.Result{endsInTime(client), killedInAWrite(ctx, process, h, hands)} {
		a.tellResult(result)
		report.Results = append(report.Results, result)
	}
	if junit != "" {
		if err := writeJUnit(junit, adapter, report); err != nil {
			return err
		}
	}
	return a.tellReport(report)
}

func loadConform(file string) (conformConfig, error) {
	var c conformConfig
	text, err := os.ReadFile(file)
	if err != nil {
		return c, core.Invalid("settings", "%v", err)
	}
	d := toml.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, configError(file, err)
	}
	if (c.Gateway == "") == (c.Control == "") {
		return c, core.Invalid("gateway", `name one of "pandapon" and "dajisaas", or the control address of a gateway of your own`)
	}
	if c.Order == "" {
		return c, core.Invalid("order", "is missing; name the JSON file of a purchase that the gateway takes")
	}
	return c, nil
}

// process is how the adapter is started, with the gateway's address filled in.
func (c conformConfig) process(a *app, adapter string, hands gatewayHands) (plugin.Config, error) {
	filled := fill(c.Settings, hands.address)
	settings, err := json.Marshal(filled)
	if err != nil {
		return plugin.Config{}, core.Invalid("settings", "hold a value that has no JSON form")
	}
	p := program{adapter: filepath.Base(adapter), command: []string{adapter}}
	if !isPath(adapter) {
		if p, err = builtinProgram("conform", adapter); err != nil {
			return plugin.Config{}, err
		}
	}
	return plugin.Config{Account: "conform", Adapter: p.adapter, Command: p.command, Settings: settings, Logger: a.logger()}, nil
}

// fill puts the gateway's address into every text.
func fill(value any, address string) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			out[name] = fill(inner, address)
		}
		return out
	case []any:
		var out []any
		for _, inner := range v {
			out = append(out, fill(inner, address))
		}
		return out
	case string:
		return strings.ReplaceAll(v, "{gateway}", address)
	case nil:
		return map[string]any{}
	}
	return value
}

func (c conformConfig) harness(adapter core.Adapter, hands gatewayHands, folder string) (adaptertest.Harness, error) {
	var order core.CreateOrderRequest
	path := c.Order
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &order)
	}
	if err != nil {
		return adaptertest.Harness{}, core.Invalid("order", "cannot be read: %v", err)
	}
	order.MaxTotal = money.Amount{}
	h := adaptertest.Harness{
		Open:          func(testing.TB) core.Adapter { return adapter },
		Order:         func() core.CreateOrderRequest { o := order; o.Lines = slices.Clone(order.Lines); return o },
		Foreign:       core.OrderRef{ID: core.OrderID(c.Foreign)},
		Effects:       hands.effects,
		Requests:      hands.requests,
		WriteRequests: func(t testing.TB) int { return hands.writes(t, c.Writes) },
		SignedAt:      hands.signedAt, Fault: hands.fault, Settle: hands.settle, Ship: hands.ship,
		Secrets: c.Secrets,
		Refund:  c.refund,
	}
	if c.Payable != "" {
		if h.Payable, err = money.ParseText(c.Payable); err != nil {
			return h, core.Invalid("payable", "%v", err)
		}
	}
	return h, nil
}

func (c conformConfig) refund(paid core.Order, r core.RefundRequest) core.RefundRequest {
	r.ReasonID, r.Reason = c.Refund.ReasonID, c.Refund.Reason
	_ = r.Goods.UnmarshalText([]byte(c.Refund.Goods)) // an unknown word is none
	r.Shipping = money.Amount{}
	if c.Refund.OneLine && len(paid.Lines) > 0 {
		r.Lines, r.Amount = []core.RefundLine{{ID: paid.Lines[0].ID}}, paid.Lines[0].Amount
	}
	return r
}

// endsInTime is a rule of the process: it goes when it is asked to.
func endsInTime(client *plugin.Client) adaptertest.Result {
	began := time.Now()
	err := client.Close()
	r := adaptertest.Result{Group: "process", Rule: "it ends within 3 s of being asked to", Verdict: adaptertest.Passed, Millis: time.Since(began).Milliseconds()}
	if err != nil || time.Since(began) > 3*time.Second {
		r.Verdict = adaptertest.Failed
		r.Said = fmt.Sprintf("rule:  process: %s\ngot:   %s, %v\nwant:  the process gone\ndo:    answer the controller's Shutdown, and end when the liveness pipe ends", r.Rule, time.Since(began).Round(time.Millisecond), err)
	}
	return r
}

// killedInAWrite kills the process in the middle of a purchase that has its effect.
func killedInAWrite(ctx context.Context, process plugin.Config, h adaptertest.Harness, hands gatewayHands) adaptertest.Result {
	r := adaptertest.Result{Group: "process", Rule: "killed in a write it is in doubt, and sent once", Verdict: adaptertest.Skipped, Said: "NOT RUN: this gateway cannot be made to wait"}
	if hands.hang == nil {
		return r
	}
	began := time.Now()
	client, err := plugin.Open(ctx, process)
	if err != nil {
		r.Verdict, r.Said = adaptertest.Failed, err.Error()
		return r
	}
	defer func() { _ = client.Close() }() // it was killed
	var t hush
	effects := hands.effects(t)
	hands.hang()
	order := h.Order()
	now := time.Now().UTC().Truncate(time.Millisecond)
	order.Ref, order.Attempt = core.Ref(fmt.Sprint("kill-", now.UnixNano())), core.Attempt{No: 1, SignedAt: now, NotAfter: now.Add(core.WriteDeadline)}
	ended := make(chan error, 1)
	go func() { _, err := client.CreateOrder(ctx, order); ended <- err }()
	for range 500 {
		if hands.effects(t) > effects {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if process, err := os.FindProcess(client.PID()); err == nil {
		_ = process.Kill() // if it is gone already, the write's error says so
	}
	err = <-ended
	grown := hands.effects(t) - effects
	r.Verdict, r.Said, r.Millis = adaptertest.Passed, "", time.Since(began).Milliseconds()
	if core.OutcomeOf(err) != core.InDoubt || grown != 1 {
		r.Verdict = adaptertest.Failed
		r.Said = fmt.Sprintf("rule:  process: %s\ngot:   %v, %d effects\nwant:  in_doubt, 1 effect\ndo:    send one request for one attempt", r.Rule, err, grown)
	}
	return r
}

// hush is a testing.TB for hands that are used outside a rule.
type hush struct{ testing.TB }

func (hush) Helper() {}

func (hush) Fatalf(string, ...any) {}

// tellResult shows progress to a person.
func (a *app) tellResult(r adaptertest.Result) {
	if a.output != "table" {
		return
	}
	mark := map[adaptertest.Verdict]string{adaptertest.Passed: "ok     ", adaptertest.Failed: "FAILED ", adaptertest.Skipped: "NOT RUN"}[r.Verdict]
	fmt.Fprintf(a.out, "%s %s: %s\n", mark, r.Group, r.Rule)
	if r.Verdict == adaptertest.Failed {
		for _, line := range strings.Split(plainLines(r.Said), "\n") {
			fmt.Fprintf(a.out, "          %s\n", line)
		}
	}
}

// plainLines is plain for a text of several lines.
func plainLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (a *app) tellReport(report adaptertest.Report) error {
	failed := 0
	for _, r := range report.Results {
		if r.Verdict == adaptertest.Failed {
			failed++
		}
	}
	if a.output == "table" {
		fmt.Fprintf(a.out, "\n%s %s: %s, %d failed\n", report.Description.Adapter, report.Description.Version, counted(len(report.Results), "rule"), failed)
		for _, level := range []adaptertest.Level{adaptertest.Read, adaptertest.Order, adaptertest.Pay, adaptertest.Refund, adaptertest.Recovery} {
			if why, missing := report.Missing[level]; missing {
				fmt.Fprintf(a.out, "  %-9s not earned: %s\n", level, plain(why))
			} else {
				fmt.Fprintf(a.out, "  %-9s earned\n", level)
			}
		}
	} else if err := writeJSON(a.out, report, "  "); err != nil {
		return err
	}
	if failed > 0 {
		return &core.Error{Code: core.Guarded, Outcome: core.NotDone, Message: counted(failed, "rule") + " failed; each says what to do"}
	}
	return nil
}

type junitCase struct {
	Class   string `xml:"classname,attr"`
	Name    string `xml:"name,attr"`
	Seconds string `xml:"time,attr"`
	Failure *struct {
		Text string `xml:",chardata"`
	} `xml:"failure"`
	Skipped *struct {
		Message string `xml:"message,attr"`
	} `xml:"skipped"`
}

func writeJUnit(path, adapter string, report adaptertest.Report) error {
	suite := struct {
		XMLName xml.Name    `xml:"testsuite"`
		Name    string      `xml:"name,attr"`
		Tests   int         `xml:"tests,attr"`
		Cases   []junitCase `xml:"testcase"`
	}{Name: adapter, Tests: len(report.Results)}
	for _, r := range report.Results {
		c := junitCase{Class: r.Group, Name: r.Rule, Seconds: fmt.Sprintf("%.3f", float64(r.Millis)/1000)}
		switch r.Verdict {
		case adaptertest.Failed:
			c.Failure = &struct {
				Text string `xml:",chardata"`
			}{plainLines(r.Said)}
		case adaptertest.Skipped:
			c.Skipped = &struct {
				Message string `xml:"message,attr"`
			}{plainLines(r.Said)}
		}
		suite.Cases = append(suite.Cases, c)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append([]byte(xml.Header), text...), 0o644)
	}
	if err != nil {
		return core.Invalid("junit", "%v", err)
	}
	return nil
}
