// Package menu is a gateway's menu as a table, for adapters that let their callers call any entry of it
// by name (core.Invoker). It imports core.
//
// A row says what is known of an entry, and how well. What no document gives is off until the account's
// settings name it; what cannot be called says why.
package menu

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// Row is one entry of a menu. The members are those of the file that Parse reads.
type Row struct {
	Gateway   string `json:"gateway"`
	Market    string `json:"market"`
	Operation string `json:"operation"`
	// Version is "" where the gateway has one.
	Version string `json:"version"`
	// Method and Path are "" where they are in no document. A path may hold placeholders: {refundId}.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Evidence is of the path: documented, seed, client, inferred or unknown.
	Evidence string `json:"evidence"`
	// Writes is true where a call may change something, and where that is not known.
	Writes bool `json:"state_changing"`
	// Unit is that of the amounts: fen, yuan, mixed, none or unknown.
	Unit string `json:"money_unit"`
	// Completeness says how much of request and answer is documented: full, partial or none.
	Completeness string `json:"completeness"`
	// Note begins with "guarded:" where the entry must not be called unless the operator names it.
	Note string `json:"note"`

	// Typed is the operation of core that makes the same call, with its guards.
	Typed core.Operation `json:"-"`
	// Spends says that money leaves in the call itself.
	Spends bool `json:"-"`
	// Off says why the entry can never be called by name.
	Off string `json:"-"`
}

// Table is a menu.
type Table []Row

// Parse reads a table from its JSON form, strictly.
func Parse(text []byte) (Table, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var t Table
	if err := d.Decode(&t); err != nil {
		return nil, fmt.Errorf("menu: %w", err)
	}
	seen := map[string]bool{}
	for i := range t {
		r := &t[i]
		if r.Market == "" || r.Operation == "" || seen[r.Name()] {
			return nil, fmt.Errorf("menu: row %d (%s) has no name of its own", i+1, r.Name())
		}
		seen[r.Name()] = true
		if strings.HasPrefix(r.Operation, "callback_") {
			r.Off = "the gateway calls it, nobody else does"
		}
	}
	return t, nil
}

// MustParse is Parse for a table that is part of a program.
func MustParse(text []byte) Table {
	t, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return t
}

// With changes every row that has one of the names, which are without version: "taobao.create_order".
// A name that no row has is a mistake of the program.
func (t Table) With(change func(*Row), names ...string) Table {
	changed := slices.Clone(t)
	for _, name := range names {
		met := false
		for i := range changed {
			if changed[i].operation() == name {
				change(&changed[i])
				met = true
			}
		}
		if !met {
			panic("menu: no row is named " + name)
		}
	}
	return changed
}

// Typed says that an operation of core makes the calls of these names.
func (t Table) Typed(op core.Operation, names ...string) Table {
	return t.With(func(r *Row) { r.Typed = op }, names...)
}

// Spends says that money leaves in the calls of these names.
func (t Table) Spends(names ...string) Table {
	return t.With(func(r *Row) { r.Spends = true }, names...)
}

// Off says why the entries of these names cannot be called.
func (t Table) Off(why string, names ...string) Table {
	return t.With(func(r *Row) { r.Off = why }, names...)
}

func (r Row) operation() string { return r.Market + "." + r.Operation }

// Name is market.operation and, where there is one, .version.
func (r Row) Name() string {
	if r.Version == "" {
		return r.operation()
	}
	return r.operation() + "." + r.Version
}

// guard begins the note of an entry that must not be called unless the operator names it.
const guard = "guarded:"

// documented reports whether the entry may be called as it stands.
func (r Row) documented() bool {
	return r.Method != "" && r.Path != "" && !strings.HasPrefix(r.Note, guard)
}

// Endpoints is the menu of one account. named is the settings' endpoints: a name of the table to
// "METHOD /path". Errors are InvalidInput and name "settings.endpoints.NAME".
func (t Table) Endpoints(named map[string]string) ([]core.Endpoint, error) {
	out := make([]core.Endpoint, 0, len(t))
	rest := maps.Clone(named)
	for _, r := range t {
		e := r.endpoint()
		if text, ok := named[r.Name()]; ok {
			delete(rest, r.Name())
			if err := r.name(&e, text); err != nil {
				return nil, err
			}
		}
		out = append(out, e)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		return nil, core.Invalid("settings.endpoints."+name, "is in no menu of this adapter; host endpoints lists the names")
	}
	return out, nil
}

func (r Row) endpoint() core.Endpoint {
	e := core.Endpoint{Name: r.Name(), Method: r.Method, Path: r.Path, Typed: r.Typed, Spends: r.Spends,
		Unit: r.Unit, Evidence: r.Evidence, Note: strings.TrimSpace(strings.TrimPrefix(r.Note, guard))}
	if !r.Writes {
		e.Effect = core.Effect{Class: core.EffectRead, Why: "it changes nothing"}
	}
	switch {
	case r.Off != "":
		e.Reason = r.Off
	case r.documented():
		e.Support = core.Supported
	default:
		e.Support = core.Provisional
		e.Reason = fmt.Sprintf(`%s; if the gateway's support confirmed it, set "%s" = "%s" under [accounts.NAME.settings.endpoints]`, e.Note, r.Name(), r.example())
	}
	return e
}

func (r Row) example() string {
	method, path := r.Method, r.Path
	if method == "" {
		method = "POST"
	}
	if path == "" {
		path = "/path"
	}
	return method + " " + path
}

var namedForm = regexp.MustCompile(`^(GET|POST) (/[A-Za-z0-9_.~{}/-]+)$`)

// name turns an entry on, at the method and the path that the operator was told.
func (r Row) name(e *core.Endpoint, text string) error {
	field := "settings.endpoints." + r.Name()
	if r.Off != "" {
		return core.Invalid(field, "cannot be turned on: %s", r.Off)
	}
	parts := namedForm.FindStringSubmatch(text)
	if parts == nil || badPath(parts[2]) {
		return core.Invalid(field, "must be a method (GET or POST), one blank and an absolute path without query, such as %q", r.example())
	}
	e.Method, e.Path = parts[1], parts[2]
	if e.Support == core.Provisional {
		e.Enabled, e.Reason = true, "not documented; the account's settings name it"
	}
	return nil
}
