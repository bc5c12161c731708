package core

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Endpoint is one entry of a gateway's menu, with what is known of it. Its Effect says whether it
// changes anything; one of which that is not known counts as a write.
type Endpoint struct {
	// Name is market.operation, and the version where the gateway has several: "taobao.cart_add.v2".
	Name string `json:"name"`
	// Method and Path are empty where they are in no document.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Capability says whether it may be called, and if not what to set.
	Capability
	// Typed is the operation of this package that makes the same call, with its guards.
	Typed Operation `json:"typed,omitempty"`
	// Spends says that money leaves in the call itself.
	Spends bool `json:"spends,omitempty"`
	// Unit is the unit of its amounts: fen, yuan, mixed, none or unknown.
	Unit string `json:"unit,omitempty"`
	// Evidence says how well the path is known: documented, seed, client, inferred or unknown.
	Evidence string `json:"evidence,omitempty"`
	// Note is what a caller must know, and the page that it stands on.
	Note string `json:"note,omitempty"`
}

// Writes reports whether a call may change something.
func (e Endpoint) Writes() bool { return e.Effect.Class != EffectRead }

// operation is the name without the version: "taobao.cart_add".
func (e Endpoint) operation() string {
	if i := strings.LastIndex(e.Name, ".v"); i > 0 {
		return e.Name[:i]
	}
	return e.Name
}

// Endpoint finds an entry by its name; dots and hyphens stand for underscores as well, so that
// taobao.cart.add is taobao.cart_add. A name without a version is enough where one version may be
// called. An entry that may not be called is Unsupported, with what to set.
func (d Description) Endpoint(name string) (Endpoint, error) {
	if len(d.Endpoints) == 0 {
		return Endpoint{}, NotOffered(OpInvoke, "the adapter "+d.Adapter+" offers no calls by name")
	}
	var found []Endpoint
	for _, e := range d.Endpoints {
		if sameName(e.Name, name) {
			return e, e.check()
		}
		if sameName(e.operation(), name) {
			found = append(found, e)
		}
	}
	var offered []Endpoint
	for _, e := range found {
		if e.Offered() {
			offered = append(offered, e)
		}
	}
	switch {
	case len(offered) == 1:
		return offered[0], nil
	case len(offered) > 1:
		return Endpoint{}, Invalid("endpoint", "%q has several versions; name %s", name, strings.Join(namesOf(offered), " or "))
	case len(found) > 0:
		return found[0], found[0].check()
	}
	return Endpoint{}, &Error{Code: Unsupported, Outcome: NotDone, Op: OpInvoke, Field: "endpoint", Message: fmt.Sprintf("%q is in no menu of %s", name, d.Gateway)}
}

func (e Endpoint) check() error {
	if e.Offered() {
		return nil
	}
	return NotOffered(OpInvoke, e.Name+": "+e.Reason)
}

func namesOf(endpoints []Endpoint) (names []string) {
	for _, e := range endpoints {
		names = append(names, e.Name)
	}
	return names
}

var oneSign = strings.NewReplacer(".", "_", "-", "_")

func sameName(a, b string) bool { return oneSign.Replace(a) == oneSign.Replace(b) }

// MaxInvokeData bounds the data of one call by name in either direction, in bytes.
const MaxInvokeData = 1 << 20

// canonical is a JSON object in which every member has one place: the same content, the same text.
func canonical(data json.RawMessage) (json.RawMessage, error) {
	if len(data) > MaxInvokeData {
		return nil, Invalid("data", "has %d bytes; at most %d may be sent", len(data), MaxInvokeData)
	}
	if len(data) == 0 {
		return json.RawMessage("{}"), nil
	}
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber() // digits stay as they are
	if err := d.Decode(&members); err != nil || members == nil {
		return nil, Invalid("data", "must be a JSON object with the members of the call")
	}
	if d.More() {
		return nil, Invalid("data", "holds more than one JSON object")
	}
	return marshalled(members), nil
}
