package main

import (
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// next tells a newcomer the command that follows, where the account has that operation. It is for
// people: no other form of output has it.
func (a *app) next(b *core.Buyer, op core.Operation, why string, words ...string) {
	if a.output != "table" || len(words) == 0 || b.Description().Check(op) != nil {
		return
	}
	if a.config != defaultConfig {
		words = append(words, "--config", a.config)
	}
	if a.account != "" {
		words = append(words, "--account", a.account)
	}
	for i, word := range words {
		words[i] = quoted(word)
	}
	if why != "" {
		fmt.Fprintln(a.out, why)
	}
	fmt.Fprintf(a.out, "next: host %s\n", strings.Join(words, " "))
}

// nextOfOrder is what follows from where an order stands.
func (a *app) nextOfOrder(b *core.Buyer, o core.Order) {
	switch {
	case o.Status == core.AwaitingPayment && o.Totals.Payable.IsSet():
		a.next(b, core.OpPay, "", of(o.OrderRef, "pay", "--expect", o.Totals.Payable.String())...)
	case o.Status == core.AwaitingPayment:
		a.next(b, core.OpGetOrder, "The gateway does not say yet what it costs.", of(o.OrderRef, "order get")...)
	case o.Status.IsPaid():
		a.next(b, core.OpTrack, "", of(o.OrderRef, "track")...)
	}
}

// nextOfPayment is what follows from how far a payment is.
func (a *app) nextOfPayment(b *core.Buyer, p core.Payment) {
	switch p.State {
	case core.Settled:
		a.next(b, core.OpTrack, "The money has moved.", of(p.Order, "track")...)
	case core.Accepted:
		a.next(b, core.OpGetOrder, "The gateway will pay; only a read shows that it did.", of(p.Order, "order get")...)
	case core.ActionRequired:
		a.next(b, core.OpGetOrder, "A person must open the page; until then it is not paid.", of(p.Order, "order get")...)
	}
}

// of is the command for one order. An id that a shell would take for a flag gives none.
func of(order core.OrderRef, command string, flags ...string) []string {
	if order.ID == "" || order.ID[0] == '-' {
		return nil
	}
	words := append(strings.Fields(command), string(order.ID))
	words = append(words, flags...)
	if order.Handle != "" {
		words = append(words, "--handle", string(order.Handle))
	}
	return words
}

// quoted is a word as a shell takes it. Ids and handles are a stranger's: copied into a shell they
// must stay words.
func quoted(word string) string {
	word = plain(word)
	switch {
	case word != "" && onlyOf(word, harmless):
		return word
	case onlyOf(word, harmless+" "):
		return `"` + word + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,@+="

func onlyOf(word, characters string) bool {
	return strings.Trim(word, characters) == ""
}
