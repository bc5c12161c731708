package trade1688

import "github.com/sampan-go/sampan/core"

// times gives a moment only where the status says that it was one: gateways send payTime on unpaid
// orders, and completeTime for whatever ended an order.
func (b baseInfo) times(status core.Status, paid bool) core.Times {
	times := core.Times{
		Created:  b.CreateTime.Time,
		Shipped:  b.AllDeliveredTime.Time,
		Received: b.ReceivingTime.Time,
	}
	if times.Received.IsZero() {
		times.Received = b.ConfirmedTime.Time
	}
	if paid {
		times.Paid = b.PayTime.Time
	}
	switch status {
	case core.Completed:
		times.Completed = b.CompleteTime.Time
	case core.Cancelled, core.Closed:
		times.Cancelled = b.CompleteTime.Time
	}
	return times
}
