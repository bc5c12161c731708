package taobao

import "github.com/sampan-go/sampan/core"

// statuses reads the order's and the line's status. PandaPon's own pages give no list: the numbers
// are the sister platform's (SIBLING doc-en-ka doc-8873281), the words Taobao's own (UPSTREAM,
// spelling as on the wire). The numbers are not in the order of life.
//
// While finance is at work on a payment (1, 2, 3, 5) the order is neither unpaid nor paid: it is
// Unknown, which Pay refuses. 4 and TRADE_CLOSED do not say whether money had moved: Closed.
var statuses = map[string]core.Status{
	"12": core.AwaitingPayment, "BULIDING": core.AwaitingPayment, "BUILDING": core.AwaitingPayment,
	"0": core.AwaitingPayment, "WAIT_BUYER_P": core.AwaitingPayment, "WAIT_BUYER_PAY": core.AwaitingPayment,
	"10": core.Paid, "WAIT_SELLER_SEND_GOODS": core.Paid,
	"11": core.Shipped, "WAIT_BUYER_CONFIRM_GOODS": core.Shipped,
	"4": core.Closed, "TRADE_CLOSED": core.Closed,
}

func statusOf(word string) core.Status { return statuses[word] }

// orderStatus looks at the lines too: an order that waits for the seller may have lines that are
// on their way.
func orderStatus(word string, lines []core.Line) core.Status {
	status := statusOf(word)
	if status != core.Paid && status != core.Shipped {
		return status
	}
	for _, line := range lines {
		if line.Status != status && (line.Status == core.Paid || line.Status == core.Shipped) {
			return core.PartlyShipped
		}
	}
	return status
}
