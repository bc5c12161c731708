package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/journal/postgres"
	"github.com/sampan-go/sampan/journal/sqlite"
	"github.com/sampan-go/sampan/plugin"
)

// site is where a host works: a journal, an account, a gateway and a clock.
type site struct {
	// File is an SQLite journal, DSN one in PostgreSQL; one of them is set.
	File, DSN      string
	Account        string
	Adapter        string // its name
	Gateway, Roots string // the gateway's address, and a file with its certificate
	Clock          clock
	// MaxDay is the account's limit of a day.
	MaxDay                money.Amount
	HostDies, AdapterDies point
}

// plan is what a host process is told to do.
type plan struct {
	site
	Op core.Operation
	// Recover lets it recover, and a truthful person decide, before it makes the call again.
	Recover bool
	Seen    truth
}

// The preloaded order of the sandbox, unpaid at first.
const (
	orderID = "2542285634920880794"
	total   = "232.00"
)

func cny(text string) money.Amount { return money.MustParse(text, money.CNY) }

func purchase(ref core.Ref, house int) core.CreateOrderRequest {
	return core.CreateOrderRequest{Ref: ref, Message: string(ref),
		Lines: []core.OrderLine{{ProductID: "706627393257", SpecID: "b1f7eb839828d3781406f0a1074de3c9", Quantity: 3}},
		Address: core.Address{Name: "zhang", Mobile: "18600888861", Phone: "0571-88881888", Postcode: "100000", Province: "浙江省",
			City: "杭州市", District: "西湖区", Town: "转塘", Street: fmt.Sprintf("之江路 %d 号", house), DistrictCode: "330106"}}
}

var partBack = core.RefundRequest{Ref: "back-1", Order: core.OrderRef{ID: orderID}, Kind: core.RefundOnly, Goods: core.GoodsNotShipped,
	Lines: []core.RefundLine{{ID: orderID}}, Amount: cny("100.00"), ReasonID: "1", Reason: "不想要了"}

// host is a Buyer over a real adapter process and a durable journal.
type host struct {
	buyer   *core.Buyer
	journal core.Journal
	adapter *plugin.Client
	close   func()
}

func openHost(ctx context.Context, s site) (*host, error) {
	journal, closeJournal, err := openJournal(ctx, s)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	client, err := plugin.Open(ctx, plugin.Config{Account: s.Account, Env: []string{"SSL_CERT_FILE=" + s.Roots, noSleep},
		Command:  []string{self, adapterRole, written(adapterPlan{Name: s.Adapter, Clock: s.Clock, Dies: s.AdapterDies})},
		Settings: settings(s.Adapter, s.Gateway)})
	if err != nil {
		return nil, err
	}
	say(sayAdapter, client.PID())
	buyer, err := core.NewBuyer(ctx, &mortalClient{client, s.HostDies}, core.BuyerOptions{Account: s.Account,
		Journal: &mortalJournal{journal, s.HostDies}, Now: s.Clock.now, Limits: core.BuyerLimits{MaxDay: s.MaxDay},
		// PandaPon's sandbox refuses what was signed more than 600 s ago, and does at once what it takes.
		Fence: &core.Fence{Window: 600 * time.Second, Effect: 120 * time.Second}})
	return &host{buyer: buyer, journal: journal, adapter: client, close: func() {
		_ = client.Close() // the test looks whether it is gone
		closeJournal()
	}}, err
}

func openJournal(ctx context.Context, s site) (core.Journal, func(), error) {
	if s.DSN != "" {
		j, err := postgres.Open(ctx, s.DSN)
		if err != nil {
			return nil, nil, err
		}
		return j, func() { _ = j.Close() }, nil
	}
	j, err := sqlite.Open(ctx, s.File)
	if err != nil {
		return nil, nil, err
	}
	return j, func() { _ = j.Close() }, nil
}

// hostProcess makes one call, after a recovery if it is told so.
func hostProcess(p plan) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	h, err := openHost(ctx, p.site)
	if err != nil {
		return err
	}
	defer h.close()
	if p.Recover {
		if err := h.settle(ctx, p.Seen); err != nil {
			return err
		}
	}
	id, err := h.call(ctx, p.Op)
	answer(id, err)
	if p.HostDies == afterTheCaller {
		die()
	}
	return nil
}

// settle recovers and lets a truthful person decide what no look-up can.
func (h *host) settle(ctx context.Context, seen truth) error {
	open, err := h.buyer.Recover(ctx)
	if err != nil {
		return err
	}
	for _, i := range open {
		if i.State != core.IntentNeedsHuman {
			continue
		}
		if _, err := h.buyer.Decide(ctx, i.IntentKey, seen.verdict(i)); err != nil {
			return err
		}
	}
	return nil
}

// call makes the operation's one call and gives the id of its result.
func (h *host) call(ctx context.Context, op core.Operation) (string, error) {
	switch op {
	case core.OpCreateOrder:
		order, err := h.buyer.CreateOrder(ctx, purchase("po-1", 42))
		return string(order.ID), err
	case core.OpPay:
		payment, err := h.buyer.Pay(ctx, core.PayRequest{Order: core.OrderRef{ID: orderID}, Expect: cny(total)})
		return string(payment.Order.ID), err
	case core.OpRefund:
		refund, err := h.buyer.Refund(ctx, partBack)
		return string(refund.ID), err
	}
	return "", errors.New("no such call in the matrix")
}

func answer(id string, err error) {
	switch {
	case err == nil:
		say(sayAck, id)
	case core.OutcomeOf(err) == core.NotDone:
		say(sayNotDone, err)
	default:
		say(sayDoubt, err)
	}
}

// mortalJournal is a journal in a process that may end around a commit.
type mortalJournal struct {
	core.Journal
	dies point
}

// commits names the two points around a change.
func commits(s core.IntentState) (before, after point) {
	switch s {
	case core.IntentReserved:
		return beforeReserve, afterReserve
	case core.IntentSending:
		return beforeBegin, afterBegin
	}
	return beforeRecord, afterRecord
}

func (j *mortalJournal) Reserve(ctx context.Context, i core.Intent) (onRecord core.Intent, known bool, err error) {
	before, after := commits(i.State)
	if j.dies == before {
		die()
	}
	onRecord, known, err = j.Journal.Reserve(ctx, i)
	if j.dies == after {
		die()
	}
	return onRecord, known, err
}

func (j *mortalJournal) Update(ctx context.Context, i core.Intent) (core.Intent, error) {
	before, after := commits(i.State)
	return around(ctx, j.dies, before, after, j.Journal.Update, i)
}

// mortalClient is an adapter's client in a process that may end around a call.
type mortalClient struct {
	*plugin.Client
	dies point
}

func (c *mortalClient) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	return around(ctx, c.dies, beforeCall, afterCall, c.Client.CreateOrder, r)
}

func (c *mortalClient) Pay(ctx context.Context, r core.PayRequest) (core.Payment, error) {
	return around(ctx, c.dies, beforeCall, afterCall, c.Client.Pay, r)
}

func (c *mortalClient) Refund(ctx context.Context, r core.RefundRequest) (core.Refund, error) {
	return around(ctx, c.dies, beforeCall, afterCall, c.Client.Refund, r)
}
