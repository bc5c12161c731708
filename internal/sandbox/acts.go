package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// OrderView is an order as the sandbox knows it, without a gateway's clothing.
type OrderView struct {
	ID       string `json:"id"`
	Market   string `json:"market"`
	Gateway  string `json:"gateway"`
	Status   string `json:"status"`
	TotalFen int64  `json:"total_fen"`
	Number   string `json:"number"`
	Paid     bool   `json:"paid"`
}

// Orders lists all orders in the order of their creation. Looking does not move
// them, unlike reading them through a gateway.
func (s *Sandbox) Orders() []OrderView {
	s.mu.Lock()
	defer s.mu.Unlock()
	views := make([]OrderView, 0, len(s.orders))
	for _, o := range s.orders {
		views = append(views, OrderView{
			ID: o.id, Market: o.market, Gateway: o.gateway, Status: stateNames[o.state],
			TotalFen: o.totalFen(), Number: o.number, Paid: !o.paid.IsZero(),
		})
	}
	return views
}

// SetTotal is the seller changing the price of an unpaid order. The postage
// stays if the total allows it; the lines share the rest.
func (s *Sandbox) SetTotal(orderID string, totalFen int64) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		if o.state != stateUnpaid && o.state != stateBuilding {
			return wrongState(o, "change the price of")
		}
		if totalFen < 0 {
			return errors.New("sandbox: a total cannot be negative")
		}
		o.postFen = min(o.postFen, totalFen)
		spread(o.boughtLines(), totalFen-o.postFen)
		o.modified = now
		return nil
	})
}

func (o *order) boughtLines() []*line {
	var bought []*line
	for _, l := range o.lines {
		if l.good != nil {
			bought = append(bought, l)
		}
	}
	return bought
}

// spread shares fen in proportion to the amounts so far, exactly.
func spread(lines []*line, fen int64) {
	var old int64
	for _, l := range lines {
		old += l.amountFen
	}
	left := fen
	for i, l := range lines {
		share := left
		if i < len(lines)-1 {
			share = fen / int64(len(lines))
			if old > 0 {
				share = l.amountFen * fen / old
			}
		}
		l.amountFen = share
		left -= share
	}
}

// Ship is the seller handing a paid order to the carrier. The parcel has no
// scans yet.
func (s *Sandbox) Ship(orderID string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		if o.state != stateToShip {
			return wrongState(o, "ship")
		}
		o.parcel = &parcel{id: s.ids.parcel.take(), waybill: s.ids.waybill.take()}
		o.move(stateShipped, now)
		return nil
	})
}

// Scan is the carrier reporting a shipped parcel at a place.
func (s *Sandbox) Scan(orderID, text, place string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		if o.parcel == nil {
			return wrongState(o, "scan")
		}
		o.parcel.scans = append(o.parcel.scans, scan{at: now, text: text, place: place})
		return nil
	})
}

// Deliver is the addressee signing for the parcel. The order stays shipped:
// confirming the receipt is the buyer's own call.
func (s *Sandbox) Deliver(orderID string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		if o.state != stateShipped || o.parcel.delivered {
			return wrongState(o, "deliver (again)")
		}
		o.parcel.delivered = true
		o.parcel.scans = append(o.parcel.scans, scan{at: now, text: "已签收", place: o.address.City, signed: true})
		return nil
	})
}

// SettleRefund is the seller agreeing to every open refund of the order and the
// money going back. An order refunded in full ends.
func (s *Sandbox) SettleRefund(orderID string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		open := 0
		for _, r := range o.refunds {
			if !r.settled() {
				r.doneAt = now
				open++
			}
		}
		if open == 0 {
			return fmt.Errorf("sandbox: order %s has no open refund", o.id)
		}
		o.modified = now
		if o.refundedFen() == o.paidFen {
			o.move(stateTerminated, now)
		}
		return nil
	})
}

// PayAtCashier is a person paying an unpaid 1688 order in the browser, at the
// link that the pay mode "url" hands out.
func (s *Sandbox) PayAtCashier(orderID string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		if o.market != market1688 || o.state != stateUnpaid {
			return wrongState(o, "pay at the cashier")
		}
		s.payNow(o, now)
		return nil
	})
}

func (s *Sandbox) payNow(o *order, now time.Time) {
	o.move(stateToShip, now)
	s.record(now, EffectPay, o, o.paidFen)
}

// Pay modes of the 1688 payment calls of both gateways.
const (
	PayProtocol = "protocol" // password-free payment succeeds
	PayURL      = "url"      // a person has to pay at a cashier link
	PayRefuse   = "refuse"   // the order cannot be paid (quota, risk control)
	PayNull     = "null"     // the answer says nothing, and nothing is paid
)

// SetPayMode chooses what the 1688 payment calls do from now on.
func (s *Sandbox) SetPayMode(mode string) error {
	switch mode {
	case PayProtocol, PayURL, PayRefuse, PayNull:
	default:
		return fmt.Errorf("sandbox: unknown pay mode %q", mode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.payMode = mode
	return nil
}

// Tick finishes at once whatever Taobao has accepted and not yet done.
func (s *Sandbox) Tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	for _, o := range s.orders {
		o.settle(now)
	}
	s.pending = nil
	s.notice(now)
}

// pendingFor is how long an accepted payment or cancellation stays pending when
// nobody reads the order. Fiction: the delay is UNKNOWN.
const pendingFor = 2 * time.Second

// accept notes a payment or cancellation that is carried out later.
func (s *Sandbox) accept(o *order, to state, now time.Time) {
	o.move(to, now)
	s.pending = append(s.pending, o)
}

func (s *Sandbox) settleOverdue(now time.Time) {
	s.pending = slices.DeleteFunc(s.pending, func(o *order) bool {
		waiting := o.state == statePaying || o.state == stateCancelling
		if waiting && now.Sub(o.since) < pendingFor {
			return false
		}
		if waiting {
			o.settle(now)
		}
		return true
	})
}

// settle ends a pending state; other states stay.
func (o *order) settle(now time.Time) {
	switch o.state {
	case stateBuilding:
		o.move(stateUnpaid, now)
	case statePaying:
		o.move(stateToShip, now)
	case stateCancelling:
		o.move(stateCancelled, now)
	}
}
