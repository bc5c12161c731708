package adaptertest

import "github.com/sampan-go/sampan/core"

var receiptRules = []rule{
	{name: "a confirmed order is received", needs: []core.Operation{core.OpCreateOrder, core.OpPay, core.OpGetOrder}, needsShip: true, check: func(p *probe) {
		order := p.shipped()
		p.noError(p.confirm(p.Context(), core.ConfirmReceiptRequest{Order: order.OrderRef, Attempt: p.attempt()}), "ConfirmReceipt")
		read := p.fresh(order)
		p.check(read.Status == core.Received || read.Status == core.Completed, read.Status, "received or completed", "map the gateway's words for what follows a receipt")
	}},
}

func (p *probe) shipped() core.Order {
	p.Helper()
	order := p.paid()
	p.h.Ship(p.TB, order.ID)
	return p.fresh(order)
}
