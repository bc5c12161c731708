package sandbox

import (
	"errors"
	"fmt"
	"time"
)

// state is where an order is in its life. Each gateway shows it in its own
// numbers and words.
type state int

const (
	stateBuilding   state = iota // Taobao: not yet read since its creation
	stateUnpaid                  // waiting for the buyer's money
	statePaying                  // Taobao: payment accepted, not yet done
	stateCancelling              // Taobao: cancellation accepted, not yet done
	stateToShip                  // paid
	stateShipped                 // on its way, or signed for
	stateReceived                // receipt confirmed
	stateCancelled               // closed before it was paid
	stateTerminated              // paid and refunded in full
	stateFailed                  // Taobao: not one line could be bought
)

var stateNames = map[state]string{
	stateBuilding: "building", stateUnpaid: "unpaid", statePaying: "paying", stateCancelling: "cancelling",
	stateToShip: "to-ship", stateShipped: "shipped", stateReceived: "received",
	stateCancelled: "cancelled", stateTerminated: "terminated", stateFailed: "failed",
}

// order is one order of any market.
type order struct {
	gateway, market string
	id              string // what the list shows and the calls take
	number          string // the caller's own number
	state           state
	since           time.Time // start of a pending state
	lines           []*line
	postFen         int64
	paidFen         int64
	address         address
	parcel          *parcel
	refunds         []*refund

	created, modified, paid, shipped, received, closed time.Time
	closeReason, closeRemark                           string

	told mark // what messages have told of it

	taobao taobaoOrder
	ali    aliOrder
}

// taobaoOrder is what only Taobao orders have.
type taobaoOrder struct{ orderNo, purchaseID string }

// aliOrder is what only 1688 orders have.
type aliOrder struct {
	rowID, orderNo                     string
	message, flow                      string
	shopPromotionID, userID, staffName string
	platformOrder                      int64
	transferImgs, transferRemark       string
	marketCreated, lineCreated         time.Time
	cargoJSON, receiverJSON            string
	warehouseJSON                      string
}

// line is one kind of goods in an order; good is nil if it could not be bought.
type line struct {
	good                    *good
	itemID, skuID           string
	subID, rowID            string
	purchaseSubID, outerID  string
	quantity                int64
	amountFen               int64
	errorCode, errorMessage string
	productNo, container    string
	received                bool
}

type parcel struct {
	id, waybill string
	scans       []scan
	delivered   bool
}

type scan struct {
	at          time.Time
	text, place string
	signed      bool
}

type refund struct {
	id               string
	order            *order
	lines            []*line
	payFen, carryFen int64
	kind, goods      string
	reasonID         int64
	desc             string
	at, doneAt       time.Time
	typ, goodsStatus int64
}

func (r *refund) fen() int64    { return r.payFen + r.carryFen }
func (r *refund) settled() bool { return !r.doneAt.IsZero() }

func (o *order) goodsFen() (sum int64) {
	for _, l := range o.lines {
		sum += l.amountFen
	}
	return sum
}

func (o *order) totalFen() int64 { return o.goodsFen() + o.postFen }

// claimedFen is what was applied for as a refund; refundedFen what was settled.
func (o *order) claimedFen() (sum int64) {
	for _, r := range o.refunds {
		sum += r.fen()
	}
	return sum
}

func (o *order) refundedFen() (sum int64) {
	for _, r := range o.refunds {
		if r.settled() {
			sum += r.fen()
		}
	}
	return sum
}

func (o *order) closedState() bool {
	return o.state == stateCancelled || o.state == stateTerminated || o.state == stateFailed
}

// move changes the state and keeps the times that the marketplaces show.
func (o *order) move(to state, now time.Time) {
	o.state, o.modified = to, now
	switch to {
	case stateToShip:
		o.paid, o.paidFen = now, o.totalFen()
	case stateShipped:
		o.shipped = now
	case stateReceived:
		o.received = now
	case stateCancelled, stateTerminated, stateFailed:
		o.closed = now
	case stateBuilding, stateUnpaid, statePaying, stateCancelling:
		o.since = now
	}
}

// add books a new order.
func (s *Sandbox) add(o *order) {
	s.orders = append(s.orders, o)
	s.byID[o.id] = o
}

// find returns the order of one gateway and market, or nil.
func (s *Sandbox) find(gateway, market, id string) *order {
	o := s.byID[id]
	if o == nil || o.gateway != gateway || o.market != market {
		return nil
	}
	return o
}

var errUnknownOrder = errors.New("sandbox: unknown order")

// act runs a seller's or platform's act on one order under the lock.
func (s *Sandbox) act(orderID string, do func(o *order, now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.byID[orderID]
	if o == nil {
		return fmt.Errorf("%w %q", errUnknownOrder, orderID)
	}
	now := s.opts.Now()
	s.settleOverdue(now)
	err := do(o, now)
	s.notice(now)
	return err
}

func wrongState(o *order, act string) error {
	return fmt.Errorf("sandbox: cannot %s order %s while it is %s", act, o.id, stateNames[o.state])
}
