package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// Kinds of effects.
const (
	EffectCreate  = "create"
	EffectPay     = "pay"
	EffectCancel  = "cancel"
	EffectConfirm = "confirm"
	EffectRefund  = "refund"
)

// Effect is one thing that really happened, whatever was answered. A payment or
// cancellation that the gateway carries out later is written when it is
// accepted, a refund when it is applied for.
type Effect struct {
	Seq     int       `json:"seq"`
	At      time.Time `json:"at"`
	Gateway string    `json:"gateway"`
	Market  string    `json:"market"`
	Kind    string    `json:"kind"`
	OrderID string    `json:"order_id"`
	// Number is the caller's own number: sellerOrderNumber (Taobao), message
	// (PandaPon 1688) or thirdOrderId (dajisaas).
	Number    string `json:"number"`
	AmountFen int64  `json:"amount_fen"`
}

// Effects returns a copy of the ledger, oldest first.
func (s *Sandbox) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

func (s *Sandbox) record(now time.Time, kind string, o *order, fen int64) {
	s.effects = append(s.effects, Effect{
		Seq: len(s.effects) + 1, At: now, Gateway: o.gateway, Market: o.market,
		Kind: kind, OrderID: o.id, Number: o.number, AmountFen: fen,
	})
}

// maxAccess bounds the access log.
const maxAccess = 10_000

// Access is one request to a gateway. Status is 0 when nothing was answered.
type Access struct {
	Seq    int         `json:"seq"`
	At     time.Time   `json:"at"`
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Query  string      `json:"query,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"-"`
	Status int         `json:"status"`
	Fault  string      `json:"fault,omitempty"`
}

// Log returns the last 10,000 requests to the gateways, oldest first. Requests
// to /_sandbox are not in it. A request is logged before its answer is written.
func (s *Sandbox) Log() []Access {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.access[max(0, len(s.access)-maxAccess):])
}

func (s *Sandbox) logAccess(r *http.Request, body []byte, now time.Time, out reply, f Fault) {
	s.accesses++
	if len(s.access) >= maxAccess+maxAccess/4 { // cut now and then, not each time
		s.access = slices.Clone(s.access[len(s.access)-maxAccess+1:])
	}
	s.access = append(s.access, Access{
		Seq: s.accesses, At: now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: r.Header.Clone(), Body: body, Status: out.status, Fault: string(f),
	})
}
