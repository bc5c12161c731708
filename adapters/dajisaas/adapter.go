package dajisaas

import (
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/effect"
)

// Name is the adapter's name in configurations.
const Name = "dajisaas"

// Version is the adapter's own version.
const Version = "0.1.0"

// webSite is the constant that 1688's detail and cancel want.
const webSite = "1688"

// Adapter serves one account. It is safe for concurrent use.
type Adapter struct {
	settings Settings
	market   market
	menu     []core.Endpoint
	http     *effect.Client
}

// alibaba is the market 1688.
type alibaba struct{}

var (
	_ core.Adapter          = (*Adapter)(nil)
	_ core.OrderGetter      = (*Adapter)(nil)
	_ core.Quoter           = (*Adapter)(nil)
	_ core.Canceller        = (*Adapter)(nil)
	_ core.ReceiptConfirmer = (*Adapter)(nil)
	_ core.Invoker          = (*Adapter)(nil)
	_ core.MessageParser    = (*Adapter)(nil)
)

// New makes the adapter of an account from its settings, a JSON object of Settings. Its errors are
// InvalidInput and name the setting, never a value.
func New(settings []byte) (*Adapter, error) { return open(settings, time.Now) }

// open is New with a clock, against which attempts are checked.
func open(settings []byte, now func() time.Time) (*Adapter, error) {
	s, err := readSettings(settings)
	if err != nil {
		return nil, err
	}
	endpoints, err := byName.Endpoints(s.Endpoints)
	if err != nil {
		return nil, err
	}
	client, err := effect.New(effect.Options{BaseURL: s.BaseURL, AllowPrivate: s.AllowPrivate, Now: now})
	if err != nil {
		return nil, err
	}
	return &Adapter{settings: s, market: markets[s.Market], menu: endpoints, http: client}, nil
}

// Close drops idle connections.
func (a *Adapter) Close() { a.http.Close() }
