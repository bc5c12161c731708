package model

// Protocol is a set of rules for one write, and the gateway that it meets. The
// zero value is the most careful one: it is C2.
type Protocol struct {
	ID   string
	Name string
	Why  string // safe: why it holds; a shortcut: why it looks harmless

	Gateway    Gateway
	Processing Processing
	Transport  Transport
	Resend     Resend
	Quarantine Quarantine
	Signing    Signing
	Journal    Journal
	Update     Update
	Ref        Ref

	Breaks Violation // what a search must find; Nothing for a safe protocol
}

// Gateway is what the other side does with a late or a repeated request.
type Gateway uint8

// Kinds of gateway.
const (
	NoFence Gateway = iota // carries out whatever arrives, however late
	Fence                  // refuses a signature older than W
	Dedups                 // never makes a second order for the same number
)

// Processing is how long the gateway may work on a request it has accepted.
type Processing uint8

// Times of processing.
const (
	WithinP Processing = iota
	ForEver
)

// Transport is what the HTTP client does with one request.
type Transport uint8

// Kinds of transport.
const (
	OneCopy Transport = iota
	// TwoCopies repeats the request by itself. The gateway is kind enough to
	// refuse a copy of what it already has.
	TwoCopies
)

// Resend is when a next attempt may begin although the last one is in doubt.
type Resend uint8

// Rules of resending. The last two are used beside AfterQuarantine.
const (
	Never           Resend = iota
	AfterQuarantine        // a negative look-up that started at signed_at + Q or later
	AfterLookUp            // any negative look-up
	AfterTimeOut           // no look-up at all
	AfterLease             // no look-up, once the lease of the sender is over
)

// Quarantine is how Q is reckoned.
type Quarantine uint8

// Ways to reckon Q.
const (
	WholeQ      Quarantine = iota // W + P + L + S
	WithoutSkew                   // W + P + L
	WithoutLag                    // W + P + S
	WithoutEnd                    // never over; for the test that a purchase without an end is noticed
)

// Signing is the time that a signature carries.
type Signing uint8

// Times to sign with.
const (
	WhenRecorded Signing = iota
	WhenSent
)

// Journal is when the row is written.
type Journal uint8

// Times to write.
const (
	BeforeSending Journal = iota
	AfterAnswer
)

// Update is how a row is changed.
type Update uint8

// Ways to change a row.
const (
	CompareAndSet Update = iota
	Overwrite
)

// Ref is what keeps a second row for the same ref out.
type Ref uint8

// Guards of the ref.
const (
	UniqueIndex Ref = iota
	CheckThenInsert
)

// ticks is the waiting time Q.
func (q Quarantine) ticks() uint8 {
	return [...]uint8{
		WholeQ:      window + processing + listLag + maxSkew,
		WithoutSkew: window + processing + listLag,
		WithoutLag:  window + processing + maxSkew,
		WithoutEnd:  255,
	}[q]
}

// skews are the differences, gateway minus journal, that a search must try.
// Only a fence reads the gateway's clock.
func (p *Protocol) skews() []int {
	if p.Gateway != Fence {
		return []int{0}
	}
	return []int{0, -maxSkew, maxSkew}
}

// Variants are the safe protocols, then the shortcuts. Each shortcut is C1 with
// one thing changed. M7 and M8 are one search under two names, because S and L
// are both one tick: it takes a slow clock and a lagging list to use Q up.
func Variants() []Protocol {
	return append(safe(), shortcuts()...)
}

func safe() []Protocol {
	return []Protocol{
		{
			ID: "C1", Name: "fence, quarantine, compare-and-set, unique ref",
			Why:     "after Q the list shows what happened, and the fence refuses what has not happened yet",
			Gateway: Fence, Resend: AfterQuarantine,
		},
		{
			ID: "C2", Name: "no fence, never resend",
			Why: "one attempt puts one request on the wire; a doubt that no look-up ends goes to a person",
		},
		{
			ID: "C3", Name: "the gateway dedups by our number",
			Why:     "a second request with the same number finds the first order",
			Gateway: Dedups, Resend: AfterLookUp,
		},
	}
}

func shortcuts() []Protocol {
	list := []Protocol{
		{
			ID: "M0", Name: "resend on time-out",
			Why:    `"it timed out, so it failed"`,
			Resend: AfterTimeOut,
		},
		{
			ID: "M1", Name: "resend after the first negative look-up",
			Why:    `"we looked, it is not there"`,
			Resend: AfterLookUp,
		},
		{
			ID: "M2", Name: "sign when sending, not when the attempt was recorded",
			Why:     `"a fresh signature avoids expiry"`,
			Signing: WhenSent,
		},
		{
			ID: "M3", Name: "no journal row before sending",
			Why:     `"one write less"`,
			Journal: AfterAnswer,
		},
		{
			ID: "M4", Name: "an expired lease alone allows the new owner to resend",
			Why:    `"the old owner is dead"`,
			Resend: AfterLease,
		},
		{
			ID: "M5", Name: "quarantine at a gateway without a fence",
			Why:     `"15 minutes is surely enough"`,
			Gateway: NoFence, Resend: AfterQuarantine,
		},
		{
			ID: "M6", Name: "the transport sends two copies, one is refused, the refusal is taken as proof",
			Why:       `"the HTTP client retries for us"`,
			Transport: TwoCopies,
		},
		{
			ID: "M7", Name: "Q without the clock skew",
			Why:        `"NTP is on"`,
			Quarantine: WithoutSkew,
		},
		{
			ID: "M8", Name: "Q without the list lag",
			Why:        `"listings are immediate"`,
			Quarantine: WithoutLag,
		},
		{
			ID: "M9", Name: "journal update without compare-and-set",
			Why:    `"only one host works on it"`,
			Update: Overwrite,
		},
		{
			ID: "M10", Name: "no unique index on (account, ref)",
			Why: `"we check before inserting"`,
			Ref: CheckThenInsert,
		},
		{
			ID: "M11", Name: "the gateway may work on a request for ever",
			Why:        `"P is just a number"`,
			Processing: ForEver,
		},
	}
	for i := range list {
		p := &list[i]
		p.Breaks = TwoOrders
		if p.ID != "M5" {
			p.Gateway = Fence
		}
		if p.Resend == Never {
			p.Resend = AfterQuarantine
		}
	}
	return list
}
