package alibaba1688

import (
	"cmp"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// The pay statuses with evidence: 1 unpaid (SEED), 2 paid (SIBLING).
const (
	unpaid wirejson.Text = "1"
	paid   wirejson.Text = "2"
)

// statusRow says what the list's two statuses together mean. "" stands for a pay status that is
// absent, "*" for any word.
type statusRow struct {
	order, pay wirejson.Text
	status     core.Status
}

// statuses: only order status 1 is proven for PandaPon (SEED), the words are the sister platform's
// (SIBLING). The first row that fits counts, and what fits none is StatusUnknown. An order with pay
// status 2 is paid at least; how much further it is, only the detail knows.
var statuses = []statusRow{
	{"1", unpaid, core.AwaitingPayment},
	{"WAITING_FOR_PAYMENT", unpaid, core.AwaitingPayment},
	{"WAITING_FOR_PAYMENT", "", core.AwaitingPayment},
	{"WAITING_FOR_SENT", paid, core.Paid},
	{"WAITING_FOR_SENT", "", core.Paid},
	{"CANCEL", unpaid, core.Cancelled},
	{"CANCEL", paid, core.Closed},
	{"*", paid, core.Paid},
}

// listStatus never looks at times: a cancelled order was seen with a payTime.
func listStatus(order, pay wirejson.Text, closed bool) core.Status {
	for _, row := range statuses {
		if row.pay != pay || row.order != order && row.order != "*" {
			continue
		}
		if row.order == "*" && closed {
			return core.StatusUnknown
		}
		return row.status
	}
	return core.StatusUnknown
}

// statusWords keeps what the gateway said, whatever became of it.
func statusWords(order, pay wirejson.Text) string {
	return "orderStatus=" + cmp.Or(cut(wirejson.Clean(string(order)), 64), "-") +
		";payStatus=" + cmp.Or(cut(wirejson.Clean(string(pay)), 64), "-")
}

// lineStatus: 1 is documented as "as the order", and only unpaid.
func lineStatus(word wirejson.Text, order core.Status) core.Status {
	if word == "1" && order == core.AwaitingPayment {
		return core.AwaitingPayment
	}
	return core.StatusUnknown
}
