package adaptertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

// The rules that hold for every answer of every call. They have names of their own, because a call
// made for another rule can break them.
const (
	ruleBothWays    = "describe: what is declared is implemented, and what is implemented is declared"
	ruleTyped       = "errors: every error is a *core.Error with a message"
	ruleUnsupported = "errors: Unsupported means that nothing was sent"
	ruleReadError   = "errors: a failed read is not_done, for it has no effect"
	ruleNoSecret    = "secrets: no error repeats a secret or an address"
	ruleUTC         = "orders: times are in UTC"
	ruleCurrency    = "orders: one order has one currency, and no total is negative"
	ruleEvents      = "track: events are newest first, and there are none where EventsAvailable is false"
)

func (p *probe) look(op core.Operation, err error) {
	p.Helper()
	if err == nil {
		return
	}
	p.lookSecrets(err)
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Message == "" {
		p.fail(ruleTyped, fmt.Sprintf("%s: %T: %v", op, err, err), "*core.Error with Code, Outcome and Message",
			"return *core.Error; put the cause in its Err")
		return
	}
	if e.Code == core.Unsupported && e.Outcome != core.NotDone {
		p.fail(ruleUnsupported, outcome(err), core.NotDone, "answer core.NotOffered(op, reason) before anything is sent")
	}
}

func (p *probe) lookRead(op core.Operation, err error) {
	p.Helper()
	p.look(op, err)
	if err != nil && core.OutcomeOf(err) != core.NotDone {
		p.fail(ruleReadError, outcome(err), core.NotDone, "set Outcome: core.NotDone on every error of "+string(op))
	}
}

func (p *probe) lookSecrets(err error) {
	p.Helper()
	text := everything(err)
	for i, secret := range p.h.Secrets {
		if secret != "" && strings.Contains(text, secret) {
			p.fail(ruleNoSecret, fmt.Sprintf("Harness.Secrets[%d] stands in an error", i), "no secret in any error",
				"build messages from your own words; scrub what the gateway said")
		}
	}
	for field, value := range personal(p.h.Order().Address) {
		if strings.Contains(text, value) {
			p.fail(ruleNoSecret, "the purchase's address."+field+" stands in an error", "no part of an address in any error",
				"name the field, never its value; scrub what the gateway said")
		}
	}
}

// everything is all that a program could print of an error.
func everything(err error) string {
	form, _ := json.Marshal(err)
	text := fmt.Sprintf("%v %+v %s", err, err, form)
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		text += "\n" + cause.Error()
	}
	if e, ok := errors.AsType[*core.Error](err); ok {
		text += "\n" + strings.Join(e.Detail, "\n") + "\n" + e.Gateway.String()
	}
	return text
}

// personal gives the parts of an address that point to a person. One letter points to nobody.
func personal(a core.Address) map[string]string {
	parts := map[string]string{"name": a.Name, "mobile": a.Mobile, "phone": a.Phone, "street": a.Street}
	for field, value := range parts {
		if utf8.RuneCountInString(value) < 2 {
			delete(parts, field)
		}
	}
	return parts
}

func (p *probe) lookOrder(o core.Order) {
	p.Helper()
	t := o.Times
	for name, at := range map[string]time.Time{"created": t.Created, "paid": t.Paid, "shipped": t.Shipped,
		"received": t.Received, "completed": t.Completed, "cancelled": t.Cancelled} {
		p.lookTime("times."+name, at)
	}
	p.lookMoney(o)
	p.lookParcels(o.Parcels)
	for _, sibling := range o.Siblings {
		p.lookOrder(sibling)
	}
}

func (p *probe) lookTime(name string, at time.Time) {
	p.Helper()
	if !at.IsZero() && at.Location() != time.UTC {
		p.fail(ruleUTC, name+" is "+at.String(), "time.UTC", "call UTC() on times where the wire is read; a time that is not known is the zero time")
	}
}

func (p *probe) lookMoney(o core.Order) {
	p.Helper()
	amounts := map[string]money.Amount{"goods": o.Totals.Goods, "shipping": o.Totals.Shipping,
		"payable": o.Totals.Payable, "refunded": o.Totals.Refunded}
	for i, line := range o.Lines {
		amounts[fmt.Sprintf("lines[%d]", i)] = line.Amount
	}
	seen := map[money.Currency]string{}
	for name, a := range amounts {
		if a.IsSet() {
			seen[a.Currency()] = name
		}
		if a.Sign() < 0 {
			p.fail(ruleCurrency, name+" is "+a.String(), "0 or more", "check the sign where the wire is read")
		}
	}
	if len(seen) > 1 {
		p.fail(ruleCurrency, seen, "one currency", "read the currency once per order")
	}
}

func (p *probe) lookParcels(parcels []core.Parcel) {
	p.Helper()
	for _, parcel := range parcels {
		var last time.Time
		for _, event := range parcel.Events {
			p.lookTime("events[].time", event.Time)
			if !last.IsZero() && event.Time.After(last) {
				p.fail(ruleEvents, "an event of "+event.Time.String()+" follows one of "+last.String(), "newest first", "sort a parcel's events by time, newest first")
			}
			last = event.Time
		}
	}
}
