package wire

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// QuoteRequestTo makes the message of a QuoteRequest.
func QuoteRequestTo(r core.QuoteRequest) *pb.QuoteRequest {
	return &pb.QuoteRequest{Lines: each(r.Lines, orderLineTo), Address: addressTo(&r.Address), Options: r.Options}
}

// QuoteRequestFrom reads a QuoteRequest.
func QuoteRequestFrom(m *pb.QuoteRequest) (core.QuoteRequest, error) {
	var d decoder
	r := core.QuoteRequest{Lines: d.orderLines(m.GetLines()), Options: m.GetOptions()}
	if a := addressFrom(m.GetAddress()); a != nil {
		r.Address = *a
	}
	return r, d.err
}

// QuoteTo makes the message of a Quote.
func QuoteTo(q core.Quote) *pb.Quote {
	return &pb.Quote{Lines: each(q.Lines, quoteLineTo), Totals: totalsTo(q.Totals), Orders: int32Of(q.Orders), Problem: problemTo(q.Problem)}
}

// QuoteFrom reads a Quote.
func QuoteFrom(m *pb.Quote) (core.Quote, error) {
	var d decoder
	q := core.Quote{Totals: d.totals("totals", m.GetTotals()), Orders: max(0, int(m.GetOrders())), Problem: problemFrom(m.GetProblem())}
	for i, line := range entries(&d, "lines", m.GetLines()) {
		q.Lines = append(q.Lines, d.quoteLine(fmt.Sprintf("lines[%d]", i), line))
	}
	return q, d.err
}

func quoteLineTo(l core.QuoteLine) *pb.QuoteLine {
	return &pb.QuoteLine{ProductId: string(l.ProductID), SkuId: string(l.SKUID), SpecId: string(l.SpecID), Quantity: l.Quantity,
		UnitPrice: unitMoneyOf(l.UnitPrice), Amount: moneyOf(l.Amount), Problem: problemTo(l.Problem)}
}

func (d *decoder) quoteLine(field string, m *pb.QuoteLine) core.QuoteLine {
	return core.QuoteLine{ProductID: core.ProductID(d.id(field+".product_id", m.GetProductId())), SKUID: core.SKUID(d.id(field+".sku_id", m.GetSkuId())),
		SpecID: core.SpecID(d.id(field+".spec_id", m.GetSpecId())), Quantity: d.quantity(field+".quantity", m.GetQuantity()), UnitPrice: d.unitPrice(field+".unit_price", m.GetUnitPrice()),
		Amount: d.amount(field+".amount", m.GetAmount()), Problem: problemFrom(m.GetProblem())}
}
