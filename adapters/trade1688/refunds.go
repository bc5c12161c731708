package trade1688

import (
	"cmp"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// refundStates are 1688's words for where a refund stands. Orders say refundclose, lines say
// REFUND_CLOSED.
var refundStates = map[string]core.RefundState{
	"waitselleragree":   core.RefundRequested,
	"waitbuyermodify":   core.RefundRejected,
	"waitbuyersend":     core.RefundAwaitingReturn,
	"waitsellerreceive": core.RefundReturning,
	"refundsuccess":     core.RefundPaid,
	"refundclose":       core.RefundClosed,
	"refundclosed":      core.RefundClosed,
}

// RefundStateOf reads 1688's word for a refund's state, in any case and with or without underscores.
// Any other word is [core.RefundUnknown].
func RefundStateOf(word string) core.RefundState { return refundStates[plainWord(word)] }

// refunds gathers what order and lines say: one entry for each refund id, and one without an id for
// each word that comes without one. Amounts stay absent: no member here is known to hold them.
func (t trade) refunds(order core.OrderRef, lines []core.Line) []core.Refund {
	base, items := t.BaseInfo.Value, t.ProductItems.Value
	g := gathered{order: order}
	for i, one := range items {
		one.RefundID = cmp.Or(one.RefundID, base.refundOf(one, items))
		inSale, afterSale := one.refundWords(base)
		g.add(one.RefundID, inSale, lines[i].ID)
		g.add(one.RefundIDForAs, afterSale, lines[i].ID)
	}
	if base.RefundID != "" || len(g.refunds) == 0 {
		g.add(base.RefundID, base.RefundStatus, "")
	}
	if !anyLine(items, func(i item) bool { return i.RefundIDForAs != "" }) {
		g.add("", base.RefundStatusForAs, "")
	}
	return g.refunds
}

// refundOf is the order's refund id for a line that has a word and no id, unless a line has an id:
// then nobody says that the refund is the same.
func (b baseInfo) refundOf(line item, all []item) wirejson.ID {
	withID := func(i item) bool { return i.RefundID != "" || i.RefundIDForAs != "" }
	if line.RefundStatus == "" || anyLine(all, withID) {
		return ""
	}
	return b.RefundID
}

func anyLine(items []item, is func(item) bool) bool { return slices.ContainsFunc(items, is) }

// refundWords says which word belongs to the line's refund in the sale and which to the one after
// it: the line has two ids and one word.
func (i item) refundWords(base baseInfo) (inSale, afterSale wirejson.Text) {
	switch {
	case i.RefundID == "" && i.RefundIDForAs == "":
		return i.RefundStatus, ""
	case i.RefundIDForAs == "":
		return cmp.Or(i.RefundStatus, base.RefundStatus), ""
	case i.RefundID == "":
		return "", cmp.Or(i.RefundStatus, base.RefundStatusForAs)
	default:
		return cmp.Or(base.RefundStatus, i.RefundStatus), cmp.Or(base.RefundStatusForAs, i.RefundStatus)
	}
}

// gathered joins the words of several lines about one refund.
type gathered struct {
	order   core.OrderRef
	refunds []core.Refund
}

// add does nothing where there is neither an id nor a word.
func (g *gathered) add(id wirejson.ID, word wirejson.Text, line core.LineID) {
	if id == "" && word == "" {
		return
	}
	refund := g.find(core.RefundID(id), clean(word))
	if line != "" {
		refund.Lines = append(refund.Lines, core.RefundLine{ID: line})
	}
}

// find gives the entry of the refund, and makes it the first time. The first word stays.
func (g *gathered) find(id core.RefundID, word string) *core.Refund {
	for i := range g.refunds {
		if one := &g.refunds[i]; one.ID == id && (id != "" || sameState(one.UpstreamStatus, word)) {
			return one
		}
	}
	g.refunds = append(g.refunds, core.Refund{ID: id, Order: g.order, State: RefundStateOf(word), UpstreamStatus: word})
	return &g.refunds[len(g.refunds)-1]
}

func sameState(a, b string) bool {
	state := RefundStateOf(a)
	return state == RefundStateOf(b) && (state != core.RefundUnknown || plainWord(a) == plainWord(b))
}
