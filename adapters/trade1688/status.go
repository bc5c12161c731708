package trade1688

import (
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// statuses are 1688's words for where an order or a line stands. The list upstream is open.
var statuses = map[string]core.Status{
	"waitbuyerpay":        core.AwaitingPayment,
	"waitsellersend":      core.Paid,
	"waitlogisticstakein": core.Shipped,
	"waitbuyerreceive":    core.Shipped,
	"waitbuyersign":       core.Shipped,
	"signinsuccess":       core.Received,
	"confirmgoods":        core.Received,
	"success":             core.Completed,
	"cancel":              core.Cancelled,
	"terminated":          core.Closed,
}

// StatusOf reads 1688's word for a status, in any case and with or without underscores. Any other
// word is [core.StatusUnknown].
func StatusOf(word string) core.Status { return statuses[plainWord(word)] }

func plainWord(word string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(word)), "_", "")
}

// statusOf is StatusOf with what is known of payment: 1688 says cancel before and after it.
func statusOf(word string, paid bool) core.Status {
	status := StatusOf(word)
	if status == core.Cancelled && paid {
		return core.Closed
	}
	return status
}

// orderStatus sees the lines too: the order's word does not tell that only some were sent.
func orderStatus(word string, paid bool, lines []core.Line) core.Status {
	status := statusOf(word, paid)
	if status != core.Paid && status != core.Shipped {
		return status
	}
	for _, line := range lines {
		if partly(status, line.Status) {
			return core.PartlyShipped
		}
	}
	return status
}

// partly says that a line was sent in an order that was not, or the other way round. Lines that
// ended or whose word is unknown say nothing.
func partly(order, line core.Status) bool {
	if order == core.Shipped {
		return line == core.Paid
	}
	return line == core.Shipped || line == core.Received || line == core.Completed
}

// paidCodes are the pay statuses that prove a payment: paid, paid back, handed on to the seller.
var paidCodes = map[wirejson.Text]bool{"2": true, "4": true, "6": true}

// paid reports whether the order was paid for certain. A payTime alone proves nothing: it is sent on
// orders that were cancelled unpaid.
func (t trade) paid() bool {
	if StatusOf(string(t.BaseInfo.Value.Status)).IsPaid() {
		return true
	}
	for _, list := range []loose[payment]{t.TradeTerms, t.BaseInfo.Value.NewStepOrderList} {
		for _, one := range list.Value {
			if paidCodes[one.Value.PayStatus] {
				return true
			}
		}
	}
	return false
}
