package crash

import (
	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
)

// point is a moment of a write at which a process is killed.
type point string

// The points, in the order in which a write comes to them.
const (
	beforeReserve  point = "before the reserve commit"
	afterReserve   point = "after the reserve commit"
	beforeBegin    point = "before the begin commit"
	afterBegin     point = "after the begin commit"
	beforeCall     point = "before the adapter is called"
	onCall         point = "the call received"
	connected      point = "connected, nothing written"
	requestLost    point = "request read, no effect"
	requestRead    point = "request read, effect later"
	afterEffect    point = "after the effect, no answer"
	afterAnswer    point = "after the answer was written"
	beforeReply    point = "before the reply to the host"
	afterCall      point = "after the adapter answered"
	beforeRecord   point = "before the record commit"
	afterRecord    point = "after the record commit"
	afterTheCaller point = "after the caller was told"
)

// wirePoints are struck from the gateway's side; at the others a process kills itself.
var wirePoints = []point{connected, requestLost, requestRead, afterEffect, afterAnswer}

// hostPoints are those at which the host dies, and its adapter with it.
var hostPoints = []point{beforeReserve, afterReserve, beforeBegin, afterBegin, beforeCall, connected, requestLost, requestRead,
	afterEffect, afterAnswer, afterCall, beforeRecord, afterRecord, afterTheCaller}

// adapterPoints are those at which the adapter dies and its host lives on.
var adapterPoints = []point{onCall, connected, requestLost, requestRead, afterEffect, afterAnswer, beforeReply}

// refusedPoints are those that are worth a look where the gateway refuses.
var refusedPoints = []point{afterEffect, afterAnswer, afterCall, beforeRecord, afterRecord}

// write is one way to change something at a gateway, with its one call there.
type write struct {
	name    string
	adapter string
	op      core.Operation
	path    string
	effect  string // the ledger's name of it
	// reads is how many reads Buyer makes before it sends.
	reads int64
	// refusable says that the gateway has a code which means: refused, without effect.
	refusable bool
}

// writes are those of the matrix. A purchase at PandaPon has no number of ours and is for a person, one
// at dajisaas is found by its number.
var writes = []write{
	{"create", alibaba1688.Name, core.OpCreateOrder, "/pandapon/alibaba/order/create", sandbox.EffectCreate, 0, true},
	{"create by number", dajisaas.Name, core.OpCreateOrder, "/dajisaas/alibaba/trade/createCrossOrder", sandbox.EffectCreate, 1, false},
	{"pay", alibaba1688.Name, core.OpPay, "/pandapon/alibaba/order/pay/url", sandbox.EffectPay, 1, true},
	{"refund", alibaba1688.Name, core.OpRefund, "/pandapon/alibaba/refund/detail/create", sandbox.EffectRefund, 1, true},
}

// has reports whether a write comes to a point: a purchase is reserved and begun in one commit.
func (w write) has(p point) bool {
	return w.op != core.OpCreateOrder || p != beforeReserve && p != afterReserve
}
