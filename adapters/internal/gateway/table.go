package gateway

import (
	"fmt"
	"sort"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// Endpoint is one operation of the gateway.
type Endpoint struct {
	// Name is the key of settings.endpoints: "pay".
	Name   string
	Op     core.Operation
	Method string
	// Path may hold placeholders such as {refundId}; "" is unknown.
	Path string
	// Support is Supported (documented) or Provisional (off until the account names it). The zero
	// value is never called.
	Support core.Support
	// Write says that a repeated call could change something twice. It does not follow from
	// Method: PandaPon pays by GET.
	Write bool
	// Evidence and Source say how well the row is known and where it stands: "DOC", "doc-en
	// api-263477651".
	Evidence, Source string
	// Suggest is what the sandbox serves for a Provisional row: "POST /open/order/pay".
	Suggest string
	// Why says what is missing.
	Why string

	// named is set when the account's settings give the path.
	named bool
}

// offered reports whether the row may be called.
func (e Endpoint) offered() bool {
	return e.Path != "" && (e.Support == core.Supported || e.Support == core.Provisional && e.named)
}

// reason says why the row is off, and what to set.
func (e Endpoint) reason() string {
	if e.Support != core.Provisional {
		if e.Why == "" {
			return fmt.Sprintf("PandaPon has no documented operation for %q", e.Name)
		}
		return e.Why
	}
	return fmt.Sprintf("this endpoint is not documented (%s); if your PandaPon contact confirmed it, set endpoints.%s = %q in the account's settings%s",
		e.known(), e.Name, e.example(), e.sandboxNote())
}

func (e Endpoint) known() string {
	text := strings.TrimSpace(e.Evidence + " " + e.Source)
	if e.Why != "" {
		text = strings.TrimPrefix(text+": "+e.Why, ": ")
	}
	if text == "" {
		return "no source"
	}
	return text
}

func (e Endpoint) example() string {
	if e.Suggest != "" {
		return e.Suggest
	}
	method := e.Method
	if method == "" {
		method = "POST"
	}
	return method + " /path"
}

func (e Endpoint) sandboxNote() string {
	if e.Suggest == "" {
		return ""
	}
	return " (that is what the sandbox serves; use the path that PandaPon confirmed)"
}

// Table is every operation that an adapter knows, by name.
type Table []Endpoint

// Endpoint finds a row that may be called. A Provisional row that the account does not name, and
// a row that is not supported, is Unsupported (NotDone), with what to set.
func (t Table) Endpoint(name string) (Endpoint, error) {
	for _, row := range t {
		if row.Name != name {
			continue
		}
		if !row.offered() {
			return Endpoint{}, core.NotOffered(row.Op, row.reason())
		}
		return row, nil
	}
	return Endpoint{}, core.Invalid("endpoint", "%q is not in the adapter's table", name)
}

// Capability combines the rows that one operation needs: it is as weak as its weakest row.
func (t Table) Capability(names ...string) core.Capability {
	combined := core.Capability{Support: core.Supported}
	if len(names) == 0 {
		return core.Capability{Reason: "no endpoint of PandaPon serves it"}
	}
	for _, name := range names {
		combined = weaker(combined, t.rowCapability(name))
	}
	return combined
}

func (t Table) rowCapability(name string) core.Capability {
	for _, row := range t {
		switch {
		case row.Name != name:
			continue
		case row.Support == core.Supported && row.offered():
			return core.Capability{Support: core.Supported}
		case row.Support == core.Provisional && row.named:
			return core.Capability{Support: core.Provisional, Enabled: true,
				Reason: fmt.Sprintf("not documented; the account's settings name it: endpoints.%s = %q", row.Name, row.Method+" "+row.Path)}
		case row.Support == core.Provisional:
			return core.Capability{Support: core.Provisional, Reason: row.reason()}
		}
		return core.Capability{Reason: row.reason()}
	}
	return core.Capability{Reason: fmt.Sprintf("the adapter's table has no endpoint %q", name)}
}

func weaker(a, b core.Capability) core.Capability {
	if strength(b) < strength(a) {
		return b
	}
	return a
}

func strength(c core.Capability) int {
	switch {
	case c.Support == core.Supported:
		return 3
	case c.Support == core.Provisional && c.Enabled:
		return 2
	case c.Support == core.Provisional:
		return 1
	}
	return 0
}

// names lists the rows that settings.endpoints may name.
func (t Table) names() []string {
	names := make([]string, 0, len(t))
	for _, row := range t {
		if row.Support != core.NotSupported {
			names = append(names, row.Name)
		}
	}
	sort.Strings(names)
	return names
}
